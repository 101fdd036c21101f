//! The items of a queue, one at a time.

use crate::failure;
use crate::json;
use crate::runtime::{Runtime, Waiting};
use futures_core::Stream;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use tidings_client::types::EventId;
use tidings_client::{Client, Error, EventForm, EventOptions, Item, ResetReason};
use tokio::sync::Mutex;

/// An event as a dict, made when its turn comes.
pub(crate) struct DictEvent {
    id: EventId,
    is_heartbeat: bool,
    event: Py<PyDict>,
}

impl EventForm for DictEvent {
    type Answer = DictEvents;

    fn open(answer: Vec<u8>) -> Result<DictEvents, Vec<u8>> {
        json::EventTexts::open(answer).map(DictEvents)
    }

    fn id(&self) -> EventId {
        self.id
    }

    fn is_heartbeat(&self) -> bool {
        self.is_heartbeat
    }
}

impl DictEvent {
    fn of(event: &Bound<'_, PyDict>) -> Option<Self> {
        let py = event.py();
        let id = EventId(event.get_item(intern!(py, "id")).ok()??.extract().ok()?);
        let kind = event.get_item(intern!(py, "type")).ok()?;
        let is_heartbeat = kind.is_some_and(|kind| kind.eq(intern!(py, "heartbeat")).unwrap_or_default());
        Some(DictEvent { id, is_heartbeat, event: event.clone().unbind() })
    }
}

/// The events of an answer.
pub(crate) struct DictEvents(json::EventTexts);

impl Iterator for DictEvents {
    type Item = Option<DictEvent>;

    fn next(&mut self) -> Option<Option<DictEvent>> {
        // If the interpreter is ending nobody reads on.
        Python::try_attach(|py| match self.0.next(py) {
            Ok(Some(event)) => Some(DictEvent::of(&event)),
            Ok(None) => None,
            Err(json::Unreadable) => Some(None),
        })
        .unwrap_or(Some(None))
    }
}

type Next = Option<Result<Item<DictEvent>, Error>>;

struct State {
    /// None when it was stopped.
    events: Option<tidings_client::Events<DictEvent>>,
    /// Waited for, and not taken yet.
    ready: Option<Next>,
}

/// The items of a queue: an event is a dict, anything else a tuple that starts with what it is.
#[pyclass(frozen, module = "tidings._native")]
pub(crate) struct Events {
    state: Arc<Mutex<State>>,
    runtime: Arc<Runtime>,
}

impl Events {
    pub(crate) fn new(client: &Client, options: EventOptions, runtime: Arc<Runtime>) -> Self {
        let state = State { events: Some(client.events_as(options)), ready: None };
        Events { state: Arc::new(Mutex::new(state)), runtime }
    }
}

#[pymethods]
impl Events {
    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    /// Waits for the next item. Says that the one before was handled.
    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        loop {
            if let Some(item) = self.take()? {
                return item.map(|item| object(py, item)).transpose();
            }
            self.runtime.wait(py, make_ready(Arc::clone(&self.state)))?;
        }
    }

    /// The next item if there is one already, `None` otherwise. Says that the one before was handled.
    fn poll(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        match self.take()? {
            None => Ok(None),
            Some(Some(item)) => object(py, item).map(Some),
            Some(None) => Err(pyo3::exceptions::PyStopAsyncIteration::new_err(())),
        }
    }

    /// Calls `callback(None, None)` from another thread when `poll` has something.
    fn when_ready(&self, callback: Py<PyAny>) -> PyResult<Waiting> {
        self.runtime.call_back(make_ready(Arc::clone(&self.state)), |py, ()| Ok(py.None()), callback)
    }

    /// Says that the last item was handled, without asking for the next.
    fn acknowledge(&self, py: Python<'_>) -> PyResult<()> {
        let done = self.runtime.wait(py, acknowledge(Arc::clone(&self.state)))?;
        done.map_err(|error| failure::exception(py, &error))
    }

    /// As `acknowledge`, and does not wait.
    fn acknowledge_later(&self, callback: Py<PyAny>) -> PyResult<Waiting> {
        let convert = |py: Python<'_>, done: Result<(), Error>| match done {
            Ok(()) => Ok(py.None()),
            Err(error) => Err(failure::exception(py, &error)),
        };
        self.runtime.call_back(acknowledge(Arc::clone(&self.state)), convert, callback)
    }

    /// Lets go of the queue and of a state file. What was not handled is not acknowledged.
    fn stop(&self, py: Python<'_>) -> PyResult<()> {
        let state = Arc::clone(&self.state);
        self.runtime.wait(py, async move { state.lock().await.stop() })
    }
}

impl Events {
    /// What there is without waiting; the inner none is the end.
    fn take(&self) -> PyResult<Option<Next>> {
        // Whoever holds the lock is waiting.
        let Ok(mut state) = self.state.try_lock() else { return Ok(None) };
        if let Some(next) = state.ready.take() {
            return Ok(Some(next));
        }
        let Some(events) = &mut state.events else { return Ok(Some(None)) };
        if let Some(event) = events.at_hand() {
            return Ok(Some(Some(Ok(Item::Event(event)))));
        }
        let _entered = self.runtime.tokio()?.enter();
        match Pin::new(events).poll_next(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(next) => Ok(Some(next)),
            Poll::Pending => Ok(None),
        }
    }
}

impl State {
    fn stop(&mut self) {
        self.events = None;
        self.ready = None;
    }
}

/// Waits until there is something to take. To give up waiting loses nothing.
async fn make_ready(state: Arc<Mutex<State>>) {
    let mut state = state.lock().await;
    if state.ready.is_none() {
        let next = match &mut state.events {
            Some(events) => events.next().await,
            None => None,
        };
        state.ready = Some(next);
    }
}

async fn acknowledge(state: Arc<Mutex<State>>) -> Result<(), Error> {
    match &mut state.lock().await.events {
        Some(events) => events.acknowledge().await,
        None => Ok(()),
    }
}

fn object(py: Python<'_>, item: Result<Item<DictEvent>, Error>) -> PyResult<Py<PyAny>> {
    let tuple = match item.map_err(|error| failure::exception(py, &error))? {
        Item::Event(event) => return Ok(event.event.into_any()),
        Item::Reset { reason, registered } => {
            let name = match reason {
                ResetReason::Started => "started",
                ResetReason::QueueLost => "queue_lost",
                ResetReason::PositionRefused => "position_refused",
                ResetReason::OptionsChanged => "options_changed",
                _ => "other",
            };
            let state = json::object(py, &registered.answer)?;
            ("reset", name, reason.events_missed(), state).into_pyobject(py)?
        }
        Item::Resumed { last_event_id, registered, .. } => {
            let state = match registered {
                Some(registered) => json::object(py, &registered.answer)?,
                None => PyDict::new(py).into_any(),
            };
            ("resumed", last_event_id.0, state).into_pyobject(py)?
        }
        Item::Trouble { error, retry_in } => {
            ("trouble", error.to_string(), retry_in.as_secs_f64()).into_pyobject(py)?
        }
        _ => ("other",).into_pyobject(py)?,
    };
    Ok(tuple.into_any().unbind())
}

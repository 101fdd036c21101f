//! The items of a queue, one at a time.

use crate::failure;
use crate::json;
use crate::runtime::{Runtime, Waiting};
use futures_core::Stream;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use tidings_client::types::EventId;
use tidings_client::{Client, Error, EventForm, EventOptions, Item, ResetReason};
use tokio::sync::{Mutex, Notify};

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

/// What waits, and what ends the wait.
struct Shared {
    state: Mutex<State>,
    stopping: Notify,
    is_stopped: AtomicBool,
}

struct State {
    /// None when it was stopped.
    events: Option<tidings_client::Events<DictEvent>>,
    /// Waited for, and not taken yet.
    ready: Option<Next>,
}

/// The items of a queue: an event is a dict, anything else a tuple that starts with what it is.
#[pyclass(frozen, module = "tidings._native")]
pub(crate) struct Events {
    shared: Arc<Shared>,
    runtime: Arc<Runtime>,
}

impl Events {
    pub(crate) fn new(client: &Client, options: EventOptions, runtime: Arc<Runtime>) -> Self {
        let state = State { events: Some(client.events_as(options)), ready: None };
        let state = Mutex::new(state);
        let shared = Shared { state, stopping: Notify::new(), is_stopped: AtomicBool::new(false) };
        Events { shared: Arc::new(shared), runtime }
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
            self.runtime.wait(py, make_ready(Arc::clone(&self.shared)))?;
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
        self.runtime.call_back(make_ready(Arc::clone(&self.shared)), |py, ()| Ok(py.None()), callback)
    }

    /// Says that the last item was handled, without asking for the next.
    fn acknowledge(&self, py: Python<'_>) -> PyResult<()> {
        let done = self.runtime.wait(py, acknowledge(Arc::clone(&self.shared)))?;
        done.map_err(|error| failure::exception(py, &error))
    }

    /// As `acknowledge`, and does not wait.
    fn acknowledge_later(&self, callback: Py<PyAny>) -> PyResult<Waiting> {
        let convert = |py: Python<'_>, done: Result<(), Error>| match done {
            Ok(()) => Ok(py.None()),
            Err(error) => Err(failure::exception(py, &error)),
        };
        self.runtime.call_back(acknowledge(Arc::clone(&self.shared)), convert, callback)
    }

    /// Lets go of the queue and of a state file. What was not handled is not acknowledged. Whoever waits is at the end.
    fn stop(&self, py: Python<'_>) -> PyResult<()> {
        let shared = Arc::clone(&self.shared);
        shared.is_stopped.store(true, Ordering::SeqCst);
        shared.stopping.notify_waiters();
        self.runtime.wait(py, async move { shared.state.lock().await.stop() })
    }
}

impl Events {
    /// What there is without waiting; the inner none is the end.
    fn take(&self) -> PyResult<Option<Next>> {
        // Whoever holds the lock is waiting.
        let Ok(mut state) = self.shared.state.try_lock() else { return Ok(None) };
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

/// Waits until there is something to take, or it is stopped. To give up waiting loses nothing.
async fn make_ready(shared: Arc<Shared>) {
    let mut state = shared.state.lock().await;
    let mut stopping = pin!(shared.stopping.notified());
    stopping.as_mut().enable();
    if shared.is_stopped.load(Ordering::SeqCst) {
        return state.stop();
    }
    if state.ready.is_none() {
        let State { events, ready } = &mut *state;
        let mut next = pin!(async {
            match events {
                Some(events) => events.next().await,
                None => None,
            }
        });
        // Stays none if it is stopped first.
        *ready = poll_fn(|cx| match stopping.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(None),
            Poll::Pending => next.as_mut().poll(cx).map(Some),
        })
        .await;
    }
}

async fn acknowledge(shared: Arc<Shared>) -> Result<(), Error> {
    let mut state = shared.state.lock().await;
    if state.ready.is_some() {
        // The next one is here already, and nobody has taken it: asking for it acknowledged the one before.
        return Ok(());
    }
    match &mut state.events {
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

//! Ctrl-C and other signals, while a thread waits without the interpreter's lock.
//!
//! Python runs handlers on its main thread only, and only when that asks. A thread that waits in here has to know when:
//! for the time of the wait the interpreter writes a byte for each signal into a socket of ours
//! (`signal.set_wakeup_fd`). Where that place is taken, by an event loop say, or where there are no such sockets, the
//! thread asks from time to time instead. Other threads have nothing to ask for.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;
use std::time::Duration;

/// How long Ctrl-C may go unnoticed where nothing tells of it. Asking costs microseconds.
const ASKED_EVERY: Duration = Duration::from_millis(50);

/// Nobody is told of signals.
const NOBODY: i64 = -1;

/// A pair of sockets, made when it is needed first.
#[cfg(unix)]
#[derive(Default)]
pub(crate) struct Signals(std::sync::OnceLock<Option<Bell>>);

/// Where no socket can be told: asks.
#[cfg(not(unix))]
#[derive(Default)]
pub(crate) struct Signals;

/// The interpreter writes into one end, we wait at the other.
#[cfg(unix)]
pub(crate) struct Bell {
    theirs: std::os::unix::net::UnixStream,
    ours: tokio::net::UnixStream,
}

/// How a wait hears of signals.
pub(crate) enum Hearing<'a> {
    /// It does not: its thread runs no handlers.
    Deaf,
    /// It asks.
    Asking,
    /// It is told.
    #[cfg(unix)]
    Told(&'a Bell),
    #[cfg(not(unix))]
    #[expect(dead_code, reason = "takes the lifetime")]
    Never(&'a std::convert::Infallible),
}

impl Signals {
    /// To be called within the runtime that waits, and ended with [`Hearing::end`].
    #[cfg(unix)]
    pub(crate) fn listen(&self, py: Python<'_>) -> PyResult<Hearing<'_>> {
        let bell = self.0.get_or_init(|| Bell::new().ok());
        let number = bell.as_ref().map_or(NOBODY, Bell::number);
        match set_wakeup(py, number) {
            Err(error) if error.is_instance_of::<PyValueError>(py) => Ok(Hearing::Deaf),
            Err(error) => Err(error),
            Ok(before) => match bell {
                Some(bell) if before == NOBODY || before == number => Ok(Hearing::Told(bell)),
                _ => set_wakeup(py, before).map(|_| Hearing::Asking),
            },
        }
    }

    /// Whether the thread runs handlers is not asked; if it does not, there are none to run.
    #[cfg(not(unix))]
    pub(crate) fn listen(&self, _: Python<'_>) -> PyResult<Hearing<'_>> {
        Ok(Hearing::Asking)
    }
}

impl Hearing<'_> {
    /// Until there may be a signal.
    pub(crate) async fn heard(&self) {
        match self {
            Hearing::Deaf => std::future::pending().await,
            Hearing::Asking => tokio::time::sleep(ASKED_EVERY).await,
            #[cfg(unix)]
            Hearing::Told(bell) => bell.rung().await,
            #[cfg(not(unix))]
            Hearing::Never(never) => match **never {},
        }
    }

    /// From here on nobody is told, as before.
    pub(crate) fn end(self, py: Python<'_>) -> PyResult<()> {
        #[cfg(unix)]
        if let Hearing::Told(bell) = self {
            let before = set_wakeup(py, NOBODY)?;
            if before != bell.number() {
                // A handler made other arrangements.
                set_wakeup(py, before)?;
            }
        }
        #[cfg(not(unix))]
        let _ = py;
        Ok(())
    }
}

#[cfg(unix)]
impl Bell {
    fn new() -> std::io::Result<Self> {
        let (ours, theirs) = std::os::unix::net::UnixStream::pair()?;
        ours.set_nonblocking(true)?;
        theirs.set_nonblocking(true)?;
        Ok(Bell { theirs, ours: tokio::net::UnixStream::from_std(ours)? })
    }

    fn number(&self) -> i64 {
        std::os::fd::AsRawFd::as_raw_fd(&self.theirs).into()
    }

    async fn rung(&self) {
        loop {
            match (self.ours.readable().await, self.ours.try_read(&mut [0; 64])) {
                (Ok(()), Ok(count)) if count > 0 => return,
                (Ok(()), Err(error)) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                // It cannot ring any more.
                _ => return tokio::time::sleep(ASKED_EVERY).await,
            }
        }
    }
}

/// What was set before.
#[cfg_attr(not(unix), expect(dead_code, reason = "there it takes sockets of another kind"))]
fn set_wakeup(py: Python<'_>, number: i64) -> PyResult<i64> {
    static SET: PyOnceLock<(Py<PyAny>, Py<PyDict>)> = PyOnceLock::new();
    let (set, quietly) = SET.get_or_try_init(py, || {
        let quietly = PyDict::new(py);
        quietly.set_item("warn_on_full_buffer", false)?;
        let set = py.import("signal")?.getattr("set_wakeup_fd")?;
        PyResult::Ok((set.unbind(), quietly.unbind()))
    })?;
    set.bind(py).call((number,), Some(quietly.bind(py)))?.extract()
}

//! Waiting: on the calling thread, without the interpreter's lock and open to signals; or on a thread of our own that
//! calls back when it is done, for event loops.

use crate::signals::Signals;
use pyo3::prelude::*;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use tokio::task::AbortHandle;

/// What drives connections. None only while it is being dropped.
pub(crate) struct Runtime {
    tokio: Option<tokio::runtime::Runtime>,
    signals: Signals,
}

impl Runtime {
    /// With a thread of its own (`background`), or driven by whoever waits.
    pub(crate) fn new(background: bool) -> PyResult<Self> {
        let mut builder = match background {
            true => tokio::runtime::Builder::new_multi_thread(),
            false => tokio::runtime::Builder::new_current_thread(),
        };
        let tokio = Some(builder.worker_threads(1).enable_all().build()?);
        Ok(Runtime { tokio, signals: Signals::default() })
    }

    pub(crate) fn tokio(&self) -> PyResult<&tokio::runtime::Runtime> {
        self.tokio.as_ref().ok_or_else(|| pyo3::exceptions::PyRuntimeError::new_err("closed"))
    }

    /// Waits on this thread. Other threads run meanwhile, and signals are handled: what a handler raises ends the wait.
    pub(crate) fn wait<F>(&self, py: Python<'_>, future: F) -> PyResult<F::Output>
    where
        F: Future<Output: Send> + Send,
    {
        let runtime = self.tokio()?;
        let mut future = pin!(future);
        let hearing = {
            let _entered = runtime.enter();
            self.signals.listen(py)?
        };
        let done = loop {
            // A signal may have come before it could be heard.
            if let Err(raised) = py.check_signals() {
                break Err(raised);
            }
            let waited = py.detach(|| {
                runtime.block_on(async {
                    let mut heard = pin!(hearing.heard());
                    poll_fn(|cx| match future.as_mut().poll(cx) {
                        Poll::Ready(done) => Poll::Ready(Some(done)),
                        Poll::Pending => heard.as_mut().poll(cx).map(|()| None),
                    })
                    .await
                })
            });
            if let Some(done) = waited {
                break Ok(done);
            }
        };
        let ended = hearing.end(py);
        done.and_then(|done| ended.map(|()| done))
    }

    /// Calls `callback(value, exception)`, one of them `None`, from another thread, when the future is done.
    pub(crate) fn call_back<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
        convert: impl FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>> + Send + 'static,
        callback: Py<PyAny>,
    ) -> PyResult<Waiting> {
        let task = self.tokio()?.spawn(async move {
            let done = future.await;
            // If the interpreter is ending there is nobody to tell.
            Python::try_attach(|py| {
                let told = match convert(py, done) {
                    Ok(value) => callback.call1(py, (value, py.None())),
                    Err(error) => callback.call1(py, (py.None(), error.into_value(py))),
                };
                // An event loop that is closed takes no calls, and waits for none.
                drop(told);
            });
        });
        Ok(Waiting(task.abort_handle()))
    }
}

impl Drop for Runtime {
    /// Without waiting: its thread may want the interpreter's lock, which is ours.
    fn drop(&mut self) {
        if let Some(runtime) = self.tokio.take() {
            runtime.shutdown_background();
        }
    }
}

/// Something that is waited for elsewhere.
#[pyclass(frozen, module = "tidings._native")]
pub(crate) struct Waiting(AbortHandle);

#[pymethods]
impl Waiting {
    /// Gives it up, if it is not done.
    fn cancel(&self) {
        self.0.abort();
    }
}

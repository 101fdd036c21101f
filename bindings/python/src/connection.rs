//! An account at a server, and calls.

use crate::events::Events;
use crate::failure;
use crate::json;
use crate::runtime::{Runtime, Waiting};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::future::Future;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tidings_client::types::endpoints::events::RegisterQueueRequest;
use tidings_client::{
    Brand, Client, ClientBuilder, Config, Error, EventOptions, Method, Pacing, Params, RawAnswer, StateFile, Upload,
};

/// How often a patient call is sent at most.
const TRIES_MAX: u32 = 6;

/// What a call is: method, path below `/api/v1/`, parameters, files, and seconds until it is given up.
type Sent = (String, String, Vec<(String, String)>, Vec<(String, Vec<u8>)>, Option<f64>);

/// A client and what drives it.
struct Link {
    process: u32,
    client: Client,
    runtime: Arc<Runtime>,
    /// Whether the server ever answered.
    reached: Arc<AtomicBool>,
}

/// An account at a server.
#[pyclass(frozen, module = "tidings._native")]
pub(crate) struct Connection {
    config: Config,
    background: bool,
    link: Mutex<Arc<Link>>,
}

#[pymethods]
impl Connection {
    #[new]
    #[pyo3(signature = (env_prefix, rc_name, user_agent, *, background, config_file=None, email=None, api_key=None,
        site=None, insecure=None, cert_bundle=None, client_cert=None, client_cert_key=None, proxy=None))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords of Python")]
    fn new(
        py: Python<'_>,
        env_prefix: String,
        rc_name: String,
        user_agent: String,
        background: bool,
        config_file: Option<PathBuf>,
        email: Option<String>,
        api_key: Option<String>,
        site: Option<String>,
        insecure: Option<bool>,
        cert_bundle: Option<String>,
        client_cert: Option<String>,
        client_cert_key: Option<String>,
        proxy: Option<String>,
    ) -> PyResult<Self> {
        let mut builder = ClientBuilder::new().brand(Brand { env_prefix, rc_name, user_agent });
        if let Some(path) = config_file {
            builder = builder.config_file(path);
        }
        if let Some(insecure) = insecure {
            builder = builder.insecure(insecure);
        }
        type Set = fn(ClientBuilder, String) -> ClientBuilder;
        let given: [(Option<String>, Set); 7] = [
            (email, ClientBuilder::email),
            (api_key, ClientBuilder::api_key),
            (site, ClientBuilder::site),
            (cert_bundle, ClientBuilder::cert_bundle),
            (client_cert, ClientBuilder::client_cert),
            (client_cert_key, ClientBuilder::client_cert_key),
            (proxy, ClientBuilder::proxy),
        ];
        for (value, set) in given {
            if let Some(value) = value {
                builder = set(builder, value);
            }
        }
        let config = builder.config().map_err(|error| failure::exception(py, &error.into()))?;
        let link = Mutex::new(Arc::new(connect(py, &config, background)?));
        Ok(Connection { config, background, link })
    }

    /// The account's API address.
    #[getter]
    fn email(&self) -> &str {
        &self.config.email
    }

    /// The account's key.
    #[getter]
    fn api_key(&self) -> &str {
        &self.config.key
    }

    /// The server, without a slash at the end.
    #[getter]
    fn site(&self) -> &str {
        &self.config.site
    }

    /// Whether any certificate is accepted.
    #[getter]
    fn insecure(&self) -> bool {
        self.config.insecure
    }

    /// Calls an endpoint and waits: the HTTP status, the JSON of the answer or `None` if it is none, and why
    /// it is none where that is known.
    fn call(&self, py: Python<'_>, sent: Sent, patient: bool) -> PyResult<Py<PyAny>> {
        let link = self.link(py)?;
        let calling = link.calling(sent, patient)?;
        answer(py, link.runtime.wait(py, calling)?)
    }

    /// As `call`, and does not wait: `callback(answer, exception)` is called from another thread.
    fn call_later(&self, py: Python<'_>, sent: Sent, patient: bool, callback: Py<PyAny>) -> PyResult<Waiting> {
        let link = self.link(py)?;
        let calling = link.calling(sent, patient)?;
        link.runtime.call_back(calling, answer, callback)
    }

    /// Follows a queue that is registered with exactly these parameters.
    #[pyo3(signature = (params, state_file=None, queue_name=None))]
    fn events(
        &self,
        py: Python<'_>,
        params: Vec<(String, String)>,
        state_file: Option<PathBuf>,
        queue_name: Option<String>,
    ) -> PyResult<Events> {
        let link = self.link(py)?;
        let mut options = EventOptions::registering(RegisterQueueRequest::new());
        options.more = params.into_iter().collect::<Params>();
        if let Some(name) = queue_name {
            options = options.queue_name(name);
        }
        if let Some(path) = state_file {
            let file = StateFile::open(path).map_err(|error| failure::exception(py, &Error::Resume(error.into())))?;
            options = options.resume(file);
        }
        Ok(Events::new(&link.client, options, Arc::clone(&link.runtime)))
    }
}

impl Connection {
    /// The client of this process: connections do not survive a fork.
    fn link(&self, py: Python<'_>) -> PyResult<Arc<Link>> {
        let mut link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
        if link.process != std::process::id() {
            let new = Arc::new(connect(py, &self.config, self.background)?);
            // Its sockets are still the parent's; to end them here would end them there.
            std::mem::forget(std::mem::replace(&mut *link, new));
        }
        Ok(Arc::clone(&link))
    }
}

fn connect(py: Python<'_>, config: &Config, background: bool) -> PyResult<Link> {
    let client = Client::new(config.clone()).map_err(|error| failure::exception(py, &error))?;
    let (runtime, reached) = (Arc::new(Runtime::new(background)?), Arc::default());
    Ok(Link { process: std::process::id(), client, runtime, reached })
}

impl Link {
    /// A patient call that only reads is repeated while there is no answer, if there ever was one.
    fn calling(
        &self,
        (method, path, params, files, timeout): Sent,
        patient: bool,
    ) -> PyResult<impl Future<Output = Result<RawAnswer, Error>> + Send + 'static> {
        let method = match method.to_ascii_uppercase().as_str() {
            "GET" => Method::Get,
            "POST" => Method::Post,
            "PUT" => Method::Put,
            "PATCH" => Method::Patch,
            "DELETE" => Method::Delete,
            _ => return Err(PyValueError::new_err(format!("no such method: {method}"))),
        };
        let timeout = timeout.map(Duration::try_from_secs_f64).transpose();
        let timeout = timeout.map_err(|error| PyValueError::new_err(format!("timeout: {error}")))?;
        let patient = patient && method == Method::Get;
        let (client, reached) = (self.client.clone(), Arc::clone(&self.reached));
        let params: Params = params.into_iter().collect();
        let files: Vec<Upload> = files.into_iter().map(|(name, content)| Upload { name, content }).collect();
        Ok(async move {
            let pacing = Pacing::default();
            let mut tries = 0;
            loop {
                let answer = client.call_raw(method, &path, params.clone(), &files, timeout).await;
                let failed = match &answer {
                    Ok(answer) => answer.status >= 500,
                    Err(error) => matches!(error, Error::Unreachable { .. }) && reached.load(Ordering::Relaxed),
                };
                tries += 1;
                if !failed || !patient || tries == TRIES_MAX {
                    reached.fetch_or(answer.is_ok(), Ordering::Relaxed);
                    return answer;
                }
                tokio::time::sleep(pacing.pause(tries)).await;
            }
        })
    }
}

fn answer(py: Python<'_>, answer: Result<RawAnswer, Error>) -> PyResult<Py<PyAny>> {
    let answer = match answer {
        Ok(answer) => (answer.status, json::parse(py, &answer.body), String::new()),
        Err(Error::Unexpected { status, reason, .. }) => (status, None, reason),
        Err(error) => return Err(failure::exception(py, &error)),
    };
    Ok(answer.into_pyobject(py)?.into_any().unbind())
}

//! Calls: a request, and what its answer means.

use crate::config::{ClientBuilder, Config};
use crate::error::Error;
use crate::multipart;
use crate::params::Params;
use crate::transport::{Http, Incoming, Outgoing, Transport};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tidings_types::endpoint::{Endpoint, Method};
use tidings_types::params::Request;

/// What stays as it is in a segment of a path.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'@');

/// An answer as it came: what it means is for the caller to know.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RawAnswer {
    /// HTTP status.
    pub status: u16,
    /// How long the server wants to be left alone.
    pub retry_after: Option<Duration>,
    /// What this API answers with is a JSON object; what is in front of a server may answer with anything.
    pub body: Vec<u8>,
}

/// A file to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its name, without folders.
    pub name: String,
    /// What is in it.
    pub content: Vec<u8>,
}

/// An account at a server. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    transport: Box<dyn Transport>,
    email: String,
    site: String,
    timeout: Duration,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("email", &self.inner.email).field("site", &self.inner.site).finish()
    }
}

impl Client {
    /// With what is configured. Sends nothing yet.
    ///
    /// # Errors
    /// Certificates that cannot be read, and a proxy that is no address.
    pub fn new(config: Config) -> Result<Self, Error> {
        let transport = Box::new(Http::new(&config)?);
        Ok(Self::over(transport, config))
    }

    pub(crate) fn over(transport: Box<dyn Transport>, config: Config) -> Self {
        let Config { email, site, timeout, .. } = config;
        Client { inner: Arc::new(Inner { transport, email, site, timeout }) }
    }

    /// With what the environment and `~/.zuliprc` say; see [`ClientBuilder`].
    ///
    /// # Errors
    /// As [`ClientBuilder::build`].
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::new().build()
    }

    /// To say more than the environment and the file do.
    #[must_use]
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// The server, without a slash at the end.
    #[must_use]
    pub fn site(&self) -> &str {
        &self.inner.site
    }

    /// The account's API address, as it was configured.
    #[must_use]
    pub fn email(&self) -> &str {
        &self.inner.email
    }

    /// Calls an endpoint by its definition in [`tidings_types::endpoints`].
    ///
    /// ```no_run
    /// # async fn example(client: tidings_client::Client) -> Result<(), tidings_client::Error> {
    /// use tidings_client::types::endpoints::messages::{Addressee, MessageType, SendMessage, SendMessageRequest};
    /// let mut message =
    ///     SendMessageRequest::new(MessageType::Channel, Addressee::Name("Denmark".into()), "Hello".into());
    /// message.topic = Some("castle".into());
    /// println!("{}", client.send::<SendMessage>(&message).await?.id);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`Client::call`], and [`Error::Unexpected`] for an answer of another shape.
    pub async fn send<E: Endpoint>(&self, request: &E::Request) -> Result<E::Response, Error>
    where
        E::Response: DeserializeOwned,
    {
        let mut params: Vec<(String, String)> =
            request.encode().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let path = fill_path(E::METADATA.path, &mut params);
        let answer = self.exchange(E::METADATA.method, &path, params, self.inner.timeout).await?;
        serde_json::from_value(Value::Object(answer)).map_err(|error| self.unexpected(200, error.to_string()))
    }

    /// Calls any endpoint: the path is that below `/api/v1`, as in `/users/me`. The answer is everything that came
    /// with `"result": "success"`. Sent once: whether it is safe to repeat is for the caller to know.
    ///
    /// # Errors
    /// [`Error::Refused`] where the server says no, [`Error::Unreachable`] where there is no answer,
    /// [`Error::Unexpected`] where it is none of this API.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        params: impl Into<Params>,
    ) -> Result<Map<String, Value>, Error> {
        self.exchange(method, path, params.into().texts(), self.inner.timeout).await
    }

    /// As [`Client::call`], with a file.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub async fn call_with_file(
        &self,
        method: Method,
        path: &str,
        params: impl Into<Params>,
        file: Upload,
    ) -> Result<Map<String, Value>, Error> {
        let incoming = self.send_out(method, path, params.into().texts(), &[file], self.inner.timeout).await?;
        self.read(incoming)
    }

    /// As [`Client::call`], and does not look into the answer: a refusal is an answer as well. Files travel with `POST`,
    /// `PUT` and `PATCH`. `timeout` takes the place of the configured one.
    ///
    /// # Errors
    /// [`Error::Unreachable`] where there is no answer, [`Error::Unexpected`] where the answer leads elsewhere.
    pub async fn call_raw(
        &self,
        method: Method,
        path: &str,
        params: impl Into<Params>,
        files: &[Upload],
        timeout: Option<Duration>,
    ) -> Result<RawAnswer, Error> {
        let timeout = timeout.unwrap_or(self.inner.timeout);
        let incoming = self.send_out(method, path, params.into().texts(), files, timeout).await?;
        let Incoming { status, retry_after, body, .. } = incoming;
        Ok(RawAnswer { status, retry_after, body })
    }

    pub(crate) async fn exchange(
        &self,
        method: Method,
        path: &str,
        params: Vec<(String, String)>,
        timeout: Duration,
    ) -> Result<Map<String, Value>, Error> {
        let incoming = self.send_out(method, path, params, &[], timeout).await?;
        self.read(incoming)
    }

    /// Sends a request and waits for the answer, whatever it says.
    pub(crate) async fn send_out(
        &self,
        method: Method,
        path: &str,
        params: Vec<(String, String)>,
        files: &[Upload],
        timeout: Duration,
    ) -> Result<Incoming, Error> {
        let slash = if path.starts_with('/') { "" } else { "/" };
        let mut path = format!("/api/v1{slash}{path}");
        let mut body = None;
        if !files.is_empty() {
            body = Some(multipart::encode(&params, files));
        } else {
            let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish();
            if !matches!(method, Method::Get | Method::Delete) {
                body = Some(("application/x-www-form-urlencoded".to_owned(), encoded.into_bytes()));
            } else if !encoded.is_empty() {
                path = format!("{path}?{encoded}");
            }
        }
        let outgoing = Outgoing { method, path, body, timeout };
        let answer = self.inner.transport.send(outgoing).await;
        let incoming = answer.map_err(|reason| Error::Unreachable { site: self.inner.site.clone(), reason })?;
        match incoming.location {
            Some(to) if (300..400).contains(&incoming.status) => {
                Err(self.unexpected(incoming.status, format!("it redirects to {to}; make that the site")))
            }
            _ => Ok(incoming),
        }
    }

    pub(crate) fn read(&self, incoming: Incoming) -> Result<Map<String, Value>, Error> {
        let Incoming { status, retry_after, body, .. } = incoming;
        let unexpected = |reason| Error::Unexpected { site: self.inner.site.clone(), status, reason, retry_after };
        let Ok(Value::Object(body)) = serde_json::from_slice(&body) else {
            return Err(unexpected(format!("HTTP status {status} and no JSON object; check the site")));
        };
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        match text("result").as_str() {
            "success" if (200..300).contains(&status) => Ok(body),
            "error" => {
                let in_body = body.get("retry-after").and_then(Value::as_f64);
                let in_body = in_body.and_then(|secs| Duration::try_from_secs_f64(secs).ok());
                let (code, msg) = (text("code"), text("msg"));
                Err(Error::Refused { status, code, msg, retry_after: in_body.or(retry_after), body })
            }
            _ => Err(unexpected(format!("HTTP status {status} and neither success nor error; check the site"))),
        }
    }

    pub(crate) fn unexpected(&self, status: u16, reason: String) -> Error {
        Error::Unexpected { site: self.inner.site.clone(), status, reason, retry_after: None }
    }
}

/// Puts the parameters that are part of the path there.
fn fill_path(template: &str, params: &mut Vec<(String, String)>) -> String {
    let mut path = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some((before, tail)) = rest.split_once('{') {
        let (name, after) = tail.split_once('}').unwrap_or((tail, ""));
        path.push_str(before);
        if let Some(at) = params.iter().position(|(known, _)| known == name) {
            path.extend(percent_encoding::utf8_percent_encode(&params.remove(at).1, SEGMENT));
        }
        rest = after;
    }
    path.push_str(rest);
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_the_path_are_put_there() {
        let mut params = vec![("a".to_owned(), "x/y z".to_owned()), ("b".to_owned(), "2".to_owned())];
        assert_eq!(fill_path("/p/{a}/q", &mut params), "/p/x%2Fy%20z/q");
        assert_eq!(params, [("b".to_owned(), "2".to_owned())]);
    }
}

//! One request and its answer over HTTP. What the answer means is [`crate::client`]'s business.

use crate::config::Config;
use crate::error::{ConfigError, Error};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER};
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;
use tidings_types::endpoint::Method;

/// The largest answer that is read. The state of ten thousand users is a few megabytes.
const ANSWER_BYTES_MAX: usize = 64 << 20;

/// Room is made for as much as is announced, but no more than this.
const ANNOUNCED_BYTES_MAX: usize = 4 << 20;

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// What is sent.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    /// Below the site, with the query.
    pub(crate) path: String,
    /// What goes into the body, after its type.
    pub(crate) body: Option<(String, Vec<u8>)>,
    /// How long the whole of it may take.
    pub(crate) timeout: Duration,
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Incoming {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    /// Where the server wants us to go instead.
    pub(crate) location: Option<String>,
    pub(crate) body: Vec<u8>,
}

pub(crate) type Answering<'a> = Pin<Box<dyn Future<Output = Result<Incoming, String>> + Send + 'a>>;

/// Something that carries requests. There is one for real, and one for tests of time.
pub(crate) trait Transport: Send + Sync {
    /// Sends and reads the whole answer; the error says in words why there is none.
    fn send(&self, outgoing: Outgoing) -> Answering<'_>;
}

/// The real one.
pub(crate) struct Http {
    client: reqwest::Client,
    site: String,
    authorization: HeaderValue,
}

impl Http {
    pub(crate) fn new(config: &Config) -> Result<Self, Error> {
        // Left alone if the program chose a provider itself.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .user_agent(&config.user_agent)
            // A redirected POST would lose its parameters, and a redirect elsewhere would get our key.
            .redirect(reqwest::redirect::Policy::none())
            .tls_danger_accept_invalid_certs(config.insecure);
        if let Some(path) = &config.cert_bundle {
            let authorities = reqwest::Certificate::from_pem_bundle(&read("the `cert_bundle`", path)?);
            builder = builder.tls_certs_only(authorities.map_err(|error| invalid(path, &error))?);
        }
        if let Some(path) = &config.client_cert {
            let mut pem = read("the `client_cert`", path)?;
            if let Some(path) = &config.client_cert_key {
                pem.push(b'\n');
                pem.extend(read("the `client_cert_key`", path)?);
            }
            builder = builder.identity(reqwest::Identity::from_pem(&pem).map_err(|error| invalid(path, &error))?);
        }
        if let Some(url) = &config.proxy {
            let wrong = |error: reqwest::Error| ConfigError::Invalid { origin: "proxy".into(), what: reason(&error) };
            builder = builder.proxy(reqwest::Proxy::all(url).map_err(wrong)?);
        }
        let wrong =
            |error: reqwest::Error| ConfigError::Invalid { origin: "the connection".into(), what: reason(&error) };
        Ok(Http {
            client: builder.build().map_err(wrong)?,
            site: config.site.clone(),
            authorization: basic(&config.email, &config.key)?,
        })
    }

    async fn exchange(&self, outgoing: Outgoing) -> Result<Incoming, String> {
        let method = match outgoing.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Patch => reqwest::Method::PATCH,
            Method::Delete => reqwest::Method::DELETE,
        };
        let url = format!("{}{}", self.site, outgoing.path);
        let mut request = self.client.request(method, url).header(AUTHORIZATION, self.authorization.clone());
        if let Some((content_type, body)) = outgoing.body {
            request = request.header(CONTENT_TYPE, content_type).body(body);
        }
        let mut response = request.send().await.map_err(|error| reason(&error))?;
        let announced = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or_default();
        let mut body = Vec::with_capacity(announced.min(ANNOUNCED_BYTES_MAX));
        while let Some(chunk) = response.chunk().await.map_err(|error| reason(&error))? {
            if body.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err(format!("the answer is larger than {ANSWER_BYTES_MAX} bytes"));
            }
            body.extend_from_slice(&chunk);
        }
        let header = |name| text(response.headers(), name);
        Ok(Incoming {
            status: response.status().as_u16(),
            retry_after: header(RETRY_AFTER).and_then(|value| wait_of(&value, header(DATE).as_deref())),
            location: header(LOCATION),
            body,
        })
    }
}

impl Transport for Http {
    fn send(&self, outgoing: Outgoing) -> Answering<'_> {
        let timeout = outgoing.timeout;
        Box::pin(async move {
            let exchange = tokio::time::timeout(timeout, self.exchange(outgoing));
            exchange.await.unwrap_or_else(|_| Err(format!("no answer within {} seconds", timeout.as_secs_f32())))
        })
    }
}

fn basic(email: &str, key: &str) -> Result<HeaderValue, ConfigError> {
    let request = reqwest::Client::new().get("http://localhost").basic_auth(email, Some(key)).build();
    let header = request.ok().and_then(|request| request.headers().get(AUTHORIZATION).cloned());
    header.ok_or_else(|| ConfigError::Invalid { origin: "email".into(), what: "it cannot be sent".into() })
}

fn read(what: &'static str, path: &Path) -> Result<Vec<u8>, ConfigError> {
    std::fs::read(path).map_err(|error| ConfigError::Unreadable { what, file: path.to_owned(), error })
}

fn invalid(path: &Path, error: &reqwest::Error) -> ConfigError {
    ConfigError::Invalid { origin: path.display().to_string(), what: reason(error) }
}

/// The innermost cause: the outer ones say only that something failed, and repeat the address.
fn reason(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

fn text(headers: &HeaderMap, name: reqwest::header::HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// What `Retry-After` says: seconds, or a date by the clock that also dated the answer. Ours may be set wrongly; it
/// counts only where the answer has no date.
#[expect(clippy::disallowed_methods, reason = "the server speaks of the wall clock")]
fn wait_of(value: &str, date: Option<&str>) -> Option<Duration> {
    if let Ok(secs) = value.trim().parse::<f64>() {
        return Duration::try_from_secs_f64(secs).ok();
    }
    let at = httpdate::parse_http_date(value).ok()?;
    let now = date.and_then(|date| httpdate::parse_http_date(date).ok()).unwrap_or_else(std::time::SystemTime::now);
    Some(at.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(wait_of("2.5", None), Some(Duration::from_millis(2500)));
        assert_eq!(wait_of("Thu, 01 Jan 1970 00:00:00 GMT", None), Some(Duration::ZERO));
        let (later, date) = ("Fri, 01 Jan 2100 00:02:00 GMT", Some("Fri, 01 Jan 2100 00:00:00 GMT"));
        assert_eq!(wait_of(later, date), Some(Duration::from_secs(120)));
        assert_eq!((wait_of("soon", None), wait_of("-1", None)), (None, None));
    }
}

//! Who we are and where the server is: given explicitly, by the environment, or by a file, in this order.
//!
//! # Layout
//! - this file: what is configured, and the builder. [`rc_file`]: the file. [`source`]: where each value comes from.

use crate::Client;
use crate::error::{ConfigError, Error};
use source::Source;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

pub mod rc_file;
mod source;

/// How long a call may take unless something else is said. Polls have a time of their own.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// The names a distribution uses for its environment variables and its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brand {
    /// Before each variable: `ZULIP` makes `ZULIP_EMAIL`.
    pub env_prefix: String,
    /// The file in the home folder, with or without a dot before it.
    pub rc_name: String,
    /// Names the program to the server, as in `name/version`.
    pub user_agent: String,
}

impl Default for Brand {
    /// What programs for this API use already: `ZULIP_…` and `~/.zuliprc`.
    fn default() -> Self {
        Brand {
            env_prefix: "ZULIP".to_owned(),
            rc_name: "zuliprc".to_owned(),
            user_agent: concat!("tidings-client/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// Everything that a [`Client`] needs to know, complete and checked.
#[derive(Clone, PartialEq, Eq)]
pub struct Config {
    /// The account's API address.
    pub email: String,
    /// Its key. A secret; not shown by `Debug`.
    pub key: String,
    /// The server, as in `https://chat.example.com`, without a slash at the end.
    pub site: String,
    /// Accept any certificate.
    pub insecure: bool,
    /// Trust these authorities (PEM) and no others.
    pub cert_bundle: Option<PathBuf>,
    /// Show this certificate (PEM).
    pub client_cert: Option<PathBuf>,
    /// Its key (PEM), if it is in a file of its own.
    pub client_cert_key: Option<PathBuf>,
    /// Go through this proxy. Without it, through what `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` say.
    pub proxy: Option<String>,
    /// What names the program to the server.
    pub user_agent: String,
    /// How long a call may take; see [`CALL_TIMEOUT`].
    pub timeout: Duration,
}

impl Config {
    /// With explicit credentials, and nothing special.
    ///
    /// # Errors
    /// The site is not an address.
    pub fn new(email: impl Into<String>, key: impl Into<String>, site: &str) -> Result<Self, ConfigError> {
        Ok(Config {
            email: email.into(),
            key: key.into(),
            site: source::normalize_site(site).map_err(|what| ConfigError::Invalid { origin: "site".into(), what })?,
            insecure: false,
            cert_bundle: None,
            client_cert: None,
            client_cert_key: None,
            proxy: None,
            user_agent: Brand::default().user_agent,
            timeout: CALL_TIMEOUT,
        })
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config").field("email", &self.email).field("site", &self.site).finish_non_exhaustive()
    }
}

/// Collects what is known explicitly; the rest comes from the environment and the file.
///
/// | method | variable | key in `[api]` |
/// |---|---|---|
/// | [`config_file`](Self::config_file) | `ZULIP_CONFIG` | |
/// | [`email`](Self::email) | `ZULIP_EMAIL` | `email` |
/// | [`api_key`](Self::api_key) | `ZULIP_API_KEY` | `key` |
/// | [`site`](Self::site) | `ZULIP_SITE` | `site` |
/// | [`insecure`](Self::insecure) | `ZULIP_ALLOW_INSECURE` | `insecure` (`true` or `false`) |
/// | [`cert_bundle`](Self::cert_bundle) | `ZULIP_CERT_BUNDLE` | `cert_bundle` |
/// | [`client_cert`](Self::client_cert) | `ZULIP_CLIENT_CERT`, `ZULIP_CERT` | `client_cert` |
/// | [`client_cert_key`](Self::client_cert_key) | `ZULIP_CLIENT_CERT_KEY`, `ZULIP_CERT_KEY` | `client_cert_key` |
///
/// The file is `~/.zuliprc`, or else `~/zuliprc`. It need not exist if address and key come from elsewhere.
#[derive(Clone, Debug, Default)]
pub struct ClientBuilder {
    brand: Brand,
    config_file: Option<PathBuf>,
    values: Source,
    insecure: Option<bool>,
    proxy: Option<String>,
    user_agent: Option<String>,
    timeout: Option<Duration>,
}

impl ClientBuilder {
    /// Nothing explicit.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Other names for variables and file.
    #[must_use]
    pub fn brand(mut self, brand: Brand) -> Self {
        self.brand = brand;
        self
    }

    /// The file to read; `~` is the home folder.
    #[must_use]
    pub fn config_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.config_file = Some(path.into());
        self
    }

    /// The account's API address.
    #[must_use]
    pub fn email(mut self, email: impl Into<String>) -> Self {
        self.values.set("email", email.into());
        self
    }

    /// The account's key.
    #[must_use]
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.values.set("key", key.into());
        self
    }

    /// The server. `https` where no scheme is given, `http` for `localhost`; `/api` at the end is not needed.
    #[must_use]
    pub fn site(mut self, site: impl Into<String>) -> Self {
        self.values.set("site", site.into());
        self
    }

    /// Accept any certificate.
    #[must_use]
    pub fn insecure(mut self, insecure: bool) -> Self {
        self.insecure = Some(insecure);
        self
    }

    /// Trust the authorities in this PEM file and no others.
    #[must_use]
    pub fn cert_bundle(mut self, path: impl Into<String>) -> Self {
        self.values.set("cert_bundle", path.into());
        self
    }

    /// Show the certificate in this PEM file.
    #[must_use]
    pub fn client_cert(mut self, path: impl Into<String>) -> Self {
        self.values.set("client_cert", path.into());
        self
    }

    /// The certificate's key, if it is in a file of its own.
    #[must_use]
    pub fn client_cert_key(mut self, path: impl Into<String>) -> Self {
        self.values.set("client_cert_key", path.into());
        self
    }

    /// Go through this proxy, as in `http://proxy.example.com:3128`.
    #[must_use]
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// What names the program to the server; the first word becomes the `client` of its messages.
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// How long a call may take.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Looks everything up; sends nothing.
    ///
    /// # Errors
    /// Names the file or the variable, and the key that is missing or wrong in it.
    pub fn config(self) -> Result<Config, ConfigError> {
        self.config_with(|name| std::env::var(name).ok())
    }

    /// A client; sends nothing yet.
    ///
    /// # Errors
    /// As [`ClientBuilder::config`], and certificates that cannot be read.
    pub fn build(self) -> Result<Client, Error> {
        Client::new(self.config()?)
    }

    fn config_with(self, variable: impl Fn(&str) -> Option<String>) -> Result<Config, ConfigError> {
        let ClientBuilder { brand, config_file, values, insecure, proxy, user_agent, timeout } = self;
        let found = source::Lookup::new(&brand, config_file, values, &variable)?;
        let site = found.required("site", "site")?;
        let site =
            source::normalize_site(&site.text).map_err(|what| ConfigError::Invalid { origin: site.origin, what })?;
        let config = Config {
            email: found.required("email", "e-mail address")?.text,
            key: found.required("key", "API key")?.text,
            site,
            insecure: insecure.map_or_else(|| found.boolean("insecure"), Ok)?,
            cert_bundle: found.path("cert_bundle"),
            client_cert: found.path("client_cert"),
            client_cert_key: found.path("client_cert_key"),
            proxy,
            user_agent: user_agent.unwrap_or_else(|| brand.user_agent.clone()),
            timeout: timeout.unwrap_or(CALL_TIMEOUT),
        };
        if let (None, Some(key)) = (&config.client_cert, found.find("client_cert_key")) {
            let what = "a key without a certificate; name that as `client_cert`".to_owned();
            return Err(ConfigError::Invalid { origin: key.origin, what });
        }
        Ok(config)
    }
}

#[cfg(test)]
mod tests;

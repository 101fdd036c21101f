//! Calls the public API, as any client does.
//!
//! # Layout
//! - this file: one call. [`events`]: following an event queue.

pub(crate) mod events;

use crate::args::AccountArgs;
use crate::failure::{Failure, Refusal};
use crate::zuliprc::Zuliprc;
use anyhow::{Context, Result, bail};
use base64::Engine;
use serde_json::{Map, Value};
use std::path::PathBuf;
use std::time::Duration;
use ureq::Agent;

/// How long a call may take. Polls take up to a minute, and then a little.
const TIMEOUT_SECS: u64 = 120;

/// An account at a server.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    agent: Agent,
    authorization: String,
    site: String,
}

/// How a call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
}

impl Api {
    /// With the credentials of a zuliprc.
    pub(crate) fn new(rc: &Zuliprc) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(TIMEOUT_SECS)))
            .user_agent(concat!("tidings-cli/", env!("CARGO_PKG_VERSION")))
            .build();
        let encoded = base64::engine::general_purpose::STANDARD.encode(format!("{}:{}", rc.email, rc.key));
        Api { agent: config.into(), authorization: format!("Basic {encoded}"), site: rc.site.clone() }
    }

    /// As the options and the environment say; see [`AccountArgs`].
    pub(crate) fn from_args(args: &AccountArgs) -> Result<Self> {
        if let (Some(email), Some(key), Some(site)) = (&args.email, &args.api_key, &args.site) {
            let site = site.trim_end_matches('/').to_owned();
            return Ok(Api::new(&Zuliprc { email: email.clone(), key: key.clone(), site }));
        }
        let path = args.config_file.clone().map_or_else(default_zuliprc, Ok)?;
        let text = std::fs::read_to_string(&path).with_context(|| {
            format!("cannot read {}; name a zuliprc with --config-file or in ZULIP_CONFIG", path.display())
        })?;
        let mut rc = Zuliprc::parse(&text).with_context(|| format!("{} is not a zuliprc", path.display()))?;
        if let Some(site) = &args.site {
            rc.site = site.trim_end_matches('/').to_owned();
        }
        Ok(Api::new(&rc))
    }

    /// Calls an endpoint; the answer is what came with `"result": "success"`.
    pub(crate) fn call(&self, method: Method, path: &str, params: &[(&str, String)]) -> Result<Map<String, Value>> {
        let url = format!("{}/api/v1{path}", self.site);
        let pairs = params.iter().map(|(name, value)| (*name, value.as_str()));
        let sent = match method {
            Method::Get => self.agent.get(&url).header("authorization", &self.authorization).query_pairs(pairs).call(),
            Method::Post => self.agent.post(&url).header("authorization", &self.authorization).send_form(pairs),
        };
        let read = sent.and_then(|mut response| response.body_mut().with_config().limit(64 << 20).read_to_string());
        let body = read.map_err(|error| self.unreachable(&error))?;
        match serde_json::from_str(&body) {
            Ok(Value::Object(answer)) => checked(answer),
            _ => bail!("{} does not answer as a server of this API does; check the site", self.site),
        }
    }

    fn unreachable(&self, error: &ureq::Error) -> Failure {
        Failure::Unreachable(format!("cannot reach {}: {error}; is the server running there?", self.site))
    }
}

fn checked(answer: Map<String, Value>) -> Result<Map<String, Value>> {
    let text = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    if text("result") == "success" {
        return Ok(answer);
    }
    let retry_after = answer.get("retry-after").and_then(Value::as_f64);
    Err(Failure::Refused(Refusal { code: text("code"), text: text("msg"), retry_after }).into())
}

fn default_zuliprc() -> Result<PathBuf> {
    let home = std::env::home_dir().context("there is no home folder; name a zuliprc with --config-file")?;
    Ok(home.join(".zuliprc"))
}

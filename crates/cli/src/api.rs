//! Calls the public API, as any client does.

use crate::args::AccountArgs;
use crate::zuliprc::Zuliprc;
use anyhow::{Context, Result};
use std::future::Future;
use tidings_client::{Client, ClientBuilder};

/// With the credentials of a zuliprc.
pub(crate) fn client_of(rc: &Zuliprc) -> Result<Client> {
    build(builder().email(&rc.email).api_key(&rc.key).site(&rc.site))
}

/// As the options, the environment and the zuliprc say, in this order; see [`AccountArgs`].
pub(crate) fn client(args: &AccountArgs) -> Result<Client> {
    let AccountArgs { config_file, email, api_key, site } = args;
    let mut builder = builder();
    if let Some(path) = config_file {
        builder = builder.config_file(path);
    }
    if let Some(email) = email {
        builder = builder.email(email);
    }
    if let Some(key) = api_key {
        builder = builder.api_key(key);
    }
    if let Some(site) = site {
        builder = builder.site(site);
    }
    build(builder)
}

fn builder() -> ClientBuilder {
    Client::builder().user_agent(concat!("tidings-cli/", env!("CARGO_PKG_VERSION")))
}

fn build(builder: ClientBuilder) -> Result<Client> {
    builder.build().context("name an account with --config-file")
}

/// Waits for calls, where no server runs in this process.
pub(crate) fn wait<T>(calls: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.context("cannot start the runtime")?.block_on(calls)
}

//! The beginning of a realm, and of each time it is served.

use crate::config::Config;
use crate::realm::Realm;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tidings_core::change::Change;
use tidings_core::state::realm::{RealmRow, RealmSettings};
use tidings_store::{Batch, Loaded, Store, StoreError};
use tidings_types::ApiError;

/// What a new realm is called and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Founding {
    /// Display name.
    pub name: String,
    /// Where clients reach it, without a slash at the end.
    pub url: String,
    /// Host part of addresses that are made up.
    pub host: String,
}

impl Founding {
    /// As configured. `address` is where the server really listens, which matters if it was told port 0.
    #[must_use]
    pub fn from_config(config: &Config, address: SocketAddr) -> Self {
        let url = config.external_url.clone().unwrap_or_else(|| format!("http://{}", reachable(address)));
        let url = url.trim_end_matches('/').to_owned();
        Founding { name: config.brand.product.clone(), host: host_of(&url), url }
    }
}

/// An address that a client on this machine can use.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = if address.ip().is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { address.ip() };
    SocketAddr::new(ip, address.port())
}

/// The host in a URL, or `localhost` where that is only an address: e-mail addresses are made of it.
pub(crate) fn host_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    let host = if authority.starts_with('[') { "" } else { authority.split(':').next().unwrap_or_default() };
    if host.is_empty() || host.parse::<IpAddr>().is_ok() { "localhost".to_owned() } else { host.to_lowercase() }
}

/// Loads the realm; creates it if the store is empty. Also says whether it was there before.
///
/// # Errors
/// The store fails.
pub fn load_or_create(store: &dyn Store, founding: &Founding, now: i64) -> Result<(Loaded, bool), StoreError> {
    if let Some(loaded) = store.load()? {
        return Ok((loaded, true));
    }
    let row = RealmRow {
        string_id: String::new(),
        name: founding.name.clone(),
        description: String::new(),
        date_created: now,
        imported_at: 0,
        host: founding.host.clone(),
        url: founding.url.clone(),
        settled_until: 0,
        defaults: tidings_types::settings::UserSettings::default(),
        settings: RealmSettings::default(),
    };
    store.commit(&Batch { seq: 0, now, changes: &[Change::Realm(Arc::new(row))], events: &[] })?;
    let loaded = store.load()?;
    let loaded = loaded.ok_or_else(|| StoreError::Database("a new realm was written, but is not there".to_owned()))?;
    Ok((loaded, false))
}

/// Notes where clients now reach the realm. Addresses that were made up stay as they are.
///
/// # Errors
/// The change could not be committed.
pub async fn move_to(realm: &Realm, url: String) -> Result<(), ApiError> {
    if realm.state().realm.url == url {
        return Ok(());
    }
    let change = move |tx: &mut tidings_core::commands::Tx<'_>| {
        let row = RealmRow { url, ..RealmRow::clone(&tx.state.realm) };
        tx.change(Change::Realm(Arc::new(row)));
        Ok(())
    };
    realm.run(change).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_for_addresses_comes_from_the_url() {
        for (url, host) in [
            ("https://chat.Example.org/x", "chat.example.org"),
            ("http://127.0.0.1:9991", "localhost"),
            ("http://[::1]:9991", "localhost"),
            ("http://localhost:80", "localhost"),
        ] {
            assert_eq!(host_of(url), host, "{url}");
        }
    }

    #[test]
    fn an_unspecified_address_is_reached_at_localhost() {
        let config = Config::default();
        let founding = Founding::from_config(&config, SocketAddr::from(([0, 0, 0, 0], 80)));
        assert_eq!(founding.url, "http://127.0.0.1:80");
        let config = Config { external_url: Some("https://chat.example.org/".to_owned()), ..config };
        let founding = Founding::from_config(&config, SocketAddr::from(([0, 0, 0, 0], 80)));
        assert_eq!((founding.url.as_str(), founding.host.as_str()), ("https://chat.example.org", "chat.example.org"));
    }
}

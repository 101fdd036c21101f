//! For tests: a whole server in the test's process, with a realm of fixed people and channels, and clients that
//! speak HTTP to it.
//!
//! ```no_run
//! # async fn example() {
//! let server = tidings_testkit::TestServer::start().await;
//! let hamlet = server.client("hamlet");
//! let queue = hamlet.register(&[("event_types", r#"["message"]"#)]).await;
//! server.client("cordelia").post("/messages", &[("type", "channel"), ("to", "Denmark"), ("topic", "t"), ("content", "hi")]).await.ok();
//! assert_eq!(queue.events().await.len(), 1);
//! # }
//! ```
//!
//! # The realm
//! | name | role | subscribed to |
//! |---|---|---|
//! | desdemona | owner | Denmark |
//! | iago | administrator | Denmark |
//! | shiva | moderator | Denmark |
//! | hamlet | member | Denmark, secret, history |
//! | cordelia | member | Denmark, secret |
//! | othello | member | – |
//! | polonius | guest | Denmark |
//! | hamletbot | generic bot of hamlet | Denmark |
//!
//! Channels: `Denmark` and `Verona` are public, `secret` is private with protected history, `history` is private
//! with shared history, `web` is web-public.
//!
//! # Layout
//! - [`fixture`]: the realm. [`client`]: people who speak HTTP.
//! - [`contract`]: whether answers are what the API's description says.
//! - [`documented`]: the realm in which the examples of the documentation work.
//! - `survival`: whether everything that a test did would be there after a crash; looked at when a server goes away.

pub mod client;
pub mod contract;
pub mod documented;
pub mod fixture;
mod survival;

use client::TestClient;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use tidings_core::change::Change;
use tidings_core::commands::{Tx, api_keys};
use tidings_core::state::realm::RealmSettings;
use tidings_server::clock::Clock;
use tidings_server::files::FileStore;
use tidings_server::http::auth::hash_key;
use tidings_server::imports::{self, ImportError, Report, Source};
use tidings_server::realm::{Realm, WriterThread};
use tidings_server::{App, Config};
use tidings_store::Store;
use tidings_store_sqlite::{SqliteOptions, SqliteStore, Synchronous};
use tidings_types::{ChannelId, UserId};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A server in the test's process.
pub struct TestServer {
    /// Where it listens, without a slash at the end.
    pub url: String,
    /// Its parts.
    pub app: Arc<App>,
    /// Its clock, which tests can move.
    pub clock: Clock,
    dir: Arc<TempDir>,
    config: Config,
    running: Option<Running>,
    http: reqwest::Client,
}

struct Running {
    stop: oneshot::Sender<()>,
    served: JoinHandle<std::io::Result<()>>,
    writer: WriterThread,
}

/// What tests run with: no rate limits, and log-ins without a limit too.
#[must_use]
pub fn test_config() -> Config {
    Config { rate_limit_per_minute: 0, login_limit_per_minute: 0, ..Config::default() }
}

impl TestServer {
    /// A server with the realm described above.
    pub async fn start() -> Self {
        Self::start_with(test_config()).await
    }

    /// The same, configured differently.
    pub async fn start_with(config: Config) -> Self {
        Self::start_in(config, fixture::create).await
    }

    /// A server with a realm that `create` writes.
    async fn start_in(config: Config, create: impl FnOnce(&SqliteStore, &Clock)) -> Self {
        let dir = Arc::new(tempfile::tempdir().expect("a temporary folder"));
        let clock = Clock::default();
        create(&open(&dir), &clock);
        Self::start_on(dir, config, clock).await
    }

    async fn start_on(dir: Arc<TempDir>, config: Config, clock: Clock) -> Self {
        let store = Arc::new(open(&dir));
        let loaded = store.load().expect("the store loads").expect("the realm exists");
        let (realm, writer) = Realm::start(store, loaded, clock.clone(), &config).expect("the realm starts");
        let files = FileStore::in_folder(&dir.path().join("files")).expect("a folder for files");
        let app = App::new(config.clone(), realm, files);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("the port"));
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(tidings_server::serve::serve(Arc::clone(&app), listener, async {
            let _ = stopped.await;
        }));
        let running = Some(Running { stop, served, writer });
        TestServer { url, app, clock, dir, config, running, http: plain_http() }
    }

    /// A server with the organization of an archive, where clients reach it at `http://example.com`. People of the
    /// realm that are in it have their keys again.
    ///
    /// # Errors
    /// The archive cannot be imported.
    pub async fn import(archive: &Path) -> Result<(Self, Report), ImportError> {
        let dir = Arc::new(tempfile::tempdir().expect("a temporary folder"));
        let clock = Clock::default();
        let (archive, place, now) = (archive.to_owned(), Arc::clone(&dir), clock.now());
        let runtime = tokio::runtime::Handle::current();
        let made = tokio::task::spawn_blocking(move || {
            let unpacked = tempfile::tempdir().expect("a temporary folder");
            let files = FileStore::in_folder(&place.path().join("files")).expect("a folder for files");
            let source = Source {
                archive: &archive,
                folder: unpacked.path(),
                unpacked_max: 1 << 30,
                store: &open(&place),
                files: &Arc::new(files),
                runtime,
                url: "http://example.com".to_owned(),
                host: "example.com".to_owned(),
                now,
            };
            imports::import(&source, &mut |_| Ok(()))
        });
        let report = made.await.expect("imports do not panic")?;
        let server = Self::start_on(dir, test_config(), clock).await;
        let keys = |tx: &mut Tx<'_>| {
            for person in fixture::PEOPLE {
                let user = tx.state.users.find_by_delivery_email(&fixture::email(person.name)).map(|row| row.id);
                if let Some(user) = user {
                    api_keys::add_key(tx, user, hash_key(&fixture::key(person.name)), "test".to_owned());
                }
            }
            Ok(())
        };
        server.app.realm.run(keys).await.expect("keys are added");
        Ok((server, report))
    }

    /// Stops cleanly and starts again on the same data, with an event that says so.
    pub async fn restart(mut self) -> Self {
        let (dir, config, clock) = (Arc::clone(&self.dir), self.config.clone(), self.clock.clone());
        self.stop().await;
        drop(self);
        let server = Self::start_on(dir, config, clock).await;
        server.app.realm.announce_restart().await.expect("the restart is told");
        server
    }

    /// Where the file store is.
    #[must_use]
    pub fn files_folder(&self) -> std::path::PathBuf {
        self.dir.path().join("files")
    }

    /// The files in the file store, with their folders.
    #[must_use]
    pub fn stored_files(&self) -> Vec<std::path::PathBuf> {
        let mut folders = vec![self.files_folder()];
        let mut found = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() { folders.push(path) } else { found.push(path) }
            }
        }
        found
    }

    /// Stops cleanly: everything accepted is done when this returns.
    pub async fn stop(&mut self) {
        let Some(running) = self.running.take() else { return };
        let _ = running.stop.send(());
        running.served.await.expect("the server does not panic").expect("the server stops cleanly");
        // The writer ends when the last reference to the realm goes; the test may hold some, so it is not joined.
        drop(running.writer);
    }

    /// A client with the key of the person of this name.
    #[must_use]
    pub fn client(&self, name: &str) -> TestClient {
        let user = fixture::PEOPLE.iter().find(|person| person.name == name).expect("a person of the realm");
        self.client_with(&fixture::email(user.name), &fixture::key(user.name))
    }

    /// A client with any credentials.
    #[must_use]
    pub fn client_with(&self, email: &str, key: &str) -> TestClient {
        TestClient::new(self.http.clone(), self.url.clone(), Some((email.to_owned(), key.to_owned())))
    }

    /// A client without credentials.
    #[must_use]
    pub fn anonymous(&self) -> TestClient {
        TestClient::new(self.http.clone(), self.url.clone(), None)
    }

    /// Changes settings of the organization without asking whether they may be changed, and tells nobody.
    pub async fn set_realm(&self, change: impl FnOnce(&mut RealmSettings) + Send + 'static) {
        let command = |tx: &mut Tx<'_>| {
            let mut row = (*tx.state.realm).clone();
            change(&mut row.settings);
            tx.change(Change::Realm(Arc::new(row)));
            Ok(())
        };
        self.app.realm.run(command).await.expect("the change is made");
    }

    /// The id of the person of this name.
    #[must_use]
    pub fn user_id(&self, name: &str) -> UserId {
        fixture::user_id(name)
    }

    /// The id of the channel of this name.
    #[must_use]
    pub fn channel_id(&self, name: &str) -> ChannelId {
        fixture::channel_id(name)
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            survival::check(&self.app.realm);
        }
    }
}

/// The client library makes `reqwest` one that has TLS but no provider for it, also where TLS is not used.
fn plain_http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

fn open(dir: &TempDir) -> SqliteStore {
    // A power failure cannot happen in a test; not waiting for the disk makes the suite several times faster.
    let options = SqliteOptions { synchronous: Synchronous::Normal, readers: 2 };
    let path = dir.path().join("realm.sqlite");
    // A server that was just stopped lets go of its database when its last request is done.
    for _ in 0..200 {
        match SqliteStore::open(&path, options) {
            Ok(store) => return store,
            Err(tidings_store::StoreError::InUse(_)) => std::thread::sleep(std::time::Duration::from_millis(10)),
            Err(error) => panic!("the store opens: {error}"),
        }
    }
    panic!("the store is still in use");
}

//! A realm in this process: served, or only opened for a few commands.

use crate::admin::socket;
use crate::data_dir::DataDir;
use anyhow::{Context, Result, anyhow, bail};
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tidings_server::bootstrap::{self, Founding};
use tidings_server::clock::Clock;
use tidings_server::files::{FileStore, sweep};
use tidings_server::realm::{Realm, WriterThread};
use tidings_server::{App, Config, serve};
use tidings_store::Loaded;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A running server.
pub(crate) struct Instance {
    runtime: Runtime,
    app: Arc<App>,
    writer: WriterThread,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<std::io::Result<()>>,
    signals: StopSignals,
    /// Where it really listens.
    pub(crate) address: SocketAddr,
}

impl Instance {
    /// Opens the data folder, creates the realm if there is none, and listens.
    pub(crate) fn start(data: &DataDir, config: Config) -> Result<Self> {
        let runtime = Runtime::new().context("cannot start the runtime")?;
        // First of all: who sees the server answer may tell it to stop.
        let signals = {
            let _in_runtime = runtime.enter();
            StopSignals::listen().context("cannot wait for signals")?
        };
        let store = data.open(config.synchronous)?;
        let files = FileStore::open(&config, &data.files()).context("cannot open the file store")?;
        let listener = runtime.block_on(TcpListener::bind(config.listen)).with_context(|| {
            format!(
                "cannot listen at {}; if another program has the address, choose another with --listen",
                config.listen
            )
        })?;
        let address = listener.local_addr()?;
        let clock = Clock::default();
        let founding = Founding::from_config(&config, address);
        let (loaded, existed) = bootstrap::load_or_create(&*store, &founding, clock.now())?;
        let (realm, writer) = Realm::start(store, loaded, clock, &config)?;
        if existed {
            let greet = async {
                bootstrap::move_to(&realm, founding.url).await?;
                realm.announce_restart().await
            };
            runtime.block_on(greet).map_err(|error| anyhow!("cannot write to the database: {error}"))?;
        }
        let app = App::new(config, realm, files);
        runtime.block_on(check_store(&app))?;
        let (stop, stopped) = oneshot::channel();
        let stopped = async move {
            // A sender that is dropped means stop as well.
            let _ = stopped.await;
        };
        {
            // Before the first request: whoever sees the server answer may administer it.
            let _in_runtime = runtime.enter();
            match socket::listen(&data.socket()) {
                Ok(listener) => drop(runtime.spawn(socket::serve(listener, Arc::clone(&app)))),
                Err(error) => tracing::warn!("administration works only while the server is stopped: {error:#}"),
            }
        }
        let serving = runtime.spawn(serve::serve(Arc::clone(&app), listener, stopped));
        Ok(Instance { runtime, app, writer, stop, serving, signals, address })
    }

    /// The realm that is served.
    pub(crate) fn realm(&self) -> &Arc<Realm> {
        &self.app.realm
    }

    /// Runs something beside the server.
    pub(crate) fn run<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Starts something beside the server; it ends with it.
    pub(crate) fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
        self.runtime.spawn(future)
    }

    /// Waits until the process is told to stop, or the server fails. It is to be stopped in both cases.
    ///
    /// A server that cannot change anything any more has failed: only a new process can, and a service manager starts
    /// one only when this one has ended.
    pub(crate) fn wait_for_signal(&mut self) -> Result<()> {
        let (serving, signals, realm) = (&mut self.serving, &mut self.signals, &self.app.realm);
        self.runtime.block_on(async {
            tokio::select! {
                () = signals.wait() => Ok(()),
                () = realm.until_unwritable() => Err(anyhow!(
                    "the server ended, because it could not write any more; the log says why"
                )),
                ended = serving => match ended {
                    Ok(Ok(())) => Err(anyhow!("the server ended by itself")),
                    Ok(Err(error)) => Err(error).context("the server failed"),
                    Err(error) => Err(error).context("the server failed"),
                },
            }
        })
    }

    /// Stops cleanly: running requests are answered, everything accepted is committed.
    pub(crate) fn stop(self) -> Result<()> {
        let Instance { runtime, app, writer, stop, serving, .. } = self;
        drop(stop);
        let served =
            if serving.is_finished() { Ok(()) } else { runtime.block_on(serving)?.context("the server failed") };
        // The writer ends when nobody has the realm any more: not the tasks, not we.
        runtime.shutdown_timeout(Duration::from_secs(5));
        drop(app);
        writer.join();
        served
    }
}

/// How long it is waited for a file store that is elsewhere, before the server starts without it.
const STORE_PATIENCE: Duration = Duration::from_secs(5);

/// A file store elsewhere may be used by others: by another organization, or by the one that this one is a copy of. Each
/// would remove what it does not know.
async fn check_store(app: &App) -> Result<()> {
    if app.files.is_local() {
        return Ok(());
    }
    match tokio::time::timeout(STORE_PATIENCE, sweep::claim(app)).await {
        Ok(Ok(true)) => Ok(()),
        Ok(Ok(false)) => bail!(
            "the file store has files of another organization, or of the one that this one was copied from; choose \
             another --file-store (organization.txt in it says whose it is)"
        ),
        Ok(Err(_)) | Err(_) => {
            tracing::warn!("the file store cannot be reached; files cannot be read or stored until it can");
            Ok(())
        }
    }
}

/// Ctrl-C, or what service managers send. Signals count from [`StopSignals::listen`] on.
struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    /// To be called within a runtime.
    fn listen() -> std::io::Result<Self> {
        Ok(StopSignals { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// A realm that is not served; nobody else can open it meanwhile.
pub(crate) struct Offline {
    runtime: Runtime,
    /// None only while dropping.
    parts: Option<(Arc<Realm>, WriterThread)>,
}

impl Offline {
    /// Opens the data folder, and creates the realm if there is none.
    pub(crate) fn open(data: &DataDir) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let config = Config::default();
        let store = data.open(config.synchronous)?;
        let clock = Clock::default();
        let founding = Founding::from_config(&config, config.listen);
        let (loaded, _): (Loaded, bool) = bootstrap::load_or_create(&*store, &founding, clock.now())?;
        let parts = Realm::start(store, loaded, clock, &config)?;
        Ok(Offline { runtime, parts: Some(parts) })
    }

    pub(crate) fn realm(&self) -> &Arc<Realm> {
        let (realm, _) = self.parts.as_ref().expect("parts are taken only when dropping");
        realm
    }

    pub(crate) fn run<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }
}

impl Drop for Offline {
    fn drop(&mut self) {
        if let Some((realm, writer)) = self.parts.take() {
            realm.stop();
            drop(realm);
            writer.join();
        }
    }
}

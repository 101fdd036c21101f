//! Accepts connections and stops cleanly: no new connections, parked polls answered, running requests finished.
//!
//! # Layout
//! - [`connection`]: one connection, from request to request. [`head`]: tells a poll from other requests.
//!   [`wire`]: writes answers.
//! - [`general`]: the general HTTP stack, for everything that is not a poll.

pub mod connection;
pub mod general;
pub mod head;
pub mod wire;

use crate::app::App;
use crate::http::client_address::Connections;
use crate::router;
use connection::Front;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

/// How long running requests may take when the server stops.
const STOP_SECS_MAX: u64 = 10;

/// Serves until `stop` is done, then stops cleanly.
///
/// # Errors
/// The listening socket fails.
pub async fn serve(app: Arc<App>, listener: TcpListener, stop: impl Future<Output = ()>) -> std::io::Result<()> {
    let (stopping, stopped) = watch::channel(false);
    let front = Arc::new(Front { app: Arc::clone(&app), router: router::router(Arc::clone(&app)), stop: stopped });
    let connections_max = app.config.connections_max.min(Semaphore::MAX_PERMITS);
    let connections = Arc::new(Semaphore::new(connections_max));
    let per_address = Connections::new(app.config.connections_per_address_max, app.config.trusted_proxies.clone());
    let keepers = [
        tokio::spawn(crate::queues::keep(Arc::clone(&app.realm))),
        tokio::spawn(keep_limits(Arc::clone(&app))),
        tokio::spawn(crate::retention::keep(Arc::clone(&app))),
        tokio::spawn(crate::expiry::keep(Arc::clone(&app))),
        tokio::spawn(crate::delivery::keep(Arc::clone(&app))),
        tokio::spawn(crate::exports::keep(Arc::clone(&app))),
        tokio::spawn(crate::webhooks::keep(Arc::clone(&app))),
        tokio::spawn(crate::promotion::keep(Arc::clone(&app))),
        tokio::spawn(crate::traffic::keep(Arc::clone(&app))),
        tokio::spawn(crate::mail::keep(Arc::clone(&app))),
        tokio::spawn(crate::files::sweep::keep(Arc::clone(&app))),
    ];
    tokio::pin!(stop);
    loop {
        let permit = Arc::clone(&connections).acquire_owned();
        let accepted = tokio::select! {
            () = &mut stop => break,
            (permit, accepted) = async { (permit.await, listener.accept().await) } => accepted.map(|accepted| (permit, accepted)),
        };
        let (permit, (stream, peer)) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let Some(counted) = per_address.enter(peer.ip()) else {
            // Not worth a line: whoever does this does it often.
            metrics::counter!("tidings_connections_refused_total").increment(1);
            continue;
        };
        prepare(&stream);
        let served = connection::serve(Arc::clone(&front), stream, peer);
        tokio::spawn(async move {
            served.await;
            drop((permit, counted));
        });
    }
    crate::queues::store_positions(&app.realm).await;
    app.realm.stop();
    let _ = stopping.send(true);
    for keeper in &keepers {
        keeper.abort();
    }
    let all_ended = connections.acquire_many(u32::try_from(connections_max).unwrap_or(u32::MAX));
    if tokio::time::timeout(Duration::from_secs(STOP_SECS_MAX), all_ended).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
    Ok(())
}

fn prepare(stream: &TcpStream) {
    // Answers are written whole; waiting for more to send would only delay them.
    let _ = stream.set_nodelay(true);
    // A client that vanished without a word is noticed by what it does not confirm; heartbeats are sent to all.
    #[cfg(target_os = "linux")]
    let _ = socket2::SockRef::from(stream).set_tcp_user_timeout(Some(Duration::from_secs(wire::STALL_SECS_MAX)));
}

async fn keep_limits(app: Arc<App>) {
    let mut tick = tokio::time::interval(Duration::from_secs(60));
    loop {
        tick.tick().await;
        app.requests.forget_idle();
        app.polls.forget_idle();
        app.spectators.forget_idle();
        app.logins_from.forget_idle();
        app.logins_for.forget_idle();
        app.alerts.forget_idle();
        app.sign_ups.forget_idle();
    }
}

//! Tells services of messages to their bots, and sends their replies.
//!
//! What is to be told is in the state, with an index by time, as scheduled messages are: so there is nothing to set up
//! at a start. A request is crossed out by the commit that sends its reply. If the process dies in between, the service
//! is told once more, with the same `webhook-id`.
//!
//! # Layout
//! - this file: what is due, and what becomes of it. [`request`]: what is sent, and what the answer says.
//! - [`address`]: where requests may go.

pub mod address;
pub mod request;

use crate::app::App;
use crate::config::Config;
use request::Failure;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tidings_core::commands::send::NewMessage;
use tidings_core::commands::{send, submessages, webhooks};
use tidings_core::directory::SeenBy;
use tidings_core::state::webhooks::WebhookRow;
use tidings_types::{ApiError, MessageId, UserId};
use tokio::sync::Notify;
use tokio::time::MissedTickBehavior;

/// How often it is looked for what is due, if nobody says that something is.
const PAUSE_SECS: u64 = 1;

/// Requests at once.
const RUNNING_MAX: usize = 64;

/// Requests of one bot at once: a service that is slow must not be in the way of others.
const RUNNING_PER_BOT_MAX: usize = 8;

/// Rows that are looked at for something to do. Rows of bots that are busy are passed over.
const LOOKED_AT_MAX: usize = 10_000;

/// The name of the program that replies are sent with.
const CLIENT: &str = "OutgoingWebhookResponse";

/// Carries requests of outgoing webhooks.
pub struct Webhooks {
    http: Option<reqwest::Client>,
    networks: address::Allowed,
    woken: Notify,
    running: Mutex<HashSet<(MessageId, UserId)>>,
}

impl Webhooks {
    /// Makes ready for requests.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let networks = address::Allowed::new(config.webhook_networks.clone());
        let timeout = Duration::from_secs(config.webhook_timeout_secs.max(1));
        let http = request::client(&networks, timeout, &config.brand.product);
        if let Err(error) = &http {
            tracing::error!(%error, "outgoing webhooks cannot be told anything");
        }
        Webhooks { http: http.ok(), networks, woken: Notify::new(), running: Mutex::default() }
    }

    /// Says that something is due.
    pub fn wake(&self) {
        self.woken.notify_one();
    }

    fn running(&self) -> MutexGuard<'_, HashSet<(MessageId, UserId)>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes requests that are due, until the task is ended.
pub async fn keep(app: Arc<App>) {
    let mut tick = tokio::time::interval(Duration::from_secs(PAUSE_SECS));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            () = app.webhooks.woken.notified() => {}
        }
        for row in take_due(&app) {
            let app = Arc::clone(&app);
            tokio::spawn(async move {
                tell(&app, &row).await;
                app.webhooks.running().remove(&(row.message, row.bot));
                app.webhooks.wake();
            });
        }
    }
}

/// What is due and not being told already, as much as may run at once.
fn take_due(app: &App) -> Vec<Arc<WebhookRow>> {
    let (state, now) = (app.realm.state(), app.realm.clock.now());
    if app.realm.is_stopping() || state.webhooks.next_due().is_none_or(|at| at > now) {
        return Vec::new();
    }
    let mut running = app.webhooks.running();
    let mut taken = Vec::new();
    for row in state.webhooks.due(now).take(LOOKED_AT_MAX) {
        if running.len() >= RUNNING_MAX {
            break;
        }
        let of_bot = running.iter().filter(|(_, bot)| *bot == row.bot).count();
        if of_bot < RUNNING_PER_BOT_MAX && running.insert((row.message, row.bot)) {
            taken.push(Arc::clone(row));
        }
    }
    taken
}

/// Tells a service, and writes down what came of it.
async fn tell(app: &App, row: &Arc<WebhookRow>) {
    let result = match request::make(app, row).await {
        Ok(reply) => reply_with(app, row, reply).await,
        Err(Failure::Gone) => note(app, row, |tx, row| webhooks::succeed(tx, row, None)).await,
        Err(Failure::Temporary(reason)) => {
            metrics::counter!("tidings_webhook_failures_total").increment(1);
            note(app, row, move |tx, row| webhooks::retry(tx, row, &reason)).await
        }
        Err(Failure::Final(reason)) => {
            metrics::counter!("tidings_webhook_failures_total").increment(1);
            note(app, row, move |tx, row| webhooks::fail(tx, row, &reason)).await
        }
    };
    if let Err(error) = result {
        // The row is there still, so it is told again.
        tracing::warn!(%error, message = %row.message, bot = %row.bot, "an outgoing webhook could not be settled");
        tokio::time::sleep(Duration::from_secs(PAUSE_SECS)).await;
    }
}

async fn note(
    app: &App,
    row: &Arc<WebhookRow>,
    command: impl FnOnce(&mut tidings_core::commands::Tx<'_>, &WebhookRow) -> Result<(), ApiError> + Send + 'static,
) -> Result<(), ApiError> {
    let row = Arc::clone(row);
    app.realm.run(move |tx| command(tx, &row)).await
}

/// Sends the reply. What may not be sent is the owner's business.
async fn reply_with(app: &App, row: &Arc<WebhookRow>, reply: request::Reply) -> Result<(), ApiError> {
    metrics::counter!("tidings_webhook_requests_total").increment(1);
    let sent = match message(app, row, reply) {
        Ok(new) => note(app, row, move |tx, row| webhooks::succeed(tx, row, new)).await,
        Err(reason) => Err(reason),
    };
    match sent {
        Err(reason) if !matches!(reason, ApiError::Internal {} | ApiError::NotReady {}) => {
            let reason = format!("The reply was refused: {reason}");
            note(app, row, move |tx, row| webhooks::fail(tx, row, &reason)).await
        }
        sent => sent,
    }
}

/// A reply as a message of the bot's; none if there is nothing to say.
fn message(app: &App, row: &WebhookRow, reply: request::Reply) -> Result<Option<NewMessage>, ApiError> {
    let state = app.realm.snapshot();
    let (Some(text), Some(bot)) = (reply.content, state.active_user(row.bot)) else { return Ok(None) };
    let content = send::check_content(&text)?;
    Ok(Some(NewMessage {
        rendered: tidings_markdown::render(&content, &SeenBy { state: &state, viewer: bot }),
        alerted: app.realm.alert_words.find(&state, &content),
        widget: submessages::widget_of(&content, reply.widget_content.as_deref())?,
        content,
        client: CLIENT.to_owned(),
        read_by_sender: true,
        read_by: Vec::new(),
        sent_from: None,
        keys: Vec::new(),
    }))
}

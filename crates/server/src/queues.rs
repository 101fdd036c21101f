//! Event queues at run time: registration, deletion, expiry and heartbeats.

use crate::realm::Realm;
use rand::Rng;
use std::sync::Arc;
use std::time::Duration;
use tidings_core::change::Change;
use tidings_core::commands::Tx;
use tidings_core::limits;
use tidings_core::queue::{QueueOptions, QueueRow};
use tidings_core::shape::Shape;
use tidings_core::state::RealmState;
use tidings_core::state::users::UserRow;
use tidings_types::endpoints::events::IdleTimeout;
use tidings_types::events::EventTypes;
use tidings_types::narrow::QueueNarrow;
use tidings_types::{ApiError, EventId, QueueId, UserId};

/// What somebody who registers a queue wants.
pub struct Wanted {
    /// Name of the program.
    pub client: String,
    /// Event types; none for all.
    pub event_types: Option<EventTypes>,
    /// What the program can parse.
    pub shape: Shape,
    /// Messages of all public channels; none for what the account has as its default.
    pub all_public: Option<bool>,
    /// Message filter; if empty, what the account has as its default.
    pub narrow: QueueNarrow,
    /// How long it lives without a poll.
    pub idle_timeout: Option<IdleTimeout>,
    /// What it is found again by.
    pub name: Option<QueueName>,
}

/// The name of a queue that its user finds again.
pub struct QueueName {
    /// Unique among the queues of the user.
    pub name: String,
    /// Seconds without a poll after which it ends.
    pub retention_secs: u32,
}

/// A queue and a state: at exactly its start if it is new, else the current one.
pub struct Registered {
    /// The queue.
    pub id: QueueId,
    /// What it starts after; `-1` if it is new.
    pub last_event_id: EventId,
    /// For a queue with a name: whether it was there already.
    pub resumed: Option<bool>,
    /// Seconds without a poll after which it ends.
    pub idle_timeout_secs: u32,
    /// The state.
    pub state: Arc<RealmState>,
}

/// Registers a queue. It is on disk when this returns.
///
/// With a name, the queue that the user has by this name is found again, where its client has acknowledged it. If it
/// takes other events than are wanted now, or shows them otherwise, it is replaced.
///
/// # Errors
/// 400 for a narrow that queues do not support, for what the account may not have, and for too many queues.
pub async fn register(realm: &Realm, user: &UserRow, wanted: Wanted) -> Result<Registered, ApiError> {
    if user.bot.as_ref().is_some_and(|bot| bot.bot_type == tidings_types::user::BotType::IncomingWebhook) {
        return Err(ApiError::unauthorized("This API is not available to incoming webhook bots."));
    }
    let bot = user.bot.as_ref();
    let all_public = wanted.all_public.unwrap_or_else(|| bot.is_some_and(|bot| bot.default_all_public));
    if all_public && user.is_guest() {
        return Err(ApiError::bad_request("User not authorized for this query"));
    }
    let narrow = if wanted.narrow.0.is_empty() { default_narrow(realm, user) } else { wanted.narrow };
    let options = QueueOptions::new(wanted.client, wanted.event_types, wanted.shape, all_public, narrow)?;
    let options = realm.registry.share(options);
    let Some(name) = wanted.name else {
        let idle_timeout_secs = idle_timeout_secs(wanted.idle_timeout);
        let new = NewQueue { user: user.id, options, idle_timeout_secs, name: None, replaces: None };
        return create(realm, new).await;
    };
    check_name(&name.name)?;
    let _naming = realm.naming.lock().await;
    let found = realm.registry.find_named(user.id, &name.name, realm.clock.now_u32());
    match found {
        Some(found) if found.options == options => Ok(Registered {
            id: found.id,
            last_event_id: found.acknowledged,
            resumed: Some(true),
            idle_timeout_secs: found.idle_timeout_secs,
            state: realm.snapshot(),
        }),
        found => {
            let replaces = found.map(|found| found.id);
            let idle_timeout_secs = name.retention_secs;
            let new = NewQueue { user: user.id, options, idle_timeout_secs, name: Some(name.name.into()), replaces };
            create(realm, new).await
        }
    }
}

fn check_name(name: &str) -> Result<(), ApiError> {
    match name.chars().count() {
        0 => Err(ApiError::bad_request("queue_name can't be blank!")),
        1..=limits::QUEUE_NAME_CHARS_MAX => Ok(()),
        _ => Err(ApiError::bad_request(format!(
            "queue_name is too long (limit: {} characters)",
            limits::QUEUE_NAME_CHARS_MAX
        ))),
    }
}

struct NewQueue {
    user: UserId,
    options: Arc<QueueOptions>,
    idle_timeout_secs: u32,
    name: Option<Arc<str>>,
    replaces: Option<QueueId>,
}

async fn create(realm: &Realm, new: NewQueue) -> Result<Registered, ApiError> {
    let NewQueue { user, options, idle_timeout_secs, name, replaces } = new;
    if replaces.is_none() {
        realm.registry.check_room(user)?;
    }
    let id = QueueId::from_random(random_bits());
    let (row, state) = realm
        .run(move |tx| {
            tx.actor(user)?;
            // Ephemeral events may have been given ids after the last durable one; they are not news for this queue.
            let start = EventId::durable(tx.state.seq).max(tx.log_head);
            let row = Arc::new(QueueRow { id, user, options, start, idle_timeout_secs, created_at: tx.now, name });
            let state = Arc::new(tx.state.clone());
            if let Some(replaced) = replaces {
                tx.change(Change::QueueDeleted(replaced));
            }
            tx.change(Change::Queue(Arc::clone(&row)));
            Ok((row, state))
        })
        .await?;
    if let Some(replaced) = replaces {
        // It may have expired meanwhile.
        let _ = realm.registry.remove(user, replaced);
    }
    realm.registry.insert(&row, row.start, realm.clock.now_u32());
    // Whoever deactivated the account in between could not see the queue yet.
    if realm.state().active_user(user).is_none() {
        end_all(realm, user).await?;
    }
    metrics::counter!("tidings_queues_registered_total").increment(1);
    let resumed = row.name.as_ref().map(|_| false);
    Ok(Registered { id, last_event_id: EventId::START, resumed, idle_timeout_secs, state })
}

fn default_narrow(realm: &Realm, user: &UserRow) -> QueueNarrow {
    let channel = user.bot.as_ref().and_then(|bot| bot.default_events_channel);
    let state = realm.state();
    let name = channel.and_then(|id| state.channels.get(id)).map(|channel| channel.name.clone());
    QueueNarrow(name.map(|name| ("stream".to_owned(), name)).into_iter().collect())
}

fn idle_timeout_secs(wanted: Option<IdleTimeout>) -> u32 {
    match wanted {
        Some(IdleTimeout::Mobile) => limits::IDLE_TIMEOUT_MOBILE_SECS,
        Some(IdleTimeout::Secs(secs)) if secs > 0 => {
            u32::try_from(secs).unwrap_or(u32::MAX).min(limits::IDLE_TIMEOUT_SECS_MAX)
        }
        _ => limits::IDLE_TIMEOUT_SECS,
    }
}

fn random_bits() -> u128 {
    let mut rng = rand::rng();
    u128::from(rng.next_u64()) << 64 | u128::from(rng.next_u64())
}

/// Deletes a queue, durably.
///
/// # Errors
/// `BAD_EVENT_QUEUE_ID` for a queue that is not there or not the user's.
pub async fn delete(realm: &Realm, user: UserId, queue: QueueId) -> Result<(), ApiError> {
    realm.registry.check(user, queue)?;
    forget(realm, vec![queue]).await?;
    realm.registry.remove(user, queue)
}

/// Records, in the transaction that deactivates these accounts, that all their queues are gone.
///
/// [`tidings_core::registry::Registry::remove_all`] is to be called once that is durable.
pub fn record_end(tx: &mut Tx<'_>, realm: &Realm, users: &[UserId]) {
    for queue in users.iter().flat_map(|user| realm.registry.queues_of(*user)) {
        tx.change(Change::QueueDeleted(queue));
    }
}

/// Ends all queues of an account, durably. Polls that are parked at them are answered with no events.
///
/// # Errors
/// 500 where the store fails.
pub async fn end_all(realm: &Realm, user: UserId) -> Result<(), ApiError> {
    let queues = realm.registry.remove_all(user);
    if queues.is_empty() { Ok(()) } else { forget(realm, queues).await }
}

async fn forget(realm: &Realm, queues: Vec<QueueId>) -> Result<(), ApiError> {
    let forget = move |tx: &mut Tx<'_>| {
        for queue in queues {
            tx.change(Change::QueueDeleted(queue));
        }
        Ok(())
    };
    realm.run(forget).await
}

/// Sends heartbeats and ends idle queues, every second, for ever; now and then stores positions.
pub async fn keep(realm: Arc<Realm>) {
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for second in 1_u64.. {
        tick.tick().await;
        sweep(&realm).await;
        if second.is_multiple_of(u64::from(limits::QUEUE_POSITIONS_SECS)) {
            store_positions(&realm).await;
        }
    }
}

/// Stores how far the clients of queues with a name are, for the next start of the server. Not at once when they say
/// so: a position that is too old makes events come again, none is lost.
pub async fn store_positions(realm: &Realm) {
    let moved = realm.registry.take_moved();
    if moved.is_empty() {
        return;
    }
    let store = move |tx: &mut Tx<'_>| {
        for (id, start) in moved {
            tx.change(Change::QueueStart { id, start });
        }
        Ok(())
    };
    if let Err(error) = realm.run(store).await {
        tracing::warn!(%error, "the positions of queues could not be stored");
    }
}

async fn sweep(realm: &Realm) {
    let swept = realm.registry.sweep(realm.clock.now_u32(), &realm.log);
    metrics::counter!("tidings_heartbeats_total").increment(swept.heartbeats as u64);
    metrics::counter!("tidings_queues_expired_total").increment(swept.expired.len() as u64);
    if !swept.expired.is_empty() {
        let queues = swept.expired.iter().map(|(_, queue)| *queue).collect();
        if let Err(error) = forget(realm, queues).await {
            // They are loaded again at the next start, and expire again.
            tracing::warn!(%error, "expired queues could not be removed from the store");
        }
    }
    if swept.needs_advance {
        // Any command makes the writer take the next durable position when ids run short.
        let advanced = realm.run(|_| Ok(())).await;
        if let Err(error) = advanced {
            tracing::warn!(%error, "no ids are left for heartbeats");
        }
    }
}

//! The initial state: what `POST /register` returns, rendered from one snapshot, so exact at one log position.
//!
//! Which fields there are, and what each means, is the table in [`tidings_types::initial_state`]. Here is what they hold.
//! Each part is fetched under a name of its own vocabulary (`fetch_event_types`), which mostly but not always is
//! the name of the event type that keeps it current.
//!
//! # Layout
//! - `channels`: channels and subscriptions. `messages`: unread, starred, recent.
//! - `users`: accounts, bots and groups.
//! - `personal`: what is one's own, and what others tell of themselves.
//! - `files`: what can be uploaded.
//! - `realm`: the organization and the server. `permissions`: which groups each permission can be given to.

use crate::equipment::Equipment;
use crate::shape::Shape;
use crate::spectators::{SPECTATOR, spectator};
use crate::state::RealmState;
use crate::state::users::UserRow;
use serde::Serialize;
use std::borrow::Cow;
use std::sync::Arc;
use tidings_types::endpoints::events::IncludeSubscribers;
use tidings_types::initial_state::{Field, field};
use tidings_types::{EventId, QueueId, UserId, version};

mod channels;
mod files;
mod messages;
mod permissions;
mod personal;
mod realm;
mod users;

/// Where the server has the names of all emoji, below the realm's address.
pub const EMOJI_DATA_PATH: &str = "/static/generated/emoji/emoji_api.json";

/// Which parts of the initial state are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch(Option<Vec<String>>);

impl Fetch {
    /// These parts, or all. Unknown names are ignored.
    #[must_use]
    pub fn new(names: Option<Vec<String>>) -> Self {
        Fetch(names)
    }

    /// Whether a part is wanted.
    #[must_use]
    pub fn wants(&self, name: &str) -> bool {
        self.0.as_ref().is_none_or(|names| names.iter().any(|known| known == name))
    }

    /// Whether a part is wanted by name, as opposed to all parts.
    #[must_use]
    pub fn names(&self, name: &str) -> bool {
        self.0.as_ref().is_some_and(|names| names.iter().any(|known| known == name))
    }
}

/// What the initial state is rendered for.
#[derive(Clone, Debug)]
pub struct InitialStateRequest {
    /// Who asks; [`SPECTATOR`] for somebody without an account.
    pub user: UserId,
    /// The queue that keeps it current; none for spectators.
    pub queue: Option<QueueId>,
    /// What the client polls with first.
    pub last_event_id: EventId,
    /// Only for a queue with a name: whether it was there already. Its events may be older than the state.
    pub resumed: Option<bool>,
    /// Seconds without a poll after which the queue ends.
    pub idle_timeout_secs: u32,
    /// What the client can parse.
    pub shape: Shape,
    /// The wanted parts.
    pub fetch: Fetch,
    /// Which subscribers of channels to list.
    pub include_subscribers: IncludeSubscribers,
    /// How many days back presence goes.
    pub presence_history_limit_days: i64,
    /// UNIX seconds.
    pub now: i64,
    /// UNIX seconds of the server's start.
    pub generation: i64,
    /// What the operator set up.
    pub equipment: Equipment,
    /// How much can be uploaded.
    pub uploads: UploadLimits,
}

/// How much can be uploaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UploadLimits {
    /// Size of one file at most.
    pub file_mib: u32,
    /// Size of all together at most; none for no limit.
    pub quota_mib: Option<u32>,
}

/// What the sections are rendered from.
pub(crate) struct View<'a> {
    pub(crate) state: &'a RealmState,
    pub(crate) user: &'a Arc<UserRow>,
    pub(crate) request: &'a InitialStateRequest,
}

/// An object that grows field by field.
pub(crate) struct Fields {
    json: Vec<u8>,
    error: Option<serde_json::Error>,
}

impl Fields {
    fn begin(&mut self, name: &str) {
        self.json.extend_from_slice(b",\"");
        self.json.extend_from_slice(name.as_bytes());
        self.json.extend_from_slice(b"\":");
    }

    /// Adds a list whose elements are JSON already.
    pub(crate) fn put_rendered<'a>(&mut self, field: Field, elements: impl Iterator<Item = Cow<'a, str>>) {
        self.begin(field.name());
        self.json.push(b'[');
        for (at, element) in elements.enumerate() {
            if at > 0 {
                self.json.push(b',');
            }
            self.json.extend_from_slice(element.as_bytes());
        }
        self.json.push(b']');
    }

    /// Adds a field.
    pub(crate) fn put(&mut self, field: Field, value: &(impl Serialize + ?Sized)) {
        self.put_setting(field.name(), value);
    }

    /// Adds a field that shows a setting; these have tables of their own.
    pub(crate) fn put_setting(&mut self, name: &str, value: &(impl Serialize + ?Sized)) {
        self.begin(name);
        if let Err(error) = serde_json::to_writer(&mut self.json, value) {
            self.error = self.error.take().or(Some(error));
        }
    }
}

/// Appends the fields of the initial state to `json`, an object that was begun: each after a comma. So an answer of
/// megabytes is written once, where it is sent from.
///
/// # Errors
/// A value that cannot be JSON; none of ours is. A user who does not exist gets an empty state.
pub fn write_initial_state(
    state: &RealmState,
    request: &InitialStateRequest,
    json: Vec<u8>,
) -> serde_json::Result<Vec<u8>> {
    let mut fields = Fields { json, error: None };
    fields.put(field::queue_id, &request.queue);
    fields.put(field::last_event_id, &request.last_event_id);
    fields.put(field::idle_queue_timeout_secs, &request.idle_timeout_secs);
    if let Some(resumed) = request.resumed {
        fields.put(field::queue_resumed, &resumed);
        fields.put(field::state_event_id, &EventId::durable(state.seq));
    }
    fields.put(field::zulip_version, version::VERSION);
    fields.put(field::zulip_feature_level, &version::FEATURE_LEVEL);
    fields.put(field::zulip_merge_base, version::MERGE_BASE);
    let spectator = (request.user == SPECTATOR).then(spectator);
    if let Some(user) = spectator.as_ref().or_else(|| state.users.get(request.user)) {
        let view = View { state, user, request };
        channels::write(&view, &mut fields);
        messages::write(&view, &mut fields);
        users::write(&view, &mut fields);
        personal::write(&view, &mut fields);
        realm::write(&view, &mut fields);
        files::write(&view, &mut fields);
    }
    fields.error.map_or(Ok(fields.json), Err)
}

//! What is noted of administrative changes: who did what, and when.
//!
//! It follows from the events and changes that commands make anyway, so there is nothing to be remembered where a command
//! is written: what is told to everybody about the organization, its accounts, groups and channels is noted, and so are
//! keys, passwords, exports and new channels, along with who did it. Keys and passwords themselves are not in it.
//! The notes are rows of the same commit. They are not in the live state.

use crate::audience::Audience;
use crate::change::Change;
use crate::state::RealmState;
use crate::state::exports::Outcome;
use crate::state::groups::system;
use serde_json::{Value, json};
use tidings_types::UserId;
use tidings_types::events::Event;
use tidings_types::events::user::UserAspect;

/// Bytes of what is noted of one change; of what is longer, only that it happened.
const DETAIL_BYTES_MAX: usize = 4_096;

/// One administrative change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// UNIX seconds.
    pub at: i64,
    /// Who did it; none for an operator of the server.
    pub actor: Option<UserId>,
    /// Type and operation of the event, as in `stream/update`; or what was done, as in `api_key/add`.
    pub what: String,
    /// The event as JSON, or which one it was done to; empty where that is too long.
    pub detail: String,
}

/// Types of events that tell of the organization, its groups and channels.
const NOTED: &[&str] = &[
    "channel_folder",
    "custom_profile_fields",
    "default_stream_groups",
    "default_streams",
    "invites_changed",
    "realm",
    "realm_domains",
    "realm_emoji",
    "realm_linkifiers",
    "realm_playgrounds",
    "realm_user",
    "realm_user_settings_defaults",
    "user_group",
];

/// Types of which some events only tell one user what they see now.
const TOLD_AGAIN: &[&str] = &["default_stream_groups", "default_streams", "realm_user"];

/// Properties of channels that nobody sets: they follow from messages.
const FOLLOWS: &[&str] = &["first_message_id", "is_recently_active", "stream_weekly_traffic"];

/// What is noted of an event; none for what is not administrative.
#[must_use]
pub fn note(event: &Event, audience: &Audience, actor: Option<UserId>, at: i64) -> Option<AuditRow> {
    let (kind, op) = event.kind();
    let is_channel = matches!(event, Event::StreamUpdate(update) if !FOLLOWS.contains(&update.property.as_str()));
    if !is_channel && !NOTED.contains(&kind) || is_of_oneself(event, actor) || is_of_built_in_group(event) {
        return None;
    }
    if TOLD_AGAIN.contains(&kind) && audience.if_fewer_than(2).is_some_and(|users| users.len() < 2) {
        return None;
    }
    let what = op.map_or_else(|| kind.to_owned(), |op| format!("{kind}/{op}"));
    let detail = event.to_json().ok().filter(|json| json.len() <= DETAIL_BYTES_MAX);
    let detail = detail.map(|json| String::from_utf8_lossy(&json).into_owned()).unwrap_or_default();
    Some(AuditRow { at, actor, what, detail })
}

/// What is noted of a change, beside what is noted of its events; none for what is not administrative. `state` is the one
/// before.
#[must_use]
pub fn note_change(change: &Change, state: &RealmState, actor: Option<UserId>, at: i64) -> Option<AuditRow> {
    let (what, detail) = what_changes(change, state, actor)?;
    Some(AuditRow { at, actor, what: what.to_owned(), detail: detail.to_string() })
}

fn what_changes(change: &Change, state: &RealmState, actor: Option<UserId>) -> Option<(&'static str, Value)> {
    Some(match change {
        Change::ApiKey { user, label, .. } => ("api_key/add", json!({ "user_id": user, "label": label })),
        Change::ApiKeyRevoked { user, .. } => ("api_key/remove", json!({ "user_id": user })),
        // Its event may be for the account alone, if its address is for nobody.
        Change::User(row)
            if Some(row.id) != actor
                && state.users.get(row.id).is_some_and(|before| before.delivery_email != row.delivery_email) =>
        {
            ("realm_user/delivery_email", json!({ "user_id": row.id, "delivery_email": row.delivery_email }))
        }
        Change::Password { user, .. } => ("password/update", json!({ "user_id": user })),
        Change::Channel(row) if state.channels.get(row.id).is_none() => {
            let privacy = json!({ "invite_only": row.is_private, "is_web_public": row.is_web_public });
            ("stream/create", json!({ "stream_id": row.id, "name": row.name, "privacy": privacy }))
        }
        Change::Export(row) => {
            let what = match row.outcome {
                Outcome::Pending => "realm_export/add",
                Outcome::Done { .. } => "realm_export/done",
                Outcome::Failed(_) => "realm_export/failed",
                Outcome::Deleted(_) => "realm_export/remove",
            };
            (what, json!({ "export_id": row.id, "acting_user_id": row.user, "export_type": row.kind }))
        }
        // That it is closed, an event tells.
        Change::Deactivated(false) => ("realm/reactivated", json!({})),
        _ => return None,
    })
}

/// One's own name, address, time zone and profile are one's own business.
fn is_of_oneself(event: &Event, actor: Option<UserId>) -> bool {
    match event {
        Event::RealmUserUpdate(event) => match event.person.aspect {
            UserAspect::Role { .. } | UserAspect::Active { .. } | UserAspect::BotOwner { .. } => false,
            // Addresses are noted as changes; the picture follows from others.
            UserAspect::DeliveryEmail { .. }
            | UserAspect::NewEmail { .. }
            | UserAspect::Avatar { .. }
            | UserAspect::Timezone { .. } => true,
            _ => Some(event.person.user_id) == actor,
        },
        _ => false,
    }
}

/// Who is in the built-in groups follows from roles, which are noted.
fn is_of_built_in_group(event: &Event) -> bool {
    matches!(event, Event::GroupAddMembers(event) | Event::GroupRemoveMembers(event)
        if event.group_id < system::FIRST_CUSTOM)
}

//! Channels, who is and was subscribed, and direct conversations.

use super::{Rows, Scope, Settings, Tables, columns, row};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::io::Result;
use std::sync::Arc;
use tidings_core::state::RealmState;
use tidings_core::state::channels::{ChannelRow, SubscriptionRow};
use tidings_core::state::messages::ConversationKind;
use tidings_core::state::prepared::{Later, LaterTo};
use tidings_core::state::users::UserRow;
use tidings_types::channel::TopicsPolicy;
use tidings_types::{ChannelId, ConversationId, UserId};

/// Kinds of what is noted of subscriptions.
pub(crate) const SUBSCRIPTION_CREATED: u32 = 301;
/// It was there before.
pub(crate) const SUBSCRIPTION_ACTIVATED: u32 = 302;
/// It ended.
pub(crate) const SUBSCRIPTION_DEACTIVATED: u32 = 303;

/// The number of where a message goes: channels and direct conversations have their own. Between two, and to oneself, it
/// is that of whom the message is sent to.
#[must_use]
pub fn recipient(id: ConversationId, kind: &ConversationKind, sender: UserId) -> u64 {
    match kind {
        ConversationKind::Topic { channel, .. } => of_channel(*channel),
        ConversationKind::Direct { users } if users.len() <= 2 => of_user(other(users, sender)),
        ConversationKind::Direct { .. } => of_direct(id),
    }
}

/// Of at most two, the one who is not the sender; the sender if nobody is.
pub(super) fn other(users: &[UserId], sender: UserId) -> UserId {
    users.iter().copied().find(|user| *user != sender).unwrap_or(sender)
}

pub(super) fn of_user(id: UserId) -> u64 {
    u64::from(id.0) * 3
}

pub(super) fn of_channel(id: ChannelId) -> u64 {
    u64::from(id.0) * 3 + 1
}

pub(super) fn of_direct(id: ConversationId) -> u64 {
    u64::from(id.0) * 3 + 2
}

impl Rows<'_> {
    pub(super) fn write_channels(&self, tables: &mut Tables<'_>, settings: &mut Settings) -> Result<()> {
        let state = &self.source.state;
        let subscribers = |one: &ChannelRow| state.channels.subscriber_count(one.id);
        tables.table("zerver_stream", self.channels().map(|one| channel(one, subscribers(one), settings)))?;
        let conversations = &self.direct;
        let of = |id: u64, kind: u32, of: u32| json!({ "id": id, "type": kind, "type_id": of });
        let people = state.users.iter().map(|one| of(of_user(one.id), 1, one.id.0));
        let channels = self.channels().map(|one| of(of_channel(one.id), 2, one.id.0));
        let direct = conversations.iter().map(|(id, _)| of(of_direct(*id), 3, id.0));
        tables.table("zerver_recipient", people.chain(channels).chain(direct))?;
        tables.table(
            "zerver_huddle",
            conversations
                .iter()
                .map(|(id, users)| json!({ "id": id, "group_size": users.len(), "recipient": of_direct(*id) })),
        )?;
        let members = conversations.iter().flat_map(|(id, users)| {
            let is_active = |user: &UserId| state.active_user(*user).is_some();
            users.iter().map(move |user| {
                json!({
                    "user_profile": user, "recipient": of_direct(*id), "active": true, "is_user_active": is_active(user),
                })
            })
        });
        // Everybody is subscribed to what is sent to them.
        let own = state.users.iter().map(|user| {
            json!({
                "user_profile": user.id, "recipient": of_user(user.id), "active": true, "is_user_active": user.is_active,
            })
        });
        tables.table(
            "zerver_subscription",
            self.relations().map(|relation| self.subscription(&relation)).chain(members).chain(own),
        )?;
        tables.table("zerver_realmauditlog", self.relations().flat_map(|relation| history(&relation)))
    }

    /// Who is subscribed to what; past subscriptions, too, of those who agreed.
    fn relations(&self) -> impl Iterator<Item = Relation<'_>> {
        let state = &self.source.state;
        let all = state.users.iter().filter(|user| user.is_active || self.source.scope == Scope::Everything);
        all.flat_map(move |user| {
            let has_all = self.has_all_of(user);
            let rows = state.channels.subscriptions_of(user.id);
            let rows =
                rows.filter(move |(channel, row)| (row.is_active || has_all) && self.source.has_channel(*channel));
            rows.map(move |(channel, row)| Relation { user, channel, row })
        })
    }

    fn subscription(&self, relation: &Relation<'_>) -> Value {
        let personal = if self.has_all_of(relation.user) { columns(&relation.row.settings) } else { Map::new() };
        let known = json!({
            "user_profile": relation.user.id, "recipient": of_channel(relation.channel),
            "active": relation.row.is_active, "is_user_active": relation.user.is_active,
        });
        row(known, personal)
    }
}

/// Direct conversations of three and more of those who agreed, and who takes part. Where a message is to be sent later to
/// people who have not talked yet, they have one, too.
pub(super) fn direct(state: &RealmState, agreed: &[&Arc<UserRow>]) -> Vec<(ConversationId, Vec<UserId>)> {
    let mut ids: Vec<ConversationId> = agreed.iter().flat_map(|user| state.messages.direct_of(user.id)).collect();
    ids.sort_unstable();
    ids.dedup();
    let users = |id: ConversationId| match &**state.messages.kind(id)? {
        ConversationKind::Direct { users } if users.len() > 2 => Some((id, users.clone())),
        _ => None,
    };
    let known = ids.into_iter().filter_map(users);
    let later = agreed.iter().flat_map(|user| state.prepared.later.of(user.id)).filter_map(|row| match &row.what {
        Later::Message { to: LaterTo::Users(users), .. } if users.len() > 2 => Some(users),
        _ => None,
    });
    let new: BTreeSet<&Vec<UserId>> = later.filter(|users| state.messages.direct(users).is_none()).collect();
    let next = state.messages.next_conversation().0;
    known.chain((next..).map(ConversationId).zip(new.into_iter().cloned())).collect()
}

struct Relation<'a> {
    user: &'a Arc<UserRow>,
    channel: ChannelId,
    row: &'a Arc<SubscriptionRow>,
}

/// When somebody was subscribed, as far as messages go: it says what they received.
fn history(relation: &Relation<'_>) -> Vec<Value> {
    let noted = |kind: u32, last_message: u32| {
        json!({
            "event_type": kind, "modified_user": relation.user.id, "modified_stream": relation.channel,
            "acting_user": null, "modified_user_group": null, "modified_channel_folder": null,
            "event_last_message_id": last_message, "event_time": relation.user.date_joined, "realm": 1,
            "backfilled": true, "extra_data": {},
        })
    };
    let mut rows = Vec::new();
    for (at, span) in relation.row.spans.iter().enumerate() {
        let kind = if at == 0 { SUBSCRIPTION_CREATED } else { SUBSCRIPTION_ACTIVATED };
        rows.push(noted(kind, span.from_message));
        if !span.is_open() {
            rows.push(noted(SUBSCRIPTION_DEACTIVATED, span.to_message));
        }
    }
    rows
}

fn channel(one: &ChannelRow, subscribers: usize, settings: &mut Settings) -> Value {
    let mut permissions = columns(&one.permissions);
    settings.replace_in(&mut permissions, &one.permissions);
    let topics_policy = match one.topics_policy {
        TopicsPolicy::Inherit => 1,
        TopicsPolicy::AllowEmpty => 2,
        TopicsPolicy::DisableEmpty => 3,
        TopicsPolicy::EmptyOnly => 4,
    };
    let known = json!({
        "id": one.id, "name": one.name, "description": one.description, "rendered_description": one.rendered_description,
        "date_created": one.date_created, "creator": one.creator, "invite_only": one.is_private,
        "is_web_public": one.is_web_public, "history_public_to_subscribers": one.history_public,
        "deactivated": one.is_archived, "message_retention_days": one.message_retention_days,
        "topics_policy": topics_policy, "first_message_id": one.first_message_id, "folder": one.folder, "realm": 1,
        "recipient": of_channel(one.id), "subscriber_count": subscribers,
    });
    row(known, permissions)
}

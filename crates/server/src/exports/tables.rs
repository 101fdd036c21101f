//! `realm.json`: accounts, channels, subscriptions and what belongs to them, as rows with the names that other servers
//! of the API have for them. Keys, passwords and tokens are in no export.

use super::archive::Source;
use super::messages::Messages;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use tidings_core::state::channels::ChannelRow;
use tidings_core::state::messages::ConversationKind;
use tidings_core::state::users::{NOTIFICATION_BOT, UserRow};
use tidings_types::export::ExportType;
use tidings_types::{ChannelId, ConversationId, UserId};

/// The number of where messages to a conversation go: channels and direct conversations have their own.
#[must_use]
pub fn recipient(id: ConversationId, kind: &ConversationKind) -> u32 {
    match kind {
        ConversationKind::Topic { channel, .. } => of_channel(*channel),
        ConversationKind::Direct { .. } => id.0.wrapping_mul(3) + 2,
    }
}

fn of_channel(id: ChannelId) -> u32 {
    id.0.wrapping_mul(3) + 1
}

fn of_user(id: UserId) -> u32 {
    id.0.wrapping_mul(3)
}

/// Everything in it.
#[must_use]
pub fn realm(source: &Source, messages: &Messages<'_>) -> Value {
    let tables = Tables { source, messages };
    let state = &source.state;
    let (conversations, members) = tables.direct();
    let mut recipients: Vec<Value> = state.users.iter().map(|row| of(of_user(row.id), 1, row.id.0)).collect();
    recipients.extend(tables.channels().map(|row| of(of_channel(row.id), 2, row.id.0)));
    recipients.extend(conversations.iter().map(|id| of(id.0.wrapping_mul(3) + 2, 3, id.0)));
    let mut subscriptions = tables.subscriptions();
    subscriptions.extend(members);
    for (row, id) in subscriptions.iter_mut().zip(1..) {
        row["id"] = json!(id);
    }
    let host = &state.realm.host;
    json!({
        "zerver_realm": [tables.organization()],
        "zerver_userprofile": state.users.iter().map(|row| tables.account(row)).collect::<Vec<_>>(),
        "zerver_userprofile_mirrordummy": [],
        "zerver_userprofile_crossrealm": [{ "id": NOTIFICATION_BOT, "email": format!("notification-bot@{host}") }],
        "zerver_stream": tables.channels().map(|row| channel(row)).collect::<Vec<_>>(),
        "zerver_defaultstream": state.realm.settings.default_channels.iter().zip(1..)
            .map(|(channel, id)| json!({ "id": id, "stream": channel, "realm": 1 })).collect::<Vec<_>>(),
        "zerver_huddle": conversations.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>(),
        "zerver_recipient": recipients,
        "zerver_subscription": subscriptions,
        "zerver_realmfilter": state.linkifiers.list().items.iter().map(|row| json!({
            "id": row.id, "pattern": row.pattern, "url_template": row.url_template, "realm": 1,
        })).collect::<Vec<_>>(),
        "zerver_realmplayground": state.playgrounds.items.iter().map(|row| json!({
            "id": row.id, "name": row.name, "pygments_language": row.pygments_language,
            "url_template": row.url_template, "realm": 1,
        })).collect::<Vec<_>>(),
        "zerver_alertword": tables.alert_words(),
        "zerver_muteduser": tables.muted_users(),
        "zerver_usertopic": tables.topics(),
        "zerver_service": tables.services(),
        "zerver_client": [],
        "zerver_reaction": [],
        "zerver_realmemoji": [],
        "zerver_realmdomain": [],
    })
}

fn of(id: u32, kind: u32, of: u32) -> Value {
    json!({ "id": id, "type": kind, "type_id": of })
}

fn channel(row: &ChannelRow) -> Value {
    json!({
        "id": row.id, "name": row.name, "description": row.description, "rendered_description": row.rendered_description,
        "date_created": row.date_created, "creator": row.creator, "invite_only": row.is_private,
        "is_web_public": row.is_web_public, "history_public_to_subscribers": row.history_public,
        "deactivated": row.is_archived, "message_retention_days": row.message_retention_days,
        "topics_policy": row.topics_policy, "first_message_id": row.first_message_id, "realm": 1,
        "recipient": of_channel(row.id),
    })
}

struct Tables<'a> {
    source: &'a Source,
    messages: &'a Messages<'a>,
}

impl Tables<'_> {
    /// What is personal is exported of those who agreed.
    fn agreed(&self) -> impl Iterator<Item = &Arc<UserRow>> {
        self.source.state.users.iter().filter(|row| self.messages.has_all_of(row.id))
    }

    /// Private channels are nobody's business in an export of what is public.
    fn channels(&self) -> impl Iterator<Item = &Arc<ChannelRow>> {
        let all = self.source.kind == ExportType::Standard;
        self.source.state.channels.iter().filter(move |row| all || !row.is_private)
    }

    fn organization(&self) -> Value {
        let realm = &self.source.state.realm;
        let mut row = match serde_json::to_value(&realm.settings) {
            Ok(Value::Object(settings)) => settings,
            _ => Map::new(),
        };
        row.extend([
            ("id".to_owned(), json!(1)),
            ("string_id".to_owned(), json!(realm.string_id)),
            ("name".to_owned(), json!(realm.name)),
            ("description".to_owned(), json!(realm.description)),
            ("date_created".to_owned(), json!(realm.date_created)),
        ]);
        row.into()
    }

    fn account(&self, row: &UserRow) -> Value {
        let state = &self.source.state;
        let sees = state.users.get(self.source.reader).is_some_and(|reader| state.can_see_email(reader, row));
        let email = state.api_email(row);
        let mut account = match serde_json::to_value(&row.settings) {
            Ok(Value::Object(settings)) if self.messages.has_all_of(row.id) => settings,
            _ => Map::new(),
        };
        let known = json!({
            "id": row.id, "delivery_email": if sees { row.delivery_email.clone() } else { email.clone() }, "email": email,
            "full_name": row.full_name, "role": row.role, "is_active": row.is_active, "date_joined": row.date_joined,
            "timezone": row.settings.timezone, "is_bot": row.is_bot(), "avatar_source": "G",
            "bot_type": row.bot.as_ref().map(|bot| bot.bot_type),
            "bot_owner": row.bot.as_ref().and_then(|bot| bot.owner),
            "default_sending_stream": row.bot.as_ref().and_then(|bot| bot.default_sending_channel),
            "default_events_register_stream": row.bot.as_ref().and_then(|bot| bot.default_events_channel),
            "default_all_public_streams": row.bot.as_ref().is_some_and(|bot| bot.default_all_public),
            "is_mirror_dummy": false, "realm": 1, "recipient": of_user(row.id),
        });
        account.extend(known.as_object().cloned().unwrap_or_default());
        account.into()
    }

    /// Direct conversations of those who agreed, and who takes part.
    fn direct(&self) -> (Vec<ConversationId>, Vec<Value>) {
        let state = &self.source.state;
        let mut ids: Vec<ConversationId> = self.agreed().flat_map(|row| state.messages.direct_of(row.id)).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut members = Vec::new();
        for id in &ids {
            if let Some(ConversationKind::Direct { users }) = state.messages.kind(*id).map(|kind| &**kind) {
                let recipient = id.0.wrapping_mul(3) + 2;
                members.extend(
                    users.iter().map(|user| json!({ "user_profile": user, "recipient": recipient, "active": true })),
                );
            }
        }
        (ids, members)
    }

    fn subscriptions(&self) -> Vec<Value> {
        let state = &self.source.state;
        let mut rows = Vec::new();
        for channel in self.channels() {
            for user in state.channels.subscribers(channel.id) {
                let Some(subscription) = state.channels.subscription(user, channel.id) else { continue };
                let mut row = match serde_json::to_value(&subscription.settings) {
                    Ok(Value::Object(settings)) if self.messages.has_all_of(user) => settings,
                    _ => Map::new(),
                };
                row.insert("user_profile".to_owned(), json!(user));
                row.insert("recipient".to_owned(), json!(of_channel(channel.id)));
                row.insert("active".to_owned(), json!(subscription.is_active));
                rows.push(row.into());
            }
        }
        rows
    }

    fn alert_words(&self) -> Vec<Value> {
        let personal = &self.source.state.personal;
        let words = self.agreed().flat_map(|row| personal.alert_words(row.id).iter().map(|word| (row.id, word)));
        words.map(|(user, word)| json!({ "user_profile": user, "word": word, "realm": 1 })).collect()
    }

    fn muted_users(&self) -> Vec<Value> {
        let personal = &self.source.state.personal;
        let muted = self.agreed().flat_map(|row| personal.muted_users(row.id).iter().map(|muted| (row.id, muted)));
        let row = |(user, muted): (UserId, &tidings_types::user::MutedUser)| json!({ "user_profile": user, "muted_user": muted.id, "date_muted": muted.timestamp });
        muted.map(row).collect()
    }

    fn topics(&self) -> Vec<Value> {
        let personal = &self.source.state.personal;
        let chosen = self.agreed().flat_map(|row| personal.user_topics(row.id).map(|chosen| (row.id, chosen)));
        let row = |(user, (channel, chosen)): (UserId, (ChannelId, &tidings_core::state::personal::ChosenTopic))| {
            json!({
                "user_profile": user, "stream": channel, "recipient": of_channel(channel), "topic_name": chosen.name,
                "visibility_policy": chosen.policy.policy, "last_updated": chosen.policy.last_updated,
            })
        };
        chosen.map(row).collect()
    }

    /// Without their tokens: whoever imports this gives them others.
    fn services(&self) -> Vec<Value> {
        let all = self.source.state.users.iter().filter_map(|row| Some((row, row.service()?)));
        let row = |(row, service): (&Arc<UserRow>, &tidings_types::user::BotService)| json!({ "user_profile": row.id, "name": row.full_name, "base_url": service.base_url, "interface": service.interface });
        all.map(row).collect()
    }
}

//! Accounts and what is personal to them.

use super::for_each;
use crate::row::{Error, bad_row, from_json, from_plain, get};
use rusqlite::{Connection, Row};
use std::collections::BTreeMap;
use std::sync::Arc;
use tidings_core::change::Change;
use tidings_core::state::RealmState;
use tidings_core::state::exports::{ExportRow, Outcome};
use tidings_core::state::personal::TopicPolicy;
use tidings_core::state::push::{PushKind, PushToken};
use tidings_core::state::users::{BotRow, NOTIFICATION_BOT, Profile, UserRow};
use tidings_core::state::webhooks::WebhookRow;
use tidings_types::settings::UserSettings;
use tidings_types::user::{BotService, MutedUser, Presence, ProfileValue, UserStatus};
use tidings_types::webhook::Trigger;
use tidings_types::{ChannelId, MessageId, UserId};

pub(super) fn load(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    users(connection, state)?;
    for_each(connection, "SELECT hash, user_id, created_at, label FROM api_keys ORDER BY id", |row| {
        state.apply(&Change::ApiKey {
            hash: get(row, 0, "api_keys")?,
            user: UserId(get(row, 1, "api_keys")?),
            created_at: get(row, 2, "api_keys")?,
            label: get(row, 3, "api_keys")?,
        });
        Ok(())
    })?;
    bot_storage(connection, state)?;
    push_tokens(connection, state)?;
    exports(connection, state)?;
    webhooks(connection, state)?;
    profiles(connection, state)?;
    alert_words(connection, state)?;
    muted_users(connection, state)?;
    user_topics(connection, state)?;
    statuses(connection, state)?;
    for_each(connection, "SELECT user_id, active_timestamp, idle_timestamp FROM presence ORDER BY user_id", |row| {
        let presence =
            Presence { active_timestamp: get(row, 1, "presence")?, idle_timestamp: get(row, 2, "presence")? };
        state.apply(&Change::Presence { user: UserId(get(row, 0, "presence")?), presence });
        Ok(())
    })
}

fn profiles(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    const TABLE: &str = "profile_values";
    let mut profiles: BTreeMap<UserId, Profile> = BTreeMap::new();
    for_each(connection, "SELECT user_id, field_id, value, rendered_value FROM profile_values", |row| {
        let value = ProfileValue { value: get(row, 2, TABLE)?, rendered_value: get(row, 3, TABLE)? };
        profiles.entry(UserId(get(row, 0, TABLE)?)).or_default().insert(get(row, 1, TABLE)?, value);
        Ok(())
    })?;
    for (user, values) in profiles {
        state.apply(&Change::Profile { user, values: Arc::new(values) });
    }
    Ok(())
}

fn users(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    let sql = "SELECT id, delivery_email, full_name, role, is_active, date_joined, avatar_version, settings,
                   bot_type, bot_owner_id, bot_default_sending_channel_id, bot_default_events_channel_id,
                   bot_default_all_public, bot_service_url, bot_service_interface, bot_service_token
               FROM users ORDER BY id";
    for_each(connection, sql, |row| {
        if get::<u32>(row, 0, "users")? == NOTIFICATION_BOT.0 {
            return Ok(());
        }
        state.apply(&Change::User(Arc::new(user(row)?)));
        Ok(())
    })
}

fn user(row: &Row<'_>) -> Result<UserRow, Error> {
    const TABLE: &str = "users";
    let settings: String = get(row, 7, TABLE)?;
    let settings = if settings == "{}" { UserSettings::default() } else { from_json(TABLE, &settings)? };
    Ok(UserRow {
        id: UserId(get(row, 0, TABLE)?),
        delivery_email: get(row, 1, TABLE)?,
        full_name: get(row, 2, TABLE)?,
        role: from_plain(TABLE, get::<u16>(row, 3, TABLE)?)?,
        is_active: get(row, 4, TABLE)?,
        date_joined: get(row, 5, TABLE)?,
        bot: get::<Option<u16>>(row, 8, TABLE)?.map(|bot_type| bot(row, bot_type)).transpose()?,
        avatar_version: get(row, 6, TABLE)?,
        settings,
    })
}

fn bot(row: &Row<'_>, bot_type: u16) -> Result<BotRow, Error> {
    const TABLE: &str = "users";
    Ok(BotRow {
        bot_type: from_plain(TABLE, bot_type)?,
        owner: get::<Option<u32>>(row, 9, TABLE)?.map(UserId),
        default_sending_channel: get::<Option<u32>>(row, 10, TABLE)?.map(ChannelId),
        default_events_channel: get::<Option<u32>>(row, 11, TABLE)?.map(ChannelId),
        default_all_public: get::<Option<bool>>(row, 12, TABLE)?.unwrap_or(false),
        service: get::<Option<String>>(row, 13, TABLE)?.map(|base_url| service(row, base_url)).transpose()?,
    })
}

fn service(row: &Row<'_>, base_url: String) -> Result<BotService, Error> {
    const TABLE: &str = "users";
    let interface = from_plain(TABLE, get::<u16>(row, 14, TABLE)?)?;
    Ok(BotService { base_url, interface, token: get(row, 15, TABLE)? })
}

fn bot_storage(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    const TABLE: &str = "bot_storage";
    for_each(connection, "SELECT user_id, key, value FROM bot_storage", |row| {
        let value: String = get(row, 2, TABLE)?;
        let (user, key) = (UserId(get(row, 0, TABLE)?), get(row, 1, TABLE)?);
        state.apply(&Change::BotStorage { user, key, value: Some(value.into()) });
        Ok(())
    })
}

fn exports(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    const TABLE: &str = "exports";
    for_each(connection, "SELECT id, user_id, kind, started_at, key, failed_at, deleted_at FROM exports", |row| {
        let (key, failed, deleted) = (get(row, 4, TABLE)?, get(row, 5, TABLE)?, get(row, 6, TABLE)?);
        let outcome = match (key, failed, deleted) {
            (Some(key), ..) => Outcome::Done { key },
            (None, Some(at), _) => Outcome::Failed(at),
            (None, None, Some(at)) => Outcome::Deleted(at),
            (None, None, None) => Outcome::Pending,
        };
        let kind = from_plain(TABLE, get::<u8>(row, 2, TABLE)?)?;
        let (id, user, started_at) = (get(row, 0, TABLE)?, UserId(get(row, 1, TABLE)?), get(row, 3, TABLE)?);
        state.apply(&Change::Export(Arc::new(ExportRow { id, user, kind, started_at, outcome })));
        Ok(())
    })
}

fn push_tokens(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    const TABLE: &str = "push_tokens";
    for_each(connection, "SELECT user_id, kind, token, app_id, added_at FROM push_tokens", |row| {
        let kind: String = get(row, 1, TABLE)?;
        let kind = PushKind::by_name(&kind).ok_or_else(|| bad_row(TABLE, format!("kind {kind:?}")))?;
        let token = PushToken { app_id: get(row, 3, TABLE)?, added_at: get(row, 4, TABLE)? };
        let (user, row) = (UserId(get(row, 0, TABLE)?), (get(row, 2, TABLE)?, Some(Arc::new(token))));
        state.apply(&Change::PushToken { user, kind, token: row.0, row: row.1 });
        Ok(())
    })
}

fn webhooks(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    const TABLE: &str = "webhooks";
    for_each(connection, "SELECT message_id, bot_id, reason, tries, next_at FROM webhooks", |row| {
        let (message, bot) = (MessageId(get(row, 0, TABLE)?), UserId(get(row, 1, TABLE)?));
        let reason: String = get(row, 2, TABLE)?;
        let trigger = Trigger::by_name(&reason).ok_or_else(|| bad_row(TABLE, format!("reason {reason:?}")))?;
        let row = WebhookRow { message, bot, trigger, tries: get(row, 3, TABLE)?, next_at: get(row, 4, TABLE)? };
        state.apply(&Change::Webhook { message, bot, row: Some(Arc::new(row)) });
        Ok(())
    })
}

fn alert_words(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    const TABLE: &str = "alert_words";
    let mut lists: Vec<(UserId, Vec<String>)> = Vec::new();
    for_each(connection, "SELECT user_id, word FROM alert_words ORDER BY user_id, position", |row| {
        push(&mut lists, UserId(get(row, 0, TABLE)?), get(row, 1, TABLE)?);
        Ok(())
    })?;
    for (user, words) in lists {
        state.apply(&Change::AlertWords { user, words });
    }
    Ok(())
}

fn muted_users(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    const TABLE: &str = "muted_users";
    let mut lists: Vec<(UserId, Vec<MutedUser>)> = Vec::new();
    let sql = "SELECT user_id, muted_user_id, muted_at FROM muted_users ORDER BY user_id, position";
    for_each(connection, sql, |row| {
        let muted = MutedUser { id: UserId(get(row, 1, TABLE)?), timestamp: get(row, 2, TABLE)? };
        push(&mut lists, UserId(get(row, 0, TABLE)?), muted);
        Ok(())
    })?;
    for (user, muted) in lists {
        state.apply(&Change::MutedUsers { user, muted: Arc::new(muted) });
    }
    Ok(())
}

/// Appends to the list of the last user, or starts the next user's.
pub(super) fn push<K: PartialEq, T>(lists: &mut Vec<(K, Vec<T>)>, key: K, item: T) {
    match lists.last_mut() {
        Some((last, items)) if *last == key => items.push(item),
        _ => lists.push((key, vec![item])),
    }
}

fn user_topics(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    const TABLE: &str = "user_topics";
    for_each(connection, "SELECT user_id, channel_id, topic, policy, last_updated FROM user_topics", |row| {
        state.apply(&Change::UserTopic {
            user: UserId(get(row, 0, TABLE)?),
            channel: ChannelId(get(row, 1, TABLE)?),
            topic: get(row, 2, TABLE)?,
            policy: TopicPolicy { policy: get(row, 3, TABLE)?, last_updated: get(row, 4, TABLE)? },
        });
        Ok(())
    })
}

fn statuses(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    const TABLE: &str = "user_status";
    let sql = "SELECT user_id, away, status_text, emoji_name, emoji_code, reaction_type FROM user_status";
    for_each(connection, sql, |row| {
        let status = UserStatus {
            away: get(row, 1, TABLE)?,
            status_text: get(row, 2, TABLE)?,
            emoji_name: get(row, 3, TABLE)?,
            emoji_code: get(row, 4, TABLE)?,
            reaction_type: get(row, 5, TABLE)?,
        };
        state.apply(&Change::Status { user: UserId(get(row, 0, TABLE)?), status });
        Ok(())
    })
}

//! Accounts and what is personal to them.

use super::for_each;
use crate::row::{Error, from_json, from_plain, get};
use rusqlite::{Connection, Row};
use std::collections::BTreeMap;
use std::sync::Arc;
use tidings_core::change::Change;
use tidings_core::state::RealmState;
use tidings_core::state::personal::TopicPolicy;
use tidings_core::state::users::{BotRow, NOTIFICATION_BOT, Profile, UserRow};
use tidings_types::settings::UserSettings;
use tidings_types::user::{MutedUser, Presence, ProfileValue, UserStatus};
use tidings_types::{ChannelId, UserId};

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
                   bot_default_all_public
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

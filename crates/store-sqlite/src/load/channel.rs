//! Channels, subscriptions and conversations.

use super::{for_each, permissions};
use crate::commit::CHANNEL_COLUMNS;
use crate::row::{Error, bad_row, from_plain, get, seq};
use rusqlite::{Connection, Row};
use smallvec::SmallVec;
use std::collections::HashMap;
use std::sync::Arc;
use tidings_core::change::Change;
use tidings_core::state::RealmState;
use tidings_core::state::channels::{ChannelRow, Span, SubscriptionRow};
use tidings_core::state::messages::ConversationKind;
use tidings_types::channel::{ChannelPermissions, SubscriptionSettings};
use tidings_types::{ChannelId, ConversationId, MessageId, UserId};

pub(super) fn load(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    let names: Vec<&str> = CHANNEL_COLUMNS.iter().chain(ChannelPermissions::NAMES).copied().collect();
    let sql = format!("SELECT {} FROM channels ORDER BY id", names.join(", "));
    for_each(connection, &sql, |row| {
        state.apply(&Change::Channel(Arc::new(channel(row)?)));
        Ok(())
    })?;
    subscriptions(connection, state)?;
    for_each(connection, "SELECT id, channel_id, topic, user_ids FROM conversations ORDER BY id", |row| {
        let id = ConversationId(get(row, 0, "conversations")?);
        state.apply(&Change::Conversation { id, kind: Arc::new(kind(row)?) });
        Ok(())
    })
}

/// A channel from the columns [`CHANNEL_COLUMNS`] and its permissions.
fn channel(row: &Row<'_>) -> Result<ChannelRow, Error> {
    const TABLE: &str = "channels";
    let topics_policy: String = get(row, 12, TABLE)?;
    Ok(ChannelRow {
        id: ChannelId(get(row, 0, TABLE)?),
        name: get(row, 1, TABLE)?,
        description: get(row, 3, TABLE)?,
        rendered_description: get(row, 4, TABLE)?,
        date_created: get(row, 5, TABLE)?,
        creator: get::<Option<u32>>(row, 6, TABLE)?.map(UserId),
        is_private: get(row, 7, TABLE)?,
        is_web_public: get(row, 8, TABLE)?,
        history_public: get(row, 9, TABLE)?,
        is_archived: get(row, 10, TABLE)?,
        message_retention_days: get(row, 11, TABLE)?,
        topics_policy: from_plain(TABLE, topics_policy)?,
        first_message_id: get::<Option<u32>>(row, 13, TABLE)?.map(MessageId),
        folder: get(row, 14, TABLE)?,
        is_recently_active: get(row, 15, TABLE)?,
        weekly_traffic: get(row, 16, TABLE)?,
        permissions: permissions(row, TABLE, CHANNEL_COLUMNS.len(), ChannelPermissions::NAMES)?,
    })
}

fn subscriptions(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    const TABLE: &str = "subscriptions";
    let mut spans = spans(connection)?;
    let sql = "SELECT user_id, channel_id, is_active, color, is_muted, pin_to_top, desktop_notifications,
                   email_notifications, wildcard_mentions_notify, push_notifications, audible_notifications
               FROM subscriptions";
    for_each(connection, sql, |row| {
        let (user, channel) = (UserId(get(row, 0, TABLE)?), ChannelId(get(row, 1, TABLE)?));
        let settings = SubscriptionSettings {
            color: get(row, 3, TABLE)?,
            is_muted: get(row, 4, TABLE)?,
            pin_to_top: get(row, 5, TABLE)?,
            desktop_notifications: get(row, 6, TABLE)?,
            email_notifications: get(row, 7, TABLE)?,
            wildcard_mentions_notify: get(row, 8, TABLE)?,
            push_notifications: get(row, 9, TABLE)?,
            audible_notifications: get(row, 10, TABLE)?,
        };
        let spans = spans.remove(&(user, channel)).unwrap_or_default();
        let row = Arc::new(SubscriptionRow { is_active: get(row, 2, TABLE)?, settings, spans });
        state.apply(&Change::Subscription { user, channel, row });
        Ok(())
    })
}

type Spans = HashMap<(UserId, ChannelId), SmallVec<[Span; 1]>>;

fn spans(connection: &Connection) -> Result<Spans, Error> {
    const TABLE: &str = "subscription_spans";
    let mut spans = Spans::new();
    let sql = "SELECT user_id, channel_id, from_seq, to_seq, from_message, to_message
               FROM subscription_spans ORDER BY user_id, channel_id, position";
    for_each(connection, sql, |row| {
        let key = (UserId(get(row, 0, TABLE)?), ChannelId(get(row, 1, TABLE)?));
        spans.entry(key).or_default().push(Span {
            from_seq: seq(get(row, 2, TABLE)?),
            to_seq: get::<Option<i64>>(row, 3, TABLE)?.map_or(u64::MAX, seq),
            from_message: get(row, 4, TABLE)?,
            to_message: get::<Option<u32>>(row, 5, TABLE)?.unwrap_or(u32::MAX),
        });
        Ok(())
    })?;
    Ok(spans)
}

fn kind(row: &Row<'_>) -> Result<ConversationKind, Error> {
    const TABLE: &str = "conversations";
    if let Some(channel) = get::<Option<u32>>(row, 1, TABLE)? {
        return Ok(ConversationKind::Topic { channel: ChannelId(channel), topic: get(row, 2, TABLE)? });
    }
    let users: String = get(row, 3, TABLE)?;
    let users = users.split(',').map(str::parse).collect::<Result<_, _>>().map_err(|error| bad_row(TABLE, error))?;
    Ok(ConversationKind::Direct { users })
}

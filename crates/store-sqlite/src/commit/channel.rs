//! Channels, subscriptions and conversations.

use super::Writing;
use crate::row::{Error, to_json};
use rusqlite::types::Value;
use rusqlite::{OptionalExtension as _, params, params_from_iter};
use std::sync::LazyLock;
use tidings_core::state::channels::{ChannelRow, SubscriptionRow};
use tidings_core::state::messages::ConversationKind;
use tidings_types::channel::ChannelPermissions;
use tidings_types::{ChannelId, ConversationId, UserId};

/// Columns of a channel before its permissions, which are named as in the API.
pub(crate) const CHANNEL_COLUMNS: &[&str] = &[
    "id",
    "name",
    "name_lower",
    "description",
    "rendered_description",
    "date_created",
    "creator_id",
    "is_private",
    "is_web_public",
    "history_public",
    "is_archived",
    "message_retention_days",
    "topics_policy",
    "first_message_id",
    "folder_id",
    "is_recently_active",
    "weekly_traffic",
];

static PUT_CHANNEL: LazyLock<String> = LazyLock::new(|| {
    let names: Vec<&str> = CHANNEL_COLUMNS.iter().chain(ChannelPermissions::NAMES).copied().collect();
    super::upsert("channels", &names)
});

impl Writing<'_> {
    pub(super) fn channel(&self, row: &ChannelRow) -> Result<(), Error> {
        let mut values: Vec<Value> = vec![
            row.id.0.into(),
            row.name.clone().into(),
            row.name.to_lowercase().into(),
            row.description.clone().into(),
            row.rendered_description.clone().into(),
            row.date_created.into(),
            row.creator.map(|id| id.0).into(),
            row.is_private.into(),
            row.is_web_public.into(),
            row.history_public.into(),
            row.is_archived.into(),
            row.message_retention_days.into(),
            row.topics_policy.as_str().to_owned().into(),
            row.first_message_id.map(|id| id.0).into(),
            row.folder.into(),
            row.is_recently_active.into(),
            row.weekly_traffic.into(),
        ];
        for name in ChannelPermissions::NAMES {
            values.push(to_json("channels", &row.permissions.get(name))?.into());
        }
        self.run(&PUT_CHANNEL, params_from_iter(values))
    }

    pub(super) fn subscription(&self, user: UserId, channel: ChannelId, row: &SubscriptionRow) -> Result<(), Error> {
        let settings = &row.settings;
        self.run(
            "INSERT INTO subscriptions (
                 user_id, channel_id, is_active, color, is_muted, pin_to_top, desktop_notifications,
                 email_notifications, wildcard_mentions_notify, push_notifications, audible_notifications
             ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
             ON CONFLICT (user_id, channel_id) DO UPDATE SET
                 is_active = excluded.is_active, color = excluded.color, is_muted = excluded.is_muted,
                 pin_to_top = excluded.pin_to_top, desktop_notifications = excluded.desktop_notifications,
                 email_notifications = excluded.email_notifications,
                 wildcard_mentions_notify = excluded.wildcard_mentions_notify,
                 push_notifications = excluded.push_notifications,
                 audible_notifications = excluded.audible_notifications",
            params![
                user.0,
                channel.0,
                row.is_active,
                settings.color,
                settings.is_muted,
                settings.pin_to_top,
                settings.desktop_notifications,
                settings.email_notifications,
                settings.wildcard_mentions_notify,
                settings.push_notifications,
                settings.audible_notifications,
            ],
        )?;
        self.spans(user, channel, row)
    }

    fn spans(&self, user: UserId, channel: ChannelId, row: &SubscriptionRow) -> Result<(), Error> {
        let start = self.first_changed_span(user, channel, row)?;
        for (position, span) in (0_i64..).zip(&row.spans).skip(start) {
            self.run(
                "INSERT INTO subscription_spans (
                     user_id, channel_id, position, from_seq, to_seq, from_message, to_message
                 ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (user_id, channel_id, position) DO UPDATE SET
                     from_seq = excluded.from_seq, to_seq = excluded.to_seq,
                     from_message = excluded.from_message, to_message = excluded.to_message",
                params![
                    user.0,
                    channel.0,
                    position,
                    crate::row::int(span.from_seq),
                    (span.to_seq != u64::MAX).then(|| crate::row::int(span.to_seq)),
                    span.from_message,
                    (span.to_message != u32::MAX).then_some(span.to_message),
                ],
            )?;
        }
        let sql = "DELETE FROM subscription_spans WHERE user_id = ?1 AND channel_id = ?2 AND position >= ?3";
        self.run(sql, params![user.0, channel.0, i64::try_from(row.spans.len()).unwrap_or(i64::MAX)])
    }

    /// Spans are added and ended at the end, so all but the last one that is stored stay as they are, unless the oldest
    /// were forgotten.
    fn first_changed_span(&self, user: UserId, channel: ChannelId, row: &SubscriptionRow) -> Result<usize, Error> {
        let Some(first) = row.spans.first().filter(|_| row.spans.len() > 3) else { return Ok(0) };
        let sql =
            "SELECT from_seq, (SELECT MAX(position) FROM subscription_spans WHERE user_id = ?1 AND channel_id = ?2)
                   FROM subscription_spans WHERE user_id = ?1 AND channel_id = ?2 AND position = 0";
        let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
        let known = self.transaction.prepare_cached(sql)?.query_row(params![user.0, channel.0], read).optional()?;
        let last = known.filter(|(from, _)| *from == crate::row::int(first.from_seq)).map_or(0, |(_, last)| last);
        Ok(usize::try_from(last).unwrap_or_default().min(row.spans.len()))
    }

    pub(super) fn conversation(&self, id: ConversationId, kind: &ConversationKind) -> Result<(), Error> {
        match kind {
            ConversationKind::Topic { channel, topic } => {
                let sql = "INSERT INTO conversations (id, channel_id, topic, topic_lower) VALUES (?1, ?2, ?3, ?4)";
                self.run(sql, params![id.0, channel.0, topic, topic.to_lowercase()])?;
                self.run("INSERT INTO topic_words (rowid, topic) VALUES (?1, ?2)", params![id.0, topic])
            }
            ConversationKind::Direct { users } => {
                let users: Vec<String> = users.iter().map(ToString::to_string).collect();
                self.run("INSERT INTO conversations (id, user_ids) VALUES (?1, ?2)", params![id.0, users.join(",")])
            }
        }
    }
}

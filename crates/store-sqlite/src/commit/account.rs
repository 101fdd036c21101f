//! Accounts and what is personal to them.

use super::Writing;
use crate::row::{Error, settings_to_json};
use rusqlite::params;
use tidings_core::state::exports::{ExportRow, Outcome};
use tidings_core::state::personal::TopicPolicy;
use tidings_core::state::push::{PushKind, PushToken};
use tidings_core::state::users::UserRow;
use tidings_core::state::webhooks::WebhookRow;
use tidings_types::user::{MutedUser, UserStatus};
use tidings_types::{ChannelId, MessageId, UserId};

impl Writing<'_> {
    pub(super) fn user(&self, row: &UserRow) -> Result<(), Error> {
        let bot = row.bot.as_ref();
        self.run(
            "INSERT INTO users (
                 id, delivery_email, delivery_email_lower, full_name, role, is_active, date_joined, bot_type,
                 bot_owner_id, bot_default_sending_channel_id, bot_default_events_channel_id,
                 bot_default_all_public, avatar_version, settings, bot_service_url, bot_service_interface,
                 bot_service_token
             ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
             ON CONFLICT (id) DO UPDATE SET
                 delivery_email = excluded.delivery_email, delivery_email_lower = excluded.delivery_email_lower,
                 full_name = excluded.full_name, role = excluded.role, is_active = excluded.is_active,
                 date_joined = excluded.date_joined, bot_type = excluded.bot_type,
                 bot_owner_id = excluded.bot_owner_id,
                 bot_default_sending_channel_id = excluded.bot_default_sending_channel_id,
                 bot_default_events_channel_id = excluded.bot_default_events_channel_id,
                 bot_default_all_public = excluded.bot_default_all_public,
                 avatar_version = excluded.avatar_version, settings = excluded.settings,
                 bot_service_url = excluded.bot_service_url, bot_service_interface = excluded.bot_service_interface,
                 bot_service_token = excluded.bot_service_token",
            params![
                row.id.0,
                row.delivery_email,
                row.delivery_email.to_lowercase(),
                row.full_name,
                u16::from(row.role),
                row.is_active,
                row.date_joined,
                bot.map(|bot| u16::from(bot.bot_type)),
                bot.and_then(|bot| bot.owner).map(|id| id.0),
                bot.and_then(|bot| bot.default_sending_channel).map(|id| id.0),
                bot.and_then(|bot| bot.default_events_channel).map(|id| id.0),
                bot.map(|bot| bot.default_all_public),
                row.avatar_version,
                settings_to_json(&row.settings),
                row.service().map(|service| &service.base_url),
                row.service().map(|service| u16::from(service.interface)),
                row.service().map(|service| &service.token),
            ],
        )
    }

    pub(super) fn bot_storage(&self, user: UserId, key: &str, value: Option<&str>) -> Result<(), Error> {
        match value {
            Some(value) => self.run(
                "INSERT INTO bot_storage (user_id, key, value) VALUES (?1, ?2, ?3)
                 ON CONFLICT (user_id, key) DO UPDATE SET value = excluded.value",
                params![user.0, key, value],
            ),
            None => self.run("DELETE FROM bot_storage WHERE user_id = ?1 AND key = ?2", params![user.0, key]),
        }
    }

    pub(super) fn export(&self, row: &ExportRow) -> Result<(), Error> {
        let (mut key, mut failed_at, mut deleted_at) = (None, None, None);
        match &row.outcome {
            Outcome::Pending => {}
            Outcome::Done { key: known } => key = Some(known),
            Outcome::Failed(at) => failed_at = Some(at),
            Outcome::Deleted(at) => deleted_at = Some(at),
        }
        self.run(
            "INSERT OR REPLACE INTO exports (id, user_id, kind, started_at, key, failed_at, deleted_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![row.id, row.user.0, u8::from(row.kind), row.started_at, key, failed_at, deleted_at],
        )
    }

    pub(super) fn push_token(
        &self,
        user: UserId,
        kind: PushKind,
        token: &str,
        row: Option<&PushToken>,
    ) -> Result<(), Error> {
        let Some(row) = row else {
            let sql = "DELETE FROM push_tokens WHERE user_id = ?1 AND kind = ?2 AND token = ?3";
            return self.run(sql, params![user.0, kind.as_str(), token]);
        };
        self.run(
            "INSERT OR REPLACE INTO push_tokens (user_id, kind, token, app_id, added_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![user.0, kind.as_str(), token, row.app_id, row.added_at],
        )
    }

    pub(super) fn webhook(&self, message: MessageId, bot: UserId, row: Option<&WebhookRow>) -> Result<(), Error> {
        let Some(row) = row else {
            let sql = "DELETE FROM webhooks WHERE message_id = ?1 AND bot_id = ?2";
            return self.run(sql, params![message.0, bot.0]);
        };
        self.run(
            "INSERT OR REPLACE INTO webhooks (message_id, bot_id, reason, tries, next_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![message.0, bot.0, row.trigger.as_str(), row.tries, row.next_at],
        )
    }

    pub(super) fn alert_words(&self, user: UserId, words: &[String]) -> Result<(), Error> {
        self.run("DELETE FROM alert_words WHERE user_id = ?1", params![user.0])?;
        for (position, word) in (0_i64..).zip(words) {
            let sql = "INSERT INTO alert_words (user_id, position, word) VALUES (?1, ?2, ?3)";
            self.run(sql, params![user.0, position, word])?;
        }
        Ok(())
    }

    pub(super) fn muted_users(&self, user: UserId, muted: &[MutedUser]) -> Result<(), Error> {
        self.run("DELETE FROM muted_users WHERE user_id = ?1", params![user.0])?;
        for (position, one) in (0_i64..).zip(muted) {
            let sql = "INSERT INTO muted_users (user_id, position, muted_user_id, muted_at) VALUES (?1, ?2, ?3, ?4)";
            self.run(sql, params![user.0, position, one.id.0, one.timestamp])?;
        }
        Ok(())
    }

    pub(super) fn user_topic(
        &self,
        user: UserId,
        channel: ChannelId,
        topic: &str,
        policy: TopicPolicy,
    ) -> Result<(), Error> {
        let topic_lower = topic.to_lowercase();
        if policy.policy == 0 {
            let sql = "DELETE FROM user_topics WHERE user_id = ?1 AND channel_id = ?2 AND topic_lower = ?3";
            return self.run(sql, params![user.0, channel.0, topic_lower]);
        }
        self.run(
            "INSERT INTO user_topics (user_id, channel_id, topic_lower, topic, policy, last_updated)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (user_id, channel_id, topic_lower) DO UPDATE SET
                 topic = excluded.topic, policy = excluded.policy, last_updated = excluded.last_updated",
            params![user.0, channel.0, topic_lower, topic, policy.policy, policy.last_updated],
        )
    }

    pub(super) fn status(&self, user: UserId, status: &UserStatus) -> Result<(), Error> {
        if *status == UserStatus::default() {
            return self.run("DELETE FROM user_status WHERE user_id = ?1", params![user.0]);
        }
        self.run(
            "INSERT INTO user_status (user_id, away, status_text, emoji_name, emoji_code, reaction_type)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (user_id) DO UPDATE SET
                 away = excluded.away, status_text = excluded.status_text, emoji_name = excluded.emoji_name,
                 emoji_code = excluded.emoji_code, reaction_type = excluded.reaction_type",
            params![
                user.0,
                status.away,
                status.status_text,
                status.emoji_name,
                status.emoji_code,
                status.reaction_type
            ],
        )
    }
}

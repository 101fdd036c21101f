//! What users prepare for later.

use super::Writing;
use crate::row::{Error, int, to_json};
use rusqlite::params;
use std::sync::Arc;
use tidings_core::state::prepared::{Later, LaterRow, LaterTo};
use tidings_types::prepared::{Draft, NavigationView, SavedSnippet};
use tidings_types::{PreparedId, UserId};

impl Writing<'_> {
    pub(super) fn draft(&self, user: UserId, id: PreparedId, draft: Option<&Draft>) -> Result<(), Error> {
        let Some(draft) = draft else { return self.run("DELETE FROM drafts WHERE id = ?1", params![int(id.0)]) };
        self.run(
            "INSERT OR REPLACE INTO drafts (id, user_id, draft_type, recipients, topic, content, last_edited)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                int(id.0),
                user.0,
                draft.draft_type.as_str(),
                to_json("drafts", &draft.to)?,
                draft.topic,
                draft.content,
                draft.timestamp
            ],
        )
    }

    pub(super) fn snippet(&self, user: UserId, id: PreparedId, snippet: Option<&SavedSnippet>) -> Result<(), Error> {
        let Some(snippet) = snippet else {
            return self.run("DELETE FROM saved_snippets WHERE id = ?1", params![int(id.0)]);
        };
        self.run(
            "INSERT OR REPLACE INTO saved_snippets (id, user_id, title, content, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![int(id.0), user.0, snippet.title, snippet.content, snippet.date_created],
        )
    }

    pub(super) fn view(&self, user: UserId, fragment: &str, view: Option<&NavigationView>) -> Result<(), Error> {
        let Some(view) = view else {
            let sql = "DELETE FROM navigation_views WHERE user_id = ?1 AND fragment = ?2";
            return self.run(sql, params![user.0, fragment]);
        };
        self.run(
            "INSERT OR REPLACE INTO navigation_views (user_id, fragment, is_pinned, name) VALUES (?1, ?2, ?3, ?4)",
            params![user.0, fragment, view.is_pinned, view.name],
        )
    }

    pub(super) fn later(&self, id: PreparedId, row: Option<&Arc<LaterRow>>) -> Result<(), Error> {
        let Some(row) = row else { return self.run("DELETE FROM later WHERE id = ?1", params![int(id.0)]) };
        let (mut place, mut recipients, mut read, mut reminder) = (None, None, false, None);
        match &row.what {
            Later::Message { to, read_by_sender } => {
                read = *read_by_sender;
                match to {
                    LaterTo::Topic { channel, topic } => place = Some((channel.0, topic)),
                    LaterTo::Users(users) => recipients = Some(to_json("later", users)?),
                }
            }
            Later::Reminder { message, note } => reminder = Some((message.0, note)),
        }
        self.run(
            "INSERT OR REPLACE INTO later (
                 id, user_id, channel_id, topic, recipients, read_by_sender, reminder_of, note, content, rendered,
                 deliver_at, client, failure
             ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            params![
                int(id.0),
                row.user.0,
                place.map(|(channel, _)| channel),
                place.map(|(_, topic)| topic),
                recipients,
                read,
                reminder.map(|(message, _)| message),
                reminder.map(|(_, note)| note),
                row.content,
                row.rendered,
                row.at,
                row.client,
                row.failure
            ],
        )
    }
}

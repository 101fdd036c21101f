//! Messages, their history, reactions, submessages and mentions, and the words they are found by.

use super::Writing;
use crate::message::json_list;
use crate::row::{Error, bad_row, int};
use rusqlite::{OptionalExtension, params};
use tidings_core::change::{MessageRow, ReactionRow, SubmessageRow};
use tidings_core::state::flags::Mentions;
use tidings_types::message::Edit;
use tidings_types::{ConversationId, MessageId};

impl Writing<'_> {
    pub(super) fn message_inserted(&mut self, row: &MessageRow, mentions: &Mentions) -> Result<(), Error> {
        self.last_message = self.last_message.max(row.id.0);
        let bits = row.bits;
        self.run(
            "INSERT INTO messages (
                 id, conversation_id, sender_id, client, timestamp, is_me, has_link, has_image, channel_wildcard,
                 topic_wildcard, last_edit, last_moved, content, rendered
             ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            params![
                row.id.0,
                row.conversation.0,
                row.sender.0,
                row.client,
                row.timestamp,
                bits.is_me,
                bits.has_link,
                bits.has_image,
                bits.channel_wildcard,
                bits.topic_wildcard,
                row.last_edit,
                row.last_moved,
                row.content,
                row.rendered,
            ],
        )?;
        self.words(row)?;
        self.mentions(row.id, mentions)?;
        // Only an imported message comes with a past.
        row.edit_history.iter().rev().try_for_each(|edit| self.edit(row.id, edit))?;
        row.reactions.iter().try_for_each(|reaction| self.reaction_added(row.id, reaction))?;
        row.submessages.iter().try_for_each(|submessage| self.submessage_added(row.id, submessage))
    }

    pub(super) fn message_updated(&self, row: &MessageRow, mentions: &Mentions, edit: &Edit) -> Result<(), Error> {
        let bits = row.bits;
        let same_words = self.has_content(row)?;
        self.run_on_one(
            "messages",
            "UPDATE messages SET
                 conversation_id = ?2, sender_id = ?3, client = ?4, timestamp = ?5, is_me = ?6, has_link = ?7,
                 has_image = ?8, channel_wildcard = ?9, topic_wildcard = ?10, last_edit = ?11, last_moved = ?12,
                 content = ?13, rendered = ?14
             WHERE id = ?1",
            params![
                row.id.0,
                row.conversation.0,
                row.sender.0,
                row.client,
                row.timestamp,
                bits.is_me,
                bits.has_link,
                bits.has_image,
                bits.channel_wildcard,
                bits.topic_wildcard,
                row.last_edit,
                row.last_moved,
                row.content,
                row.rendered,
            ],
        )?;
        if !same_words {
            self.forget_words(row.id)?;
            self.words(row)?;
        }
        self.run("DELETE FROM mentions WHERE message_id = ?1", params![row.id.0])?;
        self.mentions(row.id, mentions)?;
        self.edit(row.id, edit)
    }

    /// However many there are, it is two statements: the moved rows are not read into the program.
    pub(super) fn messages_moved(
        &self,
        ids: &[MessageId],
        to: ConversationId,
        edit: &Edit,
        seq: u64,
    ) -> Result<(), Error> {
        let list = json_list(ids.iter().map(|id| id.0));
        let moved_at = edit.is_shown_as_move().then_some(edit.timestamp);
        let sql = "UPDATE messages SET conversation_id = ?2, last_moved = coalesce(?3, last_moved)
                   WHERE id IN (SELECT value FROM json_each(?1))";
        let count = self.transaction.prepare_cached(sql)?.execute(params![list, to.0, moved_at])?;
        if count != ids.len() {
            return Err(bad_row("messages", format!("{count} of {} messages were there to be moved", ids.len())));
        }
        let arrived = edit.stream.map(|_| int(seq));
        self.run(
            "INSERT INTO message_edits (
                 message_id, user_id, timestamp, topic, prev_topic, channel_id, prev_channel_id, arrived_seq
             ) SELECT value, ?2, ?3, ?4, ?5, ?6, ?7, ?8 FROM json_each(?1) WHERE true ORDER BY key",
            params![
                list,
                edit.user_id.map(|id| id.0),
                edit.timestamp,
                edit.topic,
                edit.prev_topic,
                edit.stream.map(|id| id.0),
                edit.prev_stream.map(|id| id.0),
                arrived,
            ],
        )
    }

    pub(super) fn submessage_added(&mut self, message: MessageId, row: &SubmessageRow) -> Result<(), Error> {
        self.last_submessage = self.last_submessage.max(row.id);
        self.run(
            "INSERT INTO submessages (id, message_id, sender_id, msg_type, content) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![row.id, message.0, row.sender.0, row.msg_type, row.content],
        )
    }

    pub(super) fn message_deleted(&self, id: MessageId) -> Result<(), Error> {
        self.run("DELETE FROM mentions WHERE message_id = ?1", params![id.0])?;
        self.run("DELETE FROM reactions WHERE message_id = ?1", params![id.0])?;
        self.run("DELETE FROM message_edits WHERE message_id = ?1", params![id.0])?;
        self.run("DELETE FROM submessages WHERE message_id = ?1", params![id.0])?;
        self.run("DELETE FROM attachment_messages WHERE message_id = ?1", params![id.0])?;
        self.forget_words(id)?;
        self.run_on_one("messages", "DELETE FROM messages WHERE id = ?1", params![id.0])
    }

    pub(super) fn reaction_added(&self, message: MessageId, reaction: &ReactionRow) -> Result<(), Error> {
        self.run(
            "INSERT INTO reactions (message_id, user_id, reaction_type, emoji_code, emoji_name)
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                message.0,
                reaction.user.0,
                reaction.reaction_type.as_str(),
                reaction.emoji_code,
                reaction.emoji_name
            ],
        )
    }

    pub(super) fn reaction_removed(&self, message: MessageId, reaction: &ReactionRow) -> Result<(), Error> {
        self.run_on_one(
            "reactions",
            "DELETE FROM reactions
             WHERE message_id = ?1 AND user_id = ?2 AND reaction_type = ?3 AND emoji_code = ?4",
            params![message.0, reaction.user.0, reaction.reaction_type.as_str(), reaction.emoji_code],
        )
    }

    fn mentions(&self, id: MessageId, mentions: &Mentions) -> Result<(), Error> {
        for (user, bits) in mentions {
            let sql = "INSERT INTO mentions (message_id, user_id, bits) VALUES (?1, ?2, ?3)";
            self.run(sql, params![id.0, user.0, bits.0])?;
        }
        Ok(())
    }

    fn edit(&self, id: MessageId, edit: &Edit) -> Result<(), Error> {
        self.run(
            "INSERT INTO message_edits (
                 message_id, user_id, timestamp, prev_content, prev_rendered_content, topic, prev_topic,
                 channel_id, prev_channel_id
             ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                id.0,
                edit.user_id.map(|id| id.0),
                edit.timestamp,
                edit.prev_content,
                edit.prev_rendered_content,
                edit.topic,
                edit.prev_topic,
                edit.stream.map(|id| id.0),
                edit.prev_stream.map(|id| id.0),
            ],
        )
    }

    /// Whether the stored content is what `row` has.
    fn has_content(&self, row: &MessageRow) -> Result<bool, Error> {
        let mut statement = self.transaction.prepare_cached("SELECT content = ?2 FROM messages WHERE id = ?1")?;
        Ok(statement.query_row(params![row.id.0, row.content], |row| row.get(0)).optional()?.unwrap_or(false))
    }

    fn words(&self, row: &MessageRow) -> Result<(), Error> {
        self.run("INSERT INTO message_words (rowid, content) VALUES (?1, ?2)", params![row.id.0, row.content])
    }

    fn forget_words(&self, id: MessageId) -> Result<(), Error> {
        self.run("DELETE FROM message_words WHERE rowid = ?1", params![id.0])
    }
}

//! Changing the content of messages.

use super::send::{self, Place};
use super::{Tx, files, flags};
use crate::audience::Audience;
use crate::change::{Change, MessageBits, MessageRow};
use crate::event::PreparedFlags;
use crate::state::flags::Flag;
use crate::state::users::UserRow;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::sync::Arc;
use tidings_markdown::Rendered;
use tidings_types::attachment::Attachment;
use tidings_types::events::Event;
use tidings_types::events::message::{FlagsAdd, UpdateMessage};
use tidings_types::message::Edit;
use tidings_types::{ApiError, ChannelId, MessageId, UserId};

/// Seconds by which an edit may come late: it was begun in time.
const EDIT_GRACE_SECS: i64 = 20;

/// What a deleted text becomes.
pub const EMPTIED: &str = "(deleted)";

/// A new content. Rendered before, since that takes time the writer does not have.
#[derive(Clone, Debug)]
pub struct NewContent {
    /// As written, checked by [`check_content`].
    pub content: String,
    /// The same, rendered for the sender.
    pub rendered: Rendered,
    /// Users with an alert word in it.
    pub alerted: Vec<UserId>,
    /// SHA-256 of the content that is to be replaced, in hexadecimal.
    pub prev_content_sha256: Option<String>,
}

/// The content as it is kept: as for a new message, but what is empty is marked as deleted.
///
/// # Errors
/// 400 for null bytes.
pub fn check_content(content: &str) -> Result<String, ApiError> {
    if content.trim().is_empty() { Ok(EMPTIED.to_owned()) } else { send::check_content(content) }
}

/// A content that was changed, before anybody was told.
#[derive(Debug)]
#[must_use]
pub struct Edited {
    pub(super) update: UpdateMessage,
    pub(super) audience: Audience,
    /// The actor's files to which no message refers any more.
    pub detached: Vec<Attachment>,
}

impl Edited {
    /// Tells who holds the message that `flags` are of.
    pub fn tell(self, tx: &mut Tx<'_>, flags: &PreparedFlags) {
        tx.emit_update(self.update, flags, self.audience);
    }
}

/// `update-message`, as far as the content of message `id` goes. None where that is the content already.
///
/// # Errors
/// 400 for a message that may not be read or not be edited, or not any more.
pub fn edit_content(
    tx: &mut Tx<'_>,
    actor: UserId,
    id: MessageId,
    new: NewContent,
) -> Result<Option<Edited>, ApiError> {
    let user = tx.actor(actor)?;
    tx.state.check_can_change(&user, id)?;
    let message = tx.message(id)?.ok_or_else(|| ApiError::bad_request("Invalid message(s)"))?;
    check_may_edit(tx, &user, &message)?;
    if !message.submessages.is_empty() {
        return Err(ApiError::bad_request("Widgets cannot be edited."));
    }
    if new.prev_content_sha256.as_ref().is_some_and(|hash| !is_hash_of(hash, &message.content)) {
        return Err(ApiError::ExpectationMismatch {});
    }
    let place = Place::of(tx, message.conversation).ok_or(ApiError::Internal {})?;
    send::check_wildcards(tx, &user, &place, &new.rendered)?;
    send::check_groups(tx, &user, &new.rendered)?;
    files::check_count(&new.rendered.linked_uploads)?;
    if message.content == new.content {
        return Ok(None);
    }
    let mut mentions =
        send::mentions(tx, &place, message.sender, &new.rendered, &new.alerted, |user| tx.state.received(user, id))?;
    // An old message is not opened to anybody by mentioning them in it.
    mentions.retain(|(user, _)| tx.state.active_user(*user).is_some_and(|row| tx.state.can_read_message(row, id)));
    let held_before: Vec<UserId> = tx.state.flags.mentions(id).iter().map(|(user, _)| *user).collect();
    let newcomers: Vec<UserId> =
        mentions.iter().map(|(user, _)| *user).filter(|user| !tx.state.received(*user, id)).collect();
    let row = edited(tx, &message, &place, &new, actor);
    let edit = row.edit_history[0].clone();
    tx.change(Change::MessageUpdated { row: Arc::new(row), mentions, edit });
    let unused = files::refer(tx, &user, id, message.timestamp, &new.rendered.linked_uploads);
    settle_unread(tx, id, &newcomers, &held_before);
    let update = update(actor, &message, new, &place, tx.now);
    let detached = files::detached(tx, actor, &unused);
    Ok(Some(Edited { update, audience: holders(tx, id, &held_before), detached }))
}

/// Content and channel are not changed in one request. Clients may name the channel the message is in.
///
/// # Errors
/// 400 for another channel, and for a message that may not be read: where it is, is no business of others.
pub fn check_stays(tx: &Tx<'_>, actor: UserId, id: MessageId, channel: Option<ChannelId>) -> Result<(), ApiError> {
    let Some(wanted) = channel else { return Ok(()) };
    tx.state.check_can_read(&*tx.actor(actor)?, id)?;
    if super::notify::channel_of(tx, id).is_some_and(|channel| channel.id != wanted) {
        return Err(ApiError::bad_request("Cannot change message content while changing channel"));
    }
    Ok(())
}

pub(super) fn check_may_edit(tx: &Tx<'_>, user: &UserRow, message: &MessageRow) -> Result<(), ApiError> {
    let settings = &tx.state.realm.settings;
    if !settings.allow_message_editing {
        return Err(ApiError::bad_request("Your organization has turned off message editing"));
    }
    if message.sender != user.id {
        return Err(ApiError::bad_request("You don't have permission to edit this message"));
    }
    let age = tx.now - message.timestamp;
    if settings.message_content_edit_limit_seconds.is_some_and(|limit| age > limit + EDIT_GRACE_SECS) {
        return Err(ApiError::bad_request("The time limit for editing this message has passed"));
    }
    Ok(())
}

fn is_hash_of(hash: &str, content: &str) -> bool {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(content.as_bytes()) {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hash.eq_ignore_ascii_case(&hex)
}

fn edited(tx: &Tx<'_>, message: &MessageRow, place: &Place, new: &NewContent, actor: UserId) -> MessageRow {
    let in_channel = matches!(place, Place::Topic { .. });
    let edit = Edit {
        user_id: Some(actor),
        timestamp: tx.now,
        prev_content: Some(message.content.clone()),
        prev_rendered_content: Some(message.rendered.clone()),
        ..Edit::default()
    };
    let mut edit_history = vec![edit];
    edit_history.extend(message.edit_history.iter().cloned());
    MessageRow {
        content: new.content.clone(),
        rendered: new.rendered.html.clone(),
        bits: MessageBits {
            is_me: new.rendered.is_me_message,
            has_link: new.rendered.has_link,
            has_image: new.rendered.has_image,
            channel_wildcard: new.rendered.channel_wildcard && in_channel,
            topic_wildcard: new.rendered.topic_wildcard && in_channel,
        },
        last_edit: Some(tx.now),
        edit_history,
        ..message.clone()
    }
}

/// An edit makes nothing unread that was not: whom it mentions anew has read the message, as far as counting goes.
/// Whom it no longer mentions, and who received it only for that, has nothing to read in it any more.
fn settle_unread(tx: &mut Tx<'_>, id: MessageId, newcomers: &[UserId], held_before: &[UserId]) {
    let is_read = |tx: &Tx<'_>, user| tx.state.flags.of(user).is_some_and(|flags| flags.has(Flag::Read, id));
    let read = |user| Change::Flags { user, flag: Flag::Read, add: true, ids: vec![id] };
    for user in newcomers.iter().copied() {
        if !is_read(tx, user) {
            tx.change(read(user));
        }
    }
    for user in held_before.iter().copied().filter(|user| !newcomers.contains(user)) {
        if tx.state.received(user, id) {
            continue;
        }
        flags::note_historical(tx, user, &[id]);
        if !is_read(tx, user) {
            tx.change(read(user));
            let (operation, flag) = ("add".to_owned(), Flag::Read.name().to_owned());
            let event = FlagsAdd { operation, flag, messages: vec![id], all: false };
            tx.emit(Event::FlagsAdd(event), Audience::user(user));
        }
    }
}

/// Those who hold the message, and those who held it because it mentioned them.
fn holders(tx: &Tx<'_>, id: MessageId, held_before: &[UserId]) -> Audience {
    let may_read = |user: &UserId| tx.state.active_user(*user).is_some_and(|row| tx.state.can_read_message(row, id));
    tx.state.who_holds_message(id).plus(held_before.iter().copied().filter(may_read))
}

fn update(actor: UserId, before: &MessageRow, new: NewContent, place: &Place, now: i64) -> UpdateMessage {
    let (stream_id, stream_name) = match place {
        Place::Topic { channel, .. } => (Some(channel.id), Some(channel.name.clone())),
        Place::Direct { .. } => (None, None),
    };
    UpdateMessage {
        user_id: Some(actor),
        rendering_only: false,
        message_id: before.id,
        message_ids: vec![before.id],
        edit_timestamp: now,
        stream_name,
        stream_id,
        orig_content: Some(before.content.clone()),
        orig_rendered_content: Some(before.rendered.clone()),
        content: Some(new.content),
        rendered_content: Some(new.rendered.html),
        is_me_message: Some(new.rendered.is_me_message),
        ..UpdateMessage::default()
    }
}

//! Deleting messages.

use super::send::{check_topic, refresh_first_message};
use super::{Tx, files, notify};
use crate::change::{Change, MessageRow};
use crate::event::{Gate, Payload};
use crate::limits;
use crate::state::channels::ChannelRow;
use crate::state::messages::ConversationKind;
use crate::state::users::UserRow;
use std::sync::Arc;
use tidings_types::channel::ChannelPermissions;
use tidings_types::events::message::DeleteMessage;
use tidings_types::permission::{self, Permission};
use tidings_types::{ApiError, AttachmentId, ChannelId, ConversationId, MessageId, UserId};

/// `delete-message`.
///
/// # Errors
/// 400 for a message that may not be read or not be deleted, or not any more.
pub fn delete_message(tx: &mut Tx<'_>, actor: UserId, id: MessageId) -> Result<(), ApiError> {
    let user = tx.actor(actor)?;
    tx.state.check_can_change(&user, id)?;
    let message = tx.message(id)?.ok_or_else(|| ApiError::bad_request("Invalid message(s)"))?;
    let channel = notify::channel_of(tx, id);
    check_may_delete(tx, &user, &message, channel.as_deref())?;
    remove(tx, Some(user.id), &[id])
}

/// `delete-topic`: deletes the newest messages of a topic, a bounded number of them; returns whether that was all.
///
/// Where a channel hides its history, only what the user may read is deleted.
///
/// # Errors
/// 400 for who is no administrator, and for a channel they may not read, or that is out of use.
pub fn delete_topic(tx: &mut Tx<'_>, actor: UserId, channel: ChannelId, topic: &str) -> Result<bool, ApiError> {
    let user = tx.actor(actor)?;
    if !user.role.is_admin() {
        return Err(ApiError::UnauthorizedPrincipal { text: "Must be an organization administrator".to_owned() });
    }
    let channel = Arc::clone(tx.state.access_channel(&user, channel)?);
    if channel.is_archived || !tx.state.can_read_channel(&user, &channel) {
        return Err(ApiError::bad_request("Invalid channel ID"));
    }
    let topic = check_topic(topic)?;
    let Some(conversation) = tx.state.messages.topic(channel.id, &topic).map(|topic| topic.conversation) else {
        return Ok(true);
    };
    let mut ids = tx.state.messages.ids(conversation).map(|ids| ids.to_bitmap()).unwrap_or_default();
    if !tx.state.shows_history(&channel) {
        ids &= tx.state.readable_in_channel(&user, &channel);
    }
    let is_all = ids.len() <= limits::DELETED_MESSAGES_MAX;
    let skip = ids.len().saturating_sub(limits::DELETED_MESSAGES_MAX);
    let newest: Vec<MessageId> = ids.iter().skip(usize::try_from(skip).unwrap_or(0)).map(MessageId).collect();
    if !newest.is_empty() {
        remove(tx, Some(user.id), &newest)?;
    }
    Ok(is_all)
}

/// Deletes messages of one conversation, ascending, and tells those who hold them, and who deletes them, if somebody does.
pub(super) fn remove(tx: &mut Tx<'_>, actor: Option<UserId>, ids: &[MessageId]) -> Result<(), ApiError> {
    let invalid = || ApiError::bad_request("Invalid message(s)");
    let first = ids.first().copied().ok_or_else(invalid)?;
    let conversation = tx.state.messages.conversation_of(first).ok_or_else(invalid)?;
    let channel = notify::channel_of(tx, first);
    let audience = match &channel {
        Some(channel) => tx.state.who_holds_any(channel, ids),
        None => tx.state.who_holds_message(first),
    };
    // Whoever deletes a message may read it, subscribed or not.
    let event = place(tx, conversation);
    let mut files: Vec<AttachmentId> = Vec::new();
    for id in ids {
        files.extend(tx.state.files.of_message(*id));
        tx.change(Change::MessageDeleted { id: *id });
    }
    tx.emit_payload(Payload::Delete { event, ids: ids.to_vec() }, audience.plus(actor), Gate::All);
    files.sort_unstable();
    files.dedup();
    files::settle(tx, &files);
    if let Some(channel) = channel {
        refresh_first_message(tx, channel.id);
    }
    Ok(())
}

/// Who may delete any message may delete this one; its sender, and the owner of a bot that sent it, may for a while.
fn check_may_delete(
    tx: &Tx<'_>,
    user: &UserRow,
    message: &MessageRow,
    channel: Option<&ChannelRow>,
) -> Result<(), ApiError> {
    let settings = &tx.state.realm.settings;
    let in_channel = |permission: &Permission<ChannelPermissions>| {
        channel.is_some_and(|channel| tx.state.has(user, permission, &channel.permissions))
    };
    let any = tx.state.may(user, &permission::realm::can_delete_any_message_group)
        || in_channel(&permission::channel::can_delete_any_message_group);
    if any {
        return Ok(());
    }
    let sender = tx.state.users.get(message.sender);
    let owner = sender.and_then(|sender| sender.bot.as_ref()).and_then(|bot| bot.owner);
    let own = tx.state.may(user, &permission::realm::can_delete_own_message_group)
        || in_channel(&permission::channel::can_delete_own_message_group);
    if !own || (message.sender != user.id && owner != Some(user.id)) {
        return Err(ApiError::bad_request("You don't have permission to delete this message"));
    }
    if settings.message_content_delete_limit_seconds.is_some_and(|limit| tx.now - message.timestamp > limit) {
        return Err(ApiError::bad_request("The time limit for deleting this message has passed"));
    }
    Ok(())
}

fn place(tx: &Tx<'_>, conversation: ConversationId) -> DeleteMessage {
    let (channel, topic) = match tx.state.messages.kind(conversation).map(|kind| &**kind) {
        Some(ConversationKind::Topic { channel, topic }) => (Some(*channel), Some(topic.clone())),
        _ => (None, None),
    };
    DeleteMessage {
        message_ids: None,
        message_id: None,
        message_type: if channel.is_some() { "stream" } else { "private" }.to_owned(),
        stream_id: channel,
        topic,
    }
}

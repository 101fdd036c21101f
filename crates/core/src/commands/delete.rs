//! Deleting messages.

use super::Tx;
use super::send::set_first_message;
use crate::change::{Change, MessageRow};
use crate::event::{Gate, Payload};
use crate::state::channels::ChannelRow;
use crate::state::messages::ConversationKind;
use crate::state::users::UserRow;
use std::sync::Arc;
use tidings_types::events::message::DeleteMessage;
use tidings_types::{ApiError, ConversationId, MessageId, UserId};

/// `delete-message`.
///
/// # Errors
/// 400 for a message that may not be read or not be deleted, or not any more.
pub fn delete_message(tx: &mut Tx<'_>, actor: UserId, id: MessageId) -> Result<(), ApiError> {
    let user = tx.actor(actor)?;
    tx.state.check_can_read(&user, id)?;
    let message = tx.message(id)?.ok_or_else(|| ApiError::bad_request("Invalid message(s)"))?;
    let channel = channel_of(tx, message.conversation);
    check_may_delete(tx, &user, &message, channel.as_deref())?;
    let audience = tx.state.who_holds_message(id).plus([actor]);
    let event = place(tx, message.conversation);
    let newest_left = newest_left(tx, message.conversation, id)?;
    tx.change(Change::MessageDeleted { id, newest_left });
    tx.emit_payload(Payload::Delete { event, ids: vec![id] }, audience, Gate::All);
    if let Some(channel) = channel.filter(|channel| channel.first_message_id == Some(id)) {
        let first = tx.state.messages.channel_ids(channel.id).and_then(|ids| ids.min());
        set_first_message(tx, &channel, first);
    }
    Ok(())
}

fn channel_of(tx: &Tx<'_>, conversation: ConversationId) -> Option<Arc<ChannelRow>> {
    match &**tx.state.messages.kind(conversation)? {
        ConversationKind::Topic { channel, .. } => tx.state.channels.get(*channel).cloned(),
        ConversationKind::Direct { .. } => None,
    }
}

/// Who may delete any message may delete this one; its sender, and the owner of a bot that sent it, may for a while.
fn check_may_delete(
    tx: &Tx<'_>,
    user: &UserRow,
    message: &MessageRow,
    channel: Option<&ChannelRow>,
) -> Result<(), ApiError> {
    let settings = &tx.state.realm.settings;
    let permissions = channel.map(|channel| &channel.permissions);
    let any = tx.state.in_group(user, settings.can_delete_any_message_group)
        || permissions.is_some_and(|permissions| tx.state.in_setting(user, &permissions.can_delete_any_message_group));
    if any {
        return Ok(());
    }
    let sender = tx.state.users.get(message.sender);
    let owner = sender.and_then(|sender| sender.bot.as_ref()).and_then(|bot| bot.owner);
    let own = tx.state.in_group(user, settings.can_delete_own_message_group)
        || permissions.is_some_and(|permissions| tx.state.in_setting(user, &permissions.can_delete_own_message_group));
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

/// The newest message of a conversation but this one.
pub(super) fn newest_left(
    tx: &Tx<'_>,
    conversation: ConversationId,
    id: MessageId,
) -> Result<Option<MessageId>, ApiError> {
    let newest = match tx.state.messages.kind(conversation).map(|kind| &**kind) {
        Some(ConversationKind::Topic { channel, topic }) => {
            tx.state.messages.topic(*channel, topic).and_then(|topic| topic.max_id)
        }
        _ => tx.state.messages.direct_ids(conversation).and_then(|ids| ids.max()),
    };
    if newest == Some(id) { tx.newest_before(conversation, id) } else { Ok(newest) }
}

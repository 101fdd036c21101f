//! Moving messages to another topic of their channel.

use super::Tx;
use super::send::{self, Place};
use crate::audience::Audience;
use crate::change::{Change, MessageRow};
use crate::event::PreparedFlags;
use crate::limits;
use crate::narrow::RESOLVED_TOPIC_PREFIX;
use crate::state::channels::ChannelRow;
use crate::state::users::UserRow;
use std::sync::Arc;
use tidings_types::endpoints::messages::PropagateMode;
use tidings_types::events::message::UpdateMessage;
use tidings_types::message::Edit;
use tidings_types::{ApiError, ConversationId, MessageId, UserId};

/// Where messages go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTopic {
    /// As the request has it.
    pub topic: String,
    /// Which messages of the topic move along.
    pub propagate: PropagateMode,
}

/// `update-message`, as far as the topic goes, of the message that `flags` are of.
///
/// # Errors
/// 400 for a message that may not be read or not be moved, a topic that is not allowed, and too many messages.
pub fn move_to_topic(tx: &mut Tx<'_>, actor: UserId, flags: &PreparedFlags, to: &NewTopic) -> Result<(), ApiError> {
    let id = flags.message();
    let user = tx.actor(actor)?;
    tx.state.check_can_read(&user, id)?;
    let from = tx.state.messages.conversation_of(id).ok_or_else(|| ApiError::bad_request("Invalid message(s)"))?;
    let Some(Place::Topic { channel, topic: old }) = Place::of(tx, from) else {
        return Err(ApiError::bad_request("Direct messages cannot have topics."));
    };
    let new = send::check_topic(&to.topic)?;
    // Clients may send the topic along with a new content. Topics are the same without regard to case.
    if tx.state.messages.topic(channel.id, &new).is_some_and(|topic| topic.conversation == from) {
        return Ok(());
    }
    check_may_move(tx, &user, &channel, &old, &new)?;
    send::check_topic_allowed(tx, &channel, &new)?;
    let ids = affected(tx, &user, from, id, to.propagate)?;
    let conversation = send::topic_conversation(tx, channel.id, &new);
    for moved in &ids {
        move_one(tx, actor, *moved, conversation, (&old, &new))?;
    }
    let topic_links = Some(tx.state.linkifiers.topic_links(&new));
    let update = update(actor, id, &ids, &channel, (old, new, to.propagate), tx.now);
    let update = UpdateMessage { topic_links, ..update };
    let audience = who_holds_any(tx, &ids, &channel);
    tx.emit_update(update, flags, audience);
    Ok(())
}

/// Who may move messages within the channel; to mark a topic as resolved, or not, a permission of its own is enough.
fn check_may_move(tx: &Tx<'_>, user: &UserRow, channel: &ChannelRow, old: &str, new: &str) -> Result<(), ApiError> {
    let bare = |topic: &str| topic.strip_prefix(RESOLVED_TOPIC_PREFIX).unwrap_or(topic).to_owned();
    let may = |setting| tx.state.in_setting(user, setting);
    let resolves = bare(old) == bare(new) && may(&channel.permissions.can_resolve_topics_group);
    let moves = tx.state.in_group(user, tx.state.realm.settings.can_move_messages_between_topics_group)
        || may(&channel.permissions.can_move_messages_within_channel_group)
        || may(&channel.permissions.can_administer_channel_group);
    if !channel.is_archived && (moves || resolves) {
        return Ok(());
    }
    Err(ApiError::bad_request("You don't have permission to edit this message"))
}

/// The messages that move, ascending: of the topic those the user may read.
fn affected(
    tx: &Tx<'_>,
    user: &UserRow,
    conversation: ConversationId,
    id: MessageId,
    propagate: PropagateMode,
) -> Result<Vec<MessageId>, ApiError> {
    let oldest = match propagate {
        PropagateMode::One => return Ok(vec![id]),
        PropagateMode::Later => id,
        PropagateMode::All => MessageId(0),
    };
    let mut ids = Vec::new();
    let mut before = MessageId(u32::MAX);
    let mut looked_at = 0;
    while let Some(found) = tx.newest_before(conversation, before)?.filter(|found| *found >= oldest) {
        if tx.state.can_read_message(user, found) {
            ids.push(found);
        }
        // Also those that stay cost time, during which nobody else's change is made.
        looked_at += 1;
        if looked_at > limits::MOVED_MESSAGES_MAX {
            return Err(ApiError::bad_request("Too many messages to move at once"));
        }
        before = found;
    }
    ids.reverse();
    Ok(ids)
}

fn move_one(
    tx: &mut Tx<'_>,
    actor: UserId,
    id: MessageId,
    conversation: ConversationId,
    (old, new): (&str, &str),
) -> Result<(), ApiError> {
    let message = tx.message(id)?.ok_or_else(|| ApiError::bad_request("Invalid message(s)"))?;
    let edit = Edit {
        user_id: Some(actor),
        timestamp: tx.now,
        topic: Some(new.to_owned()),
        prev_topic: Some(old.to_owned()),
        ..Edit::default()
    };
    let mut edit_history = vec![edit.clone()];
    edit_history.extend(message.edit_history.iter().cloned());
    let row = MessageRow { conversation, last_moved: Some(tx.now), edit_history, ..(*message).clone() };
    let mentions = tx.state.flags.mentions(id).to_vec();
    tx.change(Change::MessageUpdated { row: Arc::new(row), mentions, edit });
    Ok(())
}

fn update(
    actor: UserId,
    id: MessageId,
    ids: &[MessageId],
    channel: &ChannelRow,
    (old, new, propagate): (String, String, PropagateMode),
    now: i64,
) -> UpdateMessage {
    UpdateMessage {
        user_id: Some(actor),
        message_id: id,
        message_ids: ids.to_vec(),
        edit_timestamp: now,
        stream_name: Some(channel.name.clone()),
        stream_id: Some(channel.id),
        propagate_mode: Some(propagate.as_str().to_owned()),
        orig_subject: Some(old),
        subject: Some(new),
        ..UpdateMessage::default()
    }
}

fn who_holds_any(tx: &Tx<'_>, ids: &[MessageId], channel: &ChannelRow) -> Audience {
    let may_read =
        |user: UserId, id: MessageId| tx.state.active_user(user).is_some_and(|row| tx.state.can_read_message(row, id));
    let mut holders: Vec<UserId> = Vec::new();
    for id in ids {
        holders.extend(tx.state.flags.others_who_hold(*id).filter(|user| may_read(*user, *id)));
    }
    if !tx.state.shows_history(channel) {
        let subscribers = tx.state.channels.subscribers(channel.id);
        holders.extend(subscribers.iter().copied().filter(|user| ids.iter().any(|id| may_read(*user, *id))));
    }
    holders.sort_unstable();
    holders.dedup();
    if tx.state.shows_history(channel) {
        return Audience::subscribers(&tx.state, channel.id).plus(holders);
    }
    Audience::users(holders)
}

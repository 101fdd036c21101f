//! Who is composing a message, and who is told.

use crate::audience::Audience;
use crate::commands::Tx;
use crate::commands::edit;
use crate::commands::send::{self, ChannelRef, UserRefIn};
use crate::event::Gate;
use crate::limits;
use crate::shape::Shape;
use crate::state::messages::ConversationKind;
use crate::state::users::UserRow;
use tidings_types::endpoints::personal::TypingOp;
use tidings_types::events::Event;
use tidings_types::events::message::{EditedIn, Typing, TypingEdit, TypingUser};
use tidings_types::{ApiError, ChannelId, MessageId, UserId};

/// Where somebody composes.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// A topic of a channel.
    Topic {
        /// The channel.
        channel: ChannelId,
        /// The topic as written.
        topic: String,
    },
    /// A direct conversation with these users.
    Direct(Vec<UserRefIn>),
}

/// `set-typing-status`.
///
/// # Errors
/// 400 where one may not send there, or said that nobody be told.
pub fn set(tx: &mut Tx<'_>, actor: UserId, op: TypingOp, place: &Place) -> Result<(), ApiError> {
    let sender = tx.actor(actor)?;
    match place {
        Place::Topic { channel, topic } => in_channel(tx, &sender, op, *channel, topic),
        Place::Direct(users) => in_direct(tx, &sender, op, users),
    }
}

fn in_channel(
    tx: &mut Tx<'_>,
    sender: &UserRow,
    op: TypingOp,
    channel: ChannelId,
    topic: &str,
) -> Result<(), ApiError> {
    let channel = send::find_channel(tx, sender, &ChannelRef::Id(i64::from(channel.0)))?;
    check_tells(sender.settings.send_stream_typing_notifications, "channel")?;
    send::check_may_send(tx, sender, &channel)?;
    let typing = Typing {
        message_type: "stream".to_owned(),
        sender: typing_user(tx, sender),
        recipients: None,
        stream_id: Some(channel.id),
        topic: Some(send::check_topic(topic)?),
    };
    if tx.state.channels.subscriber_count(channel.id) > limits::TYPING_SUBSCRIBERS_MAX {
        return Ok(());
    }
    let subscribers = tx.state.channels.subscribers(channel.id);
    let told = subscribers.iter().copied().filter(|user| wants(tx, *user));
    let strangers = tx.state.strangers_to(sender, |guest| subscribers.contains(&guest));
    let (unknown, known): (Vec<UserId>, Vec<UserId>) = told.partition(|user| strangers.contains(user));
    let gate = Gate::With(Shape::STREAM_TYPING_NOTIFICATIONS);
    if !unknown.is_empty() {
        let email = tx.state.stand_in(sender.id).email;
        let typing = Typing { sender: TypingUser { email, ..typing.sender.clone() }, ..typing.clone() };
        tx.emit_gated(event(op, typing), Audience::users(unknown), gate);
    }
    tx.emit_gated(event(op, typing), Audience::users(known), gate);
    Ok(())
}

fn in_direct(tx: &mut Tx<'_>, sender: &UserRow, op: TypingOp, users: &[UserRefIn]) -> Result<(), ApiError> {
    if users.is_empty() {
        return Err(ApiError::bad_request("Empty 'to' list"));
    }
    check_tells(sender.settings.send_private_typing_notifications, "direct")?;
    let users = send::check_recipients(tx, sender, users)?;
    let recipients = users.iter().filter_map(|id| tx.state.users.get(*id)).map(|row| typing_user(tx, row)).collect();
    let typing = Typing {
        message_type: "direct".to_owned(),
        sender: typing_user(tx, sender),
        recipients: Some(recipients),
        stream_id: None,
        topic: None,
    };
    let audience = Audience::users(users.into_iter().filter(|user| wants(tx, *user)));
    tx.emit(event(op, typing), audience);
    Ok(())
}

/// `set-typing-status-for-message-edit`.
///
/// # Errors
/// 400 for messages of others, where one may no longer send, and for who said that nobody be told.
pub fn set_for_edit(tx: &mut Tx<'_>, actor: UserId, op: TypingOp, id: MessageId) -> Result<(), ApiError> {
    let editor = tx.actor(actor)?;
    tx.state.check_can_change(&editor, id)?;
    let message = tx.message(id)?.ok_or_else(|| ApiError::bad_request("Invalid message(s)"))?;
    edit::check_may_edit(tx, &editor, &message)?;
    let kind = tx.state.messages.kind(message.conversation).cloned();
    let (recipient, told) = match kind.as_deref() {
        Some(ConversationKind::Topic { channel, topic }) => {
            check_tells(editor.settings.send_stream_typing_notifications, "channel")?;
            let row = send::find_channel(tx, &editor, &ChannelRef::Id(i64::from(channel.0)))?;
            send::check_may_send(tx, &editor, &row)?;
            if tx.state.channels.subscriber_count(*channel) > limits::TYPING_SUBSCRIBERS_MAX {
                return Ok(());
            }
            let told: Vec<UserId> = tx.state.channels.subscribers(*channel).iter().copied().collect();
            let recipient = EditedIn::Channel { channel_id: *channel, topic: topic.clone() };
            (recipient, told)
        }
        Some(ConversationKind::Direct { users }) => {
            check_tells(editor.settings.send_private_typing_notifications, "direct")?;
            (EditedIn::Direct { user_ids: users.clone() }, users.clone())
        }
        None => return Err(ApiError::bad_request("Invalid message(s)")),
    };
    // Who came later and has not got the message is not told of it.
    let told = told.into_iter().filter(|user| wants(tx, *user));
    let told = told.filter(|user| tx.state.users.get(*user).is_some_and(|row| tx.state.can_read_message(row, id)));
    let audience = Audience::users(told);
    let typing = TypingEdit { sender_id: actor, message_id: id, recipient };
    let event = match op {
        TypingOp::Start => Event::TypingEditStart(typing),
        TypingOp::Stop => Event::TypingEditStop(typing),
    };
    tx.emit(event, audience);
    Ok(())
}

/// Refuses who said that others not be told.
fn check_tells(tells: bool, kind: &str) -> Result<(), ApiError> {
    if tells {
        return Ok(());
    }
    Err(ApiError::bad_request(format!("User has disabled typing notifications for {kind} messages")))
}

fn event(op: TypingOp, typing: Typing) -> Event {
    match op {
        TypingOp::Start => Event::TypingStart(typing),
        TypingOp::Stop => Event::TypingStop(typing),
    }
}

fn typing_user(tx: &Tx<'_>, user: &UserRow) -> TypingUser {
    TypingUser { user_id: user.id, email: tx.state.api_email(user) }
}

/// Whether a user wants to be told that others compose.
fn wants(tx: &Tx<'_>, user: UserId) -> bool {
    tx.state.active_user(user).is_some_and(|row| row.settings.receives_typing_notifications)
}

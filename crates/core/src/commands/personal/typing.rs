//! Who is composing a message, and who is told.

use crate::audience::Audience;
use crate::commands::Tx;
use crate::commands::send::{self, ChannelRef, UserRefIn};
use crate::event::Gate;
use crate::shape::Shape;
use crate::state::users::UserRow;
use tidings_types::endpoints::personal::TypingOp;
use tidings_types::events::Event;
use tidings_types::events::message::{Typing, TypingUser};
use tidings_types::{ApiError, ChannelId, UserId};

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
    if !sender.settings.send_stream_typing_notifications {
        return Err(ApiError::bad_request("User has disabled typing notifications for channel messages"));
    }
    send::check_may_send(tx, sender, &channel)?;
    let typing = Typing {
        message_type: "stream".to_owned(),
        sender: typing_user(tx, sender),
        recipients: None,
        stream_id: Some(channel.id),
        topic: Some(send::check_topic(topic)?),
    };
    let subscribers = tx.state.channels.subscribers(channel.id);
    let audience = Audience::users(subscribers.iter().copied().filter(|user| wants(tx, *user)));
    tx.emit_gated(event(op, typing), audience, Gate::With(Shape::STREAM_TYPING_NOTIFICATIONS));
    Ok(())
}

fn in_direct(tx: &mut Tx<'_>, sender: &UserRow, op: TypingOp, users: &[UserRefIn]) -> Result<(), ApiError> {
    if users.is_empty() {
        return Err(ApiError::bad_request("Empty 'to' list"));
    }
    if !sender.settings.send_private_typing_notifications {
        return Err(ApiError::bad_request("User has disabled typing notifications for direct messages"));
    }
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

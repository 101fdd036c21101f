//! Outgoing webhooks: services that are told of messages to their bots, and reply in the bots' names.
//!
//! That a service is to be told is written with the message, and crossed out with the reply: each in one commit. So
//! what was sent is told at least once, and replied to once, whenever the process dies.

use super::send::{self, ChannelRef, Destination, NewMessage, Place, UserRefIn};
use super::{Tx, notify};
use crate::change::Change;
use crate::limits;
use crate::state::flags::MentionBits;
use crate::state::messages::ConversationKind;
use crate::state::users::UserRow;
use crate::state::webhooks::WebhookRow;
use std::sync::Arc;
use tidings_types::webhook::Trigger;
use tidings_types::{ApiError, MessageId, UserId};

/// Notes which services a new message is for: of bots that it mentions, if they may read it, or that it is sent to.
/// Messages of bots are for none, so that two of them do not talk forever.
pub(super) fn enqueue(
    tx: &mut Tx<'_>,
    sender: &UserRow,
    place: &Place,
    message: MessageId,
    mentions: &[(UserId, MentionBits)],
) {
    if sender.is_bot() {
        return;
    }
    let has_service = |user: &UserId| tx.state.active_user(*user).is_some_and(|row| row.service().is_some());
    let (bots, trigger): (Vec<UserId>, Trigger) = match place {
        Place::Topic { .. } => {
            let mentioned = mentions.iter().filter(|(_, bits)| bits.has(MentionBits::USER)).map(|(user, _)| *user);
            (mentioned.filter(has_service).collect(), Trigger::Mention)
        }
        Place::Direct { users } => (users.iter().copied().filter(has_service).collect(), Trigger::DirectMessage),
    };
    for bot in bots {
        if tx.state.webhooks.count(bot) < limits::WEBHOOKS_WAITING_MAX {
            put(tx, &WebhookRow { message, bot, trigger, tries: 0, next_at: tx.now });
        }
    }
}

/// The service was told: sends its reply, if it has one, to where the message is.
///
/// # Errors
/// Why the reply cannot be sent; that is to be told with [`fail`] then.
pub fn succeed(tx: &mut Tx<'_>, row: &WebhookRow, reply: Option<NewMessage>) -> Result<(), ApiError> {
    if !is_current(tx, row) {
        return Ok(());
    }
    if let (Some(reply), Some(to)) = (reply, destination(tx, row)) {
        send::send(tx, row.bot, &to, reply)?;
    }
    remove(tx, row);
    Ok(())
}

/// The service could not be told, or what it answered is of no use. It is told again later, but for the last time.
///
/// # Errors
/// The store fails.
pub fn retry(tx: &mut Tx<'_>, row: &WebhookRow, reason: &str) -> Result<(), ApiError> {
    if !is_current(tx, row) {
        return Ok(());
    }
    let pause = usize::try_from(row.tries).ok().and_then(|tries| limits::WEBHOOK_RETRY_SECS.get(tries));
    let Some(pause) = pause else { return fail(tx, row, reason) };
    put(tx, &WebhookRow { tries: row.tries + 1, next_at: tx.now + pause, ..row.clone() });
    Ok(())
}

/// Gives up, and tells the bot's owner why.
///
/// # Errors
/// The store fails.
pub fn fail(tx: &mut Tx<'_>, row: &WebhookRow, reason: &str) -> Result<(), ApiError> {
    if !is_current(tx, row) {
        return Ok(());
    }
    remove(tx, row);
    let Some(bot) = tx.state.users.get(row.bot).cloned() else { return Ok(()) };
    let url = notify::message_url(tx, row.message);
    let text = format!(
        "The service of your bot {} could not be told of [a message]({url}), or its reply not be sent:\n\n> {}",
        notify::mention(&bot),
        notify::quiet(reason).replace('\n', "\n> ")
    );
    tell_owner(tx, &bot, text)
}

/// Sends a text to a bot's owner; to nobody if there is none in use.
///
/// # Errors
/// The store fails.
pub fn tell_owner(tx: &mut Tx<'_>, bot: &UserRow, text: String) -> Result<(), ApiError> {
    let owner = bot.bot.as_ref().and_then(|bot| bot.owner).and_then(|owner| tx.state.active_user(owner));
    let Some(owner) = owner.cloned() else { return Ok(()) };
    notify::send_direct(tx, &owner, text).map(|_| ())
}

/// Where the message is by now; none if it is gone.
fn destination(tx: &Tx<'_>, row: &WebhookRow) -> Option<Destination> {
    Some(match &**tx.state.messages.kind_of_message(row.message)? {
        ConversationKind::Topic { channel, topic } => {
            Destination::Channel { channel: ChannelRef::Id(channel.0.into()), topic: Some(topic.clone()) }
        }
        ConversationKind::Direct { users } => {
            let others = users.iter().filter(|user| **user != row.bot);
            Destination::Direct(others.map(|user| UserRefIn::Id(user.0.into())).collect())
        }
    })
}

/// Between the request and the writer's turn, the message may have been dealt with.
fn is_current(tx: &Tx<'_>, row: &WebhookRow) -> bool {
    tx.state.webhooks.get(row.message, row.bot).is_some_and(|now| **now == *row)
}

fn put(tx: &mut Tx<'_>, row: &WebhookRow) {
    tx.change(Change::Webhook { message: row.message, bot: row.bot, row: Some(Arc::new(row.clone())) });
}

fn remove(tx: &mut Tx<'_>, row: &WebhookRow) {
    tx.change(Change::Webhook { message: row.message, bot: row.bot, row: None });
}

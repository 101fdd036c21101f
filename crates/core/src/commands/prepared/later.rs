//! Scheduled messages, and reminders of messages.
//!
//! At its time a message is sent in one go with being taken from the list, so it is sent once, whatever happens to the
//! server. What may be sent and who gets it is decided then, by the same function as for every message.

use super::{check_count, next_id, not_found};
use crate::audience::Audience;
use crate::change::{Change, MessageRow};
use crate::commands::send::{self, Destination, NewMessage, Place, UserRefIn};
use crate::commands::{Tx, notify, submessages};
use crate::limits;
use crate::state::messages::ConversationKind;
use crate::state::prepared::{Later, LaterRow, LaterTo};
use crate::state::users::UserRow;
use std::sync::Arc;
use tidings_markdown::Rendered;
use tidings_types::events::Event;
use tidings_types::events::prepared::{RemindersAdd, RemindersRemove, ScheduledAdd, ScheduledRemove, ScheduledUpdate};
use tidings_types::{ApiError, MessageId, PreparedId, UserId};

/// A message to be sent later, or what changes of one.
#[derive(Clone, Debug)]
pub struct NewScheduled {
    /// Where to.
    pub to: Destination,
    /// As written, checked by [`send::check_content`].
    pub content: String,
    /// The same, rendered for the sender.
    pub rendered: Rendered,
    /// When, in UNIX seconds.
    pub at: i64,
    /// Name of the program.
    pub client: String,
    /// Whether the sender has read it; none for what is usual where people send with this program.
    pub read_by_sender: Option<bool>,
    /// Whether people send with this program.
    pub by_person: bool,
}

/// `create-scheduled-message`: returns its id.
///
/// # Errors
/// 400 where the sender may not send there, for times that are over, and for too many.
pub fn schedule(tx: &mut Tx<'_>, actor: UserId, new: NewScheduled) -> Result<PreparedId, ApiError> {
    let sender = tx.actor(actor)?;
    check_time(tx, new.at)?;
    check_count(tx.state.prepared.later.count(actor) + 1, limits::LATER_MAX, "scheduled messages")?;
    let to = check_place(tx, &sender, &new.to, &new.rendered)?;
    let to_self = matches!(&to, LaterTo::Users(users) if users.as_slice() == [actor]);
    let read_by_sender = new.read_by_sender.unwrap_or(new.by_person && !to_self);
    let row = LaterRow {
        id: next_id(tx),
        user: actor,
        what: Later::Message { to, read_by_sender },
        content: new.content,
        rendered: new.rendered.html,
        at: new.at,
        client: new.client,
        failure: None,
    };
    let id = row.id;
    put(tx, &row);
    let scheduled_messages = row.scheduled().into_iter().collect();
    tx.emit(Event::ScheduledAdd(ScheduledAdd { scheduled_messages }), Audience::user(actor));
    Ok(id)
}

/// What changes of a scheduled message; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct ScheduledChange {
    /// Where to.
    pub to: Option<Destination>,
    /// Another topic of the same channel. Not looked at where it goes to users.
    pub topic: Option<String>,
    /// The text and its rendering.
    pub content: Option<(String, Rendered)>,
    /// When, in UNIX seconds.
    pub at: Option<i64>,
    /// Name of the program.
    pub client: String,
}

/// `update-scheduled-message`.
///
/// # Errors
/// 404 if it is not there, or was sent meanwhile; 400 as for [`schedule`], and for one that could not be sent and gets
/// no new time.
pub fn reschedule(tx: &mut Tx<'_>, actor: UserId, id: PreparedId, change: ScheduledChange) -> Result<(), ApiError> {
    let sender = tx.actor(actor)?;
    let mut row = LaterRow::clone(&*access_scheduled(tx, actor, id)?);
    match change.at {
        Some(at) => check_time(tx, at)?,
        None if row.failure.is_some() => return Err(ApiError::DeliveryTimeNotInFuture {}),
        None => {}
    }
    let Later::Message { to, .. } = &mut row.what else { return Err(not_found("Scheduled message")) };
    if let Some(wanted) = change.to {
        *to = check_place(tx, &sender, &wanted, &Rendered::default())?;
    } else if let (LaterTo::Topic { topic, .. }, Some(new)) = (&mut *to, &change.topic) {
        *topic = send::check_topic(new)?;
    }
    if let Some((content, rendered)) = change.content {
        // Whom the text may mention depends on where it goes.
        check_place(tx, &sender, &destination(to, actor), &rendered)?;
        row.content = content;
        row.rendered = rendered.html;
    }
    row.at = change.at.unwrap_or(row.at);
    row.client = change.client;
    row.failure = None;
    put(tx, &row);
    emit_update(tx, &row);
    Ok(())
}

/// `delete-scheduled-message`.
///
/// # Errors
/// 404 if it is not there.
pub fn unschedule(tx: &mut Tx<'_>, actor: UserId, id: PreparedId) -> Result<(), ApiError> {
    tx.actor(actor)?;
    let row = access_scheduled(tx, actor, id)?;
    remove(tx, &row);
    Ok(())
}

/// `create-message-reminder`: returns its id.
///
/// # Errors
/// 400 for a message that the user may not read, for notes that are too long, for times that are over, and for too many.
pub fn remind(
    tx: &mut Tx<'_>,
    actor: UserId,
    message: MessageId,
    at: i64,
    note: &str,
    client: String,
) -> Result<PreparedId, ApiError> {
    let user = tx.actor(actor)?;
    check_time(tx, at)?;
    check_count(tx.state.prepared.later.count(actor) + 1, limits::LATER_MAX, "reminders")?;
    let note = check_note(note)?;
    let row = tx.message(message)?.filter(|row| tx.state.can_read_message(&user, row.id));
    let row = row.ok_or_else(|| ApiError::bad_request("Invalid message(s)"))?;
    let content = reminder_text(tx, &user, &row, &note);
    let row = LaterRow {
        id: next_id(tx),
        user: actor,
        rendered: notify::render(tx, &user, &content).html,
        what: Later::Reminder { message, note },
        content,
        at,
        client,
        failure: None,
    };
    let id = row.id;
    put(tx, &row);
    let reminders = row.reminder().into_iter().collect();
    tx.emit(Event::RemindersAdd(RemindersAdd { reminders }), Audience::user(actor));
    Ok(id)
}

/// `delete-reminder`.
///
/// # Errors
/// 404 if it is not there.
pub fn forget(tx: &mut Tx<'_>, actor: UserId, id: PreparedId) -> Result<(), ApiError> {
    tx.actor(actor)?;
    let row = tx.state.prepared.later.get(actor, &id).filter(|row| row.reminder().is_some()).cloned();
    let row = row.ok_or_else(|| not_found("Reminder"))?;
    remove(tx, &row);
    Ok(())
}

/// Where a scheduled message is going to be sent.
#[must_use]
pub fn destination(to: &LaterTo, sender: UserId) -> Destination {
    match to {
        LaterTo::Topic { channel, topic } => {
            Destination::Channel { channel: send::ChannelRef::Id(channel.0.into()), topic: Some(topic.clone()) }
        }
        LaterTo::Users(users) => {
            let others = users.iter().filter(|user| **user != sender || users.len() == 1);
            Destination::Direct(others.map(|user| UserRefIn::Id(user.0.into())).collect())
        }
    }
}

/// Sends what `row` says, if it is still there as it was, and takes it from the list: both, or neither.
///
/// # Errors
/// Why it cannot be sent; it is to be noted with [`fail`] then.
pub fn deliver(tx: &mut Tx<'_>, row: &LaterRow, rendered: Rendered, alerted: Vec<UserId>) -> Result<(), ApiError> {
    if !is_current(tx, row) {
        return Ok(());
    }
    let user = tx.actor(row.user)?;
    match &row.what {
        Later::Message { to, read_by_sender } => {
            if tx.now > row.at + limits::SCHEDULED_LATE_SECS_MAX {
                return Err(ApiError::bad_request("Message could not be sent at the scheduled time."));
            }
            let new = NewMessage {
                content: row.content.clone(),
                rendered,
                alerted,
                client: row.client.clone(),
                read_by_sender: *read_by_sender,
                read_by: Vec::new(),
                widget: submessages::widget_of(&row.content, None)?,
                sent_from: None,
                keys: Vec::new(),
            };
            send::send(tx, row.user, &destination(to, row.user), new)?;
        }
        Later::Reminder { message, note } => {
            let readable = tx.message(*message)?.filter(|message| tx.state.can_read_message(&user, message.id));
            let text = match readable {
                Some(message) => reminder_text(tx, &user, &message, note),
                // What it said is not theirs to read any more.
                None => format!("You asked to be reminded of a message that you cannot read any more.{}", noted(note)),
            };
            notify::send_direct(tx, &user, text)?;
        }
    }
    remove(tx, row);
    Ok(())
}

/// Notes that something could not be sent, and tells its author.
///
/// # Errors
/// The store fails.
pub fn fail(tx: &mut Tx<'_>, row: &LaterRow, reason: &ApiError) -> Result<(), ApiError> {
    if !is_current(tx, row) {
        return Ok(());
    }
    let failed = LaterRow { failure: Some(reason.to_string()), ..row.clone() };
    put(tx, &failed);
    emit_update(tx, &failed);
    let author = tx.state.active_user(row.user).cloned();
    if let (Later::Message { .. }, Some(author)) = (&row.what, author) {
        let text = format!(
            "Your message that was to be sent at {} could not be sent:\n\n> {reason}\n\nIt is kept among your [scheduled messages](#scheduled).",
            notify::time(row.at)
        );
        notify::send_direct(tx, &author, text)?;
    }
    Ok(())
}

/// Between looking for what is due and being the writer's turn, it may have been changed.
fn is_current(tx: &Tx<'_>, row: &LaterRow) -> bool {
    tx.state.prepared.later.get(row.user, &row.id).is_some_and(|now| **now == *row)
}

fn access_scheduled(tx: &Tx<'_>, user: UserId, id: PreparedId) -> Result<Arc<LaterRow>, ApiError> {
    let row = tx.state.prepared.later.get(user, &id);
    let row = row.filter(|row| matches!(row.what, Later::Message { .. }));
    row.cloned().ok_or_else(|| not_found("Scheduled message"))
}

fn check_time(tx: &Tx<'_>, at: i64) -> Result<(), ApiError> {
    if at > tx.now { Ok(()) } else { Err(ApiError::DeliveryTimeNotInFuture {}) }
}

fn check_place(tx: &Tx<'_>, sender: &UserRow, wanted: &Destination, rendered: &Rendered) -> Result<LaterTo, ApiError> {
    let place = send::check_place(tx, sender, wanted)?;
    send::check_wildcards(tx, sender, &place, rendered)?;
    Ok(match place {
        Place::Topic { channel, topic } => LaterTo::Topic { channel: channel.id, topic },
        Place::Direct { users } => LaterTo::Users(users),
    })
}

fn check_note(note: &str) -> Result<String, ApiError> {
    let note = note.trim_end().trim_start_matches('\n');
    let max = limits::REMINDER_NOTE_CHARS_MAX;
    if note.chars().count() > max {
        return Err(ApiError::bad_request(format!("Maximum reminder note length: {max} characters")));
    }
    Ok(note.to_owned())
}

/// What a reminder says: the note, where the message is, and the message.
fn reminder_text(tx: &Tx<'_>, user: &UserRow, message: &MessageRow, note: &str) -> String {
    let note = noted(note);
    let sender = tx.state.users.get(message.sender).map(|sender| notify::mention(sender)).unwrap_or_default();
    let link = notify::message_url(tx, message.id);
    let place = match tx.state.messages.kind(message.conversation).map(|kind| &**kind) {
        Some(ConversationKind::Topic { channel, topic }) => {
            let channel = tx.state.channels.get(*channel);
            channel.map(|channel| format!("in {}", notify::topic_link(channel, topic)))
        }
        Some(ConversationKind::Direct { users }) => {
            let others = users.iter().filter(|id| **id != message.sender);
            let named: Vec<String> =
                others.filter_map(|id| tx.state.users.get(*id)).map(|other| notify::mention(other)).collect();
            Some(match named.as_slice() {
                [] => format!("to {}", notify::mention(user)),
                named => format!("to {}", named.join(", ")),
            })
        }
        None => None,
    };
    let head = format!(
        "You asked to be reminded of this message.{note}\n\n{sender} [wrote]({link}) {}:\n",
        place.unwrap_or_default()
    );
    let quoted = notify::quiet(&message.content);
    let fence = notify::fence_for(&quoted);
    let room = limits::MESSAGE_CHARS_MAX.saturating_sub(head.chars().count() + 2 * fence.len() + 8);
    format!("{head}{fence}quote\n{}\n{fence}", cut(&quoted, room))
}

fn noted(note: &str) -> String {
    if note.is_empty() { String::new() } else { format!(" Your note:\n> {}", note.replace('\n', "\n> ")) }
}

fn cut(text: &str, chars_max: usize) -> String {
    const CUT: &str = "\n[message truncated]";
    if text.chars().count() <= chars_max {
        return text.to_owned();
    }
    text.chars().take(chars_max.saturating_sub(CUT.len())).chain(CUT.chars()).collect()
}

fn put(tx: &mut Tx<'_>, row: &LaterRow) {
    tx.change(Change::Later { user: row.user, id: row.id, row: Some(Arc::new(row.clone())) });
}

fn remove(tx: &mut Tx<'_>, row: &LaterRow) {
    tx.change(Change::Later { user: row.user, id: row.id, row: None });
    let event = match row.what {
        Later::Message { .. } => Event::ScheduledRemove(ScheduledRemove { scheduled_message_id: row.id }),
        Later::Reminder { .. } => Event::RemindersRemove(RemindersRemove { reminder_id: row.id }),
    };
    tx.emit(event, Audience::user(row.user));
}

/// Tells of a change. There is no event for a reminder that changes: one that fails is gone and there again.
fn emit_update(tx: &mut Tx<'_>, row: &LaterRow) {
    let to = Audience::user(row.user);
    if let Some(scheduled_message) = row.scheduled() {
        tx.emit(Event::ScheduledUpdate(ScheduledUpdate { scheduled_message }), to);
    } else if let Some(reminder) = row.reminder() {
        tx.emit(Event::RemindersRemove(RemindersRemove { reminder_id: row.id }), to.clone());
        tx.emit(Event::RemindersAdd(RemindersAdd { reminders: vec![reminder] }), to);
    }
}

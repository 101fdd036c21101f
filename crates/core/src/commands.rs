//! Who may do what, and what follows: plain functions over a working copy of the state.
//!
//! A command gets a [`Tx`]: it checks, then records changes (which are applied to the copy at once) and events.
//! If it refuses, the copy is dropped and nothing happened. The realm writer runs commands one after the other,
//! commits their changes and events together, and only then shows them to anybody.
//!
//! # Layout
//! One file per noun; in each, `check_*` may refuse, and the function named like the operation does the rest:
//! - [`personal`]: what users keep for themselves and tell of themselves.
//! - [`prepared`]: what users prepare for later.
//! - [`channels`]: channels; [`folders`]: folders of them; [`subscriptions`]: who is in them.
//! - [`linkifiers`]: linkifiers and code playgrounds.
//! - [`permissions`]: values that permissions can have. [`user_groups`]: groups of users.
//! - [`profile`]: fields that the organization adds to profiles, and their values.
//! - [`signup`]: how people come into the organization, and what they find there.
//! - [`invites`]: invitations, and the e-mails they are sent by.
//! - [`users`]: accounts. [`bots`]: bots. [`api_keys`]: keys.
//! - [`visibility`]: what somebody begins or ceases to see, for commands that change who may see what.
//! - [`send`]: sending messages. [`repeats`]: sends that are repeated. [`edit`]: changing them.
//! - [`move_messages`]: other topics. [`delete`]: removing them. [`expire`]: those that are older than they are kept.
//! - `follow`: topics that people follow by themselves.
//! - [`reactions`]: emoji on messages. [`submessages`]: polls and lists of tasks. [`flags`]: read, starred, collapsed.
//! - [`files`]: uploaded files. [`pictures`]: of users and the organization. [`emoji`]: custom emoji.
//! - [`report`]: asking moderators to look at a message. [`notify`]: what the server itself sends.
//! - [`realm`]: the organization. [`rehearsal`]: texts that are rendered before it is a command's turn.

pub mod api_keys;
pub mod bot_storage;
pub mod bots;
pub mod channels;
pub mod delete;
pub mod edit;
pub mod emoji;
pub mod expire;
pub mod exports;
pub mod files;
pub mod flags;
pub mod folders;
mod follow;
pub mod invites;
pub mod linkifiers;
pub mod move_messages;
pub mod notify;
pub mod permissions;
pub mod personal;
pub mod pictures;
pub mod prepared;
pub mod profile;
pub mod push;
pub mod reactions;
pub mod realm;
pub mod rehearsal;
pub mod repeats;
pub mod report;
pub mod send;
pub mod signup;
pub mod submessages;
pub mod subscriptions;
pub mod user_groups;
pub mod users;
pub mod visibility;
pub mod webhooks;

use crate::audience::Audience;
use crate::audit;
use crate::change::{Change, MessageRow};
use crate::event::{FlagGroups, Gate, Outgoing, Payload, PreparedFlags};
use crate::state::RealmState;
use crate::state::users::UserRow;
use rehearsal::Texts;
use repeats::NamedSend;
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use tidings_types::events::Event;
use tidings_types::events::message::UpdateMessage;
use tidings_types::{ApiError, EventId, MessageId, UserId};

/// The stored messages as commands see them: with what earlier commands of the same batch did.
pub trait MessageReader {
    /// A message, none if it does not exist.
    ///
    /// # Errors
    /// The store fails.
    fn message(&self, id: MessageId) -> Result<Option<Arc<MessageRow>>, ReadFailed>;

    /// Everybody who reacted to one of these messages, ascending.
    ///
    /// # Errors
    /// The store fails.
    fn reactors_of(&self, ids: &[MessageId]) -> Result<Vec<UserId>, ReadFailed>;

    /// What a sender's send of this name made; none if it is not known (any more).
    ///
    /// # Errors
    /// The store fails.
    fn named_send(&self, sender: UserId, name: &str) -> Result<Option<NamedSend>, ReadFailed>;
}

/// The store failed; it has logged why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadFailed;

impl From<ReadFailed> for ApiError {
    fn from(ReadFailed: ReadFailed) -> Self {
        ApiError::Internal {}
    }
}

/// What one command works on and leaves behind.
pub struct Tx<'a> {
    /// The working copy.
    pub state: RealmState,
    /// UNIX seconds.
    pub now: i64,
    /// The newest event id that was given when the command started.
    pub log_head: EventId,
    /// An operator of the server acts, in the name of an account.
    pub by_operator: bool,
    acting: Cell<Option<UserId>>,
    /// Texts of the server's own that are rendered already.
    texts: RefCell<Texts>,
    is_rehearsal: bool,
    messages: &'a dyn MessageReader,
    changes: Vec<Change>,
    events: Vec<Outgoing>,
}

impl<'a> Tx<'a> {
    /// Starts on a copy of `state`.
    #[must_use]
    pub fn new(state: RealmState, now: i64, log_head: EventId, messages: &'a dyn MessageReader) -> Self {
        let (acting, changes, events) = (Cell::new(None), Vec::new(), Vec::new());
        let (texts, is_rehearsal, by_operator) = (RefCell::default(), false, false);
        Tx { state, now, log_head, by_operator, acting, texts, is_rehearsal, messages, changes, events }
    }

    /// Records a change and applies it to the working copy.
    pub fn change(&mut self, change: Change) {
        let noted = audit::note_change(&change, &self.state, self.responsible(), self.now);
        self.state.apply(&change);
        self.changes.push(change);
        self.changes.extend(noted.map(|row| Change::Audit(Arc::new(row))));
    }

    /// Whom what is noted is noted of; none for operators.
    fn responsible(&self) -> Option<UserId> {
        self.acting.get().filter(|_| !self.by_operator)
    }

    /// Says who acts where the account that does is only being made.
    pub(in crate::commands) fn act_as(&self, user: UserId) {
        self.acting.set(Some(user));
    }

    /// Records an event that looks the same for everybody.
    pub fn emit(&mut self, event: Event, audience: Audience) {
        self.emit_payload(Payload::Plain(event), audience, Gate::All);
    }

    /// Records an event for some clients only.
    pub fn emit_gated(&mut self, event: Event, audience: Audience, gate: Gate) {
        self.emit_payload(Payload::Plain(event), audience, gate);
    }

    /// Records that a message is another, with the flags that those who are told have on it now.
    pub fn emit_update(&mut self, event: UpdateMessage, flags: &PreparedFlags, audience: Audience) {
        let flags = Arc::new(flags.bring_up_to(&self.state, &audience));
        self.emit_payload(Payload::Update { event: Box::new(event), flags }, audience, Gate::All);
    }

    /// As [`Tx::emit_update`], with flags that were looked up in the present state.
    pub fn emit_update_with(&mut self, event: UpdateMessage, flags: FlagGroups, audience: Audience) {
        let payload = Payload::Update { event: Box::new(event), flags: Arc::new(flags) };
        self.emit_payload(payload, audience, Gate::All);
    }

    /// Records an event in any form.
    pub fn emit_payload(&mut self, payload: Payload, audience: Audience, gate: Gate) {
        self.note(&payload, &audience, gate);
        self.put_event(Outgoing { payload, audience, gate });
    }

    /// Records an event that only says what somebody sees now: nobody administered that.
    pub fn emit_unnoted(&mut self, event: Event, audience: Audience, gate: Gate) {
        self.put_event(Outgoing { payload: Payload::Plain(event), audience, gate });
    }

    fn put_event(&mut self, event: Outgoing) {
        if !event.is_ephemeral() {
            self.state.seq += event.span();
        }
        self.events.push(event);
    }

    /// Notes what is administrative; of events that come in several forms, the current one.
    fn note(&mut self, payload: &Payload, audience: &Audience, gate: Gate) {
        let (Payload::Plain(event), false) = (payload, matches!(gate, Gate::Without(_))) else { return };
        if let Some(row) = audit::note(event, audience, self.responsible(), self.now) {
            self.change(Change::Audit(Arc::new(row)));
        }
    }

    /// The account that acts.
    ///
    /// # Errors
    /// 401 if it was deactivated since the request was authenticated.
    pub fn actor(&self, user: UserId) -> Result<Arc<UserRow>, ApiError> {
        self.acting.set(Some(user));
        let row = self.state.users.get(user).filter(|row| row.is_active);
        row.cloned().ok_or_else(|| ApiError::unauthorized("Account is deactivated"))
    }

    /// A stored message, with what earlier commands of the same batch did.
    ///
    /// # Errors
    /// The store fails.
    pub fn message(&self, id: MessageId) -> Result<Option<Arc<MessageRow>>, ApiError> {
        Ok(self.messages.message(id)?)
    }

    /// Everybody who reacted to one of these messages, ascending.
    ///
    /// # Errors
    /// The store fails.
    pub fn reactors_of(&self, ids: &[MessageId]) -> Result<Vec<UserId>, ApiError> {
        Ok(self.messages.reactors_of(ids)?)
    }

    /// What a sender's send of this name made; none if it is not known (any more).
    ///
    /// # Errors
    /// The store fails.
    pub fn named_send(&self, sender: UserId, name: &str) -> Result<Option<NamedSend>, ApiError> {
        Ok(self.messages.named_send(sender, name)?)
    }

    /// What the command leaves behind: the state, what to write, what to tell.
    #[must_use]
    pub fn finish(self) -> (RealmState, Vec<Change>, Vec<Outgoing>) {
        (self.state, self.changes, self.events)
    }
}

/// No stored messages; for commands and tests that need none.
pub struct NoMessages;

impl MessageReader for NoMessages {
    fn message(&self, _id: MessageId) -> Result<Option<Arc<MessageRow>>, ReadFailed> {
        Ok(None)
    }

    fn reactors_of(&self, _ids: &[MessageId]) -> Result<Vec<UserId>, ReadFailed> {
        Ok(Vec::new())
    }

    fn named_send(&self, _sender: UserId, _name: &str) -> Result<Option<NamedSend>, ReadFailed> {
        Ok(None)
    }
}

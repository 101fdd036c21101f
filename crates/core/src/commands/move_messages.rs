//! Moving messages to another topic, also of another channel.
//!
//! A topic may have any number of messages. They are moved in batches, each a command of its own, so that nobody else's
//! change waits long; the message that the request names moves last, so that a request that was cut short can be
//! repeated.
//!
//! # Layout
//! - `checks`: who may, and until when. `across`: what a move between channels changes of what people see.
//! - `policies`: the choices for topics follow. `notices`: messages that tell of it.

mod across;
mod checks;
mod notices;
mod policies;

use super::Tx;
use super::edit::Edited;
use super::send::{self, Place};
use crate::change::Change;
use crate::event::{FlagGroups, PreparedFlags};
use crate::limits;
use crate::state::RealmState;
use crate::state::channels::ChannelRow;
use crate::state::users::UserRow;
use checks::Resolving;
use roaring::RoaringBitmap;
use std::sync::Arc;
use tidings_types::endpoints::messages::PropagateMode;
use tidings_types::events::message::UpdateMessage;
use tidings_types::message::Edit;
use tidings_types::{ApiError, ChannelId, ConversationId, MessageId, UserId};

/// Where messages go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The new topic, as the request has it; none for the same.
    pub topic: Option<String>,
    /// The new channel; none for the same.
    pub channel: Option<ChannelId>,
    /// Which messages of the topic move along.
    pub propagate: PropagateMode,
    /// Say so where they were.
    pub tell_old_topic: bool,
    /// Say so where they are.
    pub tell_new_topic: bool,
}

/// How far a move is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Messages that were moved.
    pub moved: usize,
    /// Nothing is left to be moved.
    pub is_done: bool,
    /// The other topic had messages before.
    existed: Option<bool>,
    /// Where the messages are that are moved.
    from: Option<ConversationId>,
}

impl Progress {
    /// Nothing more is to be moved.
    #[must_use]
    pub fn done(self) -> Self {
        Progress { is_done: true, ..self }
    }
}

/// What is moved, from where to where.
struct Moving {
    actor: Arc<UserRow>,
    /// The message that the request names.
    target: MessageId,
    from: ConversationId,
    old: (Arc<ChannelRow>, String),
    new: (Arc<ChannelRow>, String),
    propagate: PropagateMode,
    resolving: Option<Resolving>,
    /// The other channel has the same topic already, perhaps in another case: to move there renames nothing.
    finds_its_topic: bool,
}

impl Moving {
    fn is_across(&self) -> bool {
        self.old.0.id != self.new.0.id
    }

    fn renames(&self) -> bool {
        self.old.1 != self.new.1
    }

    /// Whether it takes the right to rename.
    fn takes_right_to_rename(&self) -> bool {
        self.renames() && !self.finds_its_topic
    }
}

/// `update-message`, as far as the place goes, of the message that `flags` are of: moves a batch of messages. To be
/// called again with what it returns, until that is done. Of a content that was `edited` before, who holds the message
/// is told by the same event, if it is the only one that moves.
///
/// # Errors
/// 400 for a message that may not be read or not be moved, or not any more, and for a place where it cannot be.
pub fn move_messages(
    tx: &mut Tx<'_>,
    actor: UserId,
    flags: &PreparedFlags,
    to: &Move,
    progress: Progress,
    edited: Option<Edited>,
) -> Result<Progress, ApiError> {
    let moving = prepare(tx, actor, flags.message(), to)?;
    let edited = match (edited, &moving) {
        (Some(edited), Some(moving)) if is_alone(&tx.state, moving) => Some(edited),
        (edited, _) => {
            edited.into_iter().for_each(|edited| edited.tell(tx, flags));
            None
        }
    };
    let Some(moving) = moving else { return Ok(progress.done()) };
    if progress.from.is_some_and(|from| from != moving.from) {
        // Somebody else moved the message meanwhile: what it is among now was not meant.
        return Ok(progress.done());
    }
    checks::check(tx, &moving)?;
    let all = affected(&tx.state, &moving);
    if progress.moved == 0 {
        checks::check_age_of_all(tx, &moving, &all)?;
    }
    let is_done = all.len() <= limits::MOVED_MESSAGES_MAX as u64;
    let ids: Vec<MessageId> = all.iter().map(MessageId).filter(|id| is_done || *id != moving.target).collect();
    let ids: Arc<[MessageId]> = ids.into_iter().take(limits::MOVED_MESSAGES_MAX).collect();
    let conversation = send::topic_conversation(tx, moving.new.0.id, &moving.new.1);
    let existed = progress.existed.unwrap_or_else(|| tx.state.messages.newest(conversation).is_some());
    carry(tx, &moving, flags, &ids, conversation, edited);
    let moved = progress.moved + ids.len();
    let progress = Progress { moved, is_done, existed: Some(existed), from: Some(moving.from) };
    if is_done {
        let moved_all = to.propagate == PropagateMode::All || !leaves_any(&tx.state, &moving);
        let followers = if moved_all { policies::follow(tx, &moving, existed) } else { None };
        if !moved_all {
            policies::begins(tx, &moving)?;
        }
        notices::tell(tx, &moving, &notices::Moved { to, count: progress.moved, moved_all, existed, followers })?;
    }
    Ok(progress)
}

/// None where the message is there already. Topics are the same without regard to case, and clients name the place a
/// message is in along with a new content.
fn prepare(tx: &Tx<'_>, actor: UserId, target: MessageId, to: &Move) -> Result<Option<Moving>, ApiError> {
    let actor = tx.actor(actor)?;
    tx.state.check_can_change(&actor, target)?;
    let invalid = || ApiError::bad_request("Invalid message(s)");
    let from = tx.state.messages.conversation_of(target).ok_or_else(invalid)?;
    let Some(Place::Topic { channel, topic }) = Place::of(tx, from) else {
        let text = match to.channel {
            Some(_) => "Direct messages cannot be moved to channels.",
            None => "Direct messages cannot have topics.",
        };
        return Err(ApiError::bad_request(text));
    };
    let new_channel = match to.channel.filter(|id| *id != channel.id) {
        Some(id) => Arc::clone(tx.state.access_channel(&actor, id)?),
        None => Arc::clone(&channel),
    };
    let new_topic = match &to.topic {
        Some(new) => checks::check_new_topic(new)?,
        None => topic.clone(),
    };
    let known = tx.state.messages.topic(new_channel.id, &new_topic);
    if known.is_some_and(|known| known.conversation == from) {
        return Ok(None);
    }
    let same_channel = new_channel.id == channel.id;
    let wanted = to.topic.as_deref().unwrap_or_default().trim();
    let resolving = if same_channel { Resolving::of(&topic, &new_topic, wanted) } else { None };
    let finds_its_topic = known.is_some_and(|known| known.name.to_lowercase() == topic.to_lowercase());
    // A topic that is there keeps its name, in whatever case it is asked for.
    let new_topic = known.map_or(new_topic, |known| known.name.clone());
    Ok(Some(Moving {
        actor,
        target,
        from,
        old: (channel, topic),
        new: (new_channel, new_topic),
        propagate: to.propagate,
        resolving,
        finds_its_topic,
    }))
}

/// The messages that move: of the topic those the user may read.
fn affected(state: &RealmState, moving: &Moving) -> RoaringBitmap {
    let oldest = match moving.propagate {
        PropagateMode::One => return RoaringBitmap::from_iter([moving.target.0]),
        PropagateMode::Later => moving.target.0,
        PropagateMode::All => 0,
    };
    let mut ids = readable(state, moving);
    ids.remove_range(..oldest);
    ids
}

/// Only the message that the request names moves, and no further than to another topic of its channel.
fn is_alone(state: &RealmState, moving: &Moving) -> bool {
    !moving.is_across() && affected(state, moving).len() == 1
}

fn leaves_any(state: &RealmState, moving: &Moving) -> bool {
    !readable(state, moving).is_empty()
}

/// What the user may read of the topic.
fn readable(state: &RealmState, moving: &Moving) -> RoaringBitmap {
    let mut ids = state.messages.ids(moving.from).map(|ids| ids.to_bitmap()).unwrap_or_default();
    let channel = &moving.old.0;
    if !state.shows_history(channel) {
        ids &= state.readable_in_channel(&moving.actor, channel);
    }
    ids
}

fn carry(
    tx: &mut Tx<'_>,
    moving: &Moving,
    flags: &PreparedFlags,
    ids: &Arc<[MessageId]>,
    to: ConversationId,
    edited: Option<Edited>,
) {
    let (old, new) = (&moving.old, &moving.new);
    let edit = Edit {
        user_id: Some(moving.actor.id),
        timestamp: tx.now,
        topic: moving.renames().then(|| new.1.clone()),
        prev_topic: moving.renames().then(|| old.1.clone()),
        stream: moving.is_across().then_some(new.0.id),
        prev_stream: moving.is_across().then_some(old.0.id),
        ..Edit::default()
    };
    let before = tx.state.clone();
    let seq = tx.state.seq + 1;
    tx.change(Change::MessagesMoved { ids: Arc::clone(ids), to, edit, seq });
    let (edited, holders) = edited.map(|edited| (edited.update, edited.audience)).unzip();
    let update = update(tx, moving, ids, edited.unwrap_or_default());
    if moving.is_across() {
        let audience = across::tell(tx, &before, moving, ids);
        let flags = FlagGroups::now(&tx.state, update.message_id, &audience);
        tx.emit_update_with(update, flags, audience);
        [old.0.id, new.0.id].into_iter().for_each(|channel| send::refresh_first_message(tx, channel));
        return;
    }
    let audience = holders.unwrap_or_else(|| tx.state.who_holds_any(&old.0, ids));
    if update.message_id == flags.message() {
        return tx.emit_update(update, flags, audience);
    }
    let flags = FlagGroups::now(&tx.state, update.message_id, &audience);
    tx.emit_update_with(update, flags, audience);
}

fn update(tx: &Tx<'_>, moving: &Moving, ids: &[MessageId], edited: UpdateMessage) -> UpdateMessage {
    let (old, new) = (&moving.old, &moving.new);
    let named = if ids.contains(&moving.target) { moving.target } else { ids.first().copied().unwrap_or_default() };
    UpdateMessage {
        user_id: Some(moving.actor.id),
        message_id: named,
        message_ids: ids.to_vec(),
        edit_timestamp: tx.now,
        stream_name: Some(old.0.name.clone()),
        stream_id: Some(old.0.id),
        new_stream_id: moving.is_across().then_some(new.0.id),
        propagate_mode: Some(moving.propagate.as_str().to_owned()),
        orig_subject: Some(old.1.clone()),
        subject: moving.renames().then(|| new.1.clone()),
        topic_links: moving.renames().then(|| tx.state.linkifiers.topic_links(&new.1)),
        ..edited
    }
}

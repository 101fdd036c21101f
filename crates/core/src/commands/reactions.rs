//! Emoji reactions.

use super::emoji::{self, EmojiId};
use super::flags::note_historical;
use super::{Tx, follow};
use crate::audience::Audience;
use crate::change::{Change, MessageRow, ReactionRow};
use crate::event::StandIn;
use crate::limits;
use crate::state::users::UserRow;
use std::collections::BTreeSet;
use std::sync::Arc;
use tidings_types::events::Event;
use tidings_types::events::message::{ReactionEvent, ReactionEventUser};
use tidings_types::message::ReactionType;
use tidings_types::{ApiError, MessageId, UserId};

/// An emoji as a request names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EmojiRef {
    /// Its name.
    pub name: Option<String>,
    /// Its code.
    pub code: Option<String>,
    /// Its kind.
    pub reaction_type: Option<ReactionType>,
}

/// Kind, code and name of an emoji that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Emoji {
    reaction_type: ReactionType,
    code: String,
    name: String,
}

/// The emoji with this name.
fn by_name(tx: &Tx<'_>, name: &str) -> Result<Emoji, ApiError> {
    let EmojiId { reaction_type, code } = emoji::by_name(&tx.state, name)?;
    Ok(Emoji { reaction_type, code, name: name.to_owned() })
}

/// The emoji of a new reaction. Who joins in takes the name that is there already, even if it is not known any more.
fn resolve(tx: &Tx<'_>, message: &MessageRow, wanted: &EmojiRef) -> Result<Emoji, ApiError> {
    let name =
        wanted.name.as_deref().ok_or_else(|| ApiError::MissingParameter { var_name: "emoji_name".to_owned() })?;
    if wanted.code.is_none() && wanted.reaction_type.is_none() {
        return by_name(tx, name);
    }
    let reaction_type = match wanted.reaction_type {
        Some(reaction_type) => reaction_type,
        None => by_name(tx, name)?.reaction_type,
    };
    let code = match &wanted.code {
        Some(code) => code.clone(),
        None => by_name(tx, name)?.code,
    };
    let same = |known: &&ReactionRow| known.reaction_type == reaction_type && known.emoji_code == code;
    if let Some(known) = message.reactions.iter().find(same) {
        return Ok(Emoji { reaction_type, code, name: known.emoji_name.clone() });
    }
    emoji::check(&tx.state, reaction_type, &code, name)?;
    Ok(Emoji { reaction_type, code, name: name.to_owned() })
}

/// The message, for who may react to it.
fn access_message(tx: &Tx<'_>, user: &UserRow, id: MessageId) -> Result<Arc<MessageRow>, ApiError> {
    tx.state.check_can_change(user, id)?;
    tx.message(id)?.ok_or_else(|| ApiError::bad_request("Invalid message(s)"))
}

/// `add-reaction`.
///
/// # Errors
/// 400 for a message that may not be read, an emoji that does not exist, a reaction that is there already, and
/// one kind of emoji too many.
pub fn add_reaction(tx: &mut Tx<'_>, actor: UserId, id: MessageId, wanted: &EmojiRef) -> Result<(), ApiError> {
    let user = tx.actor(actor)?;
    let message = access_message(tx, &user, id)?;
    let emoji = resolve(tx, &message, wanted)?;
    let mut kinds = BTreeSet::new();
    for known in &message.reactions {
        let same = known.reaction_type == emoji.reaction_type && known.emoji_code == emoji.code;
        if same && known.user == actor {
            return Err(ApiError::ReactionAlreadyExists {});
        }
        kinds.insert((known.reaction_type, known.emoji_code.as_str()));
    }
    if kinds.len() >= limits::REACTIONS_PER_MESSAGE_MAX && !kinds.contains(&(emoji.reaction_type, emoji.code.as_str()))
    {
        return Err(ApiError::bad_request("This message has too many different reactions."));
    }
    note_historical(tx, actor, &[id]);
    let Emoji { reaction_type, code, name } = emoji;
    let reaction = ReactionRow { user: actor, reaction_type, emoji_code: code, emoji_name: name };
    let event = event(tx, &user, id, &reaction);
    tx.change(Change::ReactionAdded { message: id, reaction });
    tell(tx, &user, event, Event::ReactionAdd);
    follow::takes_part(tx, &user, id);
    Ok(())
}

/// `remove-reaction`: by name, or by code and kind.
///
/// # Errors
/// 400 for a message that may not be read, and for a reaction that is not there.
pub fn remove_reaction(tx: &mut Tx<'_>, actor: UserId, id: MessageId, wanted: &EmojiRef) -> Result<(), ApiError> {
    let user = tx.actor(actor)?;
    let message = access_message(tx, &user, id)?;
    let own_with = |code: &str| {
        let own = message.reactions.iter().filter(|known| known.user == actor && known.emoji_code == code);
        let own: Vec<&ReactionRow> = own.collect();
        let by_name = own.iter().find(|known| wanted.name.as_ref() == Some(&known.emoji_name));
        by_name.or(own.first()).map_or(ReactionType::Unicode, |known| known.reaction_type)
    };
    let (reaction_type, code) = match (&wanted.code, &wanted.name) {
        (Some(code), _) => (wanted.reaction_type.unwrap_or_else(|| own_with(code)), code.clone()),
        (None, Some(name)) => {
            // One that is out of use is known by the reaction alone.
            let mine = |known: &&ReactionRow| known.user == actor && known.emoji_name == *name;
            let emoji = match message.reactions.iter().find(mine) {
                Some(known) => EmojiId { reaction_type: known.reaction_type, code: known.emoji_code.clone() },
                None => emoji::by_name(&tx.state, name)?,
            };
            (wanted.reaction_type.unwrap_or(emoji.reaction_type), emoji.code)
        }
        (None, None) => {
            let text = "At least one of the following arguments must be present: emoji_name, emoji_code";
            return Err(ApiError::bad_request(text));
        }
    };
    let mine =
        |known: &&ReactionRow| known.user == actor && known.reaction_type == reaction_type && known.emoji_code == code;
    let reaction = message.reactions.iter().find(mine).cloned().ok_or(ApiError::ReactionDoesNotExist {})?;
    let event = event(tx, &user, id, &reaction);
    tx.change(Change::ReactionRemoved { message: id, reaction });
    tell(tx, &user, event, Event::ReactionRemove);
    Ok(())
}

/// Tells everybody who holds the message; who reacted is hidden from those who may not know of the account.
fn tell(tx: &mut Tx<'_>, user: &UserRow, event: ReactionEvent, kind: fn(ReactionEvent) -> Event) {
    let audience = tx.state.who_holds_message(event.message_id);
    let strangers = tx.state.strangers_to(user, |guest| audience.contains(guest, &tx.state, u64::MAX));
    if !strangers.is_empty() {
        let StandIn { full_name, email, .. } = tx.state.stand_in(user.id);
        let hidden =
            ReactionEvent { user: ReactionEventUser { full_name, email, ..event.user.clone() }, ..event.clone() };
        tx.emit(kind(hidden), Audience::users(strangers.iter().copied()));
    }
    tx.emit(kind(event), audience.minus(strangers));
}

fn event(tx: &Tx<'_>, user: &UserRow, message_id: MessageId, reaction: &ReactionRow) -> ReactionEvent {
    ReactionEvent {
        message_id,
        emoji_name: reaction.emoji_name.clone(),
        emoji_code: reaction.emoji_code.clone(),
        reaction_type: reaction.reaction_type,
        user_id: user.id,
        user: ReactionEventUser {
            user_id: user.id,
            email: tx.state.api_email(user),
            full_name: user.full_name.clone(),
            is_mirror_dummy: false,
        },
    }
}

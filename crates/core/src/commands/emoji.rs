//! Custom emoji, and which emoji a name or a code stands for.

use super::Tx;
use crate::audience::Audience;
use crate::change::Change;
use crate::limits;
use crate::state::RealmState;
use crate::state::pictures::EmojiRow;
use crate::state::users::UserRow;
use std::sync::Arc;
use tidings_markdown::emoji;
use tidings_types::events::Event;
use tidings_types::events::files::RealmEmojiUpdate;
use tidings_types::message::ReactionType;
use tidings_types::permission::realm as permission;
use tidings_types::{ApiError, UserId};

/// Name and code of the one emoji that comes with the software.
const EXTRA_EMOJI: &str = "zulip";

/// Kind and code of an emoji.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmojiId {
    /// Its kind.
    pub reaction_type: ReactionType,
    /// Its code; of a custom one, its id.
    pub code: String,
}

/// The emoji that a name stands for now. A custom one wins over the others.
///
/// # Errors
/// 400 if there is none.
pub fn by_name(state: &RealmState, name: &str) -> Result<EmojiId, ApiError> {
    let found = |reaction_type, code: &str| Ok(EmojiId { reaction_type, code: code.to_owned() });
    if let Some(custom) = state.pictures.emoji_by_name(name) {
        return found(ReactionType::Realm, &custom.id.to_string());
    }
    if name == EXTRA_EMOJI {
        return found(ReactionType::Extra, name);
    }
    match emoji::code_by_name(name) {
        Some(code) => found(ReactionType::Unicode, code),
        None => Err(ApiError::bad_request(format!("Emoji '{name}' does not exist"))),
    }
}

/// Whether kind, code and name belong together, and the emoji is in use.
///
/// # Errors
/// 400 if not.
pub fn check(state: &RealmState, reaction_type: ReactionType, code: &str, name: &str) -> Result<(), ApiError> {
    let refused = |text: &str| Err(ApiError::bad_request(text));
    match reaction_type {
        ReactionType::Unicode => match emoji::names_by_code(code) {
            [] => refused("Invalid emoji code."),
            names if !names.contains(&name) => refused("Invalid emoji name."),
            _ => Ok(()),
        },
        ReactionType::Extra if code != EXTRA_EMOJI => refused("Invalid emoji code."),
        ReactionType::Extra if name != EXTRA_EMOJI => refused("Invalid emoji name."),
        ReactionType::Extra => Ok(()),
        ReactionType::Realm => match code.parse().ok().and_then(|id| state.pictures.emoji_by_id(id)) {
            None => refused("Invalid custom emoji."),
            Some(row) if row.is_deactivated => refused("This custom emoji has been deactivated."),
            Some(row) if row.name != name => refused("Invalid custom emoji name."),
            Some(_) => Ok(()),
        },
    }
}

/// A name as it is kept.
///
/// # Errors
/// 400 for names that messages cannot have.
pub fn check_name(name: &str) -> Result<String, ApiError> {
    let refused = |text: &str| Err(ApiError::bad_request(text));
    let name = name.trim().to_lowercase().replace(' ', "_");
    if name.is_empty() {
        return refused("Emoji name is missing");
    }
    if name.len() > limits::EMOJI_NAME_CHARS_MAX {
        return refused("Emoji name is too long");
    }
    if !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b)) {
        return refused(
            "Emoji names must contain only lowercase English letters, digits, spaces, dashes, underscores, and periods.",
        );
    }
    if !name.ends_with(|c: char| c.is_ascii_alphanumeric()) {
        return refused("Emoji names must end with either a letter or digit.");
    }
    Ok(name)
}

/// Whether somebody may add a custom emoji of this name, as [`check_name`] has it. Asked before its picture is looked
/// at, too.
///
/// # Errors
/// 400 for who may not, and for names that are taken.
pub fn check_may_add(state: &RealmState, user: &UserRow, name: &str) -> Result<(), ApiError> {
    if !state.may(user, &permission::can_add_custom_emoji_group) {
        return Err(ApiError::bad_request("Insufficient permission"));
    }
    if state.pictures.emoji_by_name(name).is_some() {
        return Err(ApiError::bad_request("A custom emoji with this name already exists."));
    }
    let is_standard = name == EXTRA_EMOJI || emoji::code_by_name(name).is_some();
    if is_standard && !user.role.is_admin() {
        return Err(ApiError::bad_request("Only administrators can override default emoji."));
    }
    if state.pictures.emoji_count() >= limits::CUSTOM_EMOJI_MAX as usize {
        return Err(ApiError::bad_request("Too many custom emoji"));
    }
    Ok(())
}

/// `upload-custom-emoji`: notes one whose picture is stored already.
///
/// # Errors
/// As [`check_may_add`].
pub fn add(tx: &mut Tx<'_>, actor: UserId, name: String, file: String, is_animated: bool) -> Result<(), ApiError> {
    let user = tx.actor(actor)?;
    check_may_add(&tx.state, &user, &name)?;
    let id = tx.state.pictures.next_emoji();
    put(tx, EmojiRow { id, name, author: actor, file, is_animated, is_deactivated: false });
    Ok(())
}

/// `deactivate-custom-emoji`.
///
/// # Errors
/// 404 if there is none of this name in use; 400 for who has neither uploaded it nor is an administrator.
pub fn deactivate(tx: &mut Tx<'_>, actor: UserId, name: &str) -> Result<(), ApiError> {
    let user = tx.actor(actor)?;
    let row = tx.state.pictures.emoji_by_name(name).cloned();
    let row = row.ok_or_else(|| ApiError::NotFound { text: format!("Emoji '{name}' does not exist") })?;
    if row.author != actor && !user.role.is_admin() {
        return Err(ApiError::bad_request("Must be an organization administrator or emoji author"));
    }
    put(tx, EmojiRow { is_deactivated: true, ..EmojiRow::clone(&row) });
    Ok(())
}

fn put(tx: &mut Tx<'_>, row: EmojiRow) {
    tx.change(Change::Emoji(Arc::new(row)));
    let realm_emoji = tx.state.emoji_view();
    tx.emit(Event::RealmEmoji(RealmEmojiUpdate { realm_emoji }), Audience::realm());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_plain_and_checked() {
        let check = |name: &str| check_name(name).map_err(|error| error.to_string());
        assert_eq!(check(" Green Tick "), Ok("green_tick".to_owned()));
        assert_eq!(check("a.b-c_1"), Ok("a.b-c_1".to_owned()));
        for bad in ["", "a:b", "é", "a/b", "tick_", "..", "a\0", &"x".repeat(101)] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}

//! What users say of themselves.

use super::settings;
use crate::change::Change;
use crate::commands::Tx;
use crate::commands::emoji::{self, EmojiId};
use crate::limits;
use crate::state::RealmState;
use crate::state::users::UserRow;
use serde_json::Value;
use tidings_types::events::Event;
use tidings_types::events::user::UserStatusEvent;
use tidings_types::message::ReactionType;
use tidings_types::params::FromParam;
use tidings_types::user::UserStatus;
use tidings_types::{ApiError, UserId};

const UNICODE_EMOJI: &str = "unicode_emoji";

/// What a request wants changed; absent parts stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The text.
    pub status_text: Option<String>,
    /// Not to be seen.
    pub away: Option<bool>,
    /// Name of the emoji; empty for none.
    pub emoji_name: Option<String>,
    /// Its code, if the name is not enough.
    pub emoji_code: Option<String>,
    /// Its kind, if the name is not enough.
    pub reaction_type: Option<String>,
}

/// `update-status`.
///
/// # Errors
/// 400 where nothing is to be changed, the text is too long, or the emoji does not exist.
pub fn update(tx: &mut Tx<'_>, actor: UserId, wanted: &Wanted) -> Result<(), ApiError> {
    let user = tx.actor(actor)?;
    super::check_is_person(&user)?;
    put(tx, &user, wanted)?;
    if let Some(away) = wanted.away {
        settings::change(tx, actor, &[("presence_enabled", Value::from(!away))])?;
    }
    Ok(())
}

/// `update-status-for-user`.
///
/// # Errors
/// 400 for who may not do that, for accounts that are not in use, and as [`update`].
pub fn update_for(tx: &mut Tx<'_>, actor: UserId, target: UserId, wanted: &Wanted) -> Result<(), ApiError> {
    let actor = tx.actor(actor)?;
    let target = tx.state.access_user(&actor, target)?.clone();
    if !actor.role.is_admin() {
        return Err(ApiError::bad_request("Insufficient permission"));
    }
    if !target.is_active {
        return Err(ApiError::bad_request("User is deactivated"));
    }
    put(tx, &target, wanted)
}

fn put(tx: &mut Tx<'_>, user: &UserRow, wanted: &Wanted) -> Result<(), ApiError> {
    let change = check_change(&tx.state, wanted)?;
    let before = tx.state.personal.status(user.id).cloned().unwrap_or_default();
    let after = applied(before.clone(), &change);
    if change == UserStatus::default() || after == before {
        return Ok(());
    }
    let audience = tx.state.who_sees_user(user);
    tx.change(Change::Status { user: user.id, status: after });
    tx.emit(Event::UserStatus(UserStatusEvent { user_id: user.id, status: change }), audience);
    Ok(())
}

/// What is to be changed, with the emoji found; empty parts are to be cleared.
fn check_change(state: &RealmState, wanted: &Wanted) -> Result<UserStatus, ApiError> {
    let status_text = wanted.status_text.as_deref().map(|text| text.trim().to_owned());
    if status_text.as_ref().is_some_and(|text| text.chars().count() > limits::STATUS_CHARS_MAX) {
        let limit = limits::STATUS_CHARS_MAX;
        return Err(ApiError::bad_request(format!("status_text is too long (limit: {limit} characters)")));
    }
    let mut change = UserStatus { status_text, ..UserStatus::default() };
    match wanted.emoji_name.as_deref() {
        None if wanted.emoji_code.is_some() || wanted.reaction_type.is_some() => {
            return Err(ApiError::bad_request(
                "Client must pass emoji_name if they pass either emoji_code or reaction_type.",
            ));
        }
        None if change.status_text.is_none() && wanted.away.is_none() => {
            return Err(ApiError::bad_request("Client did not pass any new values."));
        }
        None => {}
        Some("") => set_emoji(&mut change, "", "", UNICODE_EMOJI),
        Some(name) => {
            let (code, kind) = check_emoji(state, name, wanted.emoji_code.as_deref(), wanted.reaction_type.as_deref())?;
            set_emoji(&mut change, name, &code, kind);
        }
    }
    Ok(change)
}

fn set_emoji(status: &mut UserStatus, name: &str, code: &str, kind: &str) {
    status.emoji_name = Some(name.to_owned());
    status.emoji_code = Some(code.to_owned());
    status.reaction_type = Some(kind.to_owned());
}

/// Code and kind of an emoji.
fn check_emoji(
    state: &RealmState,
    name: &str,
    code: Option<&str>,
    kind: Option<&str>,
) -> Result<(String, &'static str), ApiError> {
    let kind = match kind {
        None => None,
        Some(kind) => Some(
            ReactionType::from_param("reaction_type", &[kind])
                .map_err(|_| ApiError::bad_request("Invalid emoji type."))?,
        ),
    };
    let Some(code) = code else {
        let EmojiId { reaction_type, code } = emoji::by_name(state, name)?;
        if kind.is_some_and(|kind| kind != reaction_type) {
            return Err(ApiError::bad_request(format!("Emoji '{name}' does not exist")));
        }
        return Ok((code, reaction_type.as_str()));
    };
    let kind = match kind {
        Some(kind) => kind,
        None => emoji::by_name(state, name)?.reaction_type,
    };
    emoji::check(state, kind, code, name)?;
    Ok((code.to_owned(), kind.as_str()))
}

/// A status after a change; cleared parts are absent.
fn applied(before: UserStatus, change: &UserStatus) -> UserStatus {
    let mut after = before;
    if let Some(text) = &change.status_text {
        after.status_text = Some(text.clone()).filter(|text| !text.is_empty());
    }
    if let Some(name) = &change.emoji_name {
        let set = !name.is_empty();
        after.emoji_name = change.emoji_name.clone().filter(|_| set);
        after.emoji_code = change.emoji_code.clone().filter(|_| set);
        after.reaction_type = change.reaction_type.clone().filter(|_| set);
    }
    after
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::realm::RealmRow;

    fn state() -> RealmState {
        RealmState::new(RealmRow::default())
    }

    #[test]
    fn emoji_are_found_by_name_and_checked_against_their_code() {
        let state = state();
        let check = |name, code, kind| check_emoji(&state, name, code, kind).map_err(|error| error.to_string());
        assert_eq!(check("car", None, None), Ok(("1f697".to_owned(), UNICODE_EMOJI)));
        assert_eq!(check("car", Some("1f697"), Some(UNICODE_EMOJI)), Ok(("1f697".to_owned(), UNICODE_EMOJI)));
        assert_eq!(check("zulip", None, None), Ok(("zulip".to_owned(), "zulip_extra_emoji")));
        assert_eq!(check("nonsense", None, None), Err("Emoji 'nonsense' does not exist".to_owned()));
        assert_eq!(check("smile", Some("1f697"), None), Err("Invalid emoji name.".to_owned()));
        assert_eq!(check("car", Some("zzz"), None), Err("Invalid emoji code.".to_owned()));
        assert_eq!(check("car", Some("1"), Some("realm_emoji")), Err("Invalid custom emoji.".to_owned()));
        assert_eq!(check("zulip", Some("car"), Some("zulip_extra_emoji")), Err("Invalid emoji code.".to_owned()));
        assert!(check("car", None, Some("zulip_extra_emoji")).is_err());
    }

    #[test]
    fn an_empty_part_is_cleared_and_an_absent_one_stays() {
        let state = state();
        let check_change = |wanted: &Wanted| check_change(&state, wanted);
        let text = |text: &str| Wanted { status_text: Some(text.to_owned()), ..Wanted::default() };
        let status = applied(UserStatus::default(), &check_change(&text("  out ")).unwrap());
        assert_eq!(status.status_text.as_deref(), Some("out"));
        let car = Wanted { emoji_name: Some("car".to_owned()), ..Wanted::default() };
        let status = applied(status, &check_change(&car).unwrap());
        assert_eq!((status.status_text.as_deref(), status.emoji_code.as_deref()), (Some("out"), Some("1f697")));
        let none = Wanted { emoji_name: Some(String::new()), ..text("") };
        assert_eq!(applied(status, &check_change(&none).unwrap()), UserStatus::default());
        assert!(check_change(&Wanted::default()).is_err());
    }
}

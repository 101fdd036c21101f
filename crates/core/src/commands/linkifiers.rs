//! Linkifiers and code playgrounds. For administrators.
//!
//! What a pattern and a template have to be is checked before, by [`check_linkifier`] and [`check_playground`]: compiling
//! a pattern takes time the writer does not have.

use super::Tx;
use super::users::administrator_required;
use crate::audience::Audience;
use crate::change::Change;
use crate::event::Gate;
use crate::limits;
use crate::shape::Shape;
use crate::state::linkifiers::Numbered;
use crate::state::users::UserRow;
use std::collections::BTreeSet;
use std::sync::Arc;
use tidings_markdown::linkifiers::{self, BadLinkifier};
use tidings_types::events::Event;
use tidings_types::events::realm::{RealmLinkifiers, RealmPlaygrounds};
use tidings_types::linkifier::{Linkifier, Playground};
use tidings_types::{ApiError, UserId};

/// A pattern and a template that go together, without spaces around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedLinkifier {
    pattern: String,
    url_template: String,
}

/// Says whether a linkifier can be made of these.
///
/// # Errors
/// 400 for what is no pattern or no template, and for groups and variables that do not match.
pub fn check_linkifier(pattern: &str, url_template: &str) -> Result<CheckedLinkifier, ApiError> {
    let (pattern, url_template) = (check_text(pattern)?, check_text(url_template)?);
    linkifiers::check_linkifier(&pattern, &url_template).map_err(|error| ApiError::bad_request(told(error)))?;
    Ok(CheckedLinkifier { pattern, url_template })
}

fn check_text(text: &str) -> Result<String, ApiError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(ApiError::bad_request("This field cannot be blank."));
    }
    if text.contains('\0') {
        return Err(ApiError::bad_request("Null characters are not allowed."));
    }
    if text.chars().count() > limits::LINKIFIER_CHARS_MAX {
        return Err(ApiError::bad_request("This field is too long."));
    }
    Ok(text.to_owned())
}

fn told(error: BadLinkifier) -> String {
    match error {
        BadLinkifier::Pattern(why) => format!("Bad regular expression: {why}"),
        BadLinkifier::Template => "Invalid URL template.".to_owned(),
        BadLinkifier::NotInPattern(name) => {
            format!("Group '{name}' in URL template is not present in linkifier pattern.")
        }
        BadLinkifier::NotInTemplate(name) => {
            format!("Group '{name}' in linkifier pattern is not present in URL template.")
        }
    }
}

/// Refuses who may not change what text becomes. Who asks before the check of a pattern spares everybody the work.
///
/// # Errors
/// `UNAUTHORIZED_PRINCIPAL` for who is no administrator.
pub fn check_is_administrator(actor: &UserRow) -> Result<(), ApiError> {
    if actor.role.is_admin() { Ok(()) } else { Err(administrator_required()) }
}

/// `add-linkifier`: returns its id. It is tried after the others.
///
/// # Errors
/// 400 for who is no administrator, for a pattern that is there already, and for one linkifier too many.
pub fn add_linkifier(tx: &mut Tx<'_>, actor: UserId, new: CheckedLinkifier) -> Result<u32, ApiError> {
    check_is_administrator(&*tx.actor(actor)?)?;
    check_is_new(tx, &new.pattern, None)?;
    let mut list = tx.state.linkifiers.list().clone();
    let id = next_id(&mut list, limits::LINKIFIERS_MAX, "linkifiers")?;
    list.items.push(Linkifier { pattern: new.pattern, url_template: new.url_template, id });
    put_linkifiers(tx, list);
    Ok(id)
}

/// `update-linkifier`.
///
/// # Errors
/// 400 for who is no administrator, for an unknown id, and for a pattern that another linkifier has.
pub fn update_linkifier(tx: &mut Tx<'_>, actor: UserId, id: u32, new: CheckedLinkifier) -> Result<(), ApiError> {
    check_is_administrator(&*tx.actor(actor)?)?;
    let mut list = tx.state.linkifiers.list().clone();
    let row = list.items.iter_mut().find(|known| known.id == id).ok_or_else(no_such_linkifier)?;
    check_is_new(tx, &new.pattern, Some(id))?;
    let changed = Linkifier { pattern: new.pattern, url_template: new.url_template, id };
    if *row != changed {
        *row = changed;
        put_linkifiers(tx, list);
    }
    Ok(())
}

/// `remove-linkifier`.
///
/// # Errors
/// 400 for who is no administrator, and for an unknown id.
pub fn remove_linkifier(tx: &mut Tx<'_>, actor: UserId, id: u32) -> Result<(), ApiError> {
    check_is_administrator(&*tx.actor(actor)?)?;
    let mut list = tx.state.linkifiers.list().clone();
    let at = list.items.iter().position(|known| known.id == id).ok_or_else(no_such_linkifier)?;
    list.items.remove(at);
    put_linkifiers(tx, list);
    Ok(())
}

/// `reorder-linkifiers`.
///
/// # Errors
/// 400 for who is no administrator, and unless `ids` are all ids, each once.
pub fn reorder_linkifiers(tx: &mut Tx<'_>, actor: UserId, ids: &[u32]) -> Result<(), ApiError> {
    check_is_administrator(&*tx.actor(actor)?)?;
    let wanted: BTreeSet<u32> = ids.iter().copied().collect();
    if wanted.len() < ids.len() {
        return Err(ApiError::bad_request("The ordered list must not contain duplicated linkifiers"));
    }
    let mut list = tx.state.linkifiers.list().clone();
    if list.items.iter().map(|known| known.id).collect::<BTreeSet<u32>>() != wanted {
        return Err(ApiError::bad_request("The ordered list must enumerate all existing linkifiers exactly once"));
    }
    list.items.sort_by_key(|known| ids.iter().position(|id| *id == known.id));
    if list != *tx.state.linkifiers.list() {
        put_linkifiers(tx, list);
    }
    Ok(())
}

fn no_such_linkifier() -> ApiError {
    ApiError::bad_request("Linkifier not found.")
}

fn check_is_new(tx: &Tx<'_>, pattern: &str, except: Option<u32>) -> Result<(), ApiError> {
    let known = &tx.state.linkifiers.list().items;
    if known.iter().any(|known| known.pattern == pattern && Some(known.id) != except) {
        return Err(ApiError::bad_request("A linkifier with this pattern already exists."));
    }
    Ok(())
}

/// The id of a list's next item.
///
/// # Errors
/// 400 where the list has `most` items already.
pub(super) fn next_id<T>(list: &mut Numbered<T>, most: usize, what: &str) -> Result<u32, ApiError> {
    let next = list.last_id.checked_add(1).filter(|_| list.items.len() < most);
    list.last_id = next.ok_or_else(|| ApiError::bad_request(format!("There are too many {what}.")))?;
    Ok(list.last_id)
}

fn put_linkifiers(tx: &mut Tx<'_>, list: Numbered<Linkifier>) {
    let event = RealmLinkifiers { realm_linkifiers: list.items.clone() };
    tx.change(Change::Linkifiers(Arc::new(list)));
    tx.emit_gated(Event::RealmLinkifiers(event), Audience::realm(), Gate::With(Shape::LINKIFIER_URL_TEMPLATE));
}

/// A playground that can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedPlayground {
    name: String,
    pygments_language: String,
    url_template: String,
}

/// Says whether a playground can be made of these.
///
/// # Errors
/// 400 for empty and overlong texts, for languages that no code block can have, and for templates that are none or have
/// another variable than `code`.
pub fn check_playground(name: &str, language: &str, url_template: &str) -> Result<CheckedPlayground, ApiError> {
    let in_language = |c: char| c.is_ascii_alphanumeric() || " _+-./#".contains(c);
    let (name, language, url_template) = (check_text(name)?, check_text(language)?, check_text(url_template)?);
    if !language.chars().all(in_language) || language.len() > limits::PLAYGROUND_LANGUAGE_BYTES_MAX {
        return Err(ApiError::bad_request("Invalid characters in pygments language"));
    }
    let variables =
        linkifiers::template_variables(&url_template).map_err(|error| ApiError::bad_request(told(error)))?;
    if !url_template.starts_with("https://") && !url_template.starts_with("http://") {
        return Err(ApiError::bad_request("Invalid URL template."));
    }
    if !variables.contains("code") {
        return Err(ApiError::bad_request("Missing the required variable \"code\" in the URL template"));
    }
    if variables.len() > 1 {
        return Err(ApiError::bad_request("\"code\" should be the only variable present in the URL template"));
    }
    Ok(CheckedPlayground { name, pygments_language: language, url_template })
}

/// `add-code-playground`: returns its id.
///
/// # Errors
/// 400 for who is no administrator, for one that is there already, and for one playground too many.
pub fn add_playground(tx: &mut Tx<'_>, actor: UserId, new: CheckedPlayground) -> Result<u32, ApiError> {
    check_is_administrator(&*tx.actor(actor)?)?;
    let mut list = (*tx.state.playgrounds).clone();
    let same = |known: &Playground| known.name == new.name && known.pygments_language == new.pygments_language;
    if list.items.iter().any(same) {
        return Err(ApiError::bad_request("A playground with this name and language already exists."));
    }
    let id = next_id(&mut list, limits::PLAYGROUNDS_MAX, "playgrounds")?;
    let CheckedPlayground { name, pygments_language, url_template } = new;
    list.items.push(Playground { id, name, pygments_language, url_template });
    put_playgrounds(tx, list);
    Ok(id)
}

/// `remove-code-playground`.
///
/// # Errors
/// 400 for who is no administrator, and for an unknown id.
pub fn remove_playground(tx: &mut Tx<'_>, actor: UserId, id: u32) -> Result<(), ApiError> {
    check_is_administrator(&*tx.actor(actor)?)?;
    let mut list = (*tx.state.playgrounds).clone();
    let at = list.items.iter().position(|known| known.id == id);
    list.items.remove(at.ok_or_else(|| ApiError::bad_request("Invalid playground"))?);
    put_playgrounds(tx, list);
    Ok(())
}

fn put_playgrounds(tx: &mut Tx<'_>, list: Numbered<Playground>) {
    let event = RealmPlaygrounds { realm_playgrounds: list.items.clone() };
    tx.change(Change::Playgrounds(Arc::new(list)));
    tx.emit(Event::RealmPlaygrounds(event), Audience::realm());
}

//! Views for navigation: those that a user made, and what they changed of the built-in ones.

use super::{check_count, not_found};
use crate::audience::Audience;
use crate::change::Change;
use crate::commands::Tx;
use crate::limits;
use std::sync::Arc;
use tidings_types::events::Event;
use tidings_types::events::prepared::{
    NavigationViewAdd, NavigationViewData, NavigationViewRemove, NavigationViewUpdate,
};
use tidings_types::prepared::NavigationView;
use tidings_types::{ApiError, UserId};

/// The views that clients have by themselves.
const BUILT_IN: &[&str] = &[
    "inbox",
    "recent",
    "feed",
    "drafts",
    "scheduled",
    "reminders",
    "narrow/has/reaction/sender/me",
    "narrow/is/mentioned",
    "narrow/is/starred",
];

/// `add-navigation-view`.
///
/// # Errors
/// 400 for names that cannot be, for a view that is there already, and for too many.
pub fn add(
    tx: &mut Tx<'_>,
    actor: UserId,
    fragment: &str,
    is_pinned: bool,
    name: Option<&str>,
) -> Result<(), ApiError> {
    tx.actor(actor)?;
    let fragment = check_text("fragment", fragment, limits::VIEW_FRAGMENT_CHARS_MAX)?;
    let name = check_name(&fragment, name)?;
    if name.is_none() && !is_built_in(&fragment) {
        return Err(ApiError::bad_request("Custom views must have a valid name."));
    }
    check_is_new(tx, actor, |view| view.fragment == fragment || (name.is_some() && view.name == name))?;
    check_count(tx.state.prepared.views.count(actor) + 1, limits::VIEWS_MAX, "navigation views")?;
    let view = NavigationView { fragment, is_pinned, name };
    put(tx, actor, &view);
    tx.emit(Event::NavigationViewAdd(NavigationViewAdd { navigation_view: view }), Audience::user(actor));
    Ok(())
}

/// `edit-navigation-view`: what is absent stays.
///
/// # Errors
/// 404 if it is not there; 400 for names that cannot be or are taken.
pub fn edit(
    tx: &mut Tx<'_>,
    actor: UserId,
    fragment: &str,
    is_pinned: Option<bool>,
    name: Option<&str>,
) -> Result<(), ApiError> {
    tx.actor(actor)?;
    let name = check_name(fragment, name)?;
    let before = tx.state.prepared.views.get(actor, &fragment.to_owned()).cloned().ok_or_else(missing)?;
    if name.is_some() {
        check_is_new(tx, actor, |view| view.fragment != fragment && view.name == name)?;
    }
    let after = NavigationView {
        fragment: before.fragment.clone(),
        is_pinned: is_pinned.unwrap_or(before.is_pinned),
        name: name.or_else(|| before.name.clone()),
    };
    if after == *before {
        return Ok(());
    }
    put(tx, actor, &after);
    let data = NavigationViewData { name: after.name, is_pinned: after.is_pinned };
    let event = NavigationViewUpdate { fragment: after.fragment, data };
    tx.emit(Event::NavigationViewUpdate(event), Audience::user(actor));
    Ok(())
}

/// `remove-navigation-view`.
///
/// # Errors
/// 404 if it is not there.
pub fn remove(tx: &mut Tx<'_>, actor: UserId, fragment: &str) -> Result<(), ApiError> {
    tx.actor(actor)?;
    let fragment = fragment.to_owned();
    tx.state.prepared.views.get(actor, &fragment).ok_or_else(missing)?;
    tx.change(Change::View { user: actor, fragment: fragment.clone(), view: None });
    tx.emit(Event::NavigationViewRemove(NavigationViewRemove { fragment }), Audience::user(actor));
    Ok(())
}

fn put(tx: &mut Tx<'_>, user: UserId, view: &NavigationView) {
    tx.change(Change::View { user, fragment: view.fragment.clone(), view: Some(Arc::new(view.clone())) });
}

fn missing() -> ApiError {
    not_found("Navigation view")
}

fn is_built_in(fragment: &str) -> bool {
    BUILT_IN.contains(&fragment)
}

fn check_is_new(tx: &Tx<'_>, user: UserId, same: impl Fn(&NavigationView) -> bool) -> Result<(), ApiError> {
    if tx.state.prepared.views.of(user).any(|view| same(view)) {
        return Err(ApiError::bad_request("Navigation view already exists."));
    }
    Ok(())
}

fn check_name(fragment: &str, name: Option<&str>) -> Result<Option<String>, ApiError> {
    let Some(name) = name else { return Ok(None) };
    if is_built_in(fragment) {
        return Err(ApiError::bad_request("Built-in views cannot have a custom name"));
    }
    check_text("name", name, limits::VIEW_NAME_CHARS_MAX).map(Some)
}

fn check_text(what: &str, text: &str, max: usize) -> Result<String, ApiError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(ApiError::bad_request(format!("{what} cannot be blank")));
    }
    if text.chars().count() > max {
        return Err(ApiError::bad_request(format!("{what} is too long (limit: {max} characters)")));
    }
    Ok(text.to_owned())
}

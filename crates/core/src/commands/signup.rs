//! How people come into the organization, and what they find there; and its end.
//!
//! # Layout
//! - [`domains`]: what addresses new accounts may have. [`default_groups`]: channels they can choose together.
//! - here: what users have seen, what they are greeted with, and closing the organization.

pub mod default_groups;
pub mod domains;

use super::Tx;
use super::linkifiers::check_is_administrator;
use super::notify;
use super::users::owner_required;
use crate::audience::Audience;
use crate::change::Change;
use crate::state::users::UserRow;
use tidings_types::events::Event;
use tidings_types::events::realm::{OnboardingSteps, RealmDeactivated};
use tidings_types::realm::WELCOME_CHARS_MAX;
use tidings_types::signup::ONBOARDING_STEPS;
use tidings_types::user::Role;
use tidings_types::{ApiError, MessageId, UserId};

/// `mark-onboarding-step`.
///
/// # Errors
/// 400 for bots, and for what is not shown to anybody.
pub fn mark_onboarding_step(tx: &mut Tx<'_>, actor: UserId, step: &str) -> Result<(), ApiError> {
    let actor = tx.actor(actor)?;
    super::personal::check_is_person(&actor)?;
    if !ONBOARDING_STEPS.contains(&step) {
        return Err(ApiError::bad_request(format!("Unknown onboarding_step: {step}")));
    }
    if tx.state.personal.onboarding_steps(actor.id).iter().any(|known| known.name == step) {
        tx.change(Change::OnboardingStep { user: actor.id, step: step.to_owned(), seen_at: tx.now });
        let onboarding_steps = tx.state.personal.onboarding_steps(actor.id);
        tx.emit(Event::OnboardingSteps(OnboardingSteps { onboarding_steps }), Audience::user(actor.id));
    }
    Ok(())
}

/// `test-welcome-bot-custom-message`: greets the actor; returns the message.
///
/// # Errors
/// 400 for who is no administrator, and for texts that are empty or too long.
pub fn test_welcome(tx: &mut Tx<'_>, actor: UserId, text: &str) -> Result<MessageId, ApiError> {
    let actor = tx.actor(actor)?;
    check_is_administrator(&actor)?;
    if text.trim().is_empty() {
        return Err(ApiError::bad_request("Message must not be empty"));
    }
    if text.chars().count() > WELCOME_CHARS_MAX {
        let why = format!("welcome_message_custom_text is too long (limit: {WELCOME_CHARS_MAX} characters)");
        return Err(ApiError::bad_request(why));
    }
    notify::send_direct(tx, &actor, text.to_owned())
}

/// The topic in which new people are announced.
const SIGNUPS: &str = "signups";

/// Greets a new person with what the organization has for that, or with a text of their invitation; and announces them
/// where the organization has a channel for that.
///
/// # Errors
/// The store fails.
pub fn welcome(tx: &mut Tx<'_>, new: UserId, text: Option<String>) -> Result<(), ApiError> {
    let text = text.unwrap_or_else(|| tx.state.realm.settings.welcome_message_custom_text.clone());
    let Some(person) = tx.state.active_user(new).filter(|row| !row.is_bot()).cloned() else { return Ok(()) };
    if !text.trim().is_empty() {
        notify::send_direct(tx, &person, text)?;
    }
    if let Some(place) = notify::channel_for(tx, tx.state.realm.settings.signup_announcements_stream_id) {
        let text = format!("{} joined this organization.", notify::mention(&person));
        notify::send(tx, &person, place, SIGNUPS, text, &[])?;
    }
    Ok(())
}

/// `deactivate-realm`: tells everybody, and refuses everything from then on.
///
/// # Errors
/// `UNAUTHORIZED_PRINCIPAL` for all but owners.
pub fn deactivate_realm(tx: &mut Tx<'_>, actor: UserId) -> Result<(), ApiError> {
    check_is_owner(&*tx.actor(actor)?)?;
    if !tx.state.organization.is_deactivated {
        tx.change(Change::Deactivated(true));
        tx.emit(Event::RealmDeactivated(RealmDeactivated { realm_id: REALM_ID }), Audience::realm());
    }
    Ok(())
}

/// There is one organization.
const REALM_ID: u32 = 1;

/// Opens the organization again, for operators. Returns whether it was closed.
pub fn reactivate_realm(tx: &mut Tx<'_>) -> bool {
    let was_closed = tx.state.organization.is_deactivated;
    if was_closed {
        tx.change(Change::Deactivated(false));
    }
    was_closed
}

/// Refuses who is no owner.
///
/// # Errors
/// `UNAUTHORIZED_PRINCIPAL`.
pub fn check_is_owner(actor: &UserRow) -> Result<(), ApiError> {
    if actor.role == Role::Owner { Ok(()) } else { Err(owner_required()) }
}

//! Drafts that all clients of a user share.

use super::{check_count, next_id, not_found};
use crate::audience::Audience;
use crate::change::Change;
use crate::commands::Tx;
use crate::commands::send::{check_content, check_topic};
use crate::limits;
use crate::state::users::UserRow;
use std::sync::Arc;
use tidings_types::events::Event;
use tidings_types::events::prepared::{DraftsAdd, DraftsRemove, DraftsUpdate};
use tidings_types::prepared::{Draft, DraftContent, DraftType};
use tidings_types::{ApiError, ChannelId, PreparedId, UserId};

/// Whether a user keeps drafts on the server.
///
/// # Errors
/// 400 if not.
pub fn check_synchronized(user: &UserRow) -> Result<(), ApiError> {
    if user.settings.enable_drafts_synchronization {
        return Ok(());
    }
    Err(ApiError::bad_request("User has disabled synchronizing drafts."))
}

/// `create-drafts`: returns the ids, in order. Each draft has an event of its own.
///
/// # Errors
/// 400 for drafts that go nowhere, or have no text; and for too many.
pub fn create(tx: &mut Tx<'_>, actor: UserId, drafts: Vec<DraftContent>) -> Result<Vec<PreparedId>, ApiError> {
    let user = tx.actor(actor)?;
    check_synchronized(&user)?;
    let count = tx.state.prepared.drafts.count(actor) + drafts.len();
    check_count(count, limits::DRAFTS_MAX, "drafts")?;
    let mut ids = Vec::with_capacity(drafts.len());
    for content in drafts {
        let draft = check(tx, &user, next_id(tx), content)?;
        ids.push(draft.id);
        tx.change(Change::Draft { user: actor, id: draft.id, draft: Some(Arc::new(draft.clone())) });
        tx.emit(Event::DraftsAdd(DraftsAdd { drafts: vec![draft] }), Audience::user(actor));
    }
    Ok(ids)
}

/// `edit-draft`.
///
/// # Errors
/// 404 if it is not there; 400 as for [`create`].
pub fn edit(tx: &mut Tx<'_>, actor: UserId, id: PreparedId, content: DraftContent) -> Result<(), ApiError> {
    let user = tx.actor(actor)?;
    check_synchronized(&user)?;
    check_exists(tx, actor, id)?;
    let draft = check(tx, &user, id, content)?;
    tx.change(Change::Draft { user: actor, id, draft: Some(Arc::new(draft.clone())) });
    tx.emit(Event::DraftsUpdate(DraftsUpdate { draft }), Audience::user(actor));
    Ok(())
}

/// `delete-draft`.
///
/// # Errors
/// 404 if it is not there.
pub fn delete(tx: &mut Tx<'_>, actor: UserId, id: PreparedId) -> Result<(), ApiError> {
    check_synchronized(&*tx.actor(actor)?)?;
    check_exists(tx, actor, id)?;
    tx.change(Change::Draft { user: actor, id, draft: None });
    tx.emit(Event::DraftsRemove(DraftsRemove { draft_id: id }), Audience::user(actor));
    Ok(())
}

/// A user keeps no drafts on the server any more. Clients are told of the setting alone, because the drafts that they
/// have themselves stay.
pub fn forget_all(tx: &mut Tx<'_>, user: UserId) {
    let ids: Vec<PreparedId> = tx.state.prepared.drafts.of(user).map(|draft| draft.id).collect();
    for id in ids {
        tx.change(Change::Draft { user, id, draft: None });
    }
}

fn check_exists(tx: &Tx<'_>, user: UserId, id: PreparedId) -> Result<(), ApiError> {
    tx.state.prepared.drafts.get(user, &id).map(|_| ()).ok_or_else(|| not_found("Draft"))
}

fn check(tx: &Tx<'_>, user: &UserRow, id: PreparedId, new: DraftContent) -> Result<Draft, ApiError> {
    let timestamp = new.timestamp.unwrap_or(tx.now);
    if timestamp < 0 {
        return Err(ApiError::bad_request("Timestamp must not be negative."));
    }
    let (to, topic) = match new.draft_type {
        DraftType::Unaddressed => (Vec::new(), String::new()),
        DraftType::Channel => {
            let [channel] = new.to.as_slice() else {
                return Err(ApiError::bad_request("Must specify exactly 1 channel ID for channel messages"));
            };
            tx.state.access_channel(user, ChannelId(*channel))?;
            (new.to, check_topic(&new.topic)?)
        }
        DraftType::Direct => (check_users(tx, user, new.to)?, String::new()),
    };
    Ok(Draft { id, draft_type: new.draft_type, to, topic, content: check_content(&new.content)?, timestamp })
}

fn check_users(tx: &Tx<'_>, user: &UserRow, mut to: Vec<u32>) -> Result<Vec<u32>, ApiError> {
    to.sort_unstable();
    to.dedup();
    check_count(to.len(), limits::DIRECT_RECIPIENTS_MAX, "recipients")?;
    let known = |id: &u32| tx.state.users.get(UserId(*id)).is_some_and(|other| tx.state.can_see_user(user, other));
    match to.iter().find(|id| !known(id)) {
        Some(id) => Err(ApiError::bad_request(format!("Invalid user ID {id}"))),
        None => Ok(to),
    }
}

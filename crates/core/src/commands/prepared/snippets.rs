//! Texts to be used again.

use super::{check_count, next_id, not_found};
use crate::audience::Audience;
use crate::change::Change;
use crate::commands::Tx;
use crate::limits;
use std::sync::Arc;
use tidings_types::events::Event;
use tidings_types::events::prepared::{SnippetChange, SnippetRemove};
use tidings_types::prepared::SavedSnippet;
use tidings_types::{ApiError, PreparedId, UserId};

/// `create-saved-snippet`: returns its id.
///
/// # Errors
/// 400 for what is empty or too long, and for too many.
pub fn create(tx: &mut Tx<'_>, actor: UserId, title: &str, content: &str) -> Result<PreparedId, ApiError> {
    tx.actor(actor)?;
    check_count(tx.state.prepared.snippets.count(actor) + 1, limits::SNIPPETS_MAX, "saved snippets")?;
    let (title, content) = (check_title(title)?, check_text(content)?);
    let id = next_id(tx);
    let saved_snippet = SavedSnippet { id, title, content, date_created: tx.now };
    tx.change(Change::Snippet { user: actor, id, snippet: Some(Arc::new(saved_snippet.clone())) });
    tx.emit(Event::SnippetsAdd(SnippetChange { saved_snippet }), Audience::user(actor));
    Ok(id)
}

/// `edit-saved-snippet`: what is absent stays.
///
/// # Errors
/// 404 if it is not there; 400 as for [`create`].
pub fn edit(
    tx: &mut Tx<'_>,
    actor: UserId,
    id: PreparedId,
    title: Option<&str>,
    content: Option<&str>,
) -> Result<(), ApiError> {
    tx.actor(actor)?;
    let before = tx.state.prepared.snippets.get(actor, &id).cloned().ok_or_else(missing)?;
    let mut after = SavedSnippet::clone(&before);
    if let Some(title) = title {
        after.title = check_title(title)?;
    }
    if let Some(content) = content {
        after.content = check_text(content)?;
    }
    if after == *before {
        return Ok(());
    }
    tx.change(Change::Snippet { user: actor, id, snippet: Some(Arc::new(after.clone())) });
    tx.emit(Event::SnippetsUpdate(SnippetChange { saved_snippet: after }), Audience::user(actor));
    Ok(())
}

/// `delete-saved-snippet`.
///
/// # Errors
/// 404 if it is not there.
pub fn delete(tx: &mut Tx<'_>, actor: UserId, id: PreparedId) -> Result<(), ApiError> {
    tx.actor(actor)?;
    tx.state.prepared.snippets.get(actor, &id).ok_or_else(missing)?;
    tx.change(Change::Snippet { user: actor, id, snippet: None });
    tx.emit(Event::SnippetsRemove(SnippetRemove { saved_snippet_id: id }), Audience::user(actor));
    Ok(())
}

fn missing() -> ApiError {
    not_found("Saved snippet")
}

fn check_title(title: &str) -> Result<String, ApiError> {
    check_length("Title", title, limits::SNIPPET_TITLE_CHARS_MAX)
}

fn check_text(content: &str) -> Result<String, ApiError> {
    check_length("Content", content, limits::MESSAGE_CHARS_MAX)
}

fn check_length(what: &str, text: &str, max: usize) -> Result<String, ApiError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(ApiError::bad_request(format!("{what} cannot be empty.")));
    }
    if text.chars().count() > max {
        return Err(ApiError::bad_request(format!("{what} is too long (limit: {max} characters)")));
    }
    Ok(text.to_owned())
}

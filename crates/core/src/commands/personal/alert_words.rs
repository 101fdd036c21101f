//! Alert words.

use crate::audience::Audience;
use crate::change::Change;
use crate::commands::Tx;
use crate::limits;
use std::collections::HashSet;
use tidings_types::events::Event;
use tidings_types::events::personal::AlertWords;
use tidings_types::{ApiError, UserId};

/// `add-alert-words`: returns all words afterwards.
///
/// # Errors
/// 400 for words that are too long, and for too many.
pub fn add(tx: &mut Tx<'_>, actor: UserId, new: &[String]) -> Result<Vec<String>, ApiError> {
    tx.actor(actor)?;
    check_count(new.len())?;
    let mut words = tx.state.personal.alert_words(actor).to_vec();
    let mut known: HashSet<String> = words.iter().map(|word| word.to_lowercase()).collect();
    for (at, word) in new.iter().enumerate() {
        let word = check_word(at, word)?;
        if !word.is_empty() && known.insert(word.to_lowercase()) {
            words.push(word.to_owned());
        }
    }
    check_count(words.len())?;
    Ok(put(tx, actor, words))
}

/// `remove-alert-words`: returns the words that are left.
///
/// # Errors
/// 400 for more words than anybody has.
pub fn remove(tx: &mut Tx<'_>, actor: UserId, old: &[String]) -> Result<Vec<String>, ApiError> {
    tx.actor(actor)?;
    check_count(old.len())?;
    let old: HashSet<String> = old.iter().map(|word| word.trim().to_lowercase()).collect();
    let mut words = tx.state.personal.alert_words(actor).to_vec();
    words.retain(|known| !old.contains(&known.to_lowercase()));
    Ok(put(tx, actor, words))
}

/// Looked at before the words are compared: a request has room for a hundred thousand of them.
fn check_count(count: usize) -> Result<(), ApiError> {
    if count <= limits::ALERT_WORDS_MAX {
        return Ok(());
    }
    Err(ApiError::bad_request(format!("Too many alert words (limit: {})", limits::ALERT_WORDS_MAX)))
}

fn check_word(at: usize, word: &str) -> Result<&str, ApiError> {
    let word = word.trim();
    if word.chars().count() > limits::ALERT_WORD_CHARS_MAX {
        let limit = limits::ALERT_WORD_CHARS_MAX;
        return Err(ApiError::bad_request(format!("alert_words[{at}] is too long (limit: {limit} characters)")));
    }
    if word.contains('\0') {
        return Err(ApiError::bad_request(format!("alert_words[{at}] must not contain null bytes")));
    }
    Ok(word)
}

fn put(tx: &mut Tx<'_>, user: UserId, words: Vec<String>) -> Vec<String> {
    if tx.state.personal.alert_words(user) != words.as_slice() {
        tx.change(Change::AlertWords { user, words: words.clone() });
        tx.emit(Event::AlertWords(AlertWords { alert_words: words.clone() }), Audience::user(user));
    }
    words
}

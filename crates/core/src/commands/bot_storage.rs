//! Texts that programs store for their accounts. Nobody is told of them.

use super::Tx;
use crate::change::Change;
use crate::limits;
use crate::state::RealmState;
use std::collections::BTreeMap;
use std::sync::Arc;
use tidings_types::{ApiError, UserId};

/// `update-bot-storage`.
///
/// # Errors
/// 400 for more than an account may store.
pub fn update(tx: &mut Tx<'_>, actor: UserId, texts: BTreeMap<String, String>) -> Result<(), ApiError> {
    tx.actor(actor)?;
    for (key, value) in texts {
        if key.contains('\0') || value.contains('\0') {
            return Err(ApiError::bad_request("storage must not contain null bytes"));
        }
        tx.change(Change::BotStorage { user: actor, key, value: Some(value.into()) });
    }
    let Some(stored) = tx.state.bot_storage.of(actor) else { return Ok(()) };
    let (bytes_max, texts_max) = (limits::BOT_STORAGE_BYTES_MAX, limits::BOT_STORAGE_TEXTS_MAX);
    if stored.bytes > bytes_max {
        let text = format!(
            "Request exceeds storage limit by {} bytes. The limit is {bytes_max} bytes.",
            stored.bytes - bytes_max
        );
        return Err(ApiError::bad_request(text));
    }
    if stored.texts.len() > texts_max {
        return Err(ApiError::bad_request(format!("Too many entries. The limit is {texts_max}.")));
    }
    Ok(())
}

/// `get-bot-storage`: the texts of these names, or all.
///
/// # Errors
/// 400 for a name that there is nothing of.
pub fn read(state: &RealmState, actor: UserId, keys: &[String]) -> Result<BTreeMap<String, String>, ApiError> {
    let Some(stored) = state.bot_storage.of(actor) else {
        return if keys.is_empty() { Ok(BTreeMap::new()) } else { Err(absent()) };
    };
    if keys.is_empty() {
        return Ok(stored.texts.iter().map(|(key, text)| (key.clone(), text.to_string())).collect());
    }
    let one = |key: &String| Some((key.clone(), stored.texts.get(key)?.to_string()));
    keys.iter().map(one).collect::<Option<_>>().ok_or_else(absent)
}

/// `remove-bot-storage`: the texts of these names, or all.
///
/// # Errors
/// 400 for a name that there is nothing of.
pub fn remove(tx: &mut Tx<'_>, actor: UserId, keys: &[String]) -> Result<(), ApiError> {
    tx.actor(actor)?;
    let known: Vec<String> = read(&tx.state, actor, keys)?.into_keys().collect();
    for key in known {
        tx.change(Change::BotStorage { user: actor, key, value: None::<Arc<str>> });
    }
    Ok(())
}

fn absent() -> ApiError {
    ApiError::bad_request("Key does not exist.")
}

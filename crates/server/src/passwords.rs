//! Passwords: what they may be, and hashing them, which takes long on purpose and so happens on threads of its own.

use crate::realm::Realm;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use std::sync::{Arc, OnceLock};
use tidings_core::limits;
use tidings_types::{ApiError, UserId};
use tokio::sync::Semaphore;

/// Hashes at a time. Each takes 19 MiB of memory, so log-ins wait for each other rather than fill the memory.
static HASHING: Semaphore = Semaphore::const_new(4);

/// Refuses passwords that are too short or too long.
///
/// # Errors
/// 400, with which it is.
pub fn check(password: &str) -> Result<(), ApiError> {
    let chars = password.chars().count();
    if chars < limits::PASSWORD_CHARS_MIN {
        return Err(ApiError::bad_request(format!(
            "Password must have at least {} characters.",
            limits::PASSWORD_CHARS_MIN
        )));
    }
    if chars > limits::PASSWORD_CHARS_MAX {
        return Err(ApiError::bad_request(format!(
            "Password must have at most {} characters.",
            limits::PASSWORD_CHARS_MAX
        )));
    }
    Ok(())
}

/// Hashes a password on this thread: an Argon2id PHC string.
///
/// # Errors
/// 500 where the system gives no memory or no randomness.
pub fn hash_blocking(password: &str) -> Result<String, ApiError> {
    let hashed = Argon2::default().hash_password(password.as_bytes()).map_err(|error| {
        tracing::error!(%error, "a password could not be hashed");
        ApiError::Internal {}
    })?;
    Ok(hashed.to_string())
}

/// Hashes a password: an Argon2id PHC string.
///
/// # Errors
/// As [`hash_blocking`].
pub async fn hash(password: String) -> Result<String, ApiError> {
    on_a_thread(move || hash_blocking(&password)).await?
}

/// Whether this is the password behind a PHC string. Without one the answer is no, and takes as long.
///
/// # Errors
/// 500 where the system gives no memory or no randomness.
pub async fn verify(password: String, phc: Option<String>) -> Result<bool, ApiError> {
    if password.chars().count() > limits::PASSWORD_CHARS_MAX {
        return Ok(false);
    }
    on_a_thread(move || {
        let dummy = dummy()?;
        let is_known = phc.is_some();
        let matches = Argon2::default().verify_password(password.as_bytes(), phc.as_deref().unwrap_or(dummy)).is_ok();
        Ok(matches && is_known)
    })
    .await?
}

/// Whether this is an account's password. Who has none, and who does not exist, takes as long.
///
/// # Errors
/// 500 where the store fails, or the system gives no memory or no randomness.
pub async fn is_password_of(realm: &Arc<Realm>, user: UserId, password: String) -> Result<bool, ApiError> {
    let realm = Arc::clone(realm);
    let stored = tokio::task::spawn_blocking(move || realm.store.password(user)).await;
    let phc = stored.map_err(|_| ApiError::Internal {})?.map_err(|error| {
        tracing::error!(%error, "a password could not be read");
        ApiError::Internal {}
    })?;
    verify(password, phc).await
}

/// The hash of something that nobody knows.
fn dummy() -> Result<&'static str, ApiError> {
    static DUMMY: OnceLock<String> = OnceLock::new();
    if let Some(known) = DUMMY.get() {
        return Ok(known);
    }
    let made = hash_blocking(&crate::http::auth::new_key())?;
    Ok(DUMMY.get_or_init(|| made))
}

async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    let _permit = HASHING.acquire().await.map_err(|_| ApiError::Internal {})?;
    tokio::task::spawn_blocking(work).await.map_err(|_| ApiError::Internal {})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_matches_and_nobody_has_none() {
        let phc = hash("secret pass".to_owned()).await.unwrap();
        assert!(phc.starts_with("$argon2id$"));
        assert!(verify("secret pass".to_owned(), Some(phc.clone())).await.unwrap());
        assert!(!verify("secret Pass".to_owned(), Some(phc.clone())).await.unwrap());
        assert!(!verify("secret pass".to_owned(), None).await.unwrap());
        assert!(!verify("secret pass".to_owned(), Some("nonsense".to_owned())).await.unwrap());
        assert!(!verify("x".repeat(101), Some(phc)).await.unwrap());
    }

    #[test]
    fn lengths_are_checked() {
        assert!(check("12345").is_err());
        assert!(check("123456").is_ok());
        assert!(check(&"ü".repeat(100)).is_ok());
        assert!(check(&"ü".repeat(101)).is_err());
    }
}

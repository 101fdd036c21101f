//! Sends that are repeated because their answer did not arrive: the second makes no message.
//!
//! What a client calls a send is stored in the transaction of its message, so a repetition is recognized after a crash
//! too; and the writer runs one command after the other, so of two at once the second finds the first.

use super::Tx;
use crate::change::Change;
use crate::limits;
use tidings_types::{ApiError, MessageId, UserId};

/// What tells one message's recipients, topic and content from another's.
pub type PayloadHash = [u8; 16];

/// What a client calls a send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendKey {
    /// The client's words, with where they come from.
    pub name: SendName,
    /// Of the message.
    pub payload: PayloadHash,
}

/// Where the name of a send comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendName {
    /// The header made for this: used for another message, it is an error.
    IdempotencyKey(String),
    /// A queue and its `local_id`. Clients count these anew now and then, so used for another message it is a new send.
    Local(String),
}

impl SendName {
    /// As it is stored, one for each sender.
    #[must_use]
    pub fn stored(&self) -> String {
        match self {
            SendName::IdempotencyKey(key) => format!("key {key}"),
            SendName::Local(name) => format!("local {name}"),
        }
    }
}

/// A send that was named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedSend {
    /// The message it made, which may be gone.
    pub message: MessageId,
    /// Of the message.
    pub payload: PayloadHash,
    /// UNIX seconds.
    pub sent_at: i64,
}

/// The message that one of these names made before, if this is its repetition.
///
/// # Errors
/// 422 for an idempotency key that was used for another message.
pub(super) fn find(tx: &Tx<'_>, sender: UserId, keys: &[SendKey]) -> Result<Option<MessageId>, ApiError> {
    for key in keys {
        let known = tx.named_send(sender, &key.name.stored())?;
        let secs = match &key.name {
            SendName::IdempotencyKey(_) => limits::SEND_KEY_SECS,
            SendName::Local(_) => limits::SEND_LOCAL_SECS,
        };
        let Some(known) = known.filter(|known| known.sent_at > tx.now - secs) else { continue };
        match &key.name {
            _ if known.payload == key.payload => return Ok(Some(known.message)),
            SendName::IdempotencyKey(_) => return Err(ApiError::IdempotencyKeyReused {}),
            SendName::Local(_) => {}
        }
    }
    Ok(None)
}

/// Keeps the names of a send.
pub(super) fn remember(tx: &mut Tx<'_>, sender: UserId, keys: &[SendKey], message: MessageId) {
    for key in keys {
        let send = NamedSend { message, payload: key.payload, sent_at: tx.now };
        tx.change(Change::NamedSend { sender, name: key.name.stored(), send });
    }
}

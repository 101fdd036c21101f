//! Addresses at which anybody can read a file for a moment: for programs that show a file in a browser, which has no key.
//! They are signed, not stored, and a restart ends them.

use super::FileStore;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use tidings_types::AttachmentId;

/// Seconds that an address is valid: long enough to be followed, too short to be passed on.
pub const VALID_SECS: i64 = 60;

/// Bytes before the signature: id and time.
const SIGNED_BYTES: usize = 16;

impl FileStore {
    /// The part of an address that stands for a file, and is valid until then (UNIX seconds).
    #[must_use]
    pub fn sign(&self, id: AttachmentId, until: i64) -> String {
        let mut token = id.0.to_be_bytes().to_vec();
        token.extend(until.to_be_bytes());
        let tag = hmac::sign(&self.signing, &token);
        token.extend_from_slice(tag.as_ref());
        URL_SAFE_NO_PAD.encode(token)
    }

    /// The file that such a part stands for, if it is valid now.
    #[must_use]
    pub fn verify(&self, token: &str, now: i64) -> Option<AttachmentId> {
        let token = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (signed, tag) = token.split_at_checked(SIGNED_BYTES)?;
        hmac::verify(&self.signing, signed, tag).ok()?;
        let (id, until) = signed.split_at_checked(8)?;
        let until = i64::from_be_bytes(until.try_into().ok()?);
        (now <= until).then(|| id.try_into().map(u64::from_be_bytes).map(AttachmentId).ok())?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_valid_for_a_moment_and_cannot_be_made_up() {
        let folder = tempfile::tempdir().unwrap();
        let files = FileStore::in_folder(folder.path()).unwrap();
        let token = files.sign(AttachmentId(7), 100);
        assert_eq!(files.verify(&token, 100), Some(AttachmentId(7)));
        assert_eq!(files.verify(&token, 101), None);
        let other = FileStore::in_folder(folder.path()).unwrap();
        assert_eq!(other.verify(&token, 100), None);
        let mut bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        bytes[7] = 8;
        assert_eq!(files.verify(&URL_SAFE_NO_PAD.encode(bytes), 100), None);
        for token in ["", "x", "AAAA", "!!"] {
            assert_eq!(files.verify(token, 0), None, "{token}");
        }
    }
}

//! Pictures of users and of the organization, and custom emoji: made of what was uploaded, and stored under a new name.

use super::receive::Received;
use super::{FileStore, images, names};
use crate::app::App;
use bytes::Bytes;
use std::sync::Arc;
use tidings_types::ApiError;

/// Where what is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Of a user.
    Avatar,
    /// Of the organization.
    Realm,
    /// A custom emoji.
    Emoji,
}

impl Kind {
    /// The folder in the store.
    #[must_use]
    pub fn folder(self) -> &'static str {
        match self {
            Kind::Avatar => "avatars",
            Kind::Realm => "realm",
            Kind::Emoji => "emoji",
        }
    }
}

/// All endings that names of such files have.
const ENDINGS: [&str; 3] = [".png", "-medium.png", ".gif"];

/// What was made of an upload. If nobody keeps it, the sweep finds it.
pub struct Stored {
    /// What its files are called, without their endings.
    pub name: String,
    /// It moves.
    pub is_animated: bool,
}

fn key(kind: Kind, name: &str, ending: &str) -> String {
    format!("{}/{name}{ending}", kind.folder())
}

/// Makes pictures of an uploaded file and stores them.
///
/// # Errors
/// 400 `BAD_IMAGE` if it is none that can be shown; 400 without a file.
pub async fn store(
    app: &App,
    file: Option<&Arc<Received>>,
    kind: Kind,
    make: fn(&[u8]) -> Option<Vec<images::Made>>,
) -> Result<Stored, ApiError> {
    let file = file.ok_or_else(|| ApiError::bad_request("You must upload exactly one picture."))?;
    let turn = app.files.image_turn().await?;
    let bytes = app.files.read(&file.place.key).await?.ok_or(ApiError::Internal {})?;
    let made = app.files.with_image(turn, move || make(&bytes)).await?;
    let bad = || ApiError::BadImage { text: "Could not decode image; did you upload an image file?".to_owned() };
    app.files.put_pictures(kind, made.ok_or_else(bad)?).await
}

impl FileStore {
    /// Stores pictures under a new name.
    ///
    /// # Errors
    /// 500 if the store fails.
    pub async fn put_pictures(&self, kind: Kind, made: Vec<images::Made>) -> Result<Stored, ApiError> {
        let name = names::new_name();
        let is_animated = made.iter().any(|(ending, _)| *ending == ".gif");
        for (ending, bytes) in made {
            self.put(&key(kind, &name, ending), bytes).await?;
        }
        Ok(Stored { name, is_animated })
    }

    /// Removes a picture that was replaced.
    pub async fn delete_picture(&self, kind: Kind, name: Option<&str>) {
        let Some(name) = name else { return };
        for ending in ENDINGS {
            self.delete(&key(kind, name, ending)).await;
        }
    }

    /// A picture by the name of its file, with the ending; none if there is none, or it cannot be the name of one.
    ///
    /// # Errors
    /// 500 if the store fails.
    pub async fn picture(&self, kind: Kind, file: &str) -> Result<Option<Bytes>, ApiError> {
        let Some(name) = ENDINGS.iter().rev().find_map(|ending| file.strip_suffix(ending)) else { return Ok(None) };
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return Ok(None);
        }
        self.read(&format!("{}/{file}", kind.folder())).await
    }
}

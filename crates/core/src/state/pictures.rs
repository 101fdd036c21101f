//! Pictures of users and of the organization, and custom emoji. Their bytes are in the file store.

use imbl::{HashMap, OrdMap};
use std::sync::Arc;
use tidings_types::UserId;

/// Whose picture it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PictureOf {
    /// A user.
    User(UserId),
    /// The organization: its square picture.
    Icon,
    /// The organization: its wide one.
    Logo,
    /// The same for dark colors.
    NightLogo,
}

/// A picture that was uploaded, or that there is none any more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// What it is called, without its ending; nobody can guess it. None if there is none.
    pub file: Option<String>,
    /// Changes with the picture.
    pub version: u32,
}

/// A custom emoji.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmojiRow {
    /// Its id: ascending, none is given twice.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// Who uploaded it.
    pub author: UserId,
    /// What its picture is called, without its ending; nobody can guess it.
    pub file: String,
    /// It moves.
    pub is_animated: bool,
    /// It is out of use; messages that have it keep it.
    pub is_deactivated: bool,
}

impl EmojiRow {
    /// Where its picture is, below the server's address.
    #[must_use]
    pub fn source_url(&self) -> String {
        let ending = if self.is_animated { "gif" } else { "png" };
        format!("/user_avatars/1/emoji/images/{}.{ending}", self.file)
    }

    /// Where its first picture is, if it moves.
    #[must_use]
    pub fn still_url(&self) -> Option<String> {
        self.is_animated.then(|| format!("/user_avatars/1/emoji/images/still/{}.png", self.file))
    }
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub struct Pictures {
    uploaded: OrdMap<PictureOf, Arc<Picture>>,
    emoji: OrdMap<u32, Arc<EmojiRow>>,
    emoji_in_use: HashMap<String, u32>,
    files: HashMap<String, ()>,
}

impl Pictures {
    /// A picture that was uploaded; none if there never was one.
    #[must_use]
    pub fn get(&self, of: PictureOf) -> Option<&Arc<Picture>> {
        self.uploaded.get(&of)
    }

    /// What a picture is called, if there is one.
    #[must_use]
    pub fn file(&self, of: PictureOf) -> Option<&str> {
        self.get(of)?.file.as_deref()
    }

    /// All that were ever uploaded.
    pub fn iter(&self) -> impl Iterator<Item = (PictureOf, &Arc<Picture>)> {
        self.uploaded.iter().map(|(of, picture)| (*of, picture))
    }

    /// All custom emoji, by id.
    pub fn emoji(&self) -> impl Iterator<Item = &Arc<EmojiRow>> {
        self.emoji.values()
    }

    /// The custom emoji with this id.
    #[must_use]
    pub fn emoji_by_id(&self, id: u32) -> Option<&Arc<EmojiRow>> {
        self.emoji.get(&id)
    }

    /// The custom emoji in use that has this name.
    #[must_use]
    pub fn emoji_by_name(&self, name: &str) -> Option<&Arc<EmojiRow>> {
        self.emoji.get(self.emoji_in_use.get(name)?)
    }

    /// How many custom emoji there are, those out of use included.
    #[must_use]
    pub fn emoji_count(&self) -> usize {
        self.emoji.len()
    }

    /// The id the next custom emoji gets.
    #[must_use]
    pub fn next_emoji(&self) -> u32 {
        self.emoji.get_max().map_or(1, |(id, _)| id + 1)
    }

    /// Whether something that is known has a file of this name, without its ending.
    #[must_use]
    pub fn has_file(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    pub(super) fn put(&mut self, of: PictureOf, picture: Arc<Picture>) {
        if let Some(before) = self.file(of).map(str::to_owned) {
            self.files.remove(&before);
        }
        self.files.extend(picture.file.clone().map(|file| (file, ())));
        self.uploaded.insert(of, picture);
    }

    pub(super) fn put_emoji(&mut self, row: Arc<EmojiRow>) {
        if row.is_deactivated {
            self.emoji_in_use.remove(&row.name);
        } else {
            self.emoji_in_use.insert(row.name.clone(), row.id);
        }
        self.files.insert(row.file.clone(), ());
        self.emoji.insert(row.id, row);
    }
}

//! Pictures of users and of the organization, and custom emoji: their files, with what is known of each. The largest form
//! that is kept is called the original, from which a server that imports it makes the others.

use super::archive::Source;
use super::writer::Archive;
use crate::files::pictures::Kind;
use serde_json::{Value, json};
use std::io::{Result, Write};
use tidings_core::state::pictures::{EmojiRow, PictureOf};
use tidings_core::state::users::NOTIFICATION_BOT;
use tidings_types::UserId;

/// Writes all of them; returns how many files that were.
pub(super) fn write<W: Write>(source: &Source, archive: &mut Archive<W>) -> Result<u64> {
    let mut folders = Folders { source, archive, count: 0 };
    folders.people()?;
    folders.emoji()?;
    folders.organization()?;
    Ok(folders.count)
}

/// Whose emoji it is; null for the server's own account, which is in no organization elsewhere.
pub(super) fn author(row: &EmojiRow) -> Option<UserId> {
    Some(row.author).filter(|author| *author != NOTIFICATION_BOT)
}

struct Folders<'a, W: Write> {
    source: &'a Source,
    archive: &'a mut Archive<W>,
    count: u64,
}

impl<W: Write> Folders<'_, W> {
    /// Copies a picture to a path in a folder of the archive, and notes it there, if it is still in the store.
    fn copy(
        &mut self,
        (folder, path): (&str, &str),
        (kind, file): (Kind, &str),
        records: &mut Vec<Value>,
        known: &Value,
    ) -> Result<()> {
        let key = format!("{}/{file}", kind.folder());
        let Some(size) = self.archive.stored(self.source, &format!("{folder}/{path}"), &key)? else { return Ok(()) };
        self.count += 1;
        let mut record = known.clone();
        for (name, value) in [("path", json!(path)), ("s3_path", json!(path)), ("size", json!(size))] {
            record[name] = value;
        }
        (record["realm_id"], record["last_modified"]) = (json!(1), json!(self.source.now));
        records.push(record);
        Ok(())
    }

    fn records(&mut self, folder: &str, records: Vec<Value>) -> Result<()> {
        self.archive.json(&format!("{folder}/records.json"), &Value::Array(records))
    }

    fn people(&mut self) -> Result<()> {
        let state = &self.source.state;
        let mut records = Vec::new();
        for row in state.users.iter() {
            let Some(file) = state.pictures.file(PictureOf::User(row.id)) else { continue };
            let known = json!({
                "user_profile_id": row.id, "user_profile_email": state.api_email(row),
                "avatar_version": row.avatar_version, "content_type": "image/png",
            });
            for (ending, stored) in [(".original", "-medium.png"), (".png", ".png")] {
                let (path, file) = (format!("1/{file}{ending}"), format!("{file}{stored}"));
                self.copy(("avatars", &path), (Kind::Avatar, &file), &mut records, &known)?;
            }
        }
        self.records("avatars", records)
    }

    fn emoji(&mut self) -> Result<()> {
        let mut records = Vec::new();
        for row in self.source.state.pictures.emoji() {
            let ending = if row.is_animated { "gif" } else { "png" };
            let file = format!("{}.{ending}", row.file);
            let known = json!({
                "file_name": file, "name": row.name, "author": author(row), "deactivated": row.is_deactivated,
                "content_type": format!("image/{ending}"),
            });
            for path in [format!("1/emoji/images/{file}"), format!("1/emoji/images/{file}.original")] {
                self.copy(("emoji", &path), (Kind::Emoji, &file), &mut records, &known)?;
            }
        }
        self.records("emoji", records)
    }

    fn organization(&mut self) -> Result<()> {
        let mut records = Vec::new();
        for (of, name) in [(PictureOf::Icon, "icon"), (PictureOf::Logo, "logo"), (PictureOf::NightLogo, "night_logo")] {
            let Some(file) = self.source.state.pictures.file(of).map(|file| format!("{file}.png")) else { continue };
            for path in [format!("1/{name}.original"), format!("1/{name}.png")] {
                let known = json!({ "content_type": "image/png" });
                self.copy(("realm_icons", &path), (Kind::Realm, &file), &mut records, &known)?;
            }
        }
        self.records("realm_icons", records)
    }
}

//! Uploaded files, pictures and emoji.

use super::Writing;
use crate::row::{Error, int};
use rusqlite::params;
use tidings_core::state::files::FileRow;
use tidings_core::state::pictures::{EmojiRow, Picture, PictureOf};
use tidings_types::{AttachmentId, MessageId};

impl Writing<'_> {
    pub(super) fn file(&self, row: &FileRow) -> Result<(), Error> {
        let image = row.image.as_ref();
        self.run(
            "INSERT INTO attachments (
                 id, owner_id, name, path, key, size, content_type, image_width, image_height, image_is_animated,
                 image_is_transparent, created_at, unused_since
             ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
             ON CONFLICT (id) DO UPDATE SET unused_since = excluded.unused_since",
            params![
                int(row.id.0),
                row.owner.0,
                row.name,
                row.path,
                row.key,
                int(row.size),
                row.content_type,
                image.map(|image| image.width),
                image.map(|image| image.height),
                image.map(|image| image.is_animated),
                image.map(|image| image.is_transparent),
                row.created_at,
                row.unused_since
            ],
        )
    }

    pub(super) fn file_removed(&self, id: AttachmentId) -> Result<(), Error> {
        self.run("DELETE FROM attachment_messages WHERE attachment_id = ?1", params![int(id.0)])?;
        self.run("DELETE FROM attachments WHERE id = ?1", params![int(id.0)])
    }

    pub(super) fn file_uses(&self, message: MessageId, files: &[AttachmentId]) -> Result<(), Error> {
        self.run("DELETE FROM attachment_messages WHERE message_id = ?1", params![message.0])?;
        for id in files {
            self.run(
                "INSERT INTO attachment_messages (message_id, attachment_id) VALUES (?1, ?2)",
                params![message.0, int(id.0)],
            )?;
        }
        Ok(())
    }

    pub(super) fn picture(&self, of: PictureOf, picture: &Picture) -> Result<(), Error> {
        let (kind, user) = match of {
            PictureOf::User(user) => ("user", user.0),
            PictureOf::Icon => ("icon", 0),
            PictureOf::Logo => ("logo", 0),
            PictureOf::NightLogo => ("night_logo", 0),
        };
        self.run(
            "INSERT OR REPLACE INTO pictures (kind, user_id, file, version) VALUES (?1, ?2, ?3, ?4)",
            params![kind, user, picture.file, picture.version],
        )
    }

    pub(super) fn emoji(&self, row: &EmojiRow) -> Result<(), Error> {
        self.run(
            "INSERT OR REPLACE INTO custom_emoji (id, name, author_id, file, is_animated, is_deactivated)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![row.id, row.name, row.author.0, row.file, row.is_animated, row.is_deactivated],
        )
    }
}

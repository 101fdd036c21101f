//! Uploaded files, pictures of people and of the organization, and custom emoji. Pictures are made anew from the largest
//! form in the archive.

use super::reader::Row;
use super::unpack::file_below;
use super::{Import, ImportError, Step, tidy};
use crate::files::images::{self, IMAGE_BYTES_MAX, Made};
use crate::files::names;
use crate::files::pictures::{Kind, Stored};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tidings_core::change::Change;
use tidings_core::commands::emoji::check_name;
use tidings_core::limits;
use tidings_core::state::files::{FileRow, path_of};
use tidings_core::state::pictures::{EmojiRow, Picture, PictureOf};
use tidings_core::state::users::NOTIFICATION_BOT;
use tidings_types::{AttachmentId, MessageId, UserId};

/// Which files messages refer to.
pub(super) type Uses = HashMap<MessageId, Vec<AttachmentId>>;

impl Import<'_> {
    /// Uploaded files. They are removed from where they were unpacked, so that they are there only once.
    pub(super) fn uploads(&mut self, n_files: usize) -> Result<Uses, ImportError> {
        let mut uses = Uses::new();
        let file = self.file("attachment.json");
        if !file.exists() {
            return Ok(uses);
        }
        let mut types = HashMap::new();
        let records = self.file("uploads/records.json");
        if records.exists() {
            records.each(&[], |_, row| {
                if let (Some(path), Some(kind)) = (row.opt_text("path")?, row.opt_text("content_type")?) {
                    types.insert(path.to_owned(), kind.to_owned());
                }
                Ok(())
            })?;
        }
        file.each(&["zerver_attachment"], |_, row| {
            let Some((id, messages)) = self.upload(row, &types)? else { return Ok(()) };
            for message in messages {
                let message = self.ids.messages.find(message).ok_or_else(|| {
                    row.wrong(format!("`messages` names message {message}, which is not in the archive"))
                })?;
                uses.entry(message).or_default().push(id);
            }
            self.report.files += 1;
            self.tell(Step::Files, self.report.files, n_files as u64)
        })?;
        for files in uses.values_mut() {
            files.sort_unstable();
            files.dedup();
            files.truncate(limits::FILES_PER_MESSAGE_MAX);
        }
        Ok(uses)
    }

    fn upload(
        &mut self,
        row: &Row,
        types: &HashMap<String, String>,
    ) -> Result<Option<(AttachmentId, Vec<u64>)>, ImportError> {
        let path = row.text("path_id")?;
        let known = &self.build.state.files;
        let id = AttachmentId(row.id("id")?.into());
        if known.get(id).is_some() || known.find(path).is_some() || path_of(path) != path {
            return Err(row.wrong("its id or path is there twice, or its path is encoded"));
        }
        let owner = self.user(row, "owner")?;
        let Some(found) = file_below(&self.folder.join("uploads"), path) else {
            self.note("uploaded files that are not in the archive");
            return Ok(None);
        };
        let name = names::shown_name(row.opt_text("file_name")?.unwrap_or(path));
        let declared = row.opt_text("content_type")?.or_else(|| types.get(path).map(String::as_str));
        let content_type = names::content_type(declared, &name);
        let key = names::new_place().key;
        let size = self.put(&key, &found)?;
        let image = self.runtime.block_on(self.files.look_at(&key, size)).map_err(|_| ImportError::Files)?;
        let messages = row.ids("messages")?;
        let created_at = row.time("create_time")?.unwrap_or(self.now);
        let file = FileRow {
            id,
            owner,
            name,
            path: path.to_owned(),
            key,
            size,
            content_type: image.map_or(content_type, |(_, kind)| kind.to_owned()),
            image: image.map(|(image, _)| image),
            created_at,
            unused_since: messages.is_empty().then_some(self.now),
        };
        // Later files have the positions of events as ids.
        self.build.state.seq = self.build.state.seq.max(id.0);
        self.build.change(Change::File(Arc::new(file)))?;
        Ok(Some((id, messages)))
    }

    /// Stores a file; returns its size.
    fn put(&self, key: &str, path: &Path) -> Result<u64, ImportError> {
        let cannot = |error| ImportError::Io { what: "an unpacked file cannot be read", error };
        let file = std::fs::File::open(path).map_err(cannot)?;
        let size = file.metadata().map_err(cannot)?.len();
        let put = self.files.put_file(key, tokio::fs::File::from_std(file));
        self.runtime.block_on(put).map_err(|_| ImportError::Files)?;
        // If it cannot be removed, it is with its folder.
        let _ = std::fs::remove_file(path);
        Ok(size)
    }

    /// Pictures of people and of the organization, and custom emoji.
    pub(super) fn pictures(&mut self, n_files: usize) -> Result<(), ImportError> {
        for (user, path) in self.avatars()? {
            let Some(stored) = self.picture(&path, Kind::Avatar, images::avatar)? else { continue };
            let Some(row) = self.build.state.users.get(user).cloned() else { continue };
            let picture = Picture { file: Some(stored.name), version: row.avatar_version };
            self.build.change(Change::Picture { of: PictureOf::User(user), picture: Arc::new(picture) })?;
            // What was rendered of the account shows the picture.
            self.build.change(Change::User(row))?;
            self.tell(Step::Files, 0, n_files as u64)?;
        }
        let folder = self.folder.join("realm_icons");
        let icons = self.best("realm_icons", |row| {
            let path = row.text("path")?;
            let name = path.rsplit('/').next().unwrap_or(path);
            Ok(Some(name.split('.').next().unwrap_or(name).to_owned()))
        })?;
        for (of, name) in [(PictureOf::Icon, "icon"), (PictureOf::Logo, "logo"), (PictureOf::NightLogo, "night_logo")] {
            let make = if of == PictureOf::Icon { images::icon } else { images::logo };
            let path = icons.get(name).and_then(|path| file_below(&folder, path));
            let Some(stored) = path.map(|path| self.picture(&path, Kind::Realm, make)).transpose()?.flatten() else {
                continue;
            };
            let version = self.ids.picture_versions.get(name).copied().unwrap_or(1);
            let picture = Picture { file: Some(stored.name), version };
            self.build.change(Change::Picture { of, picture: Arc::new(picture) })?;
        }
        self.emoji()
    }

    /// Of each thing, the best file of a folder of the archive, as `records.json` there has it: the original, or else
    /// the largest.
    fn best(
        &self,
        folder: &str,
        of: impl Fn(&Row) -> Result<Option<String>, ImportError>,
    ) -> Result<BTreeMap<String, String>, ImportError> {
        let mut best: BTreeMap<String, String> = BTreeMap::new();
        let records = self.file(&format!("{folder}/records.json"));
        if !records.exists() {
            return Ok(best);
        }
        let rank = |path: &str| match path {
            _ if path.ends_with(".original") => 2,
            _ if path.contains("-medium") => 1,
            _ => 0,
        };
        records.each(&[], |_, row| {
            let path = row.text("path")?;
            if let Some(of) = of(row)? {
                let known = best.entry(of).or_insert_with(|| path.to_owned());
                if rank(path) > rank(known) {
                    path.clone_into(known);
                }
            }
            Ok(())
        })?;
        Ok(best)
    }

    fn avatars(&self) -> Result<Vec<(UserId, PathBuf)>, ImportError> {
        let best = self.best("avatars", |row| {
            let user = self.user(row, "user_profile_id")?;
            Ok((user != NOTIFICATION_BOT).then(|| user.to_string()))
        })?;
        let folder = self.folder.join("avatars");
        let found = best.iter().filter_map(|(user, path)| Some((user.parse().ok()?, file_below(&folder, path)?)));
        Ok(found.collect())
    }

    fn emoji(&mut self) -> Result<(), ImportError> {
        let files = self.best("emoji", |row| Ok(row.opt_text("file_name")?.map(str::to_owned)))?;
        let folder = self.folder.join("emoji");
        let mut count = 0;
        self.realm_file().each(&["zerver_realmemoji"], |_, row| {
            let id = row.id("id")?;
            let pictures = &self.build.state.pictures;
            count += 1;
            if count > limits::CUSTOM_EMOJI_MAX {
                self.note("custom emoji beyond what there can be");
                return Ok(());
            }
            let is_deactivated = row.flag("deactivated", false)?;
            let Ok(name) = check_name(row.text("name")?) else {
                self.note("custom emoji with names that no emoji can have");
                return Ok(());
            };
            let is_taken = !is_deactivated && pictures.emoji_by_name(&name).is_some();
            if pictures.emoji_by_id(id).is_some() || is_taken {
                return Err(row.wrong("its id or name is there twice"));
            }
            let path =
                row.opt_text("file_name")?.and_then(|file| files.get(file)).and_then(|path| file_below(&folder, path));
            let Some(stored) = path.map(|path| self.picture(&path, Kind::Emoji, images::emoji)).transpose()?.flatten()
            else {
                self.note("custom emoji whose picture is not in the archive, or cannot be shown");
                return Ok(());
            };
            let author = self.opt_user(row, "author")?.unwrap_or(NOTIFICATION_BOT);
            let (file, is_animated) = (stored.name, stored.is_animated);
            let emoji = EmojiRow {
                id,
                name: tidy(&name, limits::EMOJI_NAME_CHARS_MAX),
                author,
                file,
                is_animated,
                is_deactivated,
            };
            self.build.change(Change::Emoji(Arc::new(emoji)))
        })
    }

    /// Makes pictures of a file, and stores them; none if it is no picture.
    fn picture(
        &mut self,
        path: &Path,
        kind: Kind,
        make: fn(&[u8]) -> Option<Vec<Made>>,
    ) -> Result<Option<Stored>, ImportError> {
        let cannot = |error| ImportError::Io { what: "an unpacked file cannot be read", error };
        let is_small = std::fs::metadata(path).map_err(cannot)?.len() <= IMAGE_BYTES_MAX;
        let bytes = if is_small { std::fs::read(path).map_err(cannot)? } else { Vec::new() };
        let Some(made) = make(&bytes) else {
            self.note("pictures that cannot be shown");
            return Ok(None);
        };
        let stored = self.runtime.block_on(self.files.put_pictures(kind, made));
        stored.map(Some).map_err(|_| ImportError::Files)
    }
}

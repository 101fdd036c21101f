//! Uploaded files: what is known of each, and which messages refer to it. The bytes are elsewhere.

use super::ids::IdSet;
use imbl::{HashMap, OrdMap, OrdSet};
use percent_encoding::percent_decode_str;
use std::borrow::Cow;
use std::sync::Arc;
use tidings_types::attachment::ThumbnailFormat;
use tidings_types::{AttachmentId, MessageId, UserId};

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRow {
    /// Its id.
    pub id: AttachmentId,
    /// Who uploaded it.
    pub owner: UserId,
    /// As it was uploaded.
    pub name: String,
    /// Where clients find it, below `/user_uploads/`: unguessable, and as [`path_of`] has it.
    pub path: String,
    /// What the server stores it under.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// Its media type, such as `image/png`.
    pub content_type: String,
    /// If it is an image that can be shown.
    pub image: Option<ImageRow>,
    /// UNIX seconds.
    pub created_at: i64,
    /// Since when no message refers to it, in UNIX seconds; none while one does.
    pub unused_since: Option<i64>,
}

/// What is known of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageRow {
    /// As shown, in pixels.
    pub width: u32,
    /// As shown, in pixels.
    pub height: u32,
    /// It moves.
    pub is_animated: bool,
    /// Some of it can be seen through.
    pub is_transparent: bool,
}

/// Every form; any image can be had in each of them. What can be seen through has no JPEG of its own, and photographs
/// are many times smaller as one.
pub const THUMBNAILS: [ThumbnailFormat; 2] = [thumbnail("840x560.jpg", "jpg"), thumbnail("840x560.webp", "webp")];

const fn thumbnail(name: &'static str, format: &'static str) -> ThumbnailFormat {
    ThumbnailFormat { name, max_width: 840, max_height: 560, format, animated: false }
}

impl ImageRow {
    /// The form that suits the image.
    #[must_use]
    pub fn thumbnail(&self) -> &'static str {
        THUMBNAILS[usize::from(self.is_transparent)].name
    }
}

/// All files.
#[derive(Clone, Debug, Default)]
pub struct Files {
    rows: OrdMap<AttachmentId, Arc<FileRow>>,
    by_path: HashMap<String, AttachmentId>,
    by_key: HashMap<String, AttachmentId>,
    owned: HashMap<UserId, OrdSet<AttachmentId>>,
    unused: OrdSet<(i64, AttachmentId)>,
    bytes: u64,
    /// By file: the messages that refer to it, and when they were sent (UNIX seconds).
    uses: HashMap<AttachmentId, OrdMap<MessageId, i64>>,
    /// By message: what it refers to, ascending; never empty.
    used_by: HashMap<MessageId, Arc<[AttachmentId]>>,
    with_files: IdSet,
}

/// Text of an address as a path: without percent signs.
#[must_use]
pub fn path_of(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8().unwrap_or(Cow::Borrowed(text))
}

impl Files {
    /// A file by its id.
    #[must_use]
    pub fn get(&self, id: AttachmentId) -> Option<&Arc<FileRow>> {
        self.rows.get(&id)
    }

    /// A file by its path, which may be percent-encoded.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<&Arc<FileRow>> {
        self.get(*self.by_path.get(&*path_of(path))?)
    }

    /// A file by what it is stored under.
    #[must_use]
    pub fn by_key(&self, key: &str) -> Option<&Arc<FileRow>> {
        self.get(*self.by_key.get(key)?)
    }

    /// All files, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<FileRow>> {
        self.rows.values()
    }

    /// A user's files, by id.
    pub fn of(&self, user: UserId) -> impl Iterator<Item = &Arc<FileRow>> {
        self.owned.get(&user).into_iter().flatten().filter_map(|id| self.get(*id))
    }

    /// Bytes of all files.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Files to which no message has referred since `before` (UNIX seconds) or longer, those that wait longest first.
    pub fn unused(&self, before: i64) -> impl Iterator<Item = &Arc<FileRow>> {
        let old = self.unused.iter().take_while(move |(since, _)| *since <= before);
        old.filter_map(|(_, id)| self.get(*id))
    }

    /// The messages that refer to a file and when they were sent, ascending.
    pub fn uses(&self, id: AttachmentId) -> impl DoubleEndedIterator<Item = (MessageId, i64)> + '_ {
        self.uses.get(&id).into_iter().flatten().map(|(message, sent_at)| (*message, *sent_at))
    }

    /// Whether a message refers to a file.
    #[must_use]
    pub fn is_used(&self, id: AttachmentId) -> bool {
        self.uses.get(&id).is_some_and(|uses| !uses.is_empty())
    }

    /// The files that a message refers to, ascending.
    #[must_use]
    pub fn of_message(&self, id: MessageId) -> &[AttachmentId] {
        self.used_by.get(&id).map_or(&[], |files| files)
    }

    /// The messages that refer to a file.
    #[must_use]
    pub fn messages(&self) -> &IdSet {
        &self.with_files
    }

    pub(super) fn put(&mut self, row: Arc<FileRow>) {
        self.forget(row.id);
        self.bytes += row.size;
        self.by_path.insert(row.path.clone(), row.id);
        self.by_key.insert(row.key.clone(), row.id);
        self.owned.entry(row.owner).or_default().insert(row.id);
        if let Some(since) = row.unused_since {
            self.unused.insert((since, row.id));
        }
        self.rows.insert(row.id, row);
    }

    pub(super) fn remove(&mut self, id: AttachmentId) {
        let messages: Vec<MessageId> = self.uses(id).map(|(message, _)| message).collect();
        for message in messages {
            let rest: Vec<AttachmentId> =
                self.of_message(message).iter().copied().filter(|known| *known != id).collect();
            self.set_of_message(message, &rest);
        }
        self.uses.remove(&id);
        self.forget(id);
    }

    fn forget(&mut self, id: AttachmentId) {
        let Some(row) = self.rows.remove(&id) else { return };
        self.bytes -= row.size;
        self.by_path.remove(&row.path);
        self.by_key.remove(&row.key);
        if let Some(since) = row.unused_since {
            self.unused.remove(&(since, id));
        }
        if let Some(owned) = self.owned.get_mut(&row.owner) {
            owned.remove(&id);
        }
    }

    /// A message refers to these files, ascending, and no others.
    pub(super) fn put_uses(&mut self, message: MessageId, sent_at: i64, files: &[AttachmentId]) {
        for gone in self.of_message(message).to_vec() {
            if let Some(uses) = self.uses.get_mut(&gone).filter(|_| !files.contains(&gone)) {
                uses.remove(&message);
            }
        }
        for id in files {
            self.uses.entry(*id).or_default().insert(message, sent_at);
        }
        self.set_of_message(message, files);
    }

    fn set_of_message(&mut self, message: MessageId, files: &[AttachmentId]) {
        if files.is_empty() {
            self.used_by.remove(&message);
            self.with_files.remove(message);
        } else {
            self.used_by.insert(message, files.into());
            self.with_files.insert(message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: u64, owner: u32, size: u64) -> Arc<FileRow> {
        Arc::new(FileRow {
            id: AttachmentId(id),
            owner: UserId(owner),
            name: "é.txt".to_owned(),
            path: format!("1/ab/{id}/é.txt"),
            key: format!("uploads/{id}"),
            size,
            content_type: "text/plain".to_owned(),
            image: None,
            created_at: 1,
            unused_since: Some(1),
        })
    }

    fn listed(files: &Files) -> (Vec<u64>, Vec<u32>) {
        let unused = files.unused(5).map(|row| row.id.0).collect();
        (unused, files.messages().to_bitmap().iter().collect())
    }

    #[test]
    fn files_are_found_and_counted() {
        let mut files = Files::default();
        files.put(row(3, 1, 10));
        files.put(row(4, 1, 5));
        files.put(Arc::new(FileRow { unused_since: Some(9), ..(*row(3, 1, 10)).clone() }));
        assert_eq!((files.bytes(), files.of(UserId(1)).count()), (15, 2));
        assert_eq!(files.find("1/ab/3/%C3%A9.txt").map(|row| row.id), Some(AttachmentId(3)));
        assert_eq!(files.find("1/ab/3/é.txt").map(|row| row.id), files.by_key("uploads/3").map(|row| row.id));
        assert_eq!(listed(&files).0, [4]);
        files.remove(AttachmentId(3));
        assert_eq!((files.bytes(), files.find("1/ab/3/é.txt")), (5, None));
    }

    #[test]
    fn uses_are_known_both_ways() {
        let mut files = Files::default();
        let [a, b] = [AttachmentId(3), AttachmentId(4)];
        files.put(row(3, 1, 1));
        files.put(row(4, 1, 1));
        files.put_uses(MessageId(7), 70, &[a, b]);
        files.put_uses(MessageId(8), 80, &[a]);
        assert_eq!(files.uses(a).collect::<Vec<_>>(), [(MessageId(7), 70), (MessageId(8), 80)]);
        files.put_uses(MessageId(7), 70, &[b]);
        assert_eq!((files.uses(a).count(), files.of_message(MessageId(7))), (1, [b].as_slice()));
        files.remove(b);
        assert_eq!(listed(&files).1, [8]);
        files.put_uses(MessageId(8), 80, &[]);
        assert!(!files.is_used(a) && listed(&files).1.is_empty());
    }
}

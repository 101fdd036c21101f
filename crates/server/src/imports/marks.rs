//! Who has read and marked what. Of people whose marks are not in the archive everything is read.

use super::reader::Row;
use super::{Import, ImportError, Step};
use roaring::RoaringBitmap;
use std::collections::BTreeMap;
use tidings_core::change::Change;
use tidings_core::state::flags::{Flag, MentionBits};
use tidings_types::{MessageId, UserId};

/// Numbers of marks, as archives have them.
const READ: u32 = 1;
const STARRED: u32 = 2;
const COLLAPSED: u32 = 4;
const MENTIONED: u32 = 8 | 64;
const TOPIC_WILDCARD: u32 = 32;
const ALERT_WORD: u32 = 512;
const HISTORICAL: u32 = 1_024;

/// Messages whose marks are changed at once.
const BATCH: usize = 100_000;

/// What each user has marked; of what is read, the rest.
#[derive(Default)]
pub(super) struct Marks(BTreeMap<UserId, Own>);

#[derive(Default)]
struct Own {
    unread: RoaringBitmap,
    starred: RoaringBitmap,
    collapsed: RoaringBitmap,
    historical: RoaringBitmap,
}

fn mask_of(row: &Row) -> Result<u32, ImportError> {
    row.small("flags_mask", 0)
}

/// Why a message concerns somebody. That it mentions its whole channel, it says itself.
pub(super) fn mentions_of(row: &Row) -> Result<MentionBits, ImportError> {
    let mask = mask_of(row)?;
    let kinds = [
        (MENTIONED, MentionBits::USER),
        (TOPIC_WILDCARD, MentionBits::TOPIC_WILDCARD),
        (ALERT_WORD, MentionBits::ALERT_WORD),
    ];
    let found = kinds.iter().filter(|(bits, _)| mask & bits != 0);
    Ok(found.fold(MentionBits::default(), |all, (_, kind)| all.with(*kind)))
}

impl Import<'_> {
    /// Takes in a row; its message has to be there.
    pub(super) fn mark(&self, row: &Row, marks: &mut Marks) -> Result<(), ImportError> {
        let (id, mask) = (self.message(row, "message")?, mask_of(row)?);
        let Some(user) = self.account(row, "user_profile")? else { return Ok(()) };
        let own = marks.0.entry(user).or_default();
        let received = self.build.state.received(user, id);
        if mask & READ == 0 && received {
            own.unread.insert(id.0);
        }
        if mask & STARRED != 0 {
            own.starred.insert(id.0);
        }
        if mask & COLLAPSED != 0 {
            own.collapsed.insert(id.0);
        }
        if mask & HISTORICAL != 0 || !received {
            own.historical.insert(id.0);
        }
        Ok(())
    }

    pub(super) fn write_marks(&mut self, mut marks: Marks) -> Result<(), ImportError> {
        let users: Vec<UserId> = self.build.state.users.iter().map(|user| user.id).collect();
        let count = users.len() as u64;
        for (done, user) in users.into_iter().enumerate() {
            let own = marks.0.remove(&user).unwrap_or_default();
            let read = self.build.state.received_by(user) - own.unread;
            let sets = [
                (Flag::Read, read),
                (Flag::Starred, own.starred),
                (Flag::Collapsed, own.collapsed),
                (Flag::Historical, own.historical),
            ];
            for (flag, ids) in sets {
                let ids: Vec<MessageId> = ids.iter().map(MessageId).collect();
                for ids in ids.chunks(BATCH) {
                    self.build.change(Change::Flags { user, flag, add: true, ids: ids.to_vec() })?;
                }
            }
            // A set of ids may be long, so not many of them wait.
            self.build.commit()?;
            self.tell(Step::Marks, done as u64 + 1, count)?;
        }
        Ok(())
    }
}

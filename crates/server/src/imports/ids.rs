//! What the numbers of an archive stand for.

use super::Import;
use super::people::BotDefaults;
use super::problem::ImportError;
use super::reader::Row;
use roaring::RoaringBitmap;
use std::collections::{HashMap, HashSet};
use tidings_core::state::users::NOTIFICATION_BOT;
use tidings_types::group::GroupSetting;
use tidings_types::{ChannelId, MessageId, UserId};

/// The largest id of a message that is kept whatever the ids of the others are: where each message is, is in memory, for
/// which gaps count, too.
const KEPT_MAX: u64 = 20_000_000;

/// Above that, ids are kept if there are not more than so many for each message.
const GAPS_MAX: u64 = 8;

/// Where messages go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum To {
    User(UserId),
    Channel(ChannelId),
    /// A direct conversation; who takes part, subscriptions say.
    Direct,
}

/// What is known of an archive's numbers.
#[derive(Default)]
pub(super) struct Ids {
    /// By the number of a recipient.
    pub recipients: HashMap<u64, To>,
    /// Of recipients that are direct conversations: who takes part.
    pub participants: HashMap<u64, Vec<UserId>>,
    /// Accounts of the server itself.
    pub own: HashSet<u32>,
    /// Programs.
    pub clients: HashMap<u32, String>,
    /// Groups of users, with or without a name.
    pub groups: HashMap<u32, GroupSetting>,
    pub messages: MessageIds,
    /// Whose marks are in the archive: of the others nobody knows what they have read.
    pub marked: RoaringBitmap,
    /// Bots that have a channel of their own.
    pub bots: Vec<BotDefaults>,
    /// Versions of the organization's pictures, by their names.
    pub picture_versions: HashMap<String, u32>,
}

/// Ids of messages.
pub(super) enum MessageIds {
    /// As they are.
    Kept(RoaringBitmap),
    /// Counted anew; here are the ones in the archive, ascending.
    Renumbered(Vec<u64>),
}

impl Default for MessageIds {
    fn default() -> Self {
        MessageIds::Kept(RoaringBitmap::new())
    }
}

impl MessageIds {
    /// From all ids of an archive.
    ///
    /// # Errors
    /// An id that is there twice.
    pub(super) fn of(mut ids: Vec<u64>) -> Result<Self, u64> {
        ids.sort_unstable();
        if let Some(pair) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(pair[0]);
        }
        let most = ids.last().copied().unwrap_or(0);
        let fits = most <= KEPT_MAX || most / GAPS_MAX <= ids.len() as u64;
        let short: Option<RoaringBitmap> = ids.iter().map(|id| u32::try_from(*id).ok()).collect();
        Ok(match short.filter(|_| fits && most < u64::from(u32::MAX)) {
            Some(kept) => MessageIds::Kept(kept),
            None => MessageIds::Renumbered(ids),
        })
    }

    pub(super) fn len(&self) -> u64 {
        match self {
            MessageIds::Kept(ids) => ids.len(),
            MessageIds::Renumbered(ids) => ids.len() as u64,
        }
    }

    /// What a message of the archive is called here; none if it is not in the archive.
    pub(super) fn find(&self, id: u64) -> Option<MessageId> {
        match self {
            MessageIds::Kept(ids) => u32::try_from(id).ok().filter(|id| ids.contains(*id)).map(MessageId),
            MessageIds::Renumbered(ids) => {
                ids.binary_search(&id).ok().and_then(|at| u32::try_from(at + 1).ok()).map(MessageId)
            }
        }
    }

    /// The newest message here up to one that may not be in the archive; 0 if there is none.
    pub(super) fn upto(&self, id: u64) -> u32 {
        match self {
            MessageIds::Kept(ids) => u32::try_from(id).unwrap_or(u32::MAX - 1).min(ids.max().unwrap_or(0)),
            MessageIds::Renumbered(ids) => u32::try_from(ids.partition_point(|known| *known <= id)).unwrap_or(0),
        }
    }
}

impl Import<'_> {
    /// Who is named; the server's own account for those of other servers.
    pub(super) fn user(&self, row: &Row, column: &str) -> Result<UserId, ImportError> {
        self.opt_user(row, column)?.ok_or_else(|| row.wrong(format!("`{column}` is missing")))
    }

    pub(super) fn opt_user(&self, row: &Row, column: &str) -> Result<Option<UserId>, ImportError> {
        let Some(id) = row.opt_id(column)? else { return Ok(None) };
        if self.ids.own.contains(&id) {
            return Ok(Some(NOTIFICATION_BOT));
        }
        match self.build.state.users.get(UserId(id)) {
            Some(user) => Ok(Some(user.id)),
            None => Err(row.wrong(format!("`{column}` names account {id}, which is not in the archive"))),
        }
    }

    /// An account of the organization; none for the server's own, of which nothing is kept.
    pub(super) fn account(&self, row: &Row, column: &str) -> Result<Option<UserId>, ImportError> {
        self.user(row, column).map(|user| Some(user).filter(|user| *user != NOTIFICATION_BOT))
    }

    pub(super) fn opt_channel(&self, row: &Row, column: &str) -> Result<Option<ChannelId>, ImportError> {
        let Some(id) = row.opt_id(column)?.map(ChannelId) else { return Ok(None) };
        match self.build.state.channels.get(id) {
            Some(_) => Ok(Some(id)),
            None => Err(row.wrong(format!("`{column}` names channel {id}, which is not in the archive"))),
        }
    }

    pub(super) fn channel(&self, row: &Row, column: &str) -> Result<ChannelId, ImportError> {
        self.opt_channel(row, column)?.ok_or_else(|| row.wrong(format!("`{column}` is missing")))
    }

    pub(super) fn message(&self, row: &Row, column: &str) -> Result<MessageId, ImportError> {
        let id = row.long_id(column)?;
        let found = self.ids.messages.find(id);
        found.ok_or_else(|| row.wrong(format!("`{column}` names message {id}, which is not in the archive")))
    }

    pub(super) fn recipient(&self, row: &Row) -> Result<(u64, &To), ImportError> {
        let id = row.long_id("recipient")?;
        let found = self.ids.recipients.get(&id).map(|to| (id, to));
        found.ok_or_else(|| row.wrong(format!("`recipient` names {id}, which is not in zerver_recipient")))
    }

    /// Who takes part in a direct conversation.
    pub(super) fn participants(&self, row: &Row, recipient: u64) -> Result<Vec<UserId>, ImportError> {
        let found = self.ids.participants.get(&recipient).cloned();
        found.ok_or_else(|| row.wrong(format!("nobody takes part in the direct conversation {recipient}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_kept_unless_memory_would_be_wasted_on_gaps() {
        let kept = MessageIds::of(vec![7, 3]).unwrap();
        assert_eq!((kept.find(3), kept.find(4), kept.len()), (Some(MessageId(3)), None, 2));
        assert_eq!((kept.upto(2), kept.upto(5), kept.upto(1 << 40)), (2, 5, 7));
        let far = MessageIds::of(vec![3, 4_000_000_000, 5]).unwrap();
        assert_eq!((far.find(4_000_000_000), far.find(5), far.find(4)), (Some(MessageId(3)), Some(MessageId(2)), None));
        assert_eq!((far.upto(2), far.upto(4), far.upto(1 << 40)), (0, 1, 3));
        assert!(matches!(MessageIds::of(vec![1 << 33]), Ok(MessageIds::Renumbered(_))));
        assert_eq!(MessageIds::of(vec![5, 4, 5]).err(), Some(5));
    }
}

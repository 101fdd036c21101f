//! Which flags each of many users has on one message at one moment, as it is kept with an event: an event that is
//! read again, from memory or from the store, has the flags of the time when it happened.

use crate::audience::Audience;
use crate::state::RealmState;
use crate::state::flags::FlagBits;
use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};
use tidings_types::{MessageId, UserId};

/// Flags of the users of an audience. Users with the same flags form a set; the largest one is not kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FlagGroups {
    /// The flags of whoever is in no other group.
    most: FlagBits,
    /// The others; a user is in one at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    others: Vec<FlagGroup>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct FlagGroup {
    flags: FlagBits,
    #[serde(with = "super::user_set")]
    users: RoaringBitmap,
}

impl FlagGroups {
    /// The flags that those in `audience` have on a message now. An audience of the whole realm, which changes of a
    /// message never have, has none.
    #[must_use]
    pub fn now(state: &RealmState, id: MessageId, audience: &Audience) -> Self {
        let mut groups: Vec<FlagGroup> = Vec::new();
        for user in audience.if_fewer_than(usize::MAX).unwrap_or_default() {
            let flags = state.flags.bits(user, id, state.received(user, id));
            let known = groups.iter().position(|group| group.flags == flags);
            let at = known.unwrap_or_else(|| {
                groups.push(FlagGroup { flags, users: RoaringBitmap::new() });
                groups.len() - 1
            });
            groups[at].users.insert(user.0);
        }
        groups.sort_by_key(|group| group.users.len());
        let most = groups.pop().map(|group| group.flags).unwrap_or_default();
        for group in &mut groups {
            group.users.optimize();
        }
        FlagGroups { most, others: groups }
    }

    /// The flags of one user.
    #[must_use]
    pub fn of(&self, user: UserId) -> FlagBits {
        self.others.iter().find(|group| group.users.contains(user.0)).map_or(self.most, |group| group.flags)
    }

    /// About how many bytes of memory it takes.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.others.iter().map(|group| 64 + group.users.serialized_size()).sum()
    }
}

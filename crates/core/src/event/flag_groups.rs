//! Which flags each of many users has on one message at one moment, as it is kept with an event: an event that is
//! read again, from memory or from the store, has the flags of the time when it happened.

use crate::audience::Audience;
use crate::state::RealmState;
use crate::state::flags::{FlagBits, Flags};
use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};
use tidings_types::{MessageId, UserId};

/// Flags of the users of an audience. Users with the same flags form a set; the largest one is not kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FlagGroups {
    /// The flags of whoever is in none of the others.
    most: FlagBits,
    /// A user is in one of them at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    others: Vec<FlagGroup>,
    /// The message mentions its whole channel: all who received it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    channel_wildcard: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct FlagGroup {
    flags: FlagBits,
    #[serde(with = "super::user_set")]
    users: RoaringBitmap,
}

impl FlagGroups {
    /// The flags of one user.
    #[must_use]
    pub fn of(&self, user: UserId) -> FlagBits {
        let group = self.others.iter().find(|group| group.users.contains(user.0));
        group.map_or(self.most, |group| group.flags).with_channel_wildcard(self.channel_wildcard)
    }

    /// The flags of those in `audience` in this state. Takes milliseconds where these are ten thousand; where they are
    /// those who held the message before, see [`PreparedFlags`].
    #[must_use]
    pub fn now(state: &RealmState, id: MessageId, audience: &Audience) -> Self {
        let mut groups = FlagGroups::default();
        for user in users_in(audience).iter().map(UserId) {
            groups.add(user, own_flags(state, user, id));
        }
        groups.others.sort_by_key(|group| group.users.len());
        groups.most = groups.others.pop().map(|group| group.flags).unwrap_or_default();
        groups.channel_wildcard = state.flags.is_channel_wildcard(id);
        groups
    }

    /// About how many bytes of memory it takes.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.others.iter().map(|group| 64 + group.users.serialized_size()).sum()
    }

    fn add(&mut self, user: UserId, flags: FlagBits) {
        let known = self.others.iter().position(|group| group.flags == flags);
        let at = known.unwrap_or_else(|| {
            self.others.push(FlagGroup { flags, users: RoaringBitmap::new() });
            self.others.len() - 1
        });
        self.others[at].users.insert(user.0);
    }

    fn put(&mut self, user: UserId, flags: FlagBits) {
        for group in &mut self.others {
            group.users.remove(user.0);
        }
        if flags != self.most {
            self.add(user, flags);
        }
    }
}

/// The flags on one message of those who hold it, as of some snapshot.
///
/// To look at the flags of ten thousand users takes milliseconds, during which nobody else's change could be made.
/// So that is done before the command runs, and the command looks only at those whose flags are others by then.
#[derive(Clone, Debug)]
pub struct PreparedFlags {
    id: MessageId,
    then: Flags,
    holders: RoaringBitmap,
    groups: FlagGroups,
}

impl PreparedFlags {
    /// The flags in this state.
    #[must_use]
    pub fn new(state: &RealmState, id: MessageId) -> Self {
        let audience = state.who_holds_message(id);
        let groups = FlagGroups::now(state, id, &audience);
        PreparedFlags { id, then: state.flags.clone(), holders: users_in(&audience), groups }
    }

    /// The message.
    #[must_use]
    pub fn message(&self) -> MessageId {
        self.id
    }

    /// The flags of those in `audience` in a later state. An audience of the whole realm, which changes of a message
    /// never have, is taken for nobody.
    ///
    /// Whether somebody received the message, on which flags depend too, does not change for who holds it, except by
    /// being mentioned, which is among the flags, and by a move to another channel, for which this is not used.
    #[must_use]
    pub fn bring_up_to(&self, state: &RealmState, audience: &Audience) -> FlagGroups {
        let mut groups = self.groups.clone();
        let told = users_in(audience);
        let changed = state.flags.changed_since(&self.then).filter(|user| told.contains(user.0));
        for user in changed.chain((&told - &self.holders).iter().map(UserId)) {
            groups.put(user, own_flags(state, user, self.id));
        }
        groups.others.retain(|group| !group.users.is_empty());
        for group in &mut groups.others {
            group.users.optimize();
        }
        groups.channel_wildcard = state.flags.is_channel_wildcard(self.id);
        groups
    }
}

fn users_in(audience: &Audience) -> RoaringBitmap {
    audience.if_fewer_than(usize::MAX).into_iter().flatten().map(|user| user.0).collect()
}

fn own_flags(state: &RealmState, user: UserId, id: MessageId) -> FlagBits {
    state.flags.own_bits(user, id, state.received(user, id))
}

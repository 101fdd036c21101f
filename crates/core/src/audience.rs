//! Who is told of an event. Computed by the same functions that decide who may see what ([`crate::access`]).

use crate::state::RealmState;
use imbl::OrdSet;
use roaring::RoaringBitmap;
use smallvec::SmallVec;
use std::sync::Arc;
use tidings_types::{ChannelId, UserId};

/// The bulk of an audience. What is large is shared, never copied.
#[derive(Clone, Debug)]
pub enum Base {
    /// Nobody but who is named besides.
    Nobody,
    /// Every account of the realm.
    Realm,
    /// Who was subscribed to a channel at that moment.
    Subscribers {
        /// The channel.
        channel: ChannelId,
        /// The subscribers then; none in an entry read back from the store, where the subscription history tells.
        users: Option<OrdSet<UserId>>,
    },
    /// These users.
    Set(Arc<RoaringBitmap>),
}

/// Who is told of an event.
#[derive(Clone, Debug)]
pub struct Audience {
    /// The bulk.
    pub base: Base,
    /// These too.
    pub plus: SmallVec<[UserId; 2]>,
    /// Not these.
    pub minus: SmallVec<[UserId; 2]>,
}

/// Users that are kept as a list; more of them as a set.
const NAMED_MAX: usize = 8;

impl Audience {
    fn of(base: Base) -> Self {
        Audience { base, plus: SmallVec::new(), minus: SmallVec::new() }
    }

    /// Every account of the realm.
    #[must_use]
    pub fn realm() -> Self {
        Self::of(Base::Realm)
    }

    /// One account.
    #[must_use]
    pub fn user(user: UserId) -> Self {
        Self::of(Base::Nobody).plus([user])
    }

    /// These accounts.
    pub fn users(users: impl IntoIterator<Item = UserId>) -> Self {
        let users: SmallVec<[UserId; 2]> = users.into_iter().collect();
        if users.len() <= NAMED_MAX {
            return Audience { base: Base::Nobody, plus: users, minus: SmallVec::new() };
        }
        Self::of(Base::Set(Arc::new(users.iter().map(|user| user.0).collect())))
    }

    /// These accounts, shared.
    #[must_use]
    pub fn set(users: Arc<RoaringBitmap>) -> Self {
        Self::of(Base::Set(users))
    }

    /// Who is subscribed to a channel now.
    #[must_use]
    pub fn subscribers(state: &RealmState, channel: ChannelId) -> Self {
        Self::of(Base::Subscribers { channel, users: Some(state.channels.subscribers(channel)) })
    }

    /// These too.
    #[must_use]
    pub fn plus(mut self, users: impl IntoIterator<Item = UserId>) -> Self {
        self.plus.extend(users);
        self
    }

    /// These too, however many there are.
    #[must_use]
    pub fn plus_all(self, users: &[UserId]) -> Self {
        if users.len() <= NAMED_MAX {
            return self.plus(users.iter().copied());
        }
        let mut all: RoaringBitmap = users.iter().map(|user| user.0).collect();
        match self.base {
            Base::Realm | Base::Subscribers { users: None, .. } => return self.plus(users.iter().copied()),
            Base::Nobody => {}
            Base::Subscribers { users: Some(subscribers), .. } => all.extend(subscribers.iter().map(|user| user.0)),
            Base::Set(set) => all |= &*set,
        }
        Audience { base: Base::Set(Arc::new(all)), plus: self.plus, minus: self.minus }
    }

    /// Not these.
    #[must_use]
    pub fn minus(mut self, users: impl IntoIterator<Item = UserId>) -> Self {
        self.minus.extend(users);
        self
    }

    /// Whether certainly nobody is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let base_is_empty = match &self.base {
            Base::Nobody => true,
            Base::Realm | Base::Subscribers { users: None, .. } => false,
            Base::Subscribers { users: Some(users), .. } => users.is_empty(),
            Base::Set(users) => users.is_empty(),
        };
        base_is_empty && self.plus.is_empty()
    }

    /// Whether `user` is in it. `state` and `seq` (the event's durable position) tell the subscription history.
    #[must_use]
    pub fn contains(&self, user: UserId, state: &RealmState, seq: u64) -> bool {
        if self.minus.contains(&user) {
            return false;
        }
        if self.plus.contains(&user) {
            return true;
        }
        match &self.base {
            Base::Nobody => false,
            Base::Realm => true,
            Base::Subscribers { users: Some(users), .. } => users.contains(&user),
            Base::Subscribers { channel, users: None } => state.was_subscribed_at(user, *channel, seq),
            Base::Set(users) => users.contains(user.0),
        }
    }

    /// The users in it, if they are fewer than `most`: then they are worth going through one by one.
    #[must_use]
    pub fn if_fewer_than(&self, most: usize) -> Option<Vec<UserId>> {
        let base: Vec<UserId> = match &self.base {
            Base::Nobody => Vec::new(),
            Base::Subscribers { users: Some(users), .. } if users.len() < most => users.iter().copied().collect(),
            Base::Set(users) if users.len() < most as u64 => users.iter().map(UserId).collect(),
            _ => return None,
        };
        let mut all = base;
        all.extend(self.plus.iter().copied());
        all.retain(|user| !self.minus.contains(user));
        all.sort_unstable();
        all.dedup();
        Some(all)
    }
}

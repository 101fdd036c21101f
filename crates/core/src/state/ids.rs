//! Sets of message ids that grow at the end and are cheap to snapshot.

use roaring::{MultiOps, RoaringBitmap};
use smallvec::SmallVec;
use std::sync::Arc;
use tidings_types::MessageId;

/// How many new ids wait before they join the compressed part. Joining copies that part, so its cost is shared by
/// this many insertions; cloning a set copies at most this many numbers.
const TAIL_MAX: usize = 64;

/// A set of message ids: a shared compressed part and a short tail of new ones.
#[derive(Clone, Debug, Default)]
pub struct IdSet {
    sealed: Arc<RoaringBitmap>,
    tail: SmallVec<[u32; 4]>,
}

impl From<RoaringBitmap> for IdSet {
    fn from(ids: RoaringBitmap) -> Self {
        IdSet { sealed: Arc::new(ids), tail: SmallVec::new() }
    }
}

impl IdSet {
    /// A set from ids in ascending order.
    pub fn from_sorted(ids: impl IntoIterator<Item = u32>) -> Self {
        let sealed = RoaringBitmap::from_sorted_iter(ids).unwrap_or_default();
        IdSet { sealed: Arc::new(sealed), tail: SmallVec::new() }
    }

    /// Adds an id.
    pub fn insert(&mut self, id: MessageId) {
        if self.contains(id) {
            return;
        }
        self.tail.push(id.0);
        if self.tail.len() >= TAIL_MAX {
            Arc::make_mut(&mut self.sealed).extend(self.tail.drain(..));
        }
    }

    /// Removes an id.
    pub fn remove(&mut self, id: MessageId) {
        self.tail.retain(|known| *known != id.0);
        if self.sealed.contains(id.0) {
            Arc::make_mut(&mut self.sealed).remove(id.0);
        }
    }

    /// Adds many ids at once.
    pub fn extend(&mut self, ids: &[MessageId]) {
        match ids {
            [one] => self.insert(*one),
            many => Arc::make_mut(&mut self.sealed).extend(self.tail.drain(..).chain(many.iter().map(|id| id.0))),
        }
    }

    /// Removes many ids at once.
    pub fn subtract(&mut self, ids: &[MessageId]) {
        match ids {
            [one] => self.remove(*one),
            many => {
                let gone: RoaringBitmap = many.iter().map(|id| id.0).collect();
                self.tail.retain(|id| !gone.contains(*id));
                *Arc::make_mut(&mut self.sealed) -= gone;
            }
        }
    }

    /// Whether an id is in the set.
    #[must_use]
    pub fn contains(&self, id: MessageId) -> bool {
        self.tail.contains(&id.0) || self.sealed.contains(id.0)
    }

    /// How many ids are `from` or larger.
    #[must_use]
    pub fn count_from(&self, from: MessageId) -> u64 {
        let tail = self.tail.iter().filter(|id| **id >= from.0).count() as u64;
        self.sealed.range_cardinality(from.0..) + tail
    }

    /// Whether one of these is in it.
    #[must_use]
    pub fn has_any_of(&self, ids: &RoaringBitmap) -> bool {
        self.tail.iter().any(|id| ids.contains(*id)) || !self.sealed.is_disjoint(ids)
    }

    /// The whole set, as a bitmap of its own.
    #[must_use]
    pub fn to_bitmap(&self) -> RoaringBitmap {
        let mut all = (*self.sealed).clone();
        all.extend(self.tail.iter().copied());
        all
    }

    /// The ids of all these sets. Joining them one by one would copy what is there already for each.
    #[must_use]
    pub fn union_of<'a>(sets: impl Iterator<Item = &'a IdSet>) -> RoaringBitmap {
        let sets: Vec<&IdSet> = sets.collect();
        let mut all = sets.iter().map(|set| &*set.sealed).union();
        all.extend(sets.iter().flat_map(|set| set.tail.iter().copied()));
        all
    }

    /// Adds the ids within `(after, upto]` to `into`.
    pub fn union_range_into(&self, after: u32, upto: u32, into: &mut RoaringBitmap) {
        if after >= upto {
            return;
        }
        if after == 0 && self.sealed.max().is_none_or(|max| max <= upto) {
            *into |= &*self.sealed;
        } else {
            into.extend(self.sealed.range(after + 1..=upto));
        }
        into.extend(self.tail.iter().copied().filter(|id| after < *id && *id <= upto));
    }

    /// The largest id.
    #[must_use]
    pub fn max(&self) -> Option<MessageId> {
        self.sealed.max().into_iter().chain(self.tail.iter().copied()).max().map(MessageId)
    }

    /// All ids, mostly those first that came last.
    pub fn newest_first(&self) -> impl Iterator<Item = MessageId> + '_ {
        self.tail.iter().rev().copied().chain(self.sealed.iter().rev()).map(MessageId)
    }

    /// The largest id within `(after, upto]`.
    #[must_use]
    pub fn max_within(&self, after: u32, upto: u32) -> Option<MessageId> {
        let tail = self.tail.iter().copied().filter(|id| after < *id && *id <= upto).max();
        // How many ids there are up to `upto` says at which place the largest of them stands.
        let upto_count = u32::try_from(self.sealed.rank(upto)).unwrap_or(u32::MAX);
        let sealed = upto_count.checked_sub(1).and_then(|at| self.sealed.select(at)).filter(|id| *id > after);
        sealed.max(tail).map(MessageId)
    }

    /// The smallest id.
    #[must_use]
    pub fn min(&self) -> Option<MessageId> {
        self.sealed.min().into_iter().chain(self.tail.iter().copied()).min().map(MessageId)
    }

    /// How many ids there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.sealed.len() + self.tail.len() as u64
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behaves_as_a_set_and_snapshots_do_not_change() {
        let mut set = IdSet::default();
        for id in 1..=200 {
            set.insert(MessageId(id * 2));
            set.insert(MessageId(id * 2));
        }
        let before = set.clone();
        set.remove(MessageId(2));
        set.remove(MessageId(400));
        assert_eq!((before.len(), set.len()), (200, 198));
        assert_eq!((set.min(), set.max()), (Some(MessageId(4)), Some(MessageId(398))));
        assert!(before.contains(MessageId(2)) && !set.contains(MessageId(2)) && !set.contains(MessageId(3)));
        let mut range = RoaringBitmap::new();
        set.union_range_into(10, 20, &mut range);
        assert_eq!(range.iter().collect::<Vec<_>>(), [12, 14, 16, 18, 20]);
        assert_eq!(set.to_bitmap().len(), 198);
        assert_eq!(IdSet::union_of([&set, &before].into_iter()), before.to_bitmap());
        assert_eq!(IdSet::union_of(std::iter::empty()), RoaringBitmap::new());
        set.extend(&[MessageId(3), MessageId(500)]);
        set.subtract(&[MessageId(4), MessageId(3), MessageId(77)]);
        assert_eq!((set.len(), set.min(), set.max()), (198, Some(MessageId(6)), Some(MessageId(500))));
    }
}

//! What each user has read, starred and so on: one compressed bitmap per user and flag, so a message to ten
//! thousand people costs no row for each of them.

use imbl::ordmap::DiffItem;
use imbl::{HashMap, OrdMap};
use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use std::sync::Arc;
use tidings_types::{MessageId, UserId};

/// A mark that is kept for a user.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[repr(u8)]
pub enum Flag {
    /// Seen.
    Read = 0,
    /// Kept in sight.
    Starred = 1,
    /// Folded up.
    Collapsed = 2,
    /// In view of the user though never sent to them, as after a reaction to an older message.
    Historical = 3,
}

impl Flag {
    /// The flags that users set themselves.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        match name {
            "read" => Some(Flag::Read),
            "starred" => Some(Flag::Starred),
            "collapsed" => Some(Flag::Collapsed),
            _ => None,
        }
    }

    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Flag::Read => "read",
            Flag::Starred => "starred",
            Flag::Collapsed => "collapsed",
            Flag::Historical => "historical",
        }
    }
}

/// Why a message concerns somebody in particular. Combined as bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MentionBits(pub u8);

impl MentionBits {
    /// By name, or by a group.
    pub const USER: MentionBits = MentionBits(1);
    /// By `@topic`, as a participant of the topic.
    pub const TOPIC_WILDCARD: MentionBits = MentionBits(2);
    /// By one of the user's alert words.
    pub const ALERT_WORD: MentionBits = MentionBits(4);

    /// Both.
    #[must_use]
    pub fn with(self, other: MentionBits) -> Self {
        MentionBits(self.0 | other.0)
    }

    /// Whether all of `other` is in it.
    #[must_use]
    pub fn has(self, other: MentionBits) -> bool {
        self.0 & other.0 == other.0
    }
}

/// All flags of one user on one message, combined as bits.
///
/// Positions are only ever added, because events on disk hold the bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FlagBits(pub u8);

impl FlagBits {
    const READ: u8 = 1;
    const STARRED: u8 = 2;
    const COLLAPSED: u8 = 4;
    const HISTORICAL: u8 = 8;
    /// Where the [`MentionBits`] begin.
    const MENTIONS_AT: u8 = 4;
    const CHANNEL_WILDCARD: u8 = 128;

    /// The same on a message that mentions its whole channel, or not: that concerns all who received it.
    #[must_use]
    pub fn with_channel_wildcard(self, mentions_all: bool) -> Self {
        let concerned = mentions_all && self.0 & Self::HISTORICAL == 0;
        FlagBits(if concerned { self.0 | Self::CHANNEL_WILDCARD } else { self.0 })
    }

    /// The flags as clients name them.
    #[must_use]
    pub fn names(self) -> SmallVec<[&'static str; 4]> {
        const OWN: [(u8, &str); 4] = [
            (FlagBits::READ, "read"),
            (FlagBits::STARRED, "starred"),
            (FlagBits::COLLAPSED, "collapsed"),
            (FlagBits::HISTORICAL, "historical"),
        ];
        let has = |bit: u8| self.0 & bit != 0;
        let mut names: SmallVec<[&'static str; 4]> = SmallVec::new();
        names.extend(OWN.iter().filter(|(bit, _)| has(*bit)).map(|(_, name)| *name));
        let mentions = MentionBits((self.0 & !Self::CHANNEL_WILDCARD) >> Self::MENTIONS_AT);
        push_mention_names(&mut names, mentions, has(Self::CHANNEL_WILDCARD));
        names
    }
}

/// Who a message concerns in particular; users ascending, each once.
pub type Mentions = [(UserId, MentionBits)];

/// One user's marks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserFlags {
    kept: [RoaringBitmap; 4],
    mentioned: RoaringBitmap,
    topic_wildcard: RoaringBitmap,
    alerted: RoaringBitmap,
}

impl UserFlags {
    /// The messages that have a flag.
    #[must_use]
    pub fn with(&self, flag: Flag) -> &RoaringBitmap {
        &self.kept[flag as usize]
    }

    /// Whether a message has a flag.
    #[must_use]
    pub fn has(&self, flag: Flag, id: MessageId) -> bool {
        self.with(flag).contains(id.0)
    }

    /// The messages that mention the user by name or group.
    #[must_use]
    pub fn mentioned(&self) -> &RoaringBitmap {
        &self.mentioned
    }

    /// The messages that mention the user by `@topic`.
    #[must_use]
    pub fn topic_wildcards(&self) -> &RoaringBitmap {
        &self.topic_wildcard
    }

    /// The messages that have one of the user's alert words.
    #[must_use]
    pub fn alerted(&self) -> &RoaringBitmap {
        &self.alerted
    }

    /// Whether a message mentions the user by name or group.
    #[must_use]
    pub fn is_mentioned(&self, id: MessageId) -> bool {
        self.mentioned.contains(id.0)
    }

    fn of_kind(&mut self, kind: MentionBits) -> &mut RoaringBitmap {
        match kind {
            MentionBits::TOPIC_WILDCARD => &mut self.topic_wildcard,
            MentionBits::ALERT_WORD => &mut self.alerted,
            _ => &mut self.mentioned,
        }
    }
}

const KINDS: [MentionBits; 3] = [MentionBits::USER, MentionBits::TOPIC_WILDCARD, MentionBits::ALERT_WORD];

/// The marks of all users.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// Ordered, because two versions of such a map are compared quickly.
    by_user: OrdMap<UserId, Arc<UserFlags>>,
    channel_wildcards: super::ids::IdSet,
    /// Who is mentioned in each message that mentions anybody.
    mentions: HashMap<MessageId, Arc<Mentions>>,
    /// Who took part in a message without having received it, for the few messages where somebody did.
    historical: HashMap<MessageId, imbl::OrdSet<UserId>>,
}

impl Flags {
    /// The marks of a user; none if there are none at all.
    #[must_use]
    pub fn of(&self, user: UserId) -> Option<&UserFlags> {
        self.by_user.get(&user).map(|flags| &**flags)
    }

    /// Whether a message mentions its whole channel.
    #[must_use]
    pub fn is_channel_wildcard(&self, id: MessageId) -> bool {
        self.channel_wildcards.contains(id)
    }

    /// The messages that mention their whole channel.
    #[must_use]
    pub fn channel_wildcards(&self) -> &super::ids::IdSet {
        &self.channel_wildcards
    }

    /// Who a message concerns in particular.
    #[must_use]
    pub fn mentions(&self, id: MessageId) -> &Mentions {
        self.mentions.get(&id).map_or(&[], |mentions| mentions)
    }

    /// Who else than subscribers has to do with a message: who is mentioned, and who took part without having
    /// received it. May name somebody twice.
    pub fn others_who_hold(&self, id: MessageId) -> impl Iterator<Item = UserId> {
        let mentioned = self.mentions(id).iter().map(|(user, _)| *user);
        mentioned.chain(self.historical.get(&id).into_iter().flatten().copied())
    }

    fn note_historical(&mut self, user: UserId, add: bool, id: MessageId) {
        let users = self.historical.entry(id).or_default();
        if add {
            users.insert(user);
        } else {
            users.remove(&user);
        }
    }

    /// The users with any marks.
    pub fn users(&self) -> impl Iterator<Item = (UserId, &UserFlags)> {
        self.by_user.iter().map(|(user, flags)| (*user, &**flags))
    }

    /// Whose marks are others than in an older version. Takes as long as there are differences, not users.
    pub fn changed_since<'a>(&'a self, older: &'a Flags) -> impl Iterator<Item = UserId> + 'a {
        older.by_user.diff(&self.by_user).map(|item| match item {
            DiffItem::Add(user, _) | DiffItem::Remove(user, _) | DiffItem::Update { new: (user, _), .. } => *user,
        })
    }

    /// The flags of a message for a user who may see it.
    #[must_use]
    pub fn bits(&self, user: UserId, id: MessageId, received: bool) -> FlagBits {
        self.own_bits(user, id, received).with_channel_wildcard(self.is_channel_wildcard(id))
    }

    /// As [`Flags::bits`], without what is the same for all who received it: that it mentions the whole channel.
    #[must_use]
    pub fn own_bits(&self, user: UserId, id: MessageId, received: bool) -> FlagBits {
        let own = self.of(user);
        let own_if = |set: fn(&UserFlags) -> &RoaringBitmap, bit: u8| {
            if own.is_some_and(|flags| set(flags).contains(id.0)) { bit } else { 0 }
        };
        let mentions = own_if(UserFlags::mentioned, MentionBits::USER.0)
            | own_if(UserFlags::topic_wildcards, MentionBits::TOPIC_WILDCARD.0)
            | own_if(UserFlags::alerted, MentionBits::ALERT_WORD.0);
        let bits = own_if(|flags| flags.with(Flag::Read), FlagBits::READ)
            | own_if(|flags| flags.with(Flag::Starred), FlagBits::STARRED)
            | own_if(|flags| flags.with(Flag::Collapsed), FlagBits::COLLAPSED)
            | mentions << FlagBits::MENTIONS_AT;
        // Who never received a message has nothing to read in it.
        FlagBits(if received { bits } else { bits | FlagBits::READ | FlagBits::HISTORICAL })
    }

    pub(super) fn set(&mut self, user: UserId, flag: Flag, add: bool, ids: &[MessageId]) {
        if flag == Flag::Historical {
            for id in ids {
                self.note_historical(user, add, *id);
            }
        }
        let flags = Arc::make_mut(self.by_user.entry(user).or_default());
        let set = &mut flags.kept[flag as usize];
        for id in ids {
            if add {
                set.insert(id.0);
            } else {
                set.remove(id.0);
            }
        }
    }

    /// Takes in a stored bitmap as it is read at start.
    pub fn load(&mut self, user: UserId, flag: Flag, ids: &RoaringBitmap) {
        if flag == Flag::Historical {
            for id in ids {
                self.note_historical(user, true, MessageId(id));
            }
        }
        let flags = Arc::make_mut(self.by_user.entry(user).or_default());
        flags.kept[flag as usize] |= ids;
    }

    /// Takes in the mentions of a stored message as they are read at start.
    pub fn load_mentions(&mut self, id: MessageId, channel_wildcard: bool, mentions: &Mentions) {
        self.put_mentions(id, channel_wildcard, mentions);
    }

    pub(super) fn put_mentions(&mut self, id: MessageId, channel_wildcard: bool, mentions: &Mentions) {
        if channel_wildcard {
            self.channel_wildcards.insert(id);
        }
        if mentions.is_empty() {
            return;
        }
        for (user, bits) in mentions {
            let flags = Arc::make_mut(self.by_user.entry(*user).or_default());
            for kind in KINDS.into_iter().filter(|kind| bits.has(*kind)) {
                flags.of_kind(kind).insert(id.0);
            }
        }
        self.mentions.insert(id, mentions.into());
    }

    pub(super) fn clear_mentions(&mut self, id: MessageId) {
        if self.channel_wildcards.contains(id) {
            self.channel_wildcards.remove(id);
        }
        let Some(mentions) = self.mentions.remove(&id) else { return };
        for (user, _) in mentions.iter() {
            if let Some(flags) = self.by_user.get_mut(user) {
                let flags = Arc::make_mut(flags);
                for kind in KINDS {
                    flags.of_kind(kind).remove(id.0);
                }
            }
        }
    }

    /// A message is gone. What users kept of it stays as bits that nothing refers to any more, since ids are
    /// never given twice; its mentions go.
    pub(super) fn forget(&mut self, id: MessageId) {
        self.historical.remove(&id);
        self.clear_mentions(id);
    }
}

/// Appends the names of mention flags, the deprecated common name of both wildcards included.
pub(crate) fn push_mention_names(names: &mut SmallVec<[&'static str; 4]>, bits: MentionBits, channel_wildcard: bool) {
    let topic_wildcard = bits.has(MentionBits::TOPIC_WILDCARD);
    if bits.has(MentionBits::USER) {
        names.push("mentioned");
    }
    if channel_wildcard {
        names.push("stream_wildcard_mentioned");
    }
    if topic_wildcard {
        names.push("topic_wildcard_mentioned");
    }
    if channel_wildcard || topic_wildcard {
        names.push("wildcard_mentioned");
    }
    if bits.has(MentionBits::ALERT_WORD) {
        names.push("has_alert_word");
    }
}

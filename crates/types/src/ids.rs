//! Typed ids. All are plain integers on the wire, except [`QueueId`].

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident($number:ty);)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        #[schemars(inline)]
        pub struct $name(pub $number);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map($name)
            }
        }
    )*};
}

ids! {
    /// An account: a person or a bot.
    UserId(u32);
    /// A channel (`stream_id` on the wire).
    ChannelId(u32);
    /// A message. Increasing within a realm in the order messages were sent; 32 bits because sets of messages
    /// are compressed bitmaps of 32-bit numbers.
    MessageId(u32);
    /// A user group, the built-in role groups included.
    GroupId(u32);
    /// Where a message belongs: one topic of one channel, or one set of direct-message participants. Internal.
    ConversationId(u32);
    /// Something that a user prepared for later: a draft, a saved snippet, a scheduled message or a reminder. It is the
    /// position of the event that told of it, so no id is ever given twice.
    PreparedId(u64);
    /// An uploaded file: the position of the event that told of it.
    AttachmentId(u64);
}

/// Position of an event in the realm's log as clients see it: `seq * 4096 + n`.
///
/// `seq` numbers durable events; `n > 0` numbers the ephemeral ones between two durable ones. Strictly
/// increasing, the same for every queue, below 2^53; gaps are normal. `-1` stands for "before everything".
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct EventId(pub i64);

impl EventId {
    /// How many ids one durable position spans.
    pub const PER_SEQ: i64 = 4096;
    /// "From this queue's start".
    pub const START: EventId = EventId(-1);

    /// The id of the durable event number `seq`.
    #[must_use]
    pub fn durable(seq: u64) -> Self {
        EventId(i64::try_from(seq).unwrap_or(i64::MAX / Self::PER_SEQ) * Self::PER_SEQ)
    }

    /// The durable number this id belongs to (that of the durable event itself or the one before an ephemeral one).
    #[must_use]
    pub fn seq(self) -> u64 {
        u64::try_from(self.0.div_euclid(Self::PER_SEQ)).unwrap_or(0)
    }

    /// Whether this is the id of an event that is written to disk.
    #[must_use]
    pub fn is_durable(self) -> bool {
        self.0 % Self::PER_SEQ == 0
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Name of an event queue: 128 random bits, written as a UUID (version 4). Not a secret, but unguessable.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QueueId(pub u128);

impl QueueId {
    /// Makes an id from random bits, setting the version and variant bits of a version-4 UUID.
    #[must_use]
    pub fn from_random(bits: u128) -> Self {
        let bits = bits & !(0xf << 76) | (4 << 76);
        QueueId(bits & !(0x3 << 62) | (0x2 << 62))
    }
}

impl fmt::Display for QueueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let b = self.0;
        write!(
            f,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            b >> 96,
            (b >> 80) & 0xffff,
            (b >> 64) & 0xffff,
            (b >> 48) & 0xffff,
            b & 0xffff_ffff_ffff
        )
    }
}

impl fmt::Debug for QueueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not a queue id of ours; such a queue cannot exist.
#[derive(Debug, PartialEq, Eq)]
pub struct NotAQueueId;

impl FromStr for QueueId {
    type Err = NotAQueueId;
    fn from_str(text: &str) -> Result<Self, NotAQueueId> {
        let bytes = text.as_bytes();
        let dashes = [8, 13, 18, 23];
        if bytes.len() != 36 || dashes.iter().any(|&at| bytes[at] != b'-') {
            return Err(NotAQueueId);
        }
        let mut bits: u128 = 0;
        for (at, &byte) in bytes.iter().enumerate() {
            if dashes.contains(&at) {
                continue;
            }
            let digit = match byte {
                b'0'..=b'9' => byte - b'0',
                b'a'..=b'f' => byte - b'a' + 10,
                _ => return Err(NotAQueueId),
            };
            bits = bits << 4 | u128::from(digit);
        }
        Ok(QueueId(bits))
    }
}

impl JsonSchema for QueueId {
    fn schema_name() -> Cow<'static, str> {
        "QueueId".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string"})
    }
}

impl Serialize for QueueId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for QueueId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(|NotAQueueId| serde::de::Error::custom("not a queue id"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queue_id_round_trips_as_a_version_4_uuid() {
        let id = QueueId::from_random(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
        let text = id.to_string();
        assert_eq!(text, "01234567-89ab-4def-8123-456789abcdef");
        assert_eq!(text.parse(), Ok(id));
    }

    #[test]
    fn text_that_is_no_queue_id_is_refused() {
        for text in
            ["", "x", "1482093786:2", "01234567-89AB-4def-8123-456789abcdef", "01234567-89ab-4def-8123-456789abcdeg"]
        {
            assert_eq!(text.parse::<QueueId>(), Err(NotAQueueId), "{text}");
        }
    }

    #[test]
    fn event_ids_split_into_durable_and_ephemeral() {
        assert_eq!(EventId::durable(3), EventId(12288));
        assert!(EventId(12288).is_durable() && !EventId(12289).is_durable());
        assert_eq!(EventId(12289).seq(), 3);
    }
}

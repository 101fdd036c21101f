//! Topics that people follow, or unmute in a muted channel, by what they do in them and by being mentioned.
//!
//! Only more of a topic is shown by itself, never less: who follows it goes on following it.

use super::Tx;
use super::personal::user_topics::{self, MUTED};
use crate::limits;
use crate::state::channels::ChannelRow;
use crate::state::flags::MentionBits;
use crate::state::messages::ConversationKind;
use crate::state::users::UserRow;
use tidings_types::{ChannelId, MessageId, UserId};

/// What a choice for a topic can be.
const UNMUTED: u8 = 2;
const FOLLOWED: u8 = 3;

/// What somebody does in a topic. Who sends takes part; who begins a topic sends, too.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Deed {
    TakesPart,
    Sends,
    Begins,
    /// A message of theirs was moved to where it begins a topic.
    BeginsByMove,
}

impl Deed {
    /// Whether a setting is about it: 1 taking part, 2 sending, 3 beginning, 4 never.
    fn is_meant_by(self, setting: i64) -> bool {
        match self {
            Deed::TakesPart => setting == 1,
            Deed::Sends => setting == 1 || setting == 2,
            Deed::Begins => (1..=3).contains(&setting),
            Deed::BeginsByMove => setting == 3,
        }
    }
}

/// The sender of a message that is about to be sent; returns the new choice, if there is one.
pub(super) fn sends(tx: &mut Tx<'_>, sender: &UserRow, channel: &ChannelRow, topic: &str) -> Option<u8> {
    let is_known = |tx: &Tx<'_>| tx.state.personal.topic_policy(sender.id, channel.id, topic) != 0;
    let settings = &sender.settings;
    // Whether a topic is new costs something, so it is not asked where it does not matter.
    let matters = !sender.is_bot()
        && [settings.automatically_follow_topics_policy, settings.automatically_unmute_topics_in_muted_streams_policy]
            .contains(&3);
    let begins = matters && !is_known(tx) && is_new(tx, sender, channel, topic);
    acts(tx, sender, channel.id, topic, if begins { Deed::Begins } else { Deed::Sends })
}

/// Somebody who reacted to a message, or voted in it.
pub(super) fn takes_part(tx: &mut Tx<'_>, user: &UserRow, id: MessageId) {
    if let Some(ConversationKind::Topic { channel, topic }) = tx.state.messages.kind_of_message(id).map(|kind| &**kind)
    {
        let (channel, topic) = (*channel, topic.clone());
        if tx.state.channels.is_subscribed(user.id, channel) {
            acts(tx, user, channel, &topic, Deed::TakesPart);
        }
    }
}

/// The sender of a message that was moved to where it is a topic's first one.
pub(super) fn begins(tx: &mut Tx<'_>, sender: &UserRow, channel: ChannelId, topic: &str) {
    acts(tx, sender, channel, topic, Deed::BeginsByMove);
}

/// Whether there are no messages in a topic that its reader knows of.
fn is_new(tx: &Tx<'_>, reader: &UserRow, channel: &ChannelRow, topic: &str) -> bool {
    let topic = tx.state.messages.topic(channel.id, topic);
    let Some(ids) = topic.and_then(|topic| tx.state.messages.ids(topic.conversation)) else { return true };
    if tx.state.shows_history(channel) {
        return ids.min().is_none();
    }
    // Who writes in a topic mostly can read what came last.
    !ids.newest_first().any(|id| tx.state.can_read_message(reader, id))
}

fn acts(tx: &mut Tx<'_>, user: &UserRow, channel: ChannelId, topic: &str, deed: Deed) -> Option<u8> {
    if user.is_bot() {
        return None;
    }
    let is_muted = || {
        let row = tx.state.channels.subscription(user.id, channel);
        row.is_some_and(|row| row.is_active && row.settings.is_muted)
    };
    let settings = &user.settings;
    let policy = if deed.is_meant_by(settings.automatically_follow_topics_policy) {
        FOLLOWED
    } else if deed.is_meant_by(settings.automatically_unmute_topics_in_muted_streams_policy) && is_muted() {
        UNMUTED
    } else {
        return None;
    };
    let known = tx.state.personal.topic_policy(user.id, channel, topic);
    let is_more = known != FOLLOWED && known != policy;
    (is_more && choose(tx, user.id, channel, topic, policy)).then_some(policy)
}

/// People whom a message mentions by name, or as members of a group, and who want to follow what they are mentioned in.
/// Groups of more than [`limits::FOLLOWED_BY_MENTION_MAX`] follow nothing: a message must not cost a change for each.
pub(super) fn mentions(tx: &mut Tx<'_>, mentions: &[(UserId, MentionBits)], channel: ChannelId, topic: &str) {
    let named = || mentions.iter().filter(|(_, bits)| bits.has(MentionBits::USER)).map(|(user, _)| *user);
    if named().count() > limits::FOLLOWED_BY_MENTION_MAX {
        return;
    }
    for user in named() {
        let wants = |row: &UserRow| !row.is_bot() && row.settings.automatically_follow_topics_where_mentioned;
        let known = tx.state.personal.topic_policy(user, channel, topic);
        if known != MUTED && known != FOLLOWED && tx.state.active_user(user).is_some_and(|row| wants(row)) {
            choose(tx, user, channel, topic, FOLLOWED);
        }
    }
}

/// Makes the choice, unless there are so many that there would be no room for those that the user makes.
fn choose(tx: &mut Tx<'_>, user: UserId, channel: ChannelId, topic: &str, policy: u8) -> bool {
    let is_known = tx.state.personal.topic_policy(user, channel, topic) != 0;
    if !is_known && tx.state.personal.user_topics(user).count() >= limits::USER_TOPICS_MAX / 2 {
        return false;
    }
    user_topics::put(tx, user, channel, topic, policy);
    true
}

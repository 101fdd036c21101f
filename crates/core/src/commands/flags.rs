//! Flags that users set on messages for themselves: read, starred, collapsed.

use super::Tx;
use crate::audience::Audience;
use crate::change::Change;
use crate::limits;
use crate::state::flags::Flag;
use crate::state::messages::ConversationKind;
use crate::state::users::UserRow;
use roaring::RoaringBitmap;
use std::collections::BTreeMap;
use tidings_types::events::Event;
use tidings_types::events::message::{FlagsAdd, FlagsRemove, MessageDetails};
use tidings_types::{ApiError, ChannelId, MessageId, UserId};

/// What to do with a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlagChange {
    /// Which.
    pub flag: Flag,
    /// Set or remove.
    pub add: bool,
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlagsChanged {
    /// Messages whose flag is another now, ascending.
    pub messages: Vec<MessageId>,
    /// Channels whose messages cannot be unread because the user is not subscribed, ascending.
    pub not_subscribed: Vec<ChannelId>,
}

/// The flag with this name, if users set it themselves.
///
/// # Errors
/// 400 for a flag that does not exist or follows from something else.
pub fn check_flag(name: &str) -> Result<Flag, ApiError> {
    const COMPUTED: [&str; 6] = [
        "mentioned",
        "wildcard_mentioned",
        "stream_wildcard_mentioned",
        "topic_wildcard_mentioned",
        "has_alert_word",
        "historical",
    ];
    if COMPUTED.contains(&name) {
        return Err(ApiError::bad_request(format!("Flag not editable: '{name}'")));
    }
    Flag::by_name(name).ok_or_else(|| ApiError::bad_request(format!("Invalid flag: '{name}'")))
}

/// `update-message-flags`.
///
/// What is read, or has no star any more, may be gone meanwhile: that is passed over.
///
/// # Errors
/// 400 if the user may not read one of the messages that are to be starred, collapsed or unread.
pub fn update_flags(
    tx: &mut Tx<'_>,
    actor: UserId,
    change: FlagChange,
    ids: &[MessageId],
) -> Result<FlagsChanged, ApiError> {
    if change.add == (change.flag == Flag::Read) {
        return update_flags_found(tx, actor, change, ids);
    }
    let user = tx.actor(actor)?;
    ids.iter().try_for_each(|id| tx.state.check_can_read(&user, *id))?;
    Ok(set_flags(tx, &user, change, ids.iter().map(|id| id.0).collect()))
}

/// `update-message-flags-for-narrow`, once it is known which messages are meant. What the user may not read any more
/// by now is passed over.
///
/// # Errors
/// 401 if the account was deactivated.
pub fn update_flags_found(
    tx: &mut Tx<'_>,
    actor: UserId,
    change: FlagChange,
    ids: &[MessageId],
) -> Result<FlagsChanged, ApiError> {
    let user = tx.actor(actor)?;
    let readable = ids.iter().filter(|id| tx.state.can_read_message(&user, **id)).map(|id| id.0).collect();
    Ok(set_flags(tx, &user, change, readable))
}

/// `mark-all-as-read`: the newest ones, a bounded number of them; returns whether that was all.
///
/// # Errors
/// 401 if the account was deactivated.
pub fn mark_all_as_read(tx: &mut Tx<'_>, actor: UserId) -> Result<bool, ApiError> {
    let user = tx.actor(actor)?;
    let unread = tx.state.unread_ids(&user);
    Ok(mark_newest_as_read(tx, &user, unread))
}

/// `mark-stream-as-read`; returns whether that was all, as [`mark_all_as_read`] does.
///
/// # Errors
/// 400 for a channel the user may not know of.
pub fn mark_channel_as_read(tx: &mut Tx<'_>, actor: UserId, channel: ChannelId) -> Result<bool, ApiError> {
    let user = tx.actor(actor)?;
    tx.state.access_channel(&user, channel)?;
    let unread = tx.state.unread_in_channel(&user, channel);
    Ok(mark_newest_as_read(tx, &user, unread))
}

fn mark_newest_as_read(tx: &mut Tx<'_>, user: &UserRow, unread: RoaringBitmap) -> bool {
    let skip = unread.len().saturating_sub(limits::MARKED_AT_ONCE_MAX);
    let newest = unread.iter().skip(usize::try_from(skip).unwrap_or(usize::MAX)).collect();
    set_flags(tx, user, FlagChange { flag: Flag::Read, add: true }, newest);
    skip == 0
}

/// Marks what is unread of somebody as read for who is about to mute them: clients do not show it any more. Returns whether
/// that was all, as [`mark_all_as_read`] does.
pub(super) fn mark_sender_as_read(tx: &mut Tx<'_>, actor: UserId, sender: UserId) -> Result<bool, ApiError> {
    let user = tx.actor(actor)?;
    let Some(sent) = tx.state.messages.sent_by(sender).map(|ids| ids.to_bitmap()) else { return Ok(true) };
    let unread = tx.state.unread_ids(&user) & sent;
    Ok(mark_newest_as_read(tx, &user, unread))
}

/// Marks what is unread of a channel as read for somebody who is about to leave it: clients forget it with the
/// subscription, and it must not come back with a later one.
pub(super) fn mark_left_channel_as_read(tx: &mut Tx<'_>, user: UserId, channel: ChannelId) {
    let Some(user) = tx.state.active_user(user).cloned() else { return };
    let unread = tx.state.unread_in_channel(&user, channel);
    if !unread.is_empty() {
        set_flags(tx, &user, FlagChange { flag: Flag::Read, add: true }, unread);
    }
}

/// `mark-topic-as-read`; returns whether that was all, as [`mark_all_as_read`] does.
///
/// # Errors
/// 400 for a channel the user may not know of, and for a topic that has none of its messages.
pub fn mark_topic_as_read(tx: &mut Tx<'_>, actor: UserId, channel: ChannelId, topic: &str) -> Result<bool, ApiError> {
    let user = tx.actor(actor)?;
    let row = tx.state.access_channel(&user, channel)?;
    let no_topic = || ApiError::bad_request(format!("No such topic '{topic}'"));
    if !tx.state.can_read_channel(&user, row) {
        return Err(no_topic());
    }
    let wanted = super::send::check_topic(topic)?;
    let conversation = tx.state.messages.topic(channel, &wanted).ok_or_else(no_topic)?.conversation;
    let mut unread = tx.state.unread_in_channel(&user, channel);
    unread &= tx.state.messages.ids(conversation).map(|ids| ids.to_bitmap()).unwrap_or_default();
    Ok(mark_newest_as_read(tx, &user, unread))
}

/// Sets or removes a flag on messages that the user may read; tells the user what changed.
fn set_flags(tx: &mut Tx<'_>, user: &UserRow, change: FlagChange, ids: RoaringBitmap) -> FlagsChanged {
    let FlagChange { flag, add } = change;
    let kept = tx.state.flags.of(user.id).map(|flags| flags.with(flag).clone()).unwrap_or_default();
    let mut different = if add { ids - kept } else { ids & kept };
    let mut not_subscribed = Vec::new();
    if flag == Flag::Read {
        // Who never received a message has nothing to read in it.
        different = different.iter().filter(|id| tx.state.received(user.id, MessageId(*id))).collect();
        if !add {
            not_subscribed = remove_not_subscribed(tx, user, &mut different);
        }
    }
    let messages: Vec<MessageId> = different.iter().map(MessageId).collect();
    if messages.is_empty() {
        return FlagsChanged { messages, not_subscribed };
    }
    if add {
        note_historical(tx, user.id, &messages);
    }
    tx.change(Change::Flags { user: user.id, flag, add, ids: messages.clone() });
    for part in messages.chunks(limits::FLAGS_PER_EVENT_MAX) {
        tell(tx, user, change, part.to_vec());
    }
    FlagsChanged { messages, not_subscribed }
}

/// All unread messages are in channels the user is subscribed to, or are direct.
fn remove_not_subscribed(tx: &Tx<'_>, user: &UserRow, ids: &mut RoaringBitmap) -> Vec<ChannelId> {
    let mut channels = Vec::new();
    let mut left = RoaringBitmap::new();
    for id in ids.iter() {
        match tx.state.messages.kind_of_message(MessageId(id)).map(|kind| &**kind) {
            Some(ConversationKind::Topic { channel, .. }) if !tx.state.channels.is_subscribed(user.id, *channel) => {
                channels.push(*channel);
            }
            _ => {
                left.insert(id);
            }
        }
    }
    *ids = left;
    channels.sort_unstable();
    channels.dedup();
    channels
}

/// Messages the user takes part in without having received them belong to their history from now on.
pub(super) fn note_historical(tx: &mut Tx<'_>, user: UserId, ids: &[MessageId]) {
    let known = |id: &MessageId| tx.state.flags.of(user).is_some_and(|flags| flags.has(Flag::Historical, *id));
    let new: Vec<MessageId> = ids.iter().copied().filter(|id| !tx.state.received(user, *id) && !known(id)).collect();
    if !new.is_empty() {
        tx.change(Change::Flags { user, flag: Flag::Historical, add: true, ids: new });
    }
}

fn tell(tx: &mut Tx<'_>, user: &UserRow, change: FlagChange, messages: Vec<MessageId>) {
    let flag = change.flag.name().to_owned();
    let audience = Audience::user(user.id);
    if change.add {
        let event = FlagsAdd { operation: "add".to_owned(), flag, messages, all: false };
        return tx.emit(Event::FlagsAdd(event), audience);
    }
    let details = |id: &MessageId| Some((*id, details(tx, user, *id)?));
    let message_details: Option<BTreeMap<MessageId, MessageDetails>> =
        (change.flag == Flag::Read).then(|| messages.iter().filter_map(details).collect());
    let event = FlagsRemove { operation: "remove".to_owned(), flag, messages, all: false, message_details };
    tx.emit(Event::FlagsRemove(event), audience);
}

/// Where a message is that is unread again.
fn details(tx: &Tx<'_>, user: &UserRow, id: MessageId) -> Option<MessageDetails> {
    let mentioned = tx.state.counts_as_mention(user.id, id).then_some(true);
    match &**tx.state.messages.kind_of_message(id)? {
        ConversationKind::Topic { channel, topic } => Some(MessageDetails {
            message_type: "stream".to_owned(),
            mentioned,
            user_ids: None,
            stream_id: Some(*channel),
            topic: Some(topic.clone()),
            unmuted_stream_msg: Some(!tx.state.is_muted_topic(user.id, *channel, topic)),
        }),
        ConversationKind::Direct { users } => Some(MessageDetails {
            message_type: "private".to_owned(),
            mentioned,
            user_ids: Some(users.iter().copied().filter(|other| *other != user.id).collect()),
            stream_id: None,
            topic: None,
            unmuted_stream_msg: None,
        }),
    }
}

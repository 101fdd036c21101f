//! Muted, unmuted and followed topics.

use crate::audience::Audience;
use crate::change::Change;
use crate::commands::Tx;
use crate::commands::send::check_topic;
use crate::event::Gate;
use crate::limits;
use crate::state::personal::TopicPolicy;
use tidings_types::events::Event;
use tidings_types::events::personal::MutedTopics;
use tidings_types::user::UserTopic;
use tidings_types::{ApiError, ChannelId, UserId};

/// The choice to mute a topic.
pub(in crate::commands) const MUTED: u8 = 1;

/// `update-user-topic`: 0 nothing, 1 mute, 2 unmute, 3 follow.
///
/// # Errors
/// 400 for topics that cannot be, for too many, and for channels one may not know of; but one can always take a choice back.
pub fn set(tx: &mut Tx<'_>, actor: UserId, channel: ChannelId, topic: &str, policy: u8) -> Result<(), ApiError> {
    let viewer = tx.actor(actor)?;
    if topic.trim().chars().count() > limits::TOPIC_CHARS_MAX {
        let limit = limits::TOPIC_CHARS_MAX;
        return Err(ApiError::bad_request(format!("topic is too long (limit: {limit} characters)")));
    }
    let topic = check_topic(topic)?;
    let before = tx.state.personal.topic_policy(actor, channel, &topic);
    if policy != 0 || before == 0 {
        tx.state.access_channel(&viewer, channel)?;
    }
    if policy == before {
        return Ok(());
    }
    if before == 0 && tx.state.personal.user_topics(actor).count() >= limits::USER_TOPICS_MAX {
        return Err(ApiError::bad_request(format!("Too many topics (limit: {})", limits::USER_TOPICS_MAX)));
    }
    put(tx, actor, channel, &topic, policy);
    Ok(())
}

/// Makes a choice for a user, and tells them.
pub(in crate::commands) fn put(tx: &mut Tx<'_>, user: UserId, channel: ChannelId, topic: &str, policy: u8) {
    let row = TopicPolicy { policy, last_updated: tx.now };
    let before = tx.state.personal.topic_policy(user, channel, topic);
    tx.change(Change::UserTopic { user, channel, topic: topic.to_owned(), policy: row });
    let Some(viewer) = tx.state.users.get(user).cloned() else { return };
    let topic_name = topic.to_owned();
    let chosen = UserTopic { stream_id: channel, topic_name, last_updated: tx.now, visibility_policy: policy };
    // First in the form of older clients, which know muted topics only, then in the current one.
    if [before, policy].contains(&MUTED) {
        let event = Event::MutedTopics(MutedTopics { muted_topics: tx.state.muted_topics(&viewer) });
        tx.emit_gated(event, Audience::user(user), Gate::LegacyMutedTopics);
    }
    tx.emit(Event::UserTopic(chosen), Audience::user(user));
}

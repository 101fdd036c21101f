//! How an event looks for each client: what a client said it can parse, as bits, and the rendering of an event
//! for a set of such bits. An event is rendered once for each set of bits that matters to it.

use crate::event::{Payload, PresencePayload};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tidings_types::EventId;
use tidings_types::events::Event;
use tidings_types::events::message::{DeleteMessage, EditedIn, MessageEvent};
use tidings_types::events::user::{LegacyPresence, PresenceEvent};
use tidings_types::user::Presence;

macro_rules! shape_bits {
    ($($(#[$doc:meta])* $name:ident = $bit:expr;)*) => {
        impl Shape { $($(#[$doc])* pub const $name: Shape = Shape(1 << $bit);)* }
    };
}

/// What a client can parse, and how it wants its events; combined as bits.
///
/// Positions are only ever added, because queue descriptors on disk hold the bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Shape(pub u32);

shape_bits! {
    /// Message content as HTML.
    APPLY_MARKDOWN = 0;
    /// Presence without e-mail addresses.
    SLIM_PRESENCE = 2;
    /// See the capability of the same name, here and below.
    NOTIFICATION_SETTINGS_NULL = 3;
    /// One event for many deleted messages.
    BULK_MESSAGE_DELETION = 4;
    /// Users may come without a picture.
    USER_AVATAR_URL_FIELD_OPTIONAL = 5;
    /// Typing in channels.
    STREAM_TYPING_NOTIFICATIONS = 6;
    /// No deprecated settings.
    USER_SETTINGS_OBJECT = 7;
    /// Linkifiers as templates.
    LINKIFIER_URL_TEMPLATE = 8;
    /// No stand-ins for users one may not see.
    USER_LIST_INCOMPLETE = 9;
    /// Deactivated groups are listed.
    INCLUDE_DEACTIVATED_GROUPS = 10;
    /// Archived channels are listed.
    ARCHIVED_CHANNELS = 11;
    /// An empty topic is sent as such.
    EMPTY_TOPIC_NAME = 12;
    /// Presence in the current form.
    SIMPLIFIED_PRESENCE_EVENTS = 13;
    /// Custom emoji one by one.
    INDIVIDUAL_EMOJI_CHANGES = 14;
    /// No capability: the reader may not know of a message's sender.
    SENDER_UNKNOWN = 15;
}

/// The capabilities that `client_capabilities` can name, with their bits.
pub const CAPABILITIES: &[(&str, Shape)] = &[
    ("notification_settings_null", Shape::NOTIFICATION_SETTINGS_NULL),
    ("bulk_message_deletion", Shape::BULK_MESSAGE_DELETION),
    ("user_avatar_url_field_optional", Shape::USER_AVATAR_URL_FIELD_OPTIONAL),
    ("stream_typing_notifications", Shape::STREAM_TYPING_NOTIFICATIONS),
    ("user_settings_object", Shape::USER_SETTINGS_OBJECT),
    ("linkifier_url_template", Shape::LINKIFIER_URL_TEMPLATE),
    ("user_list_incomplete", Shape::USER_LIST_INCOMPLETE),
    ("include_deactivated_groups", Shape::INCLUDE_DEACTIVATED_GROUPS),
    ("archived_channels", Shape::ARCHIVED_CHANNELS),
    ("empty_topic_name", Shape::EMPTY_TOPIC_NAME),
    ("simplified_presence_events", Shape::SIMPLIFIED_PRESENCE_EVENTS),
    ("individual_emoji_changes", Shape::INDIVIDUAL_EMOJI_CHANGES),
];

/// What clients that do not know empty topics are shown instead. Not translated.
pub const EMPTY_TOPIC_DISPLAY_NAME: &str = "general chat";

impl Shape {
    /// Both.
    #[must_use]
    pub const fn with(self, other: Shape) -> Shape {
        Shape(self.0 | other.0)
    }

    /// With `other` if `on`.
    #[must_use]
    pub fn with_if(self, other: Shape, on: bool) -> Shape {
        if on { self.with(other) } else { self }
    }

    /// Whether all of `other` is in it.
    #[must_use]
    pub fn has(self, other: Shape) -> bool {
        self.0 & other.0 == other.0
    }

    /// The bits that matter to `payload`; queues that differ in others share one rendering.
    #[must_use]
    pub fn relevant_to(self, payload: &Payload) -> Shape {
        let mask = match payload {
            Payload::Message(payload) => Shape::APPLY_MARKDOWN
                .with(Shape::EMPTY_TOPIC_NAME)
                .with_if(Shape::SENDER_UNKNOWN, payload.stranger.is_some()),
            Payload::Delete { .. } => Shape::BULK_MESSAGE_DELETION.with(Shape::EMPTY_TOPIC_NAME),
            Payload::Presence(_) => Shape::SIMPLIFIED_PRESENCE_EVENTS.with(Shape::SLIM_PRESENCE),
            Payload::Update { .. } => Shape::EMPTY_TOPIC_NAME,
            Payload::Plain(event) if mentions_topic(event) => Shape::EMPTY_TOPIC_NAME,
            Payload::Plain(_) => Shape::default(),
        };
        Shape(self.0 & mask.0)
    }

    /// The topic as a client of this shape is shown it.
    #[must_use]
    pub fn topic(self, topic: &str) -> &str {
        if topic.is_empty() && !self.has(Shape::EMPTY_TOPIC_NAME) { EMPTY_TOPIC_DISPLAY_NAME } else { topic }
    }
}

fn mentions_topic(event: &Event) -> bool {
    matches!(
        event,
        Event::UserTopic(_)
            | Event::TypingStart(_)
            | Event::TypingStop(_)
            | Event::TypingEditStart(_)
            | Event::TypingEditStop(_)
            | Event::FlagsRemove(_)
            | Event::MutedTopics(_)
    )
}

/// Renders a payload for clients of one shape.
///
/// The result is the event's JSON object, or several separated by commas. Where flags differ from user to user the
/// object ends with `"flags":`, and the flags and the closing brace are to be added.
///
/// # Errors
/// A payload that cannot be JSON; none of ours is.
pub fn render(payload: &Payload, id: EventId, shape: Shape) -> serde_json::Result<Vec<u8>> {
    let mut out = Vec::with_capacity(1024);
    match payload {
        Payload::Message(payload) => {
            let mut message = payload.message.clone();
            if !shape.has(Shape::APPLY_MARKDOWN) {
                message.content.clone_from(&payload.markdown);
                "text/x-markdown".clone_into(&mut message.content_type);
            }
            if message.stream_id.is_some() {
                message.subject = shape.topic(&message.subject).to_owned();
            }
            if let Some(stranger) = payload.stranger.as_ref().filter(|_| shape.has(Shape::SENDER_UNKNOWN)) {
                stranger.stand_in.clone().hide_sender(&mut message);
            }
            let event = MessageEvent { message, flags: Vec::new(), local_message_id: None };
            write_with_flags(&Event::Message(Box::new(event)), id, &mut out)?;
        }
        Payload::Update { event, .. } => {
            let mut event = event.clone();
            for topic in [&mut event.subject, &mut event.orig_subject].into_iter().flatten() {
                *topic = shape.topic(topic).to_owned();
            }
            write_with_flags(&Event::UpdateMessage(event), id, &mut out)?;
        }
        Payload::Delete { event, ids } => {
            let topic = event.topic.as_deref().map(|topic| shape.topic(topic).to_owned());
            let event = DeleteMessage { topic, ..event.clone() };
            if shape.has(Shape::BULK_MESSAGE_DELETION) {
                let bulk = DeleteMessage { message_ids: Some(ids.clone()), ..event };
                write_whole(&Event::DeleteMessage(bulk), id, &mut out)?;
            } else {
                write_one_by_one(&event, ids, id, &mut out)?;
            }
        }
        Payload::Presence(payload) => write_whole(&Event::Presence(presence_event(payload, shape)), id, &mut out)?,
        Payload::Plain(event) => match with_topic(event, shape) {
            Some(event) => write_whole(&event, id, &mut out)?,
            None => write_whole(event, id, &mut out)?,
        },
    }
    Ok(out)
}

fn write_whole(event: &Event, id: EventId, out: &mut Vec<u8>) -> serde_json::Result<()> {
    event.write_open(out)?;
    out.extend_from_slice(format!(",\"id\":{id}}}").as_bytes());
    Ok(())
}

fn write_with_flags(event: &Event, id: EventId, out: &mut Vec<u8>) -> serde_json::Result<()> {
    event.write_open(out)?;
    out.extend_from_slice(format!(",\"id\":{id},\"flags\":").as_bytes());
    Ok(())
}

/// One event for each message, for clients that know no other form. The entry spans as many durable positions as
/// it has messages, so each event has an id of its own and the last one has the entry's.
fn write_one_by_one(
    event: &DeleteMessage,
    ids: &[tidings_types::MessageId],
    last: EventId,
    out: &mut Vec<u8>,
) -> serde_json::Result<()> {
    for (at, message) in ids.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        let behind = (ids.len() - 1 - at) as u64;
        let one = DeleteMessage { message_id: Some(*message), ..event.clone() };
        write_whole(&Event::DeleteMessage(one), EventId::durable(last.seq() - behind), out)?;
    }
    Ok(())
}

fn presence_event(payload: &PresencePayload, shape: Shape) -> PresenceEvent {
    if shape.has(Shape::SIMPLIFIED_PRESENCE_EVENTS) {
        return PresenceEvent::Modern { presences: BTreeMap::from([(payload.user, payload.presence)]) };
    }
    PresenceEvent::Legacy {
        user_id: payload.user,
        email: (!shape.has(Shape::SLIM_PRESENCE)).then(|| payload.email.clone()),
        server_timestamp: payload.server_timestamp,
        presence: BTreeMap::from([("website".to_owned(), legacy_presence(payload.presence))]),
    }
}

/// The older description of when somebody was last seen.
#[must_use]
pub fn legacy_presence(presence: Presence) -> LegacyPresence {
    let is_active = presence.active_timestamp > 0 && presence.active_timestamp >= presence.idle_timestamp;
    LegacyPresence {
        client: "website".to_owned(),
        status: if is_active { "active" } else { "idle" }.to_owned(),
        timestamp: presence.active_timestamp.max(presence.idle_timestamp),
        pushable: false,
    }
}

/// A copy of the event with the topic as this shape shows it; none where nothing differs.
fn with_topic(event: &Event, shape: Shape) -> Option<Event> {
    if shape.has(Shape::EMPTY_TOPIC_NAME) || !mentions_topic(event) {
        return None;
    }
    let mut event = event.clone();
    match &mut event {
        Event::UserTopic(topic) => topic.topic_name = shape.topic(&topic.topic_name).to_owned(),
        Event::TypingStart(typing) | Event::TypingStop(typing) => {
            typing.topic = typing.topic.as_deref().map(|topic| shape.topic(topic).to_owned());
        }
        Event::TypingEditStart(typing) | Event::TypingEditStop(typing) => {
            if let EditedIn::Channel { topic, .. } = &mut typing.recipient {
                *topic = shape.topic(topic).to_owned();
            }
        }
        Event::FlagsRemove(flags) => {
            for details in flags.message_details.iter_mut().flat_map(BTreeMap::values_mut) {
                details.topic = details.topic.as_deref().map(|topic| shape.topic(topic).to_owned());
            }
        }
        Event::MutedTopics(muted) => {
            for (_, topic, _) in &mut muted.muted_topics {
                *topic = shape.topic(topic).to_owned();
            }
        }
        _ => {}
    }
    Some(event)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_capability_that_is_described_has_a_bit() {
        let described = tidings_types::endpoints::events::CAPABILITIES.iter().map(|(name, _)| *name);
        assert!(described.eq(CAPABILITIES.iter().map(|(name, _)| *name)));
    }
}

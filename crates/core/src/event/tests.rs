//! What the store gives back looks to every client as what was put in.

use super::*;
use crate::change::{Change, MessageBits, MessageRow};
use crate::state::RealmState;
use crate::state::flags::Flag;
use crate::state::messages::ConversationKind;
use proptest::prelude::*;
use serde_json::{Value, json};
use tidings_types::ConversationId;
use tidings_types::message::DisplayRecipient;

fn state() -> RealmState {
    RealmState::new(crate::state::realm::RealmRow::default())
}

/// All that differs between renderings, one at a time and together.
const SHAPES: [Shape; 5] =
    [Shape(0), Shape::APPLY_MARKDOWN, Shape::EMPTY_TOPIC_NAME, Shape::BULK_MESSAGE_DELETION, Shape(u32::MAX)];

/// The entry as users 1 to 3 get it through two queues, in every shape.
fn written(entry: &Entry) -> Vec<String> {
    let mut all = Vec::new();
    for shape in SHAPES {
        for (user, queue) in [(1, 1), (2, 2), (3, 2)] {
            let (user, queue) = (UserId(user), QueueId::from_random(queue));
            let reader = Reader { user, queue, shape, is_recipient: user.0 < 3 };
            let mut out = Vec::new();
            entry.write(&reader, &mut out);
            let text = String::from_utf8(out).expect("events are UTF-8");
            serde_json::from_str::<Value>(&format!("[{text}]")).expect("events are JSON");
            all.push(text);
        }
    }
    all
}

#[track_caller]
fn round_trip(payload: Payload, audience: Audience, gate: Gate) {
    let state = state();
    let event = Outgoing { payload, audience, gate };
    let entry = Entry::new(EventId::durable(40 + event.span()), event, 77).expect("a known type");
    let stored = entry.to_stored().expect("JSON").expect("it is durable");
    assert_eq!((stored.seq, stored.created_at), (entry.id.seq(), 77));
    let back = Entry::from_stored(stored.seq, stored.created_at, &stored.body).expect("it can be read");
    assert_eq!((back.id, back.event_type, back.event.gate), (entry.id, entry.event_type, gate));
    assert_eq!(written(&back), written(&entry));
    for user in 0..40 {
        let is_in = |entry: &Entry| entry.event.audience.contains(UserId(user), &state, entry.id.seq());
        assert_eq!(is_in(&back), is_in(&entry), "user {user}");
    }
    // And once more, as an export and import would.
    assert_eq!(back.to_stored().expect("JSON").expect("it is durable"), stored);
}

fn plain(value: Value) -> Event {
    let Value::Object(fields) = value else { panic!("not an object") };
    let event = Event::from_json(fields.clone());
    assert!(!matches!(event, Event::Unknown(_)), "{fields:?}");
    event
}

#[test]
fn plain_events() {
    let user = json!({"user_id": 1, "email": "a@example.com", "full_name": "A", "is_mirror_dummy": false});
    for value in [
        json!({"type": "alert_words", "alert_words": ["a", "\"", "\u{0}é\u{2028}"]}),
        json!({"type": "update_display_settings", "user": "a@b", "setting_name": "x", "setting": null}),
        json!({"type": "user_settings", "op": "update", "property": "x", "value": {"b": 1, "a": [1.5, -0.0, 1e300]}}),
        json!({"type": "user_group", "op": "add_members", "group_id": 3, "user_ids": [1, 2]}),
        json!({"type": "subscription", "op": "peer_add", "stream_ids": [1], "user_ids": [2, 3]}),
        json!({"type": "subscription", "op": "update", "stream_id": 1, "property": "color", "value": "#fff"}),
        json!({"type": "default_streams", "default_streams": []}),
        json!({"type": "reaction", "op": "add", "message_id": 1, "emoji_name": "+1", "emoji_code": "1f44d",
            "reaction_type": "unicode_emoji", "user_id": 1, "user": user}),
        json!({"type": "update_message_flags", "op": "add", "operation": "add", "flag": "read", "messages": [1, 2],
            "all": false}),
        json!({"type": "update_message_flags", "op": "remove", "operation": "remove", "flag": "read",
            "messages": [9, 10], "all": false, "message_details": {
                "9": {"type": "stream", "stream_id": 1, "topic": "", "unmuted_stream_msg": true},
                "10": {"type": "private", "user_ids": [], "mentioned": true}}}),
        json!({"type": "muted_topics", "muted_topics": [["Denmark", "", 5]]}),
        json!({"type": "user_topic", "stream_id": 1, "topic_name": "", "last_updated": 5, "visibility_policy": 1}),
        json!({"type": "restart", "zulip_version": "1", "zulip_merge_base": "1", "zulip_feature_level": 1,
            "server_generation": 1_700_000_000}),
        json!({"type": "realm_user", "op": "remove", "person": {"user_id": 1, "full_name": "A"}}),
    ] {
        round_trip(Payload::Plain(plain(value)), Audience::realm(), Gate::All);
    }
    // A type that a newer version wrote is passed on as it is.
    let Value::Object(unknown) = json!({"type": "drafts", "op": "new", "z": 1, "a": {"y": [], "b": null}}) else {
        unreachable!()
    };
    round_trip(Payload::Plain(Event::Unknown(unknown)), Audience::user(UserId(1)), Gate::All);
}

fn message() -> impl Strategy<Value = MessagePayload> {
    let text = || prop_oneof![Just(String::new()), any::<String>()];
    let marks =
        (proptest::collection::vec(1..4u32, 0..3), proptest::collection::vec((1..4u32, 0..8u8), 0..3), any::<bool>());
    (text(), text(), any::<bool>(), any::<bool>(), marks, proptest::option::of(text())).prop_map(
        |(topic, content, is_public, is_channel, (read, mentions, channel_wildcard), local)| {
            let user = json!({"id": 2, "email": "b@example.com", "full_name": content, "is_mirror_dummy": false});
            let mut value = json!({
                "id": 5, "sender_id": 1, "content": content, "recipient_id": 9, "timestamp": 1, "client": topic,
                "subject": topic, "topic_links": [{"url": "u", "text": "t"}], "is_me_message": false,
                "reactions": [], "submessages": [], "sender_full_name": "A", "sender_email": "a@example.com",
                "sender_realm_str": "", "display_recipient": [user], "type": "private",
                "avatar_url": "/x", "content_type": "text/html",
            });
            if is_channel {
                value["stream_id"] = 3.into();
                value["type"] = "stream".into();
                value["display_recipient"] = "Denmark".into();
            }
            let message: Message = serde_json::from_value(value).expect("a message");
            assert_eq!(matches!(message.display_recipient, DisplayRecipient::Channel(_)), is_channel);
            MessagePayload {
                message,
                markdown: content,
                reach: if is_public { Reach::Public } else { Reach::Private },
                marks: Marks {
                    read: read.into_iter().map(UserId).collect(),
                    mentions: mentions.into_iter().map(|(user, bits)| (UserId(user), MentionBits(bits))).collect(),
                    channel_wildcard,
                },
                sent_from: local.map(|local| (QueueId::from_random(1), local)),
                stranger: is_public.then(|| Stranger {
                    to: vec![UserId(1), UserId(3)],
                    stand_in: StandIn {
                        full_name: "Unknown".to_owned(),
                        email: "user1@x".to_owned(),
                        avatar_url: "/unknown".to_owned(),
                    },
                }),
            }
        },
    )
}

fn audience() -> impl Strategy<Value = Audience> {
    let users = || proptest::collection::btree_set(0..40u32, 0..30);
    let base = prop_oneof![Just(None), users().prop_map(Some)];
    (base, users(), users()).prop_map(|(base, plus, minus)| {
        let audience = base.map_or_else(Audience::realm, |users| Audience::users(users.into_iter().map(UserId)));
        audience.plus(plus.into_iter().map(UserId)).minus(minus.into_iter().map(UserId))
    })
}

fn gate() -> impl Strategy<Value = Gate> {
    prop_oneof![
        Just(Gate::All),
        any::<u32>().prop_map(|bits| Gate::With(Shape(bits))),
        any::<u32>().prop_map(|bits| Gate::Without(Shape(bits))),
        Just(Gate::LegacyMutedTopics),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn messages(payload in message(), audience in audience(), gate in gate()) {
        round_trip(Payload::Message(Arc::new(payload)), audience, gate);
    }

    #[test]
    fn deletions(ids in proptest::collection::btree_set(any::<u32>(), 1..9), topic in any::<Option<String>>(),
        audience in audience(), gate in gate()) {
        let event = DeleteMessage {
            message_ids: None,
            message_id: None,
            message_type: "stream".to_owned(),
            stream_id: Some(ChannelId(1)),
            topic,
        };
        round_trip(Payload::Delete { event, ids: ids.into_iter().map(MessageId).collect() }, audience, gate);
    }

    #[test]
    fn updates(topic in any::<Option<String>>(), content in any::<Option<String>>(),
        (audience, flags) in audience_with_flags()) {
        let event = UpdateMessage {
            user_id: None,
            message_id: MessageId(4),
            message_ids: vec![MessageId(4), MessageId(6)],
            subject: topic.clone(),
            orig_subject: topic.map(|_| String::new()),
            orig_content: content.clone(),
            rendered_content: content.clone(),
            content,
            ..UpdateMessage::default()
        };
        let flags = Arc::new(flags);
        round_trip(Payload::Update { event: Box::new(event), flags }, audience, Gate::All);
    }

    #[test]
    fn flags_are_those_of_the_moment(
        (mut state, audience) in state_with_flags(),
        later in proptest::collection::vec((0..40u32, any::<bool>()), 0..4),
        wildcard in any::<bool>(),
    ) {
        let prepared = PreparedFlags::new(&state, MessageId(4));
        for (user, add) in later {
            state.apply(&Change::Flags { user: UserId(user), flag: Flag::Read, add, ids: vec![MessageId(4)] });
        }
        state.flags.load_mentions(MessageId(4), wildcard, &[(UserId(3), MentionBits::USER)]);
        let now = |user| state.flags.bits(user, MessageId(4), state.received(user, MessageId(4)));
        let groups = prepared.bring_up_to(&state, &audience);
        let json = serde_json::to_string(&groups).expect("JSON");
        let back: FlagGroups = serde_json::from_str(&json).expect("it can be read");
        for user in (0..40).map(UserId).filter(|user| audience.contains(*user, &state, 1)) {
            assert_eq!((groups.of(user), back.of(user)), (now(user), now(user)), "user {user} in {json}");
        }
    }
}

/// A state in which some have marked a message, and users to tell of it.
fn state_with_flags() -> impl Strategy<Value = (RealmState, Audience)> {
    let users = || proptest::collection::btree_set(0..40u32, 0..40);
    (users(), users(), users(), users()).prop_map(|(told, read, starred, mentioned)| {
        let mentions = mentioned.into_iter().map(|user| (UserId(user), MentionBits(1 + user as u8 % 7))).collect();
        let mut state = state_with_message(20, mentions);
        for (flag, users) in [(Flag::Read, read), (Flag::Starred, starred)] {
            for user in users.into_iter().map(UserId) {
                state.apply(&Change::Flags { user, flag, add: true, ids: vec![MessageId(4)] });
            }
        }
        (state, Audience::users(told.into_iter().map(UserId)))
    })
}

/// A message of user 1 to the first users.
fn state_with_message(participants: u32, mentions: Vec<(UserId, MentionBits)>) -> RealmState {
    let mut state = state();
    let direct = ConversationKind::Direct { users: (0..participants).map(UserId).collect() };
    state.apply(&Change::Conversation { id: ConversationId(1), kind: Arc::new(direct) });
    let row = MessageRow {
        id: MessageId(4),
        conversation: ConversationId(1),
        sender: UserId(1),
        client: String::new(),
        timestamp: 0,
        content: String::new(),
        rendered: String::new(),
        bits: MessageBits::default(),
        last_edit: None,
        last_moved: None,
        edit_history: Vec::new(),
        reactions: Vec::new(),
        submessages: Vec::new(),
    };
    state.apply(&Change::MessageInserted { row: Arc::new(row), mentions });
    state
}

fn audience_with_flags() -> impl Strategy<Value = (Audience, FlagGroups)> {
    state_with_flags().prop_map(|(state, audience)| {
        let flags = PreparedFlags::new(&state, MessageId(4)).bring_up_to(&state, &audience);
        (audience, flags)
    })
}

#[test]
fn flags_of_many_are_small() {
    let mut state = state_with_message(10_000, Vec::new());
    let audience = Audience::users((0..10_000).map(UserId));
    let size = |state: &RealmState| {
        let groups = PreparedFlags::new(state, MessageId(4)).bring_up_to(state, &audience);
        serde_json::to_string(&groups).expect("JSON").len()
    };
    assert!(size(&state) < 32, "all are the same");
    // Every other user, which cannot be written as runs.
    for user in (0..5_000).map(|user| UserId(2 * user + 1)) {
        state.apply(&Change::Flags { user, flag: Flag::Starred, add: true, ids: vec![MessageId(4)] });
    }
    assert!(size(&state) < 12_000, "{} bytes", size(&state));
}

#[test]
fn what_cannot_be_read_says_so() {
    for body in ["", "{}", "[]", r#"{"to":{"base":"realm"}}"#, r#"{"to":{"base":"realm"},"plain":{"type":"?"}}"#] {
        let error = Entry::from_stored(7, 0, body).map(|entry| entry.id).expect_err("it is not an entry");
        assert!(error.0.starts_with("event 7: "), "{}", error.0);
    }
}

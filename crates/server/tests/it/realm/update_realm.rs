use serde_json::{Value, json};
use tidings_client::State;
use tidings_testkit::TestServer;

fn event<'a>(events: &'a [Value], op: &str) -> Option<&'a Value> {
    events.iter().find(|event| event["type"] == "realm" && event["op"] == op)
}

#[tokio::test]
async fn administrators_change_settings_and_everybody_is_told() {
    let server = TestServer::start().await;
    let iago = server.client("iago");
    let queue = server.client("polonius").register(&[]).await;
    let mut state = State::from_initial(queue.state.as_object().cloned().expect("an object"));
    let group = json!({ "new": 3, "old": 2 }).to_string();
    let params = [
        ("allow_message_editing", "false"),
        ("message_content_edit_limit_seconds", "\"unlimited\""),
        ("move_messages_within_stream_limit_seconds", "3600"),
        ("message_edit_history_visibility_policy", "moves"),
        ("topics_policy", "disable_empty_topic"),
        ("can_delete_any_message_group", group.as_str()),
        ("enable_read_receipts", "true"),
    ];
    iago.patch("/realm", &params).await.done();
    let events = queue.events().await;
    let together = event(&events, "update_dict").expect("what belongs together");
    let data = json!({
        "allow_message_editing": false,
        "message_content_edit_limit_seconds": null,
        "message_edit_history_visibility_policy": "moves",
        "topics_policy": "disable_empty_topic",
        "mandatory_topics": true,
        "can_delete_any_message_group": 3,
    });
    assert_eq!((&together["property"], &together["data"]), (&json!("default"), &data));
    let alone = event(&events, "update").expect("what stands alone");
    let property = json!("move_messages_within_stream_limit_seconds");
    assert_eq!((&alone["property"], &alone["value"]), (&property, &json!(3600)));
    assert_eq!(events.len(), 2);
    for event in events {
        state.apply(&serde_json::from_value(event).expect("an event"));
    }
    let fresh = server.client("polonius").register(&[]).await.state.clone();
    for (name, value) in fresh.as_object().expect("an object").iter().filter(|(name, _)| name.starts_with("realm_")) {
        assert_eq!(state.get(name), Some(value), "{name}");
    }
    // It is still so after a restart, and changing it to what it is tells nothing.
    let server = server.restart().await;
    let queue = server.client("iago").register(&[("event_types", r#"["realm"]"#)]).await;
    assert_eq!(queue.state["realm_topics_policy"], "disable_empty_topic");
    server.client("iago").patch("/realm", &[("topics_policy", "disable_empty_topic")]).await.done();
    assert_eq!(queue.kinds().await, [""; 0]);
}

#[tokio::test]
async fn who_may_not_and_what_cannot_be() {
    let server = TestServer::start().await;
    let queue = server.client("hamlet").register(&[("event_types", r#"["realm"]"#)]).await;
    for name in ["shiva", "hamlet", "polonius", "hamletbot"] {
        let refused = server.client(name).patch("/realm", &[("allow_message_editing", "false")]).await;
        refused.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    }
    let desdemona = server.client("desdemona");
    for (name, value, text) in [
        ("allow_message_editing", "maybe", "allow_message_editing is not valid JSON"),
        ("message_content_edit_limit_seconds", "-5", "Bad value for 'message_content_edit_limit_seconds': -5"),
        ("topics_policy", "inherit", "Invalid topics_policy"),
        (
            "can_delete_any_message_group",
            r#"{"new": 6}"#,
            "'can_delete_any_message_group' setting cannot be set to 'role:everyone' group.",
        ),
        ("can_delete_any_message_group", r#"{"new": 99}"#, "Invalid user group ID: 99"),
        (
            "can_access_all_users_group",
            r#"{"new": 3}"#,
            "'can_access_all_users_group' setting cannot be set to 'role:moderators' group.",
        ),
        (
            "can_create_web_public_channel_group",
            r#"{"new": {"direct_members": [4], "direct_subgroups": []}}"#,
            "'can_create_web_public_channel_group' must be a system user group.",
        ),
        ("can_resolve_topics_group", r#"{"new": 3, "old": 4}"#, "'old' value does not match the expected value."),
        ("moderation_request_channel_id", "99", "Invalid channel ID"),
        ("moderation_request_channel_id", "1", "Moderation request channel must be private."),
        ("new_stream_announcements_stream_id", "99", "Invalid channel ID"),
        ("signup_announcements_stream_id", "99", "Invalid channel ID"),
    ] {
        // All or nothing.
        let params = [("enable_read_receipts", "false"), (name, value)];
        desdemona.patch("/realm", &params).await.refused(400, text);
    }
    assert_eq!(queue.kinds().await, [""; 0]);
    desdemona.patch("/realm", &[]).await.done();
}

#[tokio::test]
async fn who_comes_in_is_for_owners_to_say() {
    let server = TestServer::start().await;
    for (name, value) in [
        ("emails_restricted_to_domains", "true"),
        ("disallow_disposable_email_addresses", "true"),
        ("waiting_period_threshold", "3"),
    ] {
        let refused = server.client("iago").patch("/realm", &[(name, value)]).await;
        refused.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
        server.client("desdemona").patch("/realm", &[(name, value)]).await.done();
    }
}

//! A request to show for each operation: what the examples of the documentation send. A test executes them against the
//! realm of `tidings_testkit::documented`.
//!
//! Where nothing is said here, a request has what is required, with the values of [`super::examples`]. A line is needed
//! where nothing is required, yet a request without anything says nothing, and where those values do not go together.

use serde_json::{Map, Value, json};

/// Requests that say more than what is required, by operation: all parameters, as JSON.
const REQUESTS: &[(&str, &str)] = &[
    ("add-alert-words", r#"{"alert_words": ["coffee"]}"#),
    (
        "add-code-playground",
        r#"{"name": "Rust", "pygments_language": "Rust", "url_template": "https://play.example.com/?code={code}"}"#,
    ),
    ("add-linkifier", r##"{"pattern": "#(?P<id>[0-9]+)", "url_template": "https://issues.example.com/{id}"}"##),
    ("add-navigation-view", r#"{"fragment": "narrow/is/dm", "is_pinned": true, "name": "Direct messages"}"#),
    (
        "add-submessage",
        r#"{"message_id": 11, "msg_type": "widget", "content": "{\"type\":\"vote\",\"key\":\"canned,0\",\"vote\":1}"}"#,
    ),
    ("create-bot", r#"{"full_name": "Gravedigger", "short_name": "gravedigger", "bot_type": 1}"#),
    ("create-channel", r#"{"name": "Elsinore", "description": "The castle.", "subscribers": [10, 11]}"#),
    (
        "create-custom-profile-field",
        r#"{"name": "Favorite play", "field_type": 3, "field_data": {"h": {"text": "Hamlet", "order": "1"}}}"#,
    ),
    ("create-channel-folder", r#"{"name": "Castles", "description": "Channels of **castles**"}"#),
    (
        "create-drafts",
        r#"{"drafts": [{"type": "stream", "to": [10], "topic": "tea", "content": "To be, or", "timestamp": 1777000000}]}"#,
    ),
    (
        "create-scheduled-message",
        r#"{"type": "channel", "to": "10", "topic": "tea", "content": "Good night.", "scheduled_delivery_timestamp": 2145916800}"#,
    ),
    (
        "create-user",
        r#"{"email": "ophelia@example.com", "full_name": "Ophelia", "password": "rosemary, for remembrance"}"#,
    ),
    ("create-user-group", r#"{"name": "players", "description": "The tragedians of the city.", "members": [10, 11]}"#),
    ("deactivate-user-group", r#"{"user_group_id": 11}"#),
    ("delete-realm-logo", r#"{"night": true}"#),
    ("upload-realm-logo", r#"{"night": true}"#),
    (
        "edit-draft",
        r#"{"draft_id": 10, "draft": {"type": "stream", "to": [10], "topic": "tea", "content": "To be", "timestamp": 1777000000}}"#,
    ),
    ("e2ee-test-notify", r#"{"push_account_id": 2408}"#),
    ("edit-navigation-view", r#"{"fragment": "narrow/is/alerted", "is_pinned": false}"#),
    ("edit-saved-snippet", r#"{"saved_snippet_id": 10, "title": "Farewell"}"#),
    ("get-events", r#"{"queue_id": "fd1e7b2c-5e0a-4b4e-9a53-1f1d1c1b0a09", "last_event_id": -1}"#),
    (
        "get-messages",
        r#"{"anchor": "newest", "num_before": 10, "num_after": 0, "narrow": [{"operator": "channel", "operand": "Denmark"}]}"#,
    ),
    ("get-users", r#"{"user_ids": [10, 11]}"#),
    (
        "json-webhook",
        r#"{"api_key": "echoxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "payload": {"build": 17, "ok": true}, "stream": "Denmark", "topic": "tea"}"#,
    ),
    ("mute-topic", r#"{"stream_id": 10, "topic": "tea", "op": "add"}"#),
    ("reactivate-user", r#"{"user_id": 13}"#),
    ("real-time-post", r#"{"event_types": ["message"]}"#),
    ("register-queue", r#"{"event_types": ["message", "reaction"], "apply_markdown": true}"#),
    ("remove-bot-storage", r#"{"keys": ["last_seen"]}"#),
    ("remove-reaction", r#"{"message_id": 10, "emoji_name": "octopus"}"#),
    ("remove-user-group", r#"{"user_group_id": 12}"#),
    ("rest-error-handling", r#"{"code": 401}"#),
    (
        "send-message",
        r#"{"type": "channel", "to": "Denmark", "topic": "tea", "content": "Something is **rotten** in the state of Denmark."}"#,
    ),
    ("set-typing-status", r#"{"type": "channel", "op": "start", "stream_id": 10, "topic": "tea"}"#),
    (
        "slack-incoming-webhook",
        r#"{"api_key": "echoxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "payload": {"text": "Build *17* is done."}, "stream": "Denmark", "topic": "tea"}"#,
    ),
    ("subscribe", r#"{"subscriptions": [{"name": "Verona", "description": "Fair Verona"}]}"#),
    ("test-notify", r#"{"token": "c0ffee"}"#),
    ("export-realm", r#"{"export_type": 1}"#),
    ("unmute-user", r#"{"muted_user_id": 11}"#),
    ("update-bot", r#"{"bot_id": 14, "full_name": "Parrot"}"#),
    ("update-channel-folder", r#"{"channel_folder_id": 10, "description": "Channels of *plays*"}"#),
    ("update-custom-profile-field", r#"{"field_id": 10, "hint": "Hot or cold"}"#),
    ("update-default-stream-group", r#"{"group_id": 10, "new_description": "All of them"}"#),
    ("change-default-stream-group", r#"{"group_id": 10, "op": "add", "stream_names": ["Verona"]}"#),
    ("create-default-stream-group", r#"{"group_name": "Castles", "description": "", "stream_names": ["Verona"]}"#),
    ("add-realm-domain", r#"{"domain": "example.org"}"#),
    ("send-invites", r#"{"invitee_emails": "ophelia@example.com", "stream_ids": [10]}"#),
    ("create-invite-link", r#"{"invite_expires_in_minutes": 1440, "stream_ids": [10]}"#),
    ("update-display-settings", r#"{"twenty_four_hour_time": true}"#),
    (
        "update-linkifier",
        r##"{"filter_id": 10, "pattern": "#(?P<id>[0-9]+)", "url_template": "https://issues.example.com/{id}"}"##,
    ),
    ("update-message", r#"{"message_id": 10, "content": "Something is **not** rotten."}"#),
    ("update-notification-settings", r#"{"enable_sounds": false}"#),
    ("update-realm", r#"{"enable_read_receipts": false}"#),
    ("update-realm-user-settings-defaults", r#"{"twenty_four_hour_time": true}"#),
    ("update-scheduled-message", r#"{"scheduled_message_id": 10, "content": "Good night, sweet prince."}"#),
    ("update-settings", r#"{"twenty_four_hour_time": true, "enable_sounds": false}"#),
    ("update-status", r#"{"status_text": "reading", "emoji_name": "book"}"#),
    ("update-status-for-user", r#"{"user_id": 10, "status_text": "in England", "emoji_name": "ship"}"#),
    ("update-stream", r#"{"stream_id": 10, "description": "All about **Denmark**"}"#),
    ("update-subscriptions", r#"{"add": [{"name": "Verona"}], "delete": ["Denmark"]}"#),
    ("update-user", r#"{"user_id_or_email": "hamlet@example.com", "full_name": "Prince Hamlet"}"#),
    ("update-user-group", r#"{"user_group_id": 10, "description": "Whoever is at court."}"#),
    ("update-user-group-members", r#"{"user_group_id": 10, "add": [12], "delete": [11]}"#),
    ("update-user-group-subgroups", r#"{"user_group_id": 10, "add": [3]}"#),
    ("update-user-topic", r#"{"stream_id": 10, "topic": "tea", "visibility_policy": 3}"#),
];

/// Operations whose example shows an error, and its code.
const FAILS: &[(&str, &str)] = &[
    ("rest-error-handling", "INVALID_API_KEY"),
    ("create-big-blue-button-video-call", "BAD_REQUEST"),
    ("get-stream-email-address", "BAD_REQUEST"),
    ("e2ee-test-notify", "NO_ACTIVE_PUSH_DEVICE"),
    ("register-push-device", "PUSH_SERVICE_NOT_CONFIGURED"),
    ("test-notify", "PUSH_SERVICE_NOT_CONFIGURED"),
    // The server of the examples sends no e-mail.
    ("send-invites", "INVITATION_FAILED"),
];

/// The request to show: each parameter with its value. `parameters` are those of the operation: name, whether it is
/// required, its example.
pub(super) fn request(operation: &str, parameters: &[(String, bool, Value)]) -> Map<String, Value> {
    let told = REQUESTS.iter().find(|(id, _)| *id == operation);
    match told.map(|(_, text)| serde_json::from_str(text)) {
        Some(Ok(Value::Object(request))) => request,
        _ => parameters
            .iter()
            .filter(|(_, required, _)| *required)
            .map(|(name, _, value)| (name.clone(), value.clone()))
            .collect(),
    }
}

/// The error that the request is answered with, if it is to show one.
pub(super) fn fails(operation: &str) -> Option<Value> {
    FAILS.iter().find(|(id, _)| *id == operation).map(|(_, code)| json!(code))
}

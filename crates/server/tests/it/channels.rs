//! Channels.

mod announce;
mod archive_stream;
mod create_channel;
mod default_streams;
mod email_address;
mod fold;
mod folders;
mod get_stream_topics;
mod get_streams;
mod notices;
mod traffic;
mod update_stream;

use serde_json::Value;

/// Clients that know archived channels.
const ARCHIVED: (&str, &str) =
    ("client_capabilities", r#"{"notification_settings_null": true, "archived_channels": true}"#);

/// Ids of the channels in a section of the initial state, ascending.
fn ids(section: &Value) -> Vec<i64> {
    let id = |channel: &Value| channel["stream_id"].as_i64().expect("an id");
    let mut ids: Vec<i64> = section.as_array().expect("a list").iter().map(id).collect();
    ids.sort_unstable();
    ids
}

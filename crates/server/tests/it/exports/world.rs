//! A realm with a bit of everything, made through the API.

use crate::files::png;
use serde_json::{Value, json};
use tidings_testkit::TestServer;
use tidings_testkit::client::TestClient;

/// Makes it. Everybody agrees that what is theirs is exported.
pub(crate) async fn make(server: &TestServer) {
    people(server).await;
    organization(server).await;
    channels(server).await;
    talk(server).await;
    personal(server).await;
}

async fn upload_picture(client: &TestClient, path: &str, size: (u32, u32)) {
    client.post_file(path, "x.png", png(size.0, size.1)).await.done();
}

async fn people(server: &TestServer) {
    for name in ["desdemona", "iago", "shiva", "hamlet", "cordelia", "othello", "polonius"] {
        let agrees = [("allow_private_data_export", "true")];
        server.client(name).patch("/settings", &agrees).await.done();
    }
    let (iago, hamlet) = (server.client("iago"), server.client("hamlet"));
    hamlet
        .patch("/settings", &[("enter_sends", "true"), ("emojiset", "\"text\""), ("timezone", "Europe/Berlin")])
        .await
        .done();
    let hidden = [("email_address_visibility", "3")];
    server.client("cordelia").patch("/settings", &hidden).await.done();
    upload_picture(&hamlet, "/users/me/avatar", (300, 200)).await;
    let bot =
        [("full_name", "Ghost"), ("short_name", "ghost"), ("bot_type", "3"), ("payload_url", "https://example.com/x")];
    hamlet.post("/bots", &bot).await.done();
    server.client("hamletbot").put("/bot_storage", &[("storage", r#"{"k": "v"}"#)]).await.done();
    iago.delete("/users/6", &[]).await.done();
}

async fn organization(server: &TestServer) {
    let (owner, iago, hamlet) = (server.client("desdemona"), server.client("iago"), server.client("hamlet"));
    upload_picture(&iago, "/realm/icon", (50, 50)).await;
    upload_picture(&iago, "/realm/logo", (900, 50)).await;
    upload_picture(&hamlet, "/realm/emoji/green_tick", (100, 80)).await;
    upload_picture(&hamlet, "/realm/emoji/faded_crest", (10, 10)).await;
    hamlet.delete("/realm/emoji/faded_crest", &[]).await.done();
    iago.post("/channel_folders/create", &[("name", "Plays"), ("description", "*all*")]).await.done();
    let choices = r#"{"v": {"text": "Vim", "order": "1"}}"#;
    for (name, kind, data) in
        [("Drink", "1", "{}"), ("Life", "2", "{}"), ("Editor", "3", choices), ("Friends", "6", "{}")]
    {
        iago.post("/realm/profile_fields", &[("name", name), ("field_type", kind), ("field_data", data)]).await.done();
    }
    let values = json!([{"id": 1, "value": "*tea*"}, {"id": 3, "value": "v"}, {"id": 4, "value": [5, 7]}]).to_string();
    hamlet.patch("/users/me/profile_data", &[("data", &values)]).await.done();
    let linkifier = [("pattern", "BUG-(?P<id>[0-9]+)"), ("url_template", "https://bugs.example.com/{id}")];
    iago.post("/realm/filters", &linkifier).await.done();
    let playground =
        [("name", "Play"), ("pygments_language", "Rust"), ("url_template", "https://play.example.com/?code={code}")];
    iago.post("/realm/playgrounds", &playground).await.done();
    owner.post("/realm/domains", &[("domain", "example.com"), ("allow_subdomains", "true")]).await.done();
    groups(server).await;
    let settings = [
        ("message_content_edit_limit_seconds", r#""unlimited""#),
        ("topics_policy", "disable_empty_topic"),
        ("message_edit_history_visibility_policy", "moves"),
        ("can_create_bots_group", r#"{"new": {"direct_members": [4], "direct_subgroups": [3, 100]}}"#),
        ("can_add_custom_emoji_group", r#"{"new": 100}"#),
        ("new_stream_announcements_stream_id", "2"),
        ("waiting_period_threshold", "3"),
    ];
    owner.patch("/realm", &settings).await.done();
    owner.patch("/realm/user_settings_defaults", &[("enter_sends", "true")]).await.done();
}

/// `court` (100), and in it `poets` (101); `old` (102) is out of use.
async fn groups(server: &TestServer) {
    let hamlet = server.client("hamlet");
    for (name, members) in [("court", "[4, 5]"), ("poets", "[4]"), ("old", "[]")] {
        let params = [("name", name), ("description", "people"), ("members", members)];
        hamlet.post("/user_groups/create", &params).await.done();
    }
    hamlet.post("/user_groups/100/subgroups", &[("add", "[101, 3]")]).await.done();
    let only = r#"{"new": {"direct_members": [4], "direct_subgroups": [101]}}"#;
    hamlet.patch("/user_groups/101", &[("can_mention_group", only)]).await.done();
    hamlet.post("/user_groups/102/deactivate", &[]).await.done();
}

async fn channels(server: &TestServer) {
    let (iago, hamlet, cordelia) = (server.client("iago"), server.client("hamlet"), server.client("cordelia"));
    iago.patch("/streams/1", &[("folder_id", "1"), ("description", "The *castle*")]).await.done();
    iago.patch(
        "/streams/2",
        &[("can_send_message_group", r#"{"new": {"direct_members": [2], "direct_subgroups": [101]}}"#)],
    )
    .await
    .done();
    iago.post("/default_streams", &[("stream_id", "1")]).await.done();
    let group = [("group_name", "Towns"), ("description", "all"), ("stream_names", r#"["Verona"]"#)];
    iago.post("/default_stream_groups/create", &group).await.done();
    let properties = json!([
        {"stream_id": 1, "property": "color", "value": "#c2726a"}, {"stream_id": 3, "property": "is_muted", "value": true},
        {"stream_id": 1, "property": "push_notifications", "value": true},
    ]);
    hamlet.post("/users/me/subscriptions/properties", &[("subscription_data", &properties.to_string())]).await.done();
    let new = json!([{"name": "attic"}]).to_string();
    cordelia.post("/users/me/subscriptions", &[("subscriptions", &new)]).await.done();
    cordelia.send_to_channel("attic", "dust", "before it is closed").await;
    iago.delete("/streams/6", &[]).await.done();
}

async fn talk(server: &TestServer) {
    let (iago, hamlet, cordelia) = (server.client("iago"), server.client("hamlet"), server.client("cordelia"));
    let id = |name: &str| server.user_id(name);
    let first = hamlet.send_to_channel("Denmark", "castle", "To **be**, see BUG-7 :green_tick:").await;
    let file = hamlet.upload("poem.txt", "O that this too too solid flesh").await;
    hamlet.send_to_channel("Denmark", "castle", &format!("[poem]({file})")).await;
    let picture = cordelia.upload("x.png", png(60, 40)).await;
    cordelia.send_to_users(&[id("hamlet")], &format!("[mine]({picture}) for @**Hamlet**")).await;
    hamlet.send_to_users(&[id("cordelia"), id("iago")], "all three").await;
    hamlet.send_to_users(&[id("hamlet")], "to myself").await;
    cordelia.send_to_channel("secret", "plan", "@**all** whisper @*court*").await;
    iago.post("/users/me/subscriptions", &[("subscriptions", r#"[{"name": "Verona"}]"#)]).await.done();
    let verona = iago.send_to_channel("Verona", "duel", "at dawn").await;
    iago.delete("/users/me/subscriptions", &[("subscriptions", r#"["Verona"]"#)]).await.done();
    let poll = iago.send_to_channel("Denmark", "castle", "/poll Tea?\nYes\nNo").await;
    let vote = r#"{"type": "vote", "key": "canned,0", "vote": 1}"#;
    let part = [("message_id", poll.to_string()), ("msg_type", "widget".to_owned()), ("content", vote.to_owned())];
    hamlet.post("/submessage", &part.each_ref().map(|(name, value)| (*name, value.as_str()))).await.done();
    hamlet
        .patch(&format!("/messages/{first}"), &[("content", "Not to **be**, see BUG-8 @**Cordelia|5**")])
        .await
        .done();
    iago.patch(&format!("/messages/{verona}"), &[("topic", "noon"), ("send_notification_to_new_thread", "false")])
        .await
        .done();
    for (who, emoji) in [(&cordelia, "green_tick"), (&iago, "octopus"), (&hamlet, "octopus")] {
        who.post(&format!("/messages/{first}/reactions"), &[("emoji_name", emoji)]).await.done();
    }
    // A message that somebody came to without having received it, and one that is gone.
    cordelia.post(&format!("/messages/{verona}/reactions"), &[("emoji_name", "octopus")]).await.done();
    let gone = hamlet.send_to_channel("Denmark", "castle", "never said").await;
    iago.delete(&format!("/messages/{gone}"), &[]).await.done();
    let mark = |ids: Value, flag: &'static str| {
        [("messages", ids.to_string()), ("op", "add".to_owned()), ("flag", flag.to_owned())]
    };
    for params in [mark(json!([first]), "read"), mark(json!([first, first + 1]), "starred")] {
        cordelia.post("/messages/flags", &params.each_ref().map(|(name, value)| (*name, value.as_str()))).await.done();
    }
}

async fn personal(server: &TestServer) {
    let hamlet = server.client("hamlet");
    hamlet.post("/users/me/alert_words", &[("alert_words", r#"["poison", "play"]"#)]).await.done();
    server.client("iago").send_to_channel("Denmark", "castle", "The play's the thing").await;
    hamlet.post("/users/me/muted_users/7", &[]).await.done();
    hamlet.post("/user_topics", &[("stream_id", "1"), ("topic", "castle"), ("visibility_policy", "3")]).await.done();
    hamlet.post("/users/me/status", &[("status_text", "brooding"), ("emoji_name", "octopus")]).await.done();
    hamlet.post("/saved_snippets", &[("title", "Hello"), ("content", "Well met")]).await.done();
    let view = [("fragment", "narrow/is/alerted"), ("is_pinned", "true"), ("name", "Alerts")];
    hamlet.post("/navigation_views", &view).await.done();
    hamlet.post("/users/me/presence", &[("status", "active"), ("new_user_input", "true")]).await.done();
    hamlet.post("/users/me/onboarding_steps", &[("onboarding_step", "intro_inbox_view_modal")]).await.done();
    later(&hamlet).await;
}

/// To a channel, with a file; to people who have not talked yet; to oneself; and a reminder.
async fn later(hamlet: &TestClient) {
    let file = hamlet.upload("later.txt", "words").await;
    let at = ("scheduled_delivery_timestamp", "2145916800");
    let channel =
        [("type", "channel"), ("to", "1"), ("topic", "castle"), ("content", &*format!("[later]({file})")), at];
    let group = [("type", "direct"), ("to", "[2, 5, 7]"), ("content", "let us meet"), at];
    let own = [("type", "direct"), ("to", "[4]"), ("content", "sleep"), ("read_by_sender", "true"), at];
    hamlet.post("/scheduled_messages", &channel).await.done();
    hamlet.post("/scheduled_messages", &group).await.done();
    hamlet.post("/scheduled_messages", &own).await.done();
    hamlet.post("/reminders", &[("message_id", "2"), ("note", "read it"), at]).await.done();
}

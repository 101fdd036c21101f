//! What the server says in a channel of what became of it.

use serde_json::{Value, json};
use std::sync::Arc;
use tidings_core::change::Change;
use tidings_core::commands::Tx;
use tidings_core::state::channels::ChannelRow;
use tidings_testkit::TestServer;
use tidings_testkit::client::TestClient;

/// Topics and texts of all messages of a channel, oldest first.
async fn said(client: &TestClient, channel: &str) -> Vec<(String, String)> {
    let narrow = json!([["channel", channel]]).to_string();
    let params = [("anchor", "oldest"), ("num_before", "0"), ("num_after", "50"), ("narrow", narrow.as_str())];
    let answer = client.get("/messages", &[&params[..], &[("apply_markdown", "false")]].concat()).await.ok();
    let text = |message: &Value, name: &str| message[name].as_str().expect("text").to_owned();
    let messages = answer["messages"].as_array().expect("a list").iter();
    messages.map(|message| (text(message, "subject"), text(message, "content"))).collect()
}

#[tokio::test]
async fn each_change_is_said_in_the_channel() {
    let server = TestServer::start().await;
    let (owner, hamlet) = (server.client("desdemona"), server.client("hamlet"));
    let described = "@**Hamlet** and ``` code";
    for (name, value) in [
        ("new_name", "Den*mark"),
        ("description", described),
        ("description", ""),
        ("is_private", "true"),
        ("can_send_message_group", r#"{"new": 2}"#),
        ("can_send_message_group", r#"{"new": {"direct_members": [4], "direct_subgroups": [3]}}"#),
        ("message_retention_days", "30"),
        ("message_retention_days", r#""unlimited""#),
        ("is_archived", "true"),
        ("description", "in between"),
        ("is_archived", "false"),
        // Nothing is said of these.
        ("topics_policy", r#""allow_empty_topic""#),
        ("is_default_stream", "false"),
    ] {
        owner.patch("/streams/1", &[(name, value)]).await.done();
    }
    let said = said(&hamlet, "Den*mark").await;
    assert!(said.iter().all(|(topic, _)| topic == "channel events"), "{said:?}");
    let texts: Vec<&str> = said.iter().map(|(_, text)| text.as_str()).collect();
    let quoted = "```quote\n@_**Hamlet** and ``` code\n```";
    let described =
        format!("changed the description of this channel.\n\nBefore:\n```quote\nAbout Denmark\n```\n\nNow:\n{quoted}");
    let emptied = format!("changed the description of this channel.\n\nBefore:\n{quoted}\n\nNow:\n*nothing*");
    let expected = [
        "renamed this channel from **Denmark** to **Den·mark**.",
        &described,
        &emptied,
        "changed who may see this channel, from **public** to **private, protected history**.",
        "changed who may send messages to this channel, from **Everyone** to **Administrators**.",
        "changed who may send messages to this channel, from **Administrators** to **Moderators**, \
         1 person.",
        "changed how long messages of this channel are kept, from **as long as the organization has it** to **30 days**.",
        "changed how long messages of this channel are kept, from **30 days** to **for ever**.",
        "archived this channel.",
        "took this channel into use again.",
    ];
    let expected: Vec<String> = expected.iter().map(|text| format!("@_**Desdemona|1** {text}")).collect();
    assert_eq!(texts, expected);
}

#[tokio::test]
async fn it_is_said_to_who_is_in_the_channel_and_read_by_who_did_it() {
    let server = TestServer::start().await;
    let kinds = [("event_types", r#"["message"]"#)];
    let (iago, hamlet, othello) = (server.client("iago"), server.client("hamlet"), server.client("othello"));
    let (doer, inside, outside) =
        (iago.register(&kinds).await, hamlet.register(&kinds).await, othello.register(&kinds).await);
    iago.patch("/streams/1", &[("new_name", "Elsinore")]).await.done();
    let told = &inside.events().await[0];
    assert_eq!((&told["message"]["sender_full_name"], &told["flags"]), (&json!("Notification Bot"), &json!([])));
    assert_eq!(told["message"]["display_recipient"], "Elsinore");
    assert_eq!(doer.events().await[0]["flags"], json!(["read"]));
    assert_eq!(outside.kinds().await, [""; 0]);
    // Who may not change a channel says nothing in it.
    hamlet.patch("/streams/1", &[("new_name", "x")]).await.refused_with_code(400, "BAD_REQUEST");
    iago.patch("/streams/1", &[("description", "x"), ("folder_id", "99")]).await.refused_with_code(400, "BAD_REQUEST");
    assert_eq!(said(&hamlet, "Elsinore").await.len(), 1);
}

#[tokio::test]
async fn where_there_are_no_topics_it_is_said_without_one() {
    let server = TestServer::start().await;
    let iago = server.client("iago");
    iago.patch("/streams/1", &[("topics_policy", r#""empty_topic_only""#)]).await.done();
    iago.patch("/streams/1", &[("new_name", "Elsinore")]).await.done();
    assert_eq!(said(&iago, "Elsinore").await[0].0, "general chat");
}

#[tokio::test]
async fn what_is_said_counts_where_more_changes_in_the_same_request() {
    let server = TestServer::start().await;
    let (iago, verona) = (server.client("iago"), server.channel_id("Verona"));
    let path = format!("/streams/{verona}");
    iago.delete(&path, &[]).await.done();
    let quieten = move |tx: &mut Tx<'_>| {
        let row = tx.state.channels.get(verona).expect("it is there");
        tx.change(Change::Channel(Arc::new(ChannelRow { is_recently_active: false, ..ChannelRow::clone(row) })));
        Ok(())
    };
    server.app.realm.run(quieten).await.expect("it changes");
    // Nothing is said of the policy, so nothing comes after it that would mend what was lost.
    iago.patch(&path, &[("is_archived", "false"), ("topics_policy", r#""allow_empty_topic""#)]).await.done();
    let shown = iago.get(&path, &[]).await.ok()["stream"].clone();
    assert_eq!((&shown["topics_policy"], &shown["is_recently_active"]), (&json!("allow_empty_topic"), &json!(true)));
    let texts: Vec<String> = said(&iago, "Verona").await.into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts.len(), 2);
    assert!(texts[1].ends_with("took this channel into use again."), "{texts:?}");
}

use serde_json::{Value, json};
use tidings_server::expiry;
use tidings_testkit::TestServer;
use tidings_testkit::client::TestClient;

const DAY: i64 = 86_400;
/// For queues that live longer than messages are kept.
const EVENTS: [(&str, &str); 3] = [
    ("queue_lifespan_secs", "604800"),
    ("client_capabilities", r#"{"notification_settings_null":true,"bulk_message_deletion":true}"#),
    ("event_types", r#"["delete_message","attachment","stream"]"#),
];

async fn sweep(server: &TestServer) -> usize {
    expiry::sweep(&server.app).await.expect("the store works")
}

fn wait(server: &TestServer, secs: i64) {
    server.clock.advance(secs);
}

async fn keep(client: &TestClient, days: &str) {
    client.patch("/realm", &[("message_retention_days", days)]).await.done();
}

async fn keep_in(server: &TestServer, channel: &str, days: &str) {
    let path = format!("/streams/{}", server.channel_id(channel));
    server.client("desdemona").patch(&path, &[("message_retention_days", days)]).await.done();
}

/// The ids of all messages that somebody finds.
async fn found(client: &TestClient) -> Vec<i64> {
    let params = [("anchor", "newest"), ("num_before", "100"), ("num_after", "0")];
    let messages = client.get("/messages", &params).await.ok();
    messages["messages"].as_array().expect("messages").iter().filter_map(|one| one["id"].as_i64()).collect()
}

async fn deleted(queue: &tidings_testkit::client::TestQueue) -> Vec<Value> {
    let events = queue.events().await;
    events.iter().filter(|event| event["type"] == "delete_message").map(|event| event["message_ids"].clone()).collect()
}

#[tokio::test]
async fn owners_say_how_long_and_everybody_is_told() {
    let server = TestServer::start().await;
    for name in ["iago", "shiva", "hamlet", "polonius", "hamletbot"] {
        let refused = server.client(name).patch("/realm", &[("message_retention_days", "7")]).await;
        refused.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    }
    let desdemona = server.client("desdemona");
    for bad in ["0", "-1", "-7", "1.5", "\"soon\"", "null7", "100000000"] {
        let refused = desdemona.patch("/realm", &[("message_retention_days", bad)]).await;
        refused.refused_with_code(400, "BAD_REQUEST");
    }
    let queue = server.client("polonius").register(&[("event_types", r#"["realm"]"#)]).await;
    assert_eq!(queue.state["realm_message_retention_days"], -1);
    keep(&desdemona, "7").await;
    keep(&desdemona, "7").await;
    keep(&desdemona, "\"unlimited\"").await;
    let events = queue.events().await;
    let told: Vec<Value> = events.iter().map(|event| json!([event["op"], event["property"], event["value"]])).collect();
    assert_eq!(told, [json!(["update", "message_retention_days", 7]), json!(["update", "message_retention_days", -1])]);
    keep(&desdemona, "30").await;
    let server = server.restart().await;
    let state = server.client("hamlet").register(&[("fetch_event_types", r#"["realm"]"#)]).await.state;
    assert_eq!(state["realm_message_retention_days"], 30);
}

#[tokio::test]
async fn exactly_what_is_due_goes_and_who_has_it_is_told() {
    let server = TestServer::start().await;
    let (desdemona, hamlet) = (server.client("desdemona"), server.client("hamlet"));
    let cordelia = server.user_id("cordelia");
    let old = hamlet.send_to_channel("Denmark", "plans", "old").await;
    let older = hamlet.send_to_channel("Denmark", "plans", "as old").await;
    let direct = hamlet.send_to_users(&[cordelia], "old").await;
    let secret = hamlet.send_to_channel("secret", "plans", "old").await;
    // The clock goes on while a test runs, so times are half a minute away from where it matters.
    wait(&server, 60);
    let late = hamlet.send_to_channel("Denmark", "plans", "a minute younger").await;
    let mut queues = Vec::new();
    for name in ["hamlet", "cordelia", "polonius", "othello"] {
        queues.push(server.client(name).register(&EVENTS).await);
    }
    assert_eq!(sweep(&server).await, 0, "everything is kept for ever");
    keep(&desdemona, "2").await;
    wait(&server, 2 * DAY - 90);
    assert_eq!(sweep(&server).await, 0, "they are not two days old");
    wait(&server, 60);
    assert_eq!(sweep(&server).await, 4);
    assert_eq!(sweep(&server).await, 0);
    assert_eq!(found(&hamlet).await, [late]);
    hamlet.get(&format!("/messages/{direct}"), &[]).await.refused(400, "Invalid message(s)");
    let all = [json!([old, older]), json!([direct]), json!([secret])];
    let mut told = Vec::new();
    for queue in &queues {
        told.push(deleted(queue).await);
    }
    for mine in &mut told {
        mine.sort_by_key(|ids| ids[0].as_i64());
    }
    assert_eq!(told, [all.to_vec(), all.to_vec(), vec![all[0].clone()], vec![]]);
    wait(&server, 60);
    assert_eq!(sweep(&server).await, 1);
    assert_eq!(found(&hamlet).await, [0; 0]);
}

#[tokio::test]
async fn channels_keep_theirs_as_they_say() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let cordelia = server.user_id("cordelia");
    let default = hamlet.send_to_channel("Denmark", "plans", "as the organization has it").await;
    let long = hamlet.send_to_channel("secret", "plans", "kept for ever").await;
    let short = hamlet.send_to_channel("history", "plans", "kept for a day").await;
    let direct = hamlet.send_to_users(&[cordelia], "as the organization has it").await;
    keep_in(&server, "secret", "unlimited").await;
    keep_in(&server, "history", "1").await;
    // What is out of use goes like the rest.
    server.client("iago").delete(&format!("/streams/{}", server.channel_id("history")), &[]).await;
    wait(&server, DAY + 1);
    assert_eq!(
        sweep(&server).await,
        3,
        "with what it says of itself, and only what a channel says, while the organization says nothing"
    );
    assert!(!found(&hamlet).await.contains(&short));
    keep(&server.client("desdemona"), "3").await;
    wait(&server, 2 * DAY - 60);
    assert_eq!(sweep(&server).await, 0);
    wait(&server, 90);
    let server = server.restart().await;
    let swept = sweep(&server).await;
    let hamlet = server.client("hamlet");
    let left = found(&hamlet).await;
    assert!(left.contains(&long) && !left.contains(&default) && !left.contains(&direct), "{left:?}");
    assert!(swept >= 2, "{swept}");
}

#[tokio::test]
async fn files_are_released_and_the_oldest_message_is_another() {
    let server = TestServer::start().await;
    let (hamlet, cordelia) = (server.client("hamlet"), server.client("cordelia"));
    let address = hamlet.upload("plan.txt", "the plan").await;
    hamlet.send_to_channel("Denmark", "plans", &format!("[plan]({address})")).await;
    wait(&server, DAY);
    let next = hamlet.send_to_channel("Denmark", "plans", "next").await;
    keep(&server.client("desdemona"), "1").await;
    let (mine, hers) = (hamlet.register(&EVENTS).await, cordelia.register(&EVENTS).await);
    wait(&server, 1);
    assert_eq!(sweep(&server).await, 1);
    assert_eq!(mine.kinds().await, ["delete_message", "attachment/update", "stream/update"]);
    let events = hers.events().await;
    assert_eq!(events.len(), 2);
    assert_eq!((&events[1]["property"], &events[1]["value"]), (&json!("first_message_id"), &json!(next)));
    let files = hamlet.get("/attachments", &[]).await.ok();
    assert_eq!(files["attachments"][0]["messages"], json!([]));
}

#[tokio::test]
async fn what_was_changed_meanwhile_counts() {
    use tidings_core::commands::expire::expire;
    use tidings_types::MessageId;
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let message = hamlet.send_to_channel("Denmark", "plans", "old").await;
    let id = MessageId(u32::try_from(message).expect("a small id"));
    wait(&server, 5 * DAY);
    let now = server.clock.now();
    let conversation = server.app.realm.state().messages.conversation_of(id).expect("it is there");
    let run = async |end: i64| {
        let expired = server.app.realm.run(move |tx| expire(tx, conversation, &[id], end)).await;
        expired.expect("the store works")
    };
    assert_eq!(run(now - 3 * 86_400).await, 0, "everything is kept for ever");
    keep(&server.client("desdemona"), "4").await;
    assert_eq!(run(now - 3 * 86_400).await, 0, "it is kept longer than whoever looked thought");
    hamlet.patch(&format!("/messages/{message}"), &[("topic", "elsewhere")]).await.done();
    assert_eq!(run(now - 4 * 86_400).await, 0, "it is somewhere else");
    assert_eq!(sweep(&server).await, 1);
    assert!(!found(&hamlet).await.contains(&message));
}

/// More than one command deletes, and others get their turn between them.
#[tokio::test]
async fn many_go_in_portions() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    for n in 0..105 {
        hamlet.send_to_channel("Denmark", "plans", &n.to_string()).await;
    }
    keep(&server.client("desdemona"), "1").await;
    wait(&server, DAY + 1);
    let queue = server.client("cordelia").register(&EVENTS).await;
    assert_eq!(sweep(&server).await, 105);
    let portions: Vec<usize> = deleted(&queue).await.iter().map(|ids| ids.as_array().map_or(0, Vec::len)).collect();
    assert_eq!(portions, [100, 5]);
}

use super::event;
use serde_json::json;
use tidings_testkit::TestServer;

#[tokio::test]
async fn a_reaction_reaches_those_who_hold_the_message() {
    let server = TestServer::start().await;
    let id = server.client("hamlet").send_to_channel("secret", "t", "one").await;
    let hamlet = server.client("hamlet").register(&[]).await;
    let (othello, iago) = (server.client("othello").register(&[]).await, server.client("iago").register(&[]).await);
    let cordelia = server.client("cordelia");
    let path = format!("/messages/{id}/reactions");
    cordelia.post(&path, &[("emoji_name", "tada")]).await.done();
    cordelia.delete(&path, &[("emoji_name", "tada")]).await.done();

    let events = hamlet.events().await;
    let user = server.user_id("cordelia");
    let expect = |op: &str| {
        json!({
            "type": "reaction", "op": op, "message_id": id, "emoji_name": "tada", "emoji_code": "1f389",
            "reaction_type": "unicode_emoji", "user_id": user, "id": null,
            "user": {"user_id": user, "email": "cordelia@example.com", "full_name": "Cordelia", "is_mirror_dummy": false},
        })
    };
    let bare: Vec<_> = events
        .iter()
        .cloned()
        .map(|mut event| {
            event["id"].take();
            event
        })
        .collect();
    assert_eq!(bare, [expect("add"), expect("remove")]);
    assert_eq!((othello.kinds().await, iago.kinds().await), (vec![], vec![]));
}

#[tokio::test]
async fn reactions_by_name_and_by_code() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let id = hamlet.send_to_channel("Denmark", "t", "one").await;
    let path = format!("/messages/{id}/reactions");
    let add = async |params: &[(&str, &str)]| hamlet.post(&path, params).await;
    add(&[("emoji_name", "zulip")]).await.done();
    add(&[("emoji_name", "heart"), ("emoji_code", "2764"), ("reaction_type", "unicode_emoji")]).await.done();
    add(&[("emoji_name", "heart")]).await.refused_with_code(400, "REACTION_ALREADY_EXISTS");
    add(&[("emoji_name", "no_such")]).await.refused(400, "Emoji 'no_such' does not exist");
    add(&[("emoji_name", "tada"), ("emoji_code", "ffff")]).await.refused(400, "Invalid emoji code.");
    add(&[("emoji_name", "heart"), ("emoji_code", "1f389")]).await.refused(400, "Invalid emoji name.");
    add(&[("emoji_name", "x"), ("emoji_code", "1"), ("reaction_type", "realm_emoji")])
        .await
        .refused(400, "Invalid custom emoji.");
    add(&[("emoji_name", "x"), ("reaction_type", "odd")]).await.refused(400, "Invalid reaction_type");
    add(&[]).await.refused(400, "Missing 'emoji_name' argument");

    let message = hamlet.get(&format!("/messages/{id}"), &[]).await.ok()["message"].clone();
    let names: Vec<_> =
        message["reactions"].as_array().expect("a list").iter().map(|it| it["emoji_name"].clone()).collect();
    assert_eq!(names, ["zulip", "heart"]);
    let remove = async |params: &[(&str, &str)]| hamlet.delete(&path, params).await;
    remove(&[("emoji_code", "zulip"), ("reaction_type", "zulip_extra_emoji")]).await.done();
    remove(&[("emoji_name", "heart")]).await.done();
    remove(&[("emoji_name", "heart")]).await.refused_with_code(400, "REACTION_DOES_NOT_EXIST");
    remove(&[]).await.refused_with_code(400, "BAD_REQUEST");
    let message = hamlet.get(&format!("/messages/{id}"), &[]).await.ok()["message"].clone();
    assert_eq!(message["reactions"], json!([]));
    // The kind is known by the name, or by the reaction that is to go.
    add(&[("emoji_name", "zulip"), ("emoji_code", "zulip")]).await.done();
    add(&[("emoji_name", "heart"), ("emoji_code", "2764")]).await.done();
    remove(&[("emoji_name", "zulip"), ("emoji_code", "zulip")]).await.done();
    remove(&[("emoji_code", "2764")]).await.done();
    remove(&[("emoji_code", "2764")]).await.refused_with_code(400, "REACTION_DOES_NOT_EXIST");
}

#[tokio::test]
async fn outsiders_do_not_react_and_passers_by_stay_informed() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let tada = [("emoji_name", "tada")];
    let secret = hamlet.send_to_channel("secret", "t", "one").await;
    let direct = hamlet.send_to_users(&[server.user_id("cordelia")], "psst").await;
    for id in [secret, direct, 999] {
        let refused = server.client("othello").post(&format!("/messages/{id}/reactions"), &tada).await;
        refused.refused(400, "Invalid message(s)");
    }
    let public = hamlet.send_to_channel("Denmark", "t", "two").await;
    let othello = server.client("othello");
    let queue = othello.register(&[]).await;
    othello.post(&format!("/messages/{public}/reactions"), &tada).await.done();
    assert_eq!(queue.kinds().await, ["reaction/add"]);
    let message = othello.get(&format!("/messages/{public}"), &[]).await.ok()["message"].clone();
    assert_eq!(message["flags"], json!(["read", "historical"]));
    // From now on the message concerns the one who reacted.
    hamlet.patch(&format!("/messages/{public}"), &[("content", "three")]).await.done();
    let events = queue.events().await;
    assert_eq!(event(&events, "update_message").expect("the edit")["flags"], json!(["read", "historical"]));
    assert_eq!(super::found(&othello, "[]").await, [public]);
}

#[tokio::test]
async fn a_message_has_so_many_different_reactions() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let id = hamlet.send_to_channel("Denmark", "t", "one").await;
    let path = format!("/messages/{id}/reactions");
    let known: serde_json::Value = serde_json::from_str(tidings_markdown::emoji::code_to_names_json()).expect("JSON");
    let all = known["code_to_names"].as_object().expect("an object");
    let names: Vec<&str> = all.values().filter_map(|names| names[0].as_str()).take(101).collect();
    for name in &names[..100] {
        hamlet.post(&path, &[("emoji_name", name)]).await.done();
    }
    let refused = hamlet.post(&path, &[("emoji_name", names[100])]).await;
    refused.refused(400, "This message has too many different reactions.");
    // Joining in is always possible.
    server.client("cordelia").post(&path, &[("emoji_name", names[0])]).await.done();
}

use super::found;
use serde_json::json;
use tidings_testkit::TestServer;

#[tokio::test]
async fn operators_find_what_they_name() {
    let server = TestServer::start().await;
    let (hamlet, cordelia) = (server.client("hamlet"), server.client("cordelia"));
    let plain = hamlet.send_to_channel("Denmark", "castle", "fish and chips").await;
    let link = cordelia.send_to_channel("Denmark", "✔ castle", "see https://example.com/fish").await;
    let secret = cordelia.send_to_channel("secret", "castle", "hush @**Hamlet**").await;
    let direct = cordelia.send_to_users(&[server.user_id("hamlet")], "chips only").await;
    let group = cordelia.send_to_users(&[server.user_id("hamlet"), server.user_id("iago")], "three").await;
    hamlet.post(&format!("/messages/{plain}/reactions"), &[("emoji_name", "tada")]).await.done();
    let flags =
        |op, flag, id: i64| [("messages", format!("[{id}]")), ("op", String::from(op)), ("flag", String::from(flag))];
    for (flag, id) in [("starred", link), ("read", plain), ("read", group)] {
        let body = flags("add", flag, id);
        let body: Vec<(&str, &str)> = body.iter().map(|(name, value)| (*name, value.as_str())).collect();
        hamlet.post("/messages/flags", &body).await.done();
    }
    let (denmark, cordelia_id) = (server.channel_id("Denmark"), server.user_id("cordelia"));
    let iago_id = server.user_id("iago");
    let rows = [
        (json!([["channel", "denmark"]]), vec![plain, link]),
        (json!([{"operator": "stream", "operand": denmark}]), vec![plain, link]),
        (json!([{"operator": "channel", "operand": denmark, "negated": true}]), vec![secret, direct, group]),
        (json!([["topic", "CASTLE"]]), vec![plain, secret]),
        (json!([["channel", "Denmark"], ["topic", "castle"]]), vec![plain]),
        (json!([["channel", "Denmark"], {"operator": "topic", "operand": "castle", "negated": true}]), vec![link]),
        (json!([["topic", "none such"]]), vec![]),
        (json!([["sender", "hamlet@example.com"]]), vec![plain]),
        (json!([{"operator": "sender", "operand": cordelia_id, "negated": true}]), vec![plain]),
        (json!([["dm", "cordelia@example.com"]]), vec![direct]),
        (json!([["pm-with", "cordelia@example.com,iago@example.com"]]), vec![group]),
        (json!([{"operator": "dm", "operand": [cordelia_id, iago_id]}]), vec![group]),
        (json!([{"operator": "dm-including", "operand": cordelia_id}]), vec![direct, group]),
        (json!([["is", "dm"]]), vec![direct, group]),
        (json!([{"operator": "is", "operand": "private", "negated": true}]), vec![plain, link, secret]),
        (json!([["is", "starred"]]), vec![link]),
        (json!([["-is", "dm"], ["-sender", "hamlet@example.com"]]), vec![link, secret]),
        (json!([["is", "unread"]]), vec![link, secret, direct]),
        (json!([["is", "mentioned"]]), vec![secret]),
        (json!([["is", "alerted"]]), vec![]),
        (json!([["is", "resolved"]]), vec![link]),
        (json!([["is", "followed"]]), vec![]),
        (json!([["is", "muted"]]), vec![]),
        (json!([["in", "home"], ["is", "dm"]]), vec![direct, group]),
        (json!([["has", "link"]]), vec![link]),
        (json!([["has", "image"]]), vec![]),
        (json!([["has", "reaction"]]), vec![plain]),
        (json!([{"operator": "has", "operand": "link", "negated": true}]), vec![plain, secret, direct, group]),
        (json!([["search", "chips"]]), vec![plain, direct]),
        (json!([["search", "fish CHIPS"]]), vec![plain]),
        (json!([["search", "chips"], ["is", "dm"]]), vec![direct]),
        (json!([{"operator": "id", "operand": plain}]), vec![plain]),
        (json!([["id", plain.to_string()]]), vec![plain]),
        (json!([{"operator": "near", "operand": plain}, ["is", "starred"]]), vec![link]),
        (json!([{"operator": "with", "operand": secret}]), vec![secret]),
        (json!([["topic", "gone"], {"operator": "with", "operand": direct}]), vec![direct]),
        (json!([["channels", "public"]]), vec![plain, link]),
    ];
    for (narrow, expect) in &rows {
        assert_eq!(found(&hamlet, &narrow.to_string()).await, *expect, "{narrow}");
    }
    // Whatever others ask for, they get nothing that they may not read.
    for (name, readable) in
        [("iago", vec![plain, link, group]), ("polonius", vec![plain, link]), ("othello", vec![plain, link])]
    {
        let client = server.client(name);
        for (narrow, _) in &rows {
            let (narrow, all) = (narrow.to_string(), json!([plain, link, secret, direct, group]).to_string());
            let page = [("anchor", "newest"), ("num_before", "100"), ("num_after", "0"), ("narrow", narrow.as_str())];
            let by_id = [("message_ids", all.as_str()), ("narrow", narrow.as_str())];
            for params in [&page[..], &by_id[..]] {
                let answer = client.get("/messages", params).await;
                if answer.status == 200 {
                    let got = super::ids(&answer.json);
                    assert!(got.iter().all(|id| readable.contains(id)), "{name} {narrow}: {got:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn refuses_what_is_not_understood() {
    let server = TestServer::start().await;
    let othello = server.client("othello");
    for (operator, operand) in [
        ("nonsense", "x"),
        ("is", "sunny"),
        ("has", "wings"),
        ("channel", "no such"),
        ("channel", "secret"),
        ("sender", "nobody@example.com"),
        ("dm", "nobody@example.com"),
        ("channels", "private"),
        ("id", "x"),
        ("with", "77"),
    ] {
        let narrow = json!([[operator, operand]]).to_string();
        let params = [("anchor", "newest"), ("num_before", "1"), ("num_after", "0"), ("narrow", narrow.as_str())];
        othello.get("/messages", &params).await.refused_with_code(400, "BAD_NARROW");
    }
}

#[tokio::test]
async fn matches_narrow_says_which_match() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let yes = hamlet.send_to_channel("secret", "<t>", "see https://example.com").await;
    let no = hamlet.send_to_channel("secret", "t", "plain").await;
    let ids = format!("[{yes},{no}]");
    let params = [("msg_ids", ids.as_str()), ("narrow", r#"[{"operator":"has","operand":"link"}]"#)];
    let answer = hamlet.get("/messages/matches_narrow", &params).await.ok();
    let messages = answer["messages"].as_object().expect("an object");
    assert_eq!(messages.keys().collect::<Vec<_>>(), [&yes.to_string()]);
    assert_eq!(messages[&yes.to_string()]["match_subject"], "&lt;t&gt;");
    let answer = server.client("othello").get("/messages/matches_narrow", &params).await.ok();
    assert_eq!(answer["messages"], json!({}));
    hamlet.get("/messages/matches_narrow", &[("msg_ids", "[1]")]).await.refused(400, "Missing 'narrow' argument");
}

#[tokio::test]
async fn followed_and_muted_topics() {
    let server = TestServer::start().await;
    let (hamlet, cordelia) = (server.client("hamlet"), server.client("cordelia"));
    let followed = cordelia.send_to_channel("Denmark", "followed", "one").await;
    let muted = cordelia.send_to_channel("Denmark", "muted", "two").await;
    let secret = cordelia.send_to_channel("secret", "t", "three").await;
    let direct = cordelia.send_to_users(&[server.user_id("hamlet")], "four").await;
    let denmark = server.channel_id("Denmark").to_string();
    for (topic, policy) in [("followed", "3"), ("muted", "1")] {
        let body = [("stream_id", denmark.as_str()), ("topic", topic), ("visibility_policy", policy)];
        hamlet.post("/user_topics", &body).await.done();
    }
    let secret_id = server.channel_id("secret");
    let mute = json!([{"stream_id": secret_id, "property": "is_muted", "value": true}]).to_string();
    hamlet.post("/users/me/subscriptions/properties", &[("subscription_data", mute.as_str())]).await.done();
    assert_eq!(found(&hamlet, r#"[["is", "followed"]]"#).await, [followed]);
    assert_eq!(found(&hamlet, r#"[["is", "muted"]]"#).await, [muted, secret]);
    assert_eq!(found(&hamlet, r#"[["-is", "muted"]]"#).await, [followed, direct]);
    assert_eq!(found(&hamlet, r#"[["in", "home"]]"#).await, [followed, direct]);
    assert_eq!(found(&cordelia, r#"[["is", "muted"]]"#).await, [0_i64; 0]);
    hamlet.post("/users/me/alert_words", &[("alert_words", r#"["play"]"#)]).await.done();
    let alerted = cordelia.send_to_channel("Denmark", "t", "the Play").await;
    assert_eq!(found(&hamlet, r#"[["is", "alerted"]]"#).await, [alerted]);
}

#[tokio::test]
async fn a_search_has_a_bounded_number_of_words() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let search = |count: usize| json!([["search", "x ".repeat(count)]]).to_string();
    let page = [("anchor", "newest"), ("num_before", "1"), ("num_after", "0")];
    let (few, many) = (search(100), search(101));
    let found = hamlet.get("/messages", &[&page[..], &[("narrow", few.as_str())]].concat()).await.ok();
    assert_eq!(found["messages"], json!([]));
    hamlet
        .get("/messages", &[&page[..], &[("narrow", many.as_str())]].concat())
        .await
        .refused_with_code(400, "BAD_NARROW");
}

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
        (json!([["has", "attachment"]]), vec![]),
        (json!([["sender", "me"]]), vec![plain]),
        (json!([{"operator": "dm", "operand": []}]), vec![]),
        (json!([{"operator": "dm-with", "operand": [cordelia_id, iago_id]}]), vec![group]),
        (json!([["channels", "web-public"]]), vec![]),
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
    let refused = async |narrow: serde_json::Value, code: &str, msg: &str| {
        let narrow = narrow.to_string();
        let params = [("anchor", "newest"), ("num_before", "1"), ("num_after", "0"), ("narrow", narrow.as_str())];
        let answer = othello.get("/messages", &params).await;
        let got = (answer.status, answer.json["code"].as_str(), answer.json["msg"].as_str());
        assert_eq!(got, (400, Some(code), Some(msg)), "{narrow}");
        let change = [("op", "add"), ("flag", "starred")];
        othello.post("/messages/flags/narrow", &[&params[..], &change].concat()).await.refused(400, msg);
        othello.get("/messages/matches_narrow", &[("msg_ids", "[1]"), ("narrow", &narrow)]).await.refused(400, msg);
    };
    let terms = [
        (json!(["nonsense", "x"]), "unknown operator nonsense"),
        (json!(["is", "sunny"]), "unknown 'is' operand sunny"),
        (json!(["has", "wings"]), "unknown 'has' operand wings"),
        (json!(["in", "hell"]), "unknown 'in' operand hell"),
        (json!(["channel", "no such"]), "unknown channel no such"),
        (json!({"operator": "stream", "operand": 77}), "unknown channel 77"),
        (json!(["channel", "secret"]), "unknown channel secret"),
        (json!(["channels", "private"]), "unknown channels operand private"),
        (json!(["sender", "nobody@example.com"]), "unknown user nobody@example.com"),
        (json!({"operator": "sender", "operand": 77}), "unknown user 77"),
        (json!(["dm", "nobody@example.com"]), "unknown user in nobody@example.com"),
        (json!({"operator": "dm", "operand": [1, 77]}), "unknown user in [1,77]"),
        (json!(["pm-with", ""]), "unknown user in "),
        (json!(["dm-including", "nobody@example.com"]), "unknown user nobody@example.com"),
        (json!(["id", "x"]), "Invalid message ID"),
        (json!({"operator": "id", "operand": -1}), "Invalid message ID"),
        (json!(["with", "77"]), "Invalid 'with' operator"),
        (json!(["with", "x"]), "Invalid 'with' operator"),
    ];
    for (term, desc) in terms {
        refused(json!([term]), "BAD_NARROW", &format!("Invalid narrow operator: {desc}")).await;
    }
    let twice = "Invalid narrow operator combination: Duplicate 'with' operators.";
    refused(json!([["with", "1"], ["with", "2"]]), "BAD_NARROW", twice).await;
    let both = "Invalid narrow operator: No message can be both a channel message and direct message";
    for (one, other) in [
        (json!(["channel", "Denmark"]), json!(["is", "dm"])),
        (json!(["topic", "x"]), json!(["dm", "othello@example.com"])),
        (json!(["channels", "public"]), json!(["dm-including", "othello@example.com"])),
        (json!(["-is", "dm"]), json!(["group-pm-with", "othello@example.com"])),
    ] {
        refused(json!([one, other]), "BAD_NARROW", both).await;
    }
    refused(json!([{"operator": "is"}]), "BAD_REQUEST", "Invalid narrow[0]: Value error, operand is missing").await;
    refused(json!([["is", "dm"], []]), "BAD_REQUEST", "Invalid narrow[1]: Value error, element is not a string pair")
        .await;
    refused(json!([["search", ""]]), "BAD_REQUEST", "operand cannot be blank.").await;
    refused(json!([["topic", 5]]), "BAD_REQUEST", "operand is not a string").await;
}

#[tokio::test]
async fn with_that_cannot_be_read_is_left_out_where_a_conversation_is_named() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let public = hamlet.send_to_channel("Denmark", "t", "public").await;
    let secret = hamlet.send_to_channel("secret", "t", "secret").await;
    let polonius = server.client("polonius");
    let narrow = |with: i64| json!([["channel", "Denmark"], ["topic", "t"], {"operator": "with", "operand": with}]);
    assert_eq!(found(&polonius, &narrow(secret).to_string()).await, [public]);
    assert_eq!(found(&hamlet, &narrow(secret).to_string()).await, [secret]);
    // A link to a topic goes on working when the topic is moved.
    let body = [("topic", "another"), ("send_notification_to_new_thread", "false")];
    hamlet.patch(&format!("/messages/{public}"), &body).await.done();
    assert_eq!(found(&polonius, &narrow(public).to_string()).await, [public]);
    assert_eq!(found(&polonius, &narrow(secret).to_string()).await, [0_i64; 0]);
    let params = [
        ("anchor", "newest"),
        ("num_before", "1"),
        ("num_after", "0"),
        ("narrow", &json!([["channel", "Denmark"], {"operator": "with", "operand": secret}]).to_string()),
    ];
    polonius.get("/messages", &params).await.refused_with_code(400, "BAD_NARROW");
}

#[tokio::test]
async fn what_was_found_is_marked_in_content_and_topic() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let content = "Fish & <b>chips</b>, *fish* [fish](https://example.com/fish)";
    let id = hamlet.send_to_channel("Denmark", "Fish <day>", content).await;
    let other = hamlet.send_to_channel("Denmark", "fish", "chips only").await;
    hamlet.send_to_channel("Denmark", "t", "fish only").await;
    let check = async |search: &str, expect: &[(i64, &str, &str)]| {
        let narrow = json!([["search", search]]).to_string();
        let params = [("anchor", "newest"), ("num_before", "9"), ("num_after", "0"), ("narrow", narrow.as_str())];
        let answer = hamlet.get("/messages", &params).await.ok();
        let mark = |text: &serde_json::Value| {
            let text = text.as_str().expect("HTML").to_owned();
            text.replace("<span class=\"highlight\">", "[").replace("</span>", "]")
        };
        let messages = answer["messages"].as_array().expect("a list");
        let got: Vec<_> = messages
            .iter()
            .map(|it| (it["id"].as_i64().expect("an id"), mark(&it["match_content"]), mark(&it["match_subject"])))
            .collect();
        let expect: Vec<_> = expect.iter().map(|(id, a, b)| (*id, (*a).to_owned(), (*b).to_owned())).collect();
        assert_eq!(got, expect, "{search}");
    };
    let marked = "<p>[Fish] &amp; &lt;b&gt;[chips]&lt;/b&gt;, <em>[fish]</em> <a href=\"https://example.com/fish\">[fish]</a></p>";
    check("chips FISH", &[(id, marked, "[Fish] &lt;day&gt;"), (other, "<p>[chips] only</p>", "[fish]")]).await;
    check("\"chips only\"", &[(other, "<p>[chips] [only]</p>", "fish")]).await;
    check("\"fish day\" only", &[]).await;
    let plain =
        "<p>Fish &amp; &lt;b&gt;chips&lt;/b&gt;, <em>fish</em> <a href=\"https://example.com/fish\">fish</a></p>";
    check("\"fish day\"", &[(id, plain, "[Fish] &lt;[day]&gt;")]).await;
    // Where a topic goes, its words go: the message is found by the new ones, and by the old ones no more.
    hamlet
        .patch(&format!("/messages/{other}"), &[("topic", "supper"), ("send_notification_to_new_thread", "false")])
        .await
        .done();
    check("supper", &[(other, "<p>chips only</p>", "[supper]")]).await;
    check("fish chips only", &[]).await;
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
    let several = json!([["search", "x ".repeat(51)], ["search", "y ".repeat(50)]]).to_string();
    let refused = hamlet.get("/messages", &[&page[..], &[("narrow", several.as_str())]].concat()).await;
    refused.refused_with_code(400, "BAD_NARROW");
}

use super::{found, ids};
use serde_json::json;
use tidings_server::search::narrow::{Scope, filter};
use tidings_server::search::{Range, Search};
use tidings_testkit::TestServer;
use tidings_types::endpoints::messages::fetch::Anchor;

#[tokio::test]
async fn pages_around_an_anchor() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    for number in 1..=5 {
        hamlet.send_to_channel("Denmark", "t", &number.to_string()).await;
    }
    let check = async |anchor: &str, before: &str, after: &str, expect: (&[i64], i64, [bool; 3])| {
        let params = [("anchor", anchor), ("num_before", before), ("num_after", after)];
        let answer = hamlet.get("/messages", &params).await.ok();
        let marks = [&answer["found_oldest"], &answer["found_newest"], &answer["found_anchor"]];
        let marks = marks.map(|mark| mark.as_bool().expect("a boolean"));
        let got = (ids(&answer), answer["anchor"].as_i64().expect("an id"), marks);
        assert_eq!(got, (expect.0.to_vec(), expect.1, expect.2), "{anchor} {before} {after}");
        assert_eq!(answer["history_limited"], false);
    };
    const END: i64 = 10_000_000_000_000_000;
    check("newest", "2", "9", (&[4, 5], END, [false, true, false])).await;
    check("oldest", "9", "2", (&[1, 2], 0, [true, false, false])).await;
    check("3", "1", "1", (&[2, 3, 4], 3, [false, false, true])).await;
    check("3", "5", "5", (&[1, 2, 3, 4, 5], 3, [true, true, true])).await;
    check("3", "0", "0", (&[3], 3, [false, false, true])).await;
    check("9", "1", "1", (&[5], 9, [false, true, false])).await;
    check("-7", "1", "1", (&[1], 0, [true, false, false])).await;
    for far in ["4294967295", "4294967296"] {
        check(far, "1", "1", (&[5], far.parse().unwrap(), [false, true, false])).await;
    }
    for far in ["99999999999999999", "9223372036854775807", "9223372036854775808", "99999999999999999999999"] {
        check(far, "1", "1", (&[5], END, [false, true, false])).await;
    }
    for far in ["-9223372036854775808", "-9223372036854775809"] {
        check(far, "1", "1", (&[1], 0, [true, false, false])).await;
    }
    hamlet
        .get("/messages", &[("anchor", "9x"), ("num_before", "1"), ("num_after", "1")])
        .await
        .refused(400, "Invalid anchor");
    check("first_unread", "0", "1", (&[1, 2], 1, [false, false, true])).await;
    hamlet.post("/messages/flags", &[("messages", "[1,2]"), ("op", "add"), ("flag", "read")]).await.done();
    check("first_unread", "0", "1", (&[3, 4], 3, [false, false, true])).await;
    hamlet.post("/mark_all_as_read", &[]).await.done();
    check("first_unread", "1", "1", (&[5], END, [false, true, false])).await;

    for (before, after, expect) in [("2", "0", [1, 2]), ("0", "2", [4, 5])] {
        let params = [("anchor", "3"), ("num_before", before), ("num_after", after), ("include_anchor", "false")];
        assert_eq!(ids(&hamlet.get("/messages", &params).await.ok()), expect);
    }
    let params = [("anchor", "3"), ("num_before", "1"), ("num_after", "1"), ("include_anchor", "false")];
    let answer = hamlet.get("/messages", &params).await;
    answer.refused(400, "The anchor can only be excluded at an end of the range");
    let params = [("use_first_unread_anchor", "true"), ("anchor", "0"), ("num_before", "1"), ("num_after", "1")];
    assert_eq!(ids(&hamlet.get("/messages", &params).await.ok()), [5]);
    let answer = hamlet.get("/messages", &[("message_ids", "[2, 4, 99]")]).await.ok();
    assert_eq!((ids(&answer), answer.get("anchor")), (vec![2, 4], None));
}

#[tokio::test]
async fn messages_come_as_asked_for() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let id = hamlet.send_to_channel("Denmark", "", "**bold** @**Cordelia**").await.to_string();
    let cordelia = server.client("cordelia");
    let get = async |extra: &[(&str, &str)]| {
        let mut params = vec![("anchor", id.as_str()), ("num_before", "0"), ("num_after", "0")];
        params.extend(extra);
        cordelia.get("/messages", &params).await.ok()["messages"][0].clone()
    };
    let message = get(&[]).await;
    assert!(message["content"].as_str().expect("HTML").starts_with("<p><strong>bold</strong>"));
    assert_eq!((&message["content_type"], &message["subject"]), (&json!("text/html"), &json!("general chat")));
    assert!(message["avatar_url"].as_str().expect("an address").starts_with("/user_avatars/made/"));
    assert_eq!(message["flags"], json!(["mentioned"]));
    let message =
        get(&[("apply_markdown", "false"), ("allow_empty_topic_name", "true"), ("client_gravatar", "false")]).await;
    assert_eq!(message["content"], "**bold** @**Cordelia**");
    assert_eq!((&message["content_type"], &message["subject"]), (&json!("text/x-markdown"), &json!("")));
    assert!(message["avatar_url"].is_string());
    let message = get(&[("narrow", r#"[["search", "bold"]]"#)]).await;
    let found = r#"<p><strong><span class="highlight">bold</span></strong>"#;
    assert!(message["match_content"].as_str().is_some_and(|html| html.starts_with(found)), "{message}");
    assert_eq!(message["match_subject"], "general chat");
}

#[tokio::test]
async fn shows_only_what_may_be_read() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let public = hamlet.send_to_channel("Denmark", "t", "public").await;
    let secret = hamlet.send_to_channel("secret", "t", "secret").await;
    let direct = hamlet.send_to_users(&[server.user_id("cordelia")], "direct").await;
    let history = hamlet.send_to_channel("history", "t", "history").await;
    let ids_text = format!("[{public},{secret},{direct},{history}]");
    let check = async |name: &str, own: &[i64], readable: &[i64]| {
        let client = server.client(name);
        assert_eq!(found(&client, "[]").await, own, "{name}");
        let answer = client.get("/messages", &[("message_ids", ids_text.as_str())]).await.ok();
        assert_eq!(ids(&answer), readable, "{name}");
    };
    check("hamlet", &[public, secret, direct, history], &[public, secret, direct, history]).await;
    check("cordelia", &[public, secret, direct], &[public, secret, direct]).await;
    check("polonius", &[public], &[public]).await;
    // Administrators know of private channels, but do not read them.
    check("iago", &[public], &[public]).await;
    // Public channels are read without being subscribed, where they are named.
    check("othello", &[], &[public]).await;
    let othello = server.client("othello");
    assert_eq!(found(&othello, r#"[["channel", "Denmark"]]"#).await, [public]);
    assert_eq!(found(&othello, r#"[["channels", "public"]]"#).await, [public]);
    assert_eq!(found(&server.client("iago"), r#"[["channel", "secret"]]"#).await, [0_i64; 0]);
    let params =
        [("anchor", "newest"), ("num_before", "9"), ("num_after", "0"), ("narrow", r#"[["channel", "secret"]]"#)];
    othello.get("/messages", &params).await.refused_with_code(400, "BAD_NARROW");
}

#[tokio::test]
async fn protected_history_is_what_one_received() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let before = hamlet.send_to_channel("secret", "t", "before").await;
    let shared_before = hamlet.send_to_channel("history", "t", "before").await;
    subscribe(&server, "othello", "secret").await;
    subscribe(&server, "othello", "history").await;
    let after = hamlet.send_to_channel("secret", "t", "after").await;
    let othello = server.client("othello");
    assert_eq!(found(&othello, r#"[["channel", "secret"]]"#).await, [after]);
    assert_eq!(found(&othello, r#"[["channel", "secret"], ["topic", "t"]]"#).await, [after]);
    assert_eq!(found(&othello, r#"[["channel", "history"]]"#).await, [shared_before]);
    assert_eq!(found(&othello, "[]").await, [after]);
    let path = format!("/messages/{before}");
    othello.get(&path, &[]).await.refused(400, "Invalid message(s)");
    let body = [("emoji_name", "tada")];
    othello.post(&format!("{path}/reactions"), &body).await.refused(400, "Invalid message(s)");
}

async fn subscribe(server: &TestServer, name: &str, channel: &str) {
    use tidings_core::change::Change;
    let (user, channel, like) = (server.user_id(name), server.channel_id(channel), server.user_id("hamlet"));
    let command = move |tx: &mut tidings_core::commands::Tx<'_>| {
        let mut row = (**tx.state.channels.subscription(like, channel).expect("hamlet's")).clone();
        row.spans.clear();
        row.open_span(tx.state.seq, tx.state.messages.last_id());
        tx.change(Change::Subscription { user, channel, row: std::sync::Arc::new(row) });
        Ok(())
    };
    server.app.realm.run(command).await.expect("the change is made");
}

#[tokio::test]
async fn refuses_pages_that_make_no_sense() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let get = async |params: &[(&str, &str)]| hamlet.get("/messages", params).await;
    let (before, after) = (("num_before", "1"), ("num_after", "1"));
    get(&[before, after]).await.refused_with_code(400, "REQUEST_VARIABLE_MISSING");
    get(&[("anchor", "newest"), before]).await.refused(400, "Missing 'num_after' argument");
    get(&[("anchor", "nowhere"), before, after]).await.refused(400, "Invalid anchor");
    get(&[("anchor", "1"), ("num_before", "-1"), after]).await.refused(400, "num_before is too small");
    let large = [("anchor", "1"), ("num_before", "5000"), ("num_after", "1")];
    get(&large).await.refused(400, "Too many messages requested (maximum 5000).");
    let both = [("message_ids", "[1]"), ("anchor", "1"), before];
    get(&both).await.refused(400, "Unsupported parameter combination: anchor, num_before, message_ids");
}

/// A page that lacks messages because they were moved since is not at an end.
#[tokio::test]
async fn a_page_that_a_move_cut_short_is_not_at_its_end() {
    let server = TestServer::start().await;
    let mut last = 0;
    for _ in 0..5 {
        last = server.client("hamlet").send_to_channel("Denmark", "t", "x").await;
    }
    let before = server.app.realm.snapshot();
    let to = [("topic", "u"), ("propagate_mode", "change_one")];
    server.client("iago").patch(&format!("/messages/{}", last - 1), &to).await.done();
    let viewer = before.users.get(server.user_id("hamlet")).cloned().expect("an account");
    let filter = filter(&before, &viewer, &[], &Scope::Usual).expect("a filter");
    let search = Search::new(&*server.app.realm.store, &before, &viewer);
    for (anchor, before, after) in [(Anchor::Newest, 5, 0), (Anchor::Oldest, 0, 5)] {
        let page = search.page(&filter, Range { anchor, include_anchor: true, before, after }).expect("a page");
        assert_eq!(page.rows.len(), 4, "{anchor:?}");
        assert_eq!((page.found_oldest, page.found_newest), (anchor == Anchor::Oldest, anchor == Anchor::Newest));
    }
    assert!(search.is_stale());
}

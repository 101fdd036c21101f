//! Files as browsers ask for them, and addresses for a minute.

use tidings_testkit::TestServer;
use tidings_testkit::client::TestClient;

async fn status(client: &TestClient, path: &str) -> u16 {
    client.get_bytes(path).await.0
}

#[tokio::test]
async fn who_may_read_a_message_may_read_its_files() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let all = ["desdemona", "iago", "shiva", "hamlet", "cordelia", "othello", "polonius", "hamletbot"];
    for (channel, readers) in [
        ("Denmark", all.as_slice()),
        ("Verona", &["desdemona", "iago", "shiva", "hamlet", "cordelia", "othello", "hamletbot"]),
        ("secret", &["hamlet", "cordelia"]),
        ("history", &["hamlet"]),
        ("web", &all),
    ] {
        let url = hamlet.upload("plan.txt", channel).await;
        for name in all {
            let expect = if name == "hamlet" { 200 } else { 404 };
            assert_eq!(status(&server.client(name), &url).await, expect, "{name} before it was sent");
        }
        hamlet.send_to_channel(channel, "t", &format!("[plan]({url})")).await;
        for name in all {
            let expect = if readers.contains(&name) { 200 } else { 404 };
            assert_eq!(status(&server.client(name), &url).await, expect, "{name} in {channel}");
            let api = server.client(name).get(&url, &[]).await.status;
            assert_eq!(api, expect, "{name} in {channel}, by its temporary address");
        }
        assert_eq!(status(&server.anonymous(), &url).await, 401, "{channel}");
    }
}

/// Who joins a private channel that hides its history reads the files of later messages only; who leaves, none.
#[tokio::test]
async fn rights_follow_subscriptions() {
    let server = TestServer::start().await;
    let (hamlet, othello) = (server.client("hamlet"), server.client("othello"));
    let (before, after) = (hamlet.upload("a.txt", "a").await, hamlet.upload("b.txt", "b").await);
    hamlet.send_to_channel("secret", "t", &format!("[a]({before})")).await;
    let principals = format!("[{}]", server.user_id("othello"));
    let subscribe = [("subscriptions", r#"[{"name": "secret"}]"#), ("principals", principals.as_str())];
    hamlet.post("/users/me/subscriptions", &subscribe).await.done();
    hamlet.send_to_channel("secret", "t", &format!("[b]({after})")).await;
    assert_eq!((status(&othello, &before).await, status(&othello, &after).await), (404, 200));
    othello.delete("/users/me/subscriptions", &[("subscriptions", r#"["secret"]"#)]).await.done();
    assert_eq!(status(&othello, &after).await, 404);
}

#[tokio::test]
async fn nothing_is_served_that_browsers_run() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    for (name, content, content_type, shown) in [
        ("x.html", "<script>alert(1)</script>", "application/octet-stream", false),
        ("x.svg", "<svg onload='alert(1)'/>", "application/octet-stream", false),
        ("x.xml", "<x/>", "application/octet-stream", false),
        ("x.js", "alert(1)", "application/octet-stream", false),
        ("x.txt", "<script>alert(1)</script>", "text/plain; charset=utf-8", true),
        ("Ü.pdf", "%PDF-", "application/pdf", true),
        // It says that it is a picture.
        ("x.png", "<script>alert(1)</script>", "image/png", true),
    ] {
        let url = hamlet.upload(name, content).await;
        let (status, headers, bytes) = hamlet.get_bytes(&url).await;
        let header = |name: &str| headers[name].to_str().unwrap().to_owned();
        assert_eq!((status, bytes.as_slice()), (200, content.as_bytes()), "{name}");
        assert_eq!(header("content-type"), content_type, "{name}");
        assert_eq!(header("content-disposition").starts_with("inline;"), shown, "{name}");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert!(header("content-security-policy").starts_with("default-src 'none';"));
        assert!(header("cache-control").contains("private"));
        let saved = url.replace("/user_uploads/", "/user_uploads/download/");
        let (_, headers, _) = hamlet.get_bytes(&saved).await;
        assert!(headers["content-disposition"].to_str().unwrap().starts_with("attachment;"), "{name}");
    }
}

#[tokio::test]
async fn names_with_letters_of_all_scripts_are_found_however_they_are_written() {
    let server = TestServer::start().await;
    let (hamlet, iago) = (server.client("hamlet"), server.client("iago"));
    let url = hamlet.upload("Übung 日本.txt", "x").await;
    assert!(url.ends_with("/Übung-日本.txt"), "{url}");
    let encoded = url.replace('Ü', "%C3%9C");
    hamlet.send_to_channel("Denmark", "t", &format!("[x]({encoded})")).await;
    for address in [&url, &encoded] {
        let (status, headers, _) = iago.get_bytes(address).await;
        let disposition = headers["content-disposition"].to_str().unwrap();
        assert_eq!(
            (status, disposition.ends_with("filename*=UTF-8''%C3%9Cbung%20%E6%97%A5%E6%9C%AC.txt")),
            (200, true)
        );
    }
}

#[tokio::test]
async fn keys_are_taken_from_the_address_and_wrong_ones_refused() {
    let server = TestServer::start().await;
    let (hamlet, nobody) = (server.client("hamlet"), server.anonymous());
    let url = hamlet.upload("x.txt", "x").await;
    let with = |key: &str| format!("{url}?api_key={key}");
    assert_eq!(status(&nobody, &with(&tidings_testkit::fixture::key("hamlet"))).await, 200);
    assert_eq!(status(&nobody, &with(&tidings_testkit::fixture::key("iago"))).await, 404);
    assert_eq!(status(&nobody, &with("nonsense")).await, 401);
    assert_eq!(status(&nobody, &with(&"x".repeat(32))).await, 401);
    assert_eq!(status(&hamlet, "/user_uploads/1/ab/nothing/x.txt").await, 404);
    assert_eq!(status(&hamlet, "/user_uploads/..%2F..%2Fetc%2Fpasswd").await, 404);
}

#[tokio::test]
async fn temporary_addresses_need_no_account_for_a_minute() {
    let server = TestServer::start().await;
    let (hamlet, nobody) = (server.client("hamlet"), server.anonymous());
    let url = hamlet.upload("x.txt", "x").await;
    let answer = hamlet.get(&url, &[]).await.ok();
    let temporary = answer["url"].as_str().unwrap();
    assert!(temporary.starts_with("/user_uploads/temporary/") && temporary.ends_with("/x.txt"), "{temporary}");
    assert_eq!(nobody.get_bytes(temporary).await.2, b"x");
    let (token, _) = temporary.strip_prefix("/user_uploads/temporary/").unwrap().split_once('/').unwrap();
    let last = if token.ends_with('x') { 'y' } else { 'x' };
    let other = format!("/user_uploads/temporary/{}{last}/x.txt", &token[..token.len() - 1]);
    assert_eq!(status(&nobody, &other).await, 403);
    server.clock.advance(61);
    assert_eq!(status(&nobody, temporary).await, 403);
    nobody.get(&url, &[]).await.refused_with_code(401, "UNAUTHORIZED");
    hamlet.get("/user_uploads/1/nothing", &[]).await.refused(404, "File not found");
}

#[tokio::test]
async fn parts_and_copies_are_asked_for() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let url = hamlet.upload("x.mp4", "0123456789").await;
    let get = async |name: &str, value: &str| {
        let request = reqwest::Client::new().get(format!("{}{url}", server.url)).header(name, value);
        let request = request.basic_auth("hamlet@example.com", Some(tidings_testkit::fixture::key("hamlet")));
        let response = request.send().await.unwrap();
        let range = response.headers().get("content-range").map(|range| range.to_str().unwrap().to_owned());
        (response.status().as_u16(), range, response.text().await.unwrap())
    };
    let part = |range: &str, text: &str| (206, Some(range.to_owned()), text.to_owned());
    assert_eq!(get("Range", "bytes=2-4").await, part("bytes 2-4/10", "234"));
    assert_eq!(get("Range", "bytes=-2").await, part("bytes 8-9/10", "89"));
    assert_eq!(get("Range", "bytes=99-").await, (416, Some("bytes */10".to_owned()), String::new()));
    let (_, headers, _) = hamlet.get_bytes(&url).await;
    assert_eq!(headers["accept-ranges"], "bytes");
    assert_eq!(get("If-None-Match", headers["etag"].to_str().unwrap()).await, (304, None, String::new()));
}

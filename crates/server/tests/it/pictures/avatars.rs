//! `/users/me/avatar`, pictures of bots, and where they are.

use super::events;
use crate::files::png;
use serde_json::{Value, json};
use tidings_testkit::TestServer;
use tidings_testkit::client::TestClient;

const EVENTS: [(&str, &str); 2] = [("event_types", r#"["realm_user", "realm_bot"]"#), ("fetch_event_types", "[]")];

async fn own(client: &TestClient) -> Value {
    client.register(&[("fetch_event_types", r#"["realm_user"]"#)]).await.state.clone()
}

fn image(bytes: &[u8]) -> (u32, u32) {
    let image = image::load_from_memory(bytes).expect("a picture");
    (image.width(), image.height())
}

#[tokio::test]
async fn a_picture_is_set_shown_and_removed() {
    let server = TestServer::start().await;
    let (hamlet, iago) = (server.client("hamlet"), server.client("iago"));
    let (before, other) = (own(&hamlet).await, iago.register(&EVENTS).await);
    let made = before["avatar_url"].as_str().unwrap();
    assert_eq!(before["avatar_source"], "G");
    assert_eq!(image(&server.anonymous().get_bytes(made).await.2), (100, 100));
    let medium = before["avatar_url_medium"].as_str().unwrap();
    assert_eq!(image(&server.anonymous().get_bytes(medium).await.2), (500, 500));

    let answer = hamlet.post_file("/users/me/avatar", "me.png", png(300, 200)).await.ok();
    let after = own(&hamlet).await;
    assert_eq!((&answer["avatar_url"], &after["avatar_source"]), (&after["avatar_url"], &json!("U")));
    let aspect = json!({
        "user_id": server.user_id("hamlet").0, "avatar_url": after["avatar_url"], "avatar_source": "U",
        "avatar_url_medium": after["avatar_url_medium"], "avatar_version": 2,
    });
    assert_eq!(events(&other).await, [json!({ "type": "realm_user", "op": "update", "person": aspect })]);
    for (field, side) in [("avatar_url", 100), ("avatar_url_medium", 500)] {
        let (status, headers, bytes) = server.anonymous().get_bytes(after[field].as_str().unwrap()).await;
        assert_eq!(
            (status, headers["content-type"].to_str().unwrap(), image(&bytes)),
            (200, "image/png", (side, side))
        );
    }
    // Messages show it, and so does who is not told where it is.
    let id = hamlet.send_to_channel("Denmark", "t", "hi").await;
    let message = iago.get(&format!("/messages/{id}"), &[]).await.ok();
    assert_eq!(message["message"]["avatar_url"], after["avatar_url"]);
    let path = format!("/avatar/{}", server.user_id("hamlet"));
    assert_eq!(image(&iago.get_bytes(&path).await.2), (100, 100));
    assert_eq!(image(&iago.get_bytes(&format!("{path}/medium")).await.2), (500, 500));
    assert_eq!(server.anonymous().get_bytes(&path).await.0, 401);
    assert_eq!(iago.get_bytes("/avatar/9999").await.0, 404);
    let server = server.restart().await;
    let (hamlet, old) = (server.client("hamlet"), after["avatar_url"].as_str().unwrap());
    assert_eq!(own(&hamlet).await["avatar_url"], after["avatar_url"]);

    hamlet.delete("/users/me/avatar", &[]).await.done();
    let removed = own(&hamlet).await;
    assert_eq!(
        (&removed["avatar_source"], removed["avatar_url"].as_str().unwrap().ends_with("version=3")),
        (&json!("G"), true)
    );
    assert_eq!(hamlet.get_bytes(old).await.0, 404);
    assert!(server.stored_files().is_empty(), "{:?}", server.stored_files());
}

#[tokio::test]
async fn what_is_no_picture_is_refused_and_who_may_not() {
    let server = TestServer::start().await;
    let (hamlet, iago) = (server.client("hamlet"), server.client("iago"));
    hamlet.post_file("/users/me/avatar", "me.png", "no picture").await.refused_with_code(400, "BAD_IMAGE");
    hamlet.post("/users/me/avatar", &[]).await.refused(400, "You must upload exactly one picture.");
    let large = hamlet.post_file("/users/me/avatar", "me.png", vec![0; (5 << 20) + 1]).await;
    large.refused(400, "Uploaded file is larger than the allowed limit of 5 MiB");
    server.anonymous().post_file("/users/me/avatar", "me.png", png(9, 9)).await.refused_with_code(401, "UNAUTHORIZED");
    iago.patch("/realm", &[("avatar_changes_disabled", "true")]).await.done();
    let text = "Avatar changes are disabled in this organization.";
    hamlet.post_file("/users/me/avatar", "me.png", png(9, 9)).await.refused(400, text);
    hamlet.delete("/users/me/avatar", &[]).await.refused(400, text);
    iago.post_file("/users/me/avatar", "me.png", png(9, 9)).await.done();
    for path in ["1/../x.png", "made/xyz.png", "made/00.png", "1/realm/x.png", "2/x.png", "1/x.svg", "x"] {
        assert_eq!(hamlet.get_bytes(&format!("/user_avatars/{path}")).await.0, 404, "{path}");
    }
}

#[tokio::test]
async fn owners_give_their_bots_pictures() {
    let server = TestServer::start().await;
    let (hamlet, othello) = (server.client("hamlet"), server.client("othello"));
    let (own, other) = (hamlet.register(&EVENTS).await, othello.register(&EVENTS).await);
    let path = format!("/bots/{}", server.user_id("hamletbot"));
    let patch = async |client: &TestClient| {
        let part = reqwest::multipart::Part::bytes(png(9, 9)).file_name("bot.png");
        let form = reqwest::multipart::Form::new().part("file", part);
        client.send(client.request(reqwest::Method::PATCH, &path).multipart(form)).await
    };
    patch(&othello).await.refused(400, "Insufficient permission");
    // Who may not is told so before anything is made of the picture, which is none here.
    let broken = |method: reqwest::Method, client: &TestClient, path: &str| {
        let part = reqwest::multipart::Part::bytes(vec![0; 9]).file_name("bot.png");
        let form = reqwest::multipart::Form::new().part("file", part);
        client.request(method, path).multipart(form.text("full_name", "Y").text("short_name", "y"))
    };
    let refused = othello.send(broken(reqwest::Method::PATCH, &othello, &path)).await;
    refused.refused(400, "Insufficient permission");
    hamlet.send(broken(reqwest::Method::PATCH, &hamlet, &path)).await.refused_with_code(400, "BAD_IMAGE");
    let guest = server.client("polonius");
    let refused = guest.send(broken(reqwest::Method::POST, &guest, "/bots")).await;
    refused.refused(400, "Not allowed for guest users");
    let url = patch(&hamlet).await.ok()["avatar_url"].clone();
    assert!(url.as_str().unwrap().starts_with("/user_avatars/1/"), "{url}");
    let told = events(&own).await;
    assert_eq!((told.len(), &told[0]["person"]["avatar_url"]), (2, &url));
    assert_eq!(told[1]["bot"], json!({ "user_id": server.user_id("hamletbot").0, "avatar_url": url }));
    let told = events(&other).await;
    assert_eq!((told.len(), &told[0]["type"]), (1, &json!("realm_user")), "the bot is not theirs");
    let part = reqwest::multipart::Part::bytes(png(9, 9)).file_name("bot.png");
    let form =
        reqwest::multipart::Form::new().part("file", part).text("full_name", "Yorick").text("short_name", "yorick");
    let made = hamlet.send(hamlet.request(reqwest::Method::POST, "/bots").multipart(form)).await.ok();
    assert!(made["avatar_url"].as_str().unwrap().starts_with("/user_avatars/1/"), "{made}");
}

//! `/realm/icon` and `/realm/logo`.

use super::events;
use crate::files::png;
use serde_json::{Value, json};
use tidings_testkit::TestServer;
use tidings_testkit::client::TestClient;

async fn realm(client: &TestClient) -> Value {
    client.register(&[("fetch_event_types", r#"["realm"]"#)]).await.state.clone()
}

#[tokio::test]
async fn administrators_change_the_pictures_of_the_organization() {
    let server = TestServer::start().await;
    let (iago, hamlet) = (server.client("iago"), server.client("hamlet"));
    let queue = hamlet.register(&[("event_types", r#"["realm"]"#)]).await;
    let before = realm(&hamlet).await;
    assert_eq!((&before["realm_icon_source"], &before["realm_logo_url"]), (&json!("G"), &json!("")));
    let icon = iago.post_file("/realm/icon", "x.png", png(50, 50)).await.ok()["icon_url"].clone();
    iago.post_file("/realm/logo", "x.png", png(900, 50)).await.done();
    let night = reqwest::multipart::Part::bytes(png(90, 50)).file_name("x.png");
    let night = reqwest::multipart::Form::new().part("file", night).text("night", "true");
    iago.send(iago.request(reqwest::Method::POST, "/realm/logo").multipart(night)).await.done();
    let after = realm(&hamlet).await;
    let told = events(&queue).await;
    let event = |property: &str| {
        let [url, source] = ["url", "source"].map(|field| format!("{property}_{field}"));
        let data = json!({ &url: after[format!("realm_{url}")], &source: "U" });
        json!({ "type": "realm", "op": "update_dict", "property": property, "data": data })
    };
    assert_eq!(told, [event("icon"), event("logo"), event("night_logo")]);
    assert_eq!((&after["realm_icon_url"], &after["realm_night_logo_source"]), (&icon, &json!("U")));
    for (url, size) in
        [("realm_icon_url", (100, 100)), ("realm_logo_url", (800, 44)), ("realm_night_logo_url", (90, 50))]
    {
        let (status, _, bytes) = server.anonymous().get_bytes(after[url].as_str().unwrap()).await;
        let image = image::load_from_memory(&bytes).unwrap();
        assert_eq!((status, (image.width(), image.height())), (200, size), "{url}");
    }
    iago.delete("/realm/icon", &[]).await.done();
    iago.delete("/realm/logo", &[("night", "true")]).await.done();
    let server = server.restart().await;
    let last = realm(&server.client("hamlet")).await;
    assert_eq!((&last["realm_icon_url"], &last["realm_icon_source"]), (&before["realm_icon_url"], &json!("G")));
    assert_eq!((&last["realm_night_logo_url"], &last["realm_logo_url"]), (&json!(""), &after["realm_logo_url"]));
}

#[tokio::test]
async fn others_do_not() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let queue = hamlet.register(&[("event_types", r#"["realm"]"#)]).await;
    for path in ["/realm/icon", "/realm/logo"] {
        hamlet.post_file(path, "x.png", png(9, 9)).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
        hamlet.delete(path, &[]).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
        server.client("iago").post_file(path, "x.png", "nothing").await.refused_with_code(400, "BAD_IMAGE");
    }
    assert!(queue.events().await.is_empty());
}

//! Images: how messages show them.

use super::png;
use serde_json::json;
use tidings_testkit::TestServer;

#[tokio::test]
async fn images_have_their_preview_when_they_are_sent() {
    let server = TestServer::start().await;
    let (hamlet, iago) = (server.client("hamlet"), server.client("iago"));
    let url = hamlet.upload("castle.png", png(1_680, 400)).await;
    let queue = iago.register(&[("event_types", r#"["message"]"#), ("apply_markdown", "true")]).await;
    hamlet.send_to_channel("Denmark", "t", &format!("[castle]({url})")).await;
    let small = url.replace("/user_uploads/", "/user_uploads/thumbnail/") + "/840x560.jpg";
    let expect = format!(
        "<p><a href=\"{url}\">castle</a></p>\n\
         <div class=\"message_inline_image\"><a href=\"{url}\" title=\"castle\">\
         <img data-original-dimensions=\"1680x400\" data-original-content-type=\"image/png\" src=\"{small}\"></a></div>"
    );
    assert_eq!(queue.events().await[0]["message"]["content"], expect);
    let (status, headers, bytes) = iago.get_bytes(&small).await;
    assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "image/jpeg"));
    let image = image::load_from_memory(&bytes).unwrap();
    assert_eq!((image.width(), image.height()), (840, 200));
    let state = iago.register(&[("fetch_event_types", r#"["realm"]"#)]).await.state;
    for format in state["server_thumbnail_formats"].as_array().unwrap() {
        let address = small.replace("840x560.jpg", format["name"].as_str().unwrap());
        assert_eq!(iago.get_bytes(&address).await.0, 200, "{format}");
    }
    let narrow = json!([{ "operator": "has", "operand": "image" }]).to_string();
    let params = [("anchor", "newest"), ("num_before", "9"), ("num_after", "0"), ("narrow", narrow.as_str())];
    assert_eq!(iago.get("/messages", &params).await.ok()["messages"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_organization_can_do_without_previews() {
    let server = TestServer::start().await;
    let (hamlet, iago) = (server.client("hamlet"), server.client("iago"));
    let refused = hamlet.patch("/realm", &[("inline_image_preview", "false")]).await;
    refused.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    let realm = hamlet.register(&[("event_types", r#"["realm"]"#)]).await;
    assert_eq!(realm.state["realm_inline_image_preview"], true);
    iago.patch("/realm", &[("inline_image_preview", "false")]).await.done();
    let told = realm.events().await;
    assert_eq!((&told[0]["property"], &told[0]["value"]), (&json!("inline_image_preview"), &json!(false)));
    let server = server.restart().await;
    let (hamlet, iago) = (server.client("hamlet"), server.client("iago"));
    let url = hamlet.upload("castle.png", png(20, 20)).await;
    let id = hamlet.send_to_channel("Denmark", "t", &format!("[castle]({url})")).await;
    let message = iago.get(&format!("/messages/{id}"), &[]).await.ok();
    assert_eq!(message["message"]["content"], format!("<p><a href=\"{url}\">castle</a></p>"));
    let narrow = [("anchor", "newest"), ("num_before", "9"), ("num_after", "0"), ("narrow", r#"[["has","image"]]"#)];
    assert_eq!(iago.get("/messages", &narrow).await.ok()["messages"][0]["id"], id, "it has a picture nevertheless");
    iago.patch("/realm", &[("inline_image_preview", "true")]).await.done();
    let id = hamlet.send_to_channel("Denmark", "t", &format!("[castle]({url})")).await;
    let message = iago.get(&format!("/messages/{id}"), &[]).await.ok();
    assert!(message["message"]["content"].as_str().is_some_and(|html| html.contains("message_inline_image")));
}

#[tokio::test]
async fn thumbnails_are_for_who_may_read_the_image() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let url = hamlet.upload("castle.png", png(20, 20)).await;
    hamlet.send_to_channel("secret", "t", &format!("[castle]({url})")).await;
    let small = url.replace("/user_uploads/", "/user_uploads/thumbnail/") + "/840x560.webp";
    for (name, expect) in [("hamlet", 200), ("cordelia", 200), ("desdemona", 404), ("othello", 404)] {
        assert_eq!(server.client(name).get_bytes(&small).await.0, expect, "{name}");
    }
    assert_eq!(server.anonymous().get_bytes(&small).await.0, 401);
    assert_eq!(hamlet.get_bytes(&small.replace("840x560", "1x1")).await.0, 404);
    let text = hamlet.upload("x.txt", "x").await;
    let small = text.replace("/user_uploads/", "/user_uploads/thumbnail/") + "/840x560.webp";
    assert_eq!(hamlet.get_bytes(&small).await.0, 404);
}

/// Who writes the address of an image that they may not read sees a link, and no preview.
#[tokio::test]
async fn previews_tell_nothing_of_the_images_of_others() {
    let server = TestServer::start().await;
    let (hamlet, othello) = (server.client("hamlet"), server.client("othello"));
    let url = hamlet.upload("castle.png", png(20, 20)).await;
    let text = format!("[castle]({url})");
    let rendered = async |client: &tidings_testkit::client::TestClient| {
        let answer = client.post("/messages/render", &[("content", &text)]).await.ok();
        answer["rendered"].as_str().unwrap().contains("message_inline_image")
    };
    assert!(rendered(&hamlet).await);
    assert!(!rendered(&othello).await);
}

#[tokio::test]
async fn what_cannot_be_decoded_is_a_link() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let whole = png(300, 300);
    for content in [whole[..whole.len() / 2].to_vec(), b"\x89PNG\r\n\x1a\n".to_vec(), b"no picture".to_vec()] {
        let url = hamlet.upload("x.png", content).await;
        let answer = hamlet.post("/messages/render", &[("content", &format!("[x]({url})"))]).await.ok();
        assert_eq!(answer["rendered"], json!(format!("<p><a href=\"{url}\">x</a></p>")));
    }
    let (status, headers, _) = server.anonymous().get_bytes("/static/images/loading/loader-black.svg").await;
    assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "image/svg+xml"));
}

#[tokio::test]
async fn videos_are_shown_as_such() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let url = hamlet.upload("film.mp4", "no film").await;
    let answer = hamlet.post("/messages/render", &[("content", &format!("[film]({url})"))]).await.ok();
    assert!(answer["rendered"].as_str().unwrap().contains("message_inline_video"), "{answer}");
}

//! What nobody needs any more is removed.

use super::{events, watch};
use serde_json::json;
use tidings_server::files::sweep;
use tidings_testkit::TestServer;

const DAY: i64 = 86_400;

#[tokio::test]
async fn files_without_a_message_go_after_some_weeks() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let mut urls = Vec::new();
    for name in ["never", "used", "deleted", "scheduled", "draft"] {
        urls.push(hamlet.upload(&format!("{name}.txt"), name).await);
    }
    let link = |at: usize| format!("[x]({})", urls[at]);
    hamlet.send_to_channel("Denmark", "t", &link(1)).await;
    let id = hamlet.send_to_channel("Denmark", "t", &link(2)).await;
    let content = link(3);
    let later = [("type", "channel"), ("to", "1"), ("topic", "t"), ("content", content.as_str())];
    let far = (server.clock.now() + 400 * DAY).to_string();
    let later = [&later[..], &[("scheduled_delivery_timestamp", far.as_str())]].concat();
    hamlet.post("/scheduled_messages", &later).await.done();
    let draft = json!([{ "type": "", "to": [], "topic": "", "content": link(4) }]).to_string();
    hamlet.post("/drafts", &[("drafts", &draft)]).await.done();
    // No queue lives as long as that.
    server.clock.advance(34 * DAY);
    let own = watch(&hamlet).await;
    server.client("iago").delete(&format!("/messages/{id}"), &[]).await.done();
    assert_eq!(events(&own).await.len(), 1);
    assert_eq!(sweep::unused(&server.app).await, Ok(0));
    server.clock.advance(2 * DAY);
    let own = watch(&hamlet).await;
    assert_eq!(sweep::unused(&server.app).await, Ok(1));
    let told = events(&own).await;
    assert_eq!((told.len(), &told[0]["op"]), (1, &json!("remove")));
    let statuses = async || {
        let mut statuses = Vec::new();
        for url in &urls {
            statuses.push(hamlet.get_bytes(url).await.0);
        }
        statuses
    };
    assert_eq!(statuses().await, [404, 200, 200, 200, 200]);
    server.clock.advance(34 * DAY);
    assert_eq!(sweep::unused(&server.app).await, Ok(1));
    assert_eq!(statuses().await, [404, 200, 404, 200, 200]);
    assert_eq!(server.stored_files().len(), 3);
}

#[tokio::test]
async fn what_is_not_known_goes_and_what_is_known_stays() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let url = hamlet.upload("x.png", super::png(900, 10)).await;
    for key in ["uploads/ab/orphan", "thumbnails/ab/orphan/840x560.jpg", "elsewhere/x"] {
        server.app.files.put(key, "x".into()).await.unwrap();
    }
    // As a server leaves it that is killed while a file arrives.
    let interrupted = server.files_folder().join("uploads/ab/killed#1");
    std::fs::write(&interrupted, "x").unwrap();
    assert_eq!(sweep::unknown(&server.app).await.unwrap(), 0, "they may be on their way");
    server.clock.advance(2 * DAY);
    assert_eq!(sweep::unknown(&server.app).await.unwrap(), 3);
    assert!(!interrupted.exists());
    // What was uploaded, its preview, whose store it is, and what is none of the server's business.
    assert_eq!(server.stored_files().len(), 4);
    assert_eq!(hamlet.get_bytes(&url).await.0, 200);
}

#[tokio::test]
async fn a_store_of_another_organization_is_left_alone() {
    let server = TestServer::start().await;
    server.app.files.put("organization.txt", "elsewhere.example.com 1\n".into()).await.unwrap();
    server.app.files.put("uploads/ab/theirs", "x".into()).await.unwrap();
    server.clock.advance(2 * DAY);
    assert_eq!(sweep::unknown(&server.app).await, Ok(0));
    assert_eq!(server.stored_files().len(), 2);
}

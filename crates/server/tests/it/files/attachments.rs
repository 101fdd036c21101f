//! Which messages refer to a file, `GET` and `DELETE /attachments`.

use super::{events, messages, watch};
use serde_json::{Value, json};
use tidings_testkit::TestServer;
use tidings_testkit::client::TestClient;

async fn attachment(client: &TestClient) -> Value {
    client.get("/attachments", &[]).await.ok()["attachments"][0].clone()
}

#[tokio::test]
async fn messages_that_refer_to_a_file_are_known_exactly() {
    let server = TestServer::start().await;
    let (hamlet, cordelia) = (server.client("hamlet"), server.client("cordelia"));
    let url = hamlet.upload("plan.txt", "plan").await;
    let (own, other) = (watch(&hamlet).await, watch(&cordelia).await);
    let link = format!("[plan]({url})");
    let first = hamlet.send_to_channel("Denmark", "t", &link).await;
    let told = events(&own).await;
    let sent =
        hamlet.get(&format!("/messages/{first}"), &[]).await.ok()["message"]["timestamp"].as_i64().unwrap() * 1_000;
    assert_eq!((&told[0]["op"], &told[0]["upload_space_used"]), (&json!("update"), &json!(4)));
    assert_eq!(told[0]["attachment"], attachment(&hamlet).await);
    assert_eq!(told[0]["attachment"]["messages"], json!([{ "id": first, "date_sent": sent }]));
    // Whoever may read it may pass it on; its owner alone is told.
    let second = cordelia.send_to_channel("secret", "t", &format!("see {link} and again {link}")).await;
    assert_eq!(messages(&events(&own).await[0]["attachment"]), [first, second]);
    assert!(other.events().await.is_empty());
    assert_eq!(cordelia.get("/attachments", &[]).await.ok()["attachments"], json!([]));
    // Editing it out and in, moving it, deleting it.
    let path = format!("/messages/{first}");
    hamlet.patch(&path, &[("content", "no link")]).await.done();
    assert_eq!(messages(&events(&own).await[0]["attachment"]), [second]);
    hamlet.patch(&path, &[("content", &format!("back: {link}"))]).await.done();
    assert_eq!(messages(&events(&own).await[0]["attachment"]), [first, second]);
    hamlet.patch(&path, &[("topic", "elsewhere")]).await.done();
    hamlet.patch(&path, &[("content", &format!("changed: {link}"))]).await.done();
    assert!(own.events().await.is_empty(), "nothing about the file changed");
    server.client("iago").delete(&path, &[]).await.done();
    assert_eq!(messages(&events(&own).await[0]["attachment"]), [second]);
    let server = server.restart().await;
    assert_eq!(messages(&attachment(&server.client("hamlet")).await), [second]);
}

#[tokio::test]
async fn who_may_not_read_a_file_cannot_pass_it_on() {
    let server = TestServer::start().await;
    let (hamlet, othello, cordelia) = (server.client("hamlet"), server.client("othello"), server.client("cordelia"));
    let url = hamlet.upload("plan.txt", "plan").await;
    let own = watch(&hamlet).await;
    let link = format!("[plan]({url})");
    othello.send_to_users(&[server.user_id("othello"), server.user_id("cordelia")], &link).await;
    assert!(own.events().await.is_empty());
    for name in ["othello", "cordelia"] {
        let (status, _, _) = server.client(name).get_bytes(&url).await;
        assert_eq!(status, 404, "{name}");
    }
    // Once it was shown to one of them, that one can.
    hamlet.send_to_users(&[server.user_id("cordelia")], &link).await;
    cordelia.send_to_users(&[server.user_id("othello")], &link).await;
    assert_eq!(othello.get_bytes(&url).await.2, b"plan");
    assert_eq!(server.client("iago").get_bytes(&url).await.0, 404);
}

#[tokio::test]
async fn files_that_were_edited_out_are_offered_for_deletion() {
    let server = TestServer::start().await;
    let (hamlet, cordelia) = (server.client("hamlet"), server.client("cordelia"));
    let (one, two) = (hamlet.upload("one.txt", "1").await, hamlet.upload("two.txt", "2").await);
    let (link, other) = (format!("[1]({one})"), format!("[2]({two})"));
    let id = hamlet.send_to_channel("Denmark", "t", &format!("{link} {other}")).await;
    hamlet.send_to_channel("Denmark", "t", &other).await;
    let answer = hamlet.patch(&format!("/messages/{id}"), &[("content", "none")]).await.ok();
    let detached = answer["detached_uploads"].as_array().unwrap();
    assert_eq!((detached.len(), &detached[0]["name"], &detached[0]["messages"]), (1, &json!("one.txt"), &json!([])));
    // Somebody else's files are not theirs to delete.
    let id = hamlet.send_to_channel("Denmark", "t", &link).await;
    let again = cordelia.send_to_channel("Denmark", "t", &link).await;
    hamlet.delete(&format!("/messages/{id}"), &[]).await.done();
    let answer = cordelia.patch(&format!("/messages/{again}"), &[("content", "none")]).await.ok();
    assert_eq!(answer["detached_uploads"], json!([]));
}

#[tokio::test]
async fn owners_remove_their_files() {
    let server = TestServer::start().await;
    let (hamlet, cordelia) = (server.client("hamlet"), server.client("cordelia"));
    let url = hamlet.upload("plan.txt", "plan").await;
    hamlet.send_to_channel("Denmark", "t", &format!("[plan]({url})")).await;
    let (own, other) = (watch(&hamlet).await, watch(&cordelia).await);
    let id = attachment(&hamlet).await["id"].clone();
    let path = format!("/attachments/{id}");
    for name in ["cordelia", "desdemona"] {
        server.client(name).delete(&path, &[]).await.refused(400, "Invalid attachment");
    }
    hamlet.delete("/attachments/99999", &[]).await.refused(400, "Invalid attachment");
    server.anonymous().delete(&path, &[]).await.refused_with_code(401, "UNAUTHORIZED");
    assert_eq!(cordelia.get_bytes(&url).await.0, 200);
    hamlet.delete(&path, &[]).await.done();
    let gone = json!({ "type": "attachment", "op": "remove", "attachment": { "id": id }, "upload_space_used": 0 });
    assert_eq!(events(&own).await, [gone]);
    assert!(other.events().await.is_empty());
    assert!(server.stored_files().is_empty());
    for client in [&hamlet, &cordelia] {
        assert_eq!(client.get_bytes(&url).await.0, 404);
    }
    hamlet.delete(&path, &[]).await.refused(400, "Invalid attachment");
}

#[tokio::test]
async fn searches_find_messages_with_files() {
    let server = TestServer::start().await;
    let (hamlet, othello) = (server.client("hamlet"), server.client("othello"));
    let url = hamlet.upload("plan.txt", "plan").await;
    let with = hamlet.send_to_channel("Denmark", "t", &format!("[plan]({url})")).await;
    // A link to nothing, and one to what its sender may not read, are no files.
    let without = hamlet.send_to_channel("Denmark", "t", "[x](/user_uploads/1/ab/nothing/x.txt)").await;
    let found = async |negated: bool| {
        let narrow = json!([{ "operator": "has", "operand": "attachment", "negated": negated }]).to_string();
        let params = [("anchor", "newest"), ("num_before", "9"), ("num_after", "0"), ("narrow", narrow.as_str())];
        let answer = hamlet.get("/messages", &params).await.ok();
        messages(&answer)
    };
    assert_eq!((found(false).await, found(true).await), (vec![with], vec![without]));
    hamlet.patch(&format!("/messages/{with}"), &[("content", "none")]).await.done();
    assert_eq!((found(false).await, found(true).await), (vec![], vec![with, without]));
    othello.get("/attachments", &[]).await.done();
}

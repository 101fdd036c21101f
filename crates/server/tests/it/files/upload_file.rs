//! `POST /user_uploads`.

use super::{events, watch};
use serde_json::json;
use tidings_server::Config;
use tidings_testkit::{TestServer, test_config};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::test]
async fn a_file_is_stored_and_its_owner_told() {
    let server = TestServer::start().await;
    let (hamlet, iago) = (server.client("hamlet"), server.client("iago"));
    let (own, other) = (watch(&hamlet).await, watch(&iago).await);
    let asked = server.clock.now();
    let answer = hamlet.post_file("/user_uploads", "to be (or not).txt", "To be").await.ok();
    let url = answer["url"].as_str().unwrap();
    assert_eq!((&answer["uri"], &answer["filename"]), (&json!(url), &json!("to be (or not).txt")));
    let path = url.strip_prefix("/user_uploads/1/").unwrap();
    assert!(path.ends_with("/to-be-or-not.txt") && path.len() > 40, "{path}");
    let told = events(&own).await;
    let id = told[0]["attachment"]["id"].clone();
    let created = told[0]["attachment"]["create_time"].as_i64().unwrap();
    assert!((asked..=server.clock.now()).contains(&(created / 1_000)) && created % 1_000 == 0, "{created}");
    let attachment = json!({
        "id": id, "name": "to be (or not).txt", "path_id": format!("1/{path}"), "size": 5, "create_time": created, "messages": [],
    });
    assert_eq!(told, [json!({ "type": "attachment", "op": "add", "attachment": attachment, "upload_space_used": 5 })]);
    assert!(other.events().await.is_empty());
    let listed = hamlet.get("/attachments", &[]).await.ok();
    assert_eq!((&listed["attachments"], &listed["upload_space_used"]), (&json!([attachment]), &json!(5)));
    assert_eq!(iago.get("/attachments", &[]).await.ok()["attachments"], json!([]));
}

#[tokio::test]
async fn forms_without_a_file_or_with_several_are_refused() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    hamlet.post("/user_uploads", &[]).await.refused(400, "You must specify a file to upload");
    let text = reqwest::multipart::Form::new().text("filename", "x");
    let request = hamlet.request(reqwest::Method::POST, "/user_uploads").multipart(text);
    hamlet.send(request).await.refused(400, "You must specify a file to upload");
    let part = || reqwest::multipart::Part::text("x").file_name("x.txt");
    let two = reqwest::multipart::Form::new().part("a", part()).part("b", part());
    let request = hamlet.request(reqwest::Method::POST, "/user_uploads").multipart(two);
    hamlet.send(request).await.refused(400, "You may only upload one file at a time");
    let request = hamlet.request(reqwest::Method::POST, "/user_uploads");
    let broken = request.header("Content-Type", "multipart/form-data; boundary=x").body("--x\r\nnonsense");
    hamlet.send(broken).await.refused(400, "Malformed multipart body");
    server.anonymous().post_file("/user_uploads", "x.txt", "x").await.refused_with_code(401, "UNAUTHORIZED");
    assert_eq!(hamlet.get("/attachments", &[]).await.ok()["upload_space_used"], 0);
    nothing_is_left(&server).await;
}

/// What was refused is not in the store either.
async fn nothing_is_left(server: &TestServer) {
    for _ in 0..100 {
        if server.stored_files().is_empty() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("{:?}", server.stored_files());
}

#[tokio::test]
async fn sizes_are_limited() {
    let config = Config { max_file_upload_size_mib: 1, realm_upload_quota_mib: 2, ..test_config() };
    let server = TestServer::start_with(config).await;
    let (hamlet, iago) = (server.client("hamlet"), server.client("iago"));
    let state = hamlet.register(&[("fetch_event_types", r#"["realm"]"#)]).await.state;
    assert_eq!((&state["max_file_upload_size_mib"], &state["realm_upload_quota_mib"]), (&json!(1), &json!(2)));
    let text = "Uploaded file is larger than the allowed limit of 1 MiB";
    hamlet.post_file("/user_uploads", "x.bin", vec![0; (1 << 20) + 1]).await.refused(400, text);
    nothing_is_left(&server).await;
    hamlet.upload("x.bin", vec![0; 1 << 20]).await;
    iago.upload("y.bin", vec![0; (1 << 20) - 1]).await;
    iago.post_file("/user_uploads", "z.bin", "zz").await.refused_with_code(400, "REALM_UPLOAD_QUOTA");
    iago.upload("z.bin", "z").await;
    assert_eq!(iago.get("/attachments", &[]).await.ok()["upload_space_used"], 2 << 20);
    assert_eq!(server.stored_files().len(), 3);
}

/// A file goes to the store in parts, and arrives whole.
#[tokio::test]
async fn large_files_arrive_whole_and_survive_a_restart() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let content: Vec<u8> = (0..11_u32 << 20).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let url = hamlet.upload("large.bin", content.clone()).await;
    let server = server.restart().await;
    let (status, headers, bytes) = server.client("hamlet").get_bytes(&url).await;
    assert_eq!((status, headers["content-length"].to_str().unwrap()), (200, "11534336"));
    assert!(bytes == content);
}

/// Sends the head of an upload of so many bytes, and nothing of it; returns what is answered.
async fn announce(server: &TestServer, who: &str, path: &str, length: u64) -> String {
    use base64::Engine;
    let address = server.url.strip_prefix("http://").expect("the scheme");
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("it listens");
    let account = format!("{}:{}", tidings_testkit::fixture::email(who), tidings_testkit::fixture::key(who));
    let account = base64::engine::general_purpose::STANDARD.encode(account);
    let head = format!(
        "POST /api/v1{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {account}\r\nContent-Length: {length}\r\n\
         Content-Type: multipart/form-data; boundary=x\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("it is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("it is answered, and the connection closed");
    answer
}

#[tokio::test]
async fn what_the_head_says_is_checked_before_the_file_comes() {
    let config =
        Config { max_file_upload_size_mib: 8, realm_upload_quota_mib: 4, rate_limit_per_minute: 4, ..test_config() };
    let server = TestServer::start_with(config).await;
    let too_large = announce(&server, "hamlet", "/user_uploads", 10 << 20).await;
    assert!(too_large.starts_with("HTTP/1.1 400") && too_large.contains("allowed limit of 8 MiB"), "{too_large}");
    let no_room = announce(&server, "hamlet", "/user_uploads", 6 << 20).await;
    assert!(no_room.contains("REALM_UPLOAD_QUOTA"), "{no_room}");
    let no_picture = announce(&server, "hamlet", "/users/me/avatar", 10 << 20).await;
    assert!(no_picture.contains("larger than the allowed limit"), "{no_picture}");
    // A file that is let in counts once.
    server.client("hamlet").upload("x.txt", "x").await;
    let too_many = announce(&server, "hamlet", "/user_uploads", 1_000).await;
    assert!(too_many.starts_with("HTTP/1.1 429") && too_many.contains("RATE_LIMIT_HIT"), "{too_many}");
    server.client("iago").upload("x.txt", "x").await;
}

use axum::Router;
use axum::extract::RawQuery;
use serde_json::json;
use std::sync::{Arc, Mutex};
use tidings_server::Config;
use tidings_testkit::{TestServer, test_config};

#[tokio::test]
async fn without_a_server_for_them_there_are_no_calls() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let params = [("meeting_name", "Tea")];
    hamlet.get("/calls/bigbluebutton/create", &params).await.refused(400, "BigBlueButton is not configured.");
    let state = hamlet.register(&[]).await.state;
    assert_eq!((&state["realm_video_chat_provider"], &state["has_zoom_token"]), (&json!(0), &json!(false)));
    let page = reqwest::get(format!("{}/calls/bigbluebutton/join?bigbluebutton=x.y", server.url)).await.unwrap();
    assert_eq!(page.status(), 404);
}

/// A server for calls, which keeps what it is asked.
async fn big_blue_button(answer: &'static str) -> (String, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&asked);
    let router = Router::new().fallback(move |RawQuery(query): RawQuery| {
        let kept = Arc::clone(&kept);
        async move {
            kept.lock().expect("no panic").push(query.unwrap_or_default());
            answer
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/bigbluebutton", listener.local_addr().expect("the port"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, asked)
}

fn config(url: &str) -> Config {
    let (url, secret) = (Some(url.to_owned()), Some("secret".to_owned()));
    Config { big_blue_button_url: url, big_blue_button_secret: secret, ..test_config() }
}

#[tokio::test]
async fn who_has_the_address_says_a_name_and_enters() {
    let (url, asked) = big_blue_button("<response><returncode>SUCCESS</returncode></response>").await;
    let server = TestServer::start_with(config(&url)).await;
    let hamlet = server.client("hamlet");
    let params = [("meeting_name", "Tea & <b>"), ("voice_only", "true")];
    let answer = hamlet.get("/calls/bigbluebutton/create", &params).await.ok();
    assert_eq!(asked.lock().unwrap().len(), 0, "nothing begins before somebody joins");
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let join = format!("{}{}", server.url, answer["url"].as_str().unwrap());
    let page = http.get(&join).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("<h1>Tea &amp; &lt;b></h1>") && page.contains("Your name"), "{page}");
    let entered = http.get(format!("{join}&name=Yorick")).send().await.unwrap();
    assert_eq!(entered.status(), 303);
    let place = entered.headers()["location"].to_str().unwrap();
    assert!(place.starts_with(&format!("{url}/api/join?fullName=Yorick&meetingID=")), "{place}");
    assert!(place.contains("&role=VIEWER&checksum="), "{place}");
    let created = asked.lock().unwrap().clone();
    assert!(created[0].contains("name=Tea+%26+%3Cb%3E&lockSettingsDisableCam=true&checksum="), "{created:?}");
    let changed =
        http.get(format!("{}&name=Yorick", join.replace("bigbluebutton=e", "bigbluebutton=f"))).send().await.unwrap();
    assert_eq!(changed.status(), 404, "addresses of others are not followed");
    hamlet.get("/calls/bigbluebutton/create", &[("meeting_name", " ")]).await.refused(400, "Invalid meeting_name");
    let state = hamlet.register(&[]).await.state;
    assert_eq!(state["realm_video_chat_provider"], 4);
    assert_eq!(state["realm_available_video_chat_providers"]["big_blue_button"]["id"], 4);
    let iago = server.client("iago");
    iago.patch("/realm", &[("video_chat_provider", "1")]).await.done();
    assert_eq!(hamlet.register(&[]).await.state["realm_video_chat_provider"], 1);
    iago.patch("/realm", &[("video_chat_provider", "4")]).await.done();
    assert_eq!(hamlet.register(&[]).await.state["realm_video_chat_provider"], 4);
}

#[tokio::test]
async fn a_server_that_makes_no_meeting_is_no_success() {
    let (url, _) = big_blue_button("<response><returncode>FAILED</returncode></response>").await;
    let server = TestServer::start_with(config(&url)).await;
    let answer = server.client("hamlet").get("/calls/bigbluebutton/create", &[("meeting_name", "Tea")]).await.ok();
    let join = format!("{}{}&name=Yorick", server.url, answer["url"].as_str().unwrap());
    assert_eq!(reqwest::get(join).await.unwrap().status(), 502);
}

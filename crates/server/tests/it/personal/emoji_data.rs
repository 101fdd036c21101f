use super::modern;
use tidings_testkit::TestServer;

#[tokio::test]
async fn the_names_of_emoji_are_public_and_cacheable() {
    let server = TestServer::start().await;
    let named = modern(&server.client("hamlet")).await.state["server_emoji_data_url"].as_str().unwrap().to_owned();
    let path = named.strip_prefix("http://example.com").expect("an absolute address");
    let http = reqwest::Client::new();
    let url = format!("{}{path}", server.url);
    let answer = http.get(&url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(
        (header("access-control-allow-origin").as_str(), header("content-type").as_str()),
        ("*", "application/json")
    );
    assert!(header("cache-control").contains("max-age"));
    let tag = header("etag");
    let body: serde_json::Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(body["code_to_names"]["1f697"][0], "car");
    let again = http.get(&url).header("If-None-Match", tag).send().await.unwrap();
    assert_eq!((again.status().as_u16(), again.text().await.unwrap().len()), (304, 0));
    let posted = http.post(&url).send().await.unwrap();
    assert_eq!((posted.status().as_u16(), posted.headers()["allow"].to_str().unwrap()), (405, "GET, HEAD"));
    let posted: serde_json::Value = serde_json::from_str(&posted.text().await.unwrap()).unwrap();
    assert_eq!((posted["result"].as_str(), posted["msg"].as_str()), (Some("error"), Some("Method Not Allowed")));
}

use serde_json::{Value, json};
use tidings_testkit::TestServer;
use tidings_testkit::client::TestClient;

const NONE: [&str; 0] = [];
const TEMPLATES: (&str, &str) =
    ("client_capabilities", r#"{"notification_settings_null": true, "linkifier_url_template": true}"#);

async fn add(client: &TestClient, pattern: &str, template: &str) -> Value {
    client.post("/realm/filters", &[("pattern", pattern), ("url_template", template)]).await.ok()["id"].clone()
}

async fn list(client: &TestClient) -> Value {
    client.get("/realm/linkifiers", &[]).await.ok()["linkifiers"].clone()
}

#[tokio::test]
async fn administrators_add_change_order_and_remove_them() {
    let server = TestServer::start().await;
    let (iago, polonius) = (server.client("iago"), server.client("polonius"));
    let guest = polonius.register(&[TEMPLATES]).await;
    let old = server.client("hamlet").register(&[]).await;
    let row = |id: u32, pattern: &str, template: &str| json!({"id": id, "pattern": pattern, "url_template": template});
    let issue = row(1, "#(?P<id>[0-9]+)", "https://issues.example/{id}");
    let page = row(2, "page:(?P<name>[a-z]+)", "https://wiki.example/{name}");

    assert_eq!(add(&iago, " #(?P<id>[0-9]+) ", "https://issues.example/{id}\n").await, 1);
    assert_eq!(add(&iago, "page:(?P<name>[a-z]+)", "https://wiki.example/{name}").await, 2);
    let told = guest.events().await;
    assert_eq!(told[0]["realm_linkifiers"], json!([issue]));
    assert_eq!(told[1]["realm_linkifiers"], json!([issue, page]));
    assert_eq!(list(&polonius).await, json!([issue, page]));
    assert_eq!(polonius.register(&[TEMPLATES]).await.state["realm_linkifiers"], json!([issue, page]));
    assert_eq!(polonius.register(&[]).await.state["realm_linkifiers"], json!([]));

    iago.patch("/realm/linkifiers", &[("ordered_linkifier_ids", "[2,1]")]).await.done();
    assert_eq!(guest.events().await[0]["realm_linkifiers"], json!([page, issue]));
    iago.patch("/realm/linkifiers", &[("ordered_linkifier_ids", "[2,1]")]).await.done();
    let changed = [("pattern", "#(?P<id>[0-9]+)"), ("url_template", "https://bugs.example/{id}")];
    iago.patch("/realm/filters/1", &changed).await.done();
    iago.patch("/realm/filters/1", &changed).await.done();
    let bugs = row(1, "#(?P<id>[0-9]+)", "https://bugs.example/{id}");
    let told = guest.events().await;
    assert_eq!(told.len(), 1, "what changes nothing is not told: {told:?}");
    assert_eq!(told[0]["realm_linkifiers"], json!([page, bugs]));

    iago.delete("/realm/filters/2", &[]).await.done();
    assert_eq!(guest.events().await[0]["realm_linkifiers"], json!([bugs]));
    assert_eq!(add(&iago, "x", "https://x.example").await, 3, "no id is given twice");
    assert_eq!(old.kinds().await, NONE, "who does not know templates is not told");
}

#[tokio::test]
async fn refusals() {
    let server = TestServer::start().await;
    let (iago, shiva) = (server.client("iago"), server.client("shiva"));
    let admin = "Must be an organization administrator";
    let good = [("pattern", "#(?P<id>[0-9]+)"), ("url_template", "https://issues.example/{id}")];
    let queue = iago.register(&[TEMPLATES]).await;
    shiva.post("/realm/filters", &good).await.refused(400, admin);
    shiva.post("/realm/filters", &[("pattern", "("), ("url_template", "{")]).await.refused(400, admin);
    shiva.patch("/realm/filters/1", &good).await.refused(400, admin);
    shiva.delete("/realm/filters/1", &[]).await.refused(400, admin);
    shiva.patch("/realm/linkifiers", &[("ordered_linkifier_ids", "[]")]).await.refused(400, admin);

    let refused = async |pattern: &str, template: &str, why: &str| {
        iago.post("/realm/filters", &[("pattern", pattern), ("url_template", template)]).await.refused(400, why);
    };
    refused("(", "https://x", "Bad regular expression: unclosed group").await;
    refused(
        "a(?!b)",
        "https://x",
        "Bad regular expression: look-around, including look-ahead and look-behind, is not supported",
    )
    .await;
    refused("a", "https://x/{", "Invalid URL template.").await;
    refused("(?P<a>x)", "https://x/{b}", "Group 'b' in URL template is not present in linkifier pattern.").await;
    refused("(?P<a>x)", "https://x", "Group 'a' in linkifier pattern is not present in URL template.").await;
    refused(" ", "https://x", "This field cannot be blank.").await;
    refused(&"x".repeat(1001), "https://x", "This field is too long.").await;
    iago.post("/realm/filters", &[("pattern", "x")]).await.refused_with_code(400, "REQUEST_VARIABLE_MISSING");
    assert_eq!(queue.kinds().await, NONE);

    iago.post("/realm/filters", &good).await.done();
    iago.post("/realm/filters", &good).await.refused(400, "A linkifier with this pattern already exists.");
    iago.patch("/realm/filters/9", &good).await.refused(400, "Linkifier not found.");
    iago.delete("/realm/filters/9", &[]).await.refused(400, "Linkifier not found.");
    let all = "The ordered list must enumerate all existing linkifiers exactly once";
    iago.patch("/realm/linkifiers", &[("ordered_linkifier_ids", "[]")]).await.refused(400, all);
    iago.patch("/realm/linkifiers", &[("ordered_linkifier_ids", "[1,2]")]).await.refused(400, all);
    iago.patch("/realm/linkifiers", &[("ordered_linkifier_ids", "[1,1]")])
        .await
        .refused(400, "The ordered list must not contain duplicated linkifiers");
    server.anonymous().get("/realm/linkifiers", &[]).await.refused_with_code(401, "UNAUTHORIZED");
}

#[tokio::test]
async fn they_make_links_in_messages_and_topics() {
    let server = TestServer::start().await;
    let (iago, hamlet) = (server.client("iago"), server.client("hamlet"));
    let before = hamlet.send_to_channel("Denmark", "about #7", "see #7").await;
    add(&iago, "#(?P<id>[0-9]+)", "https://issues.example/{id}").await;
    let queue = hamlet.register(&[("apply_markdown", "true")]).await;
    let after = hamlet.send_to_channel("Denmark", "more on #7 and a.example.com", "see #7").await;
    let link = json!({"text": "#7", "url": "https://issues.example/7"});
    let address = json!({"text": "a.example.com", "url": "https://a.example.com"});

    let message = queue.events().await[0]["message"].clone();
    assert_eq!(message["content"], "<p>see <a href=\"https://issues.example/7\">#7</a></p>");
    assert_eq!(message["topic_links"], json!([link, address]));
    let fetched = hamlet.get(&format!("/messages/{before}"), &[("apply_markdown", "true")]).await.ok();
    assert_eq!(fetched["message"]["content"], "<p>see #7</p>", "what was rendered before stays");
    assert_eq!(fetched["message"]["topic_links"], json!([link]));

    iago.patch(&format!("/messages/{after}"), &[("topic", "now #8")]).await.done();
    let moved = queue.events().await;
    let update = moved.iter().find(|event| event["type"] == "update_message").expect("the move is told");
    assert_eq!(update["topic_links"], json!([{"text": "#8", "url": "https://issues.example/8"}]));
    let rendered = hamlet.post("/messages/render", &[("content", "#9")]).await.ok();
    assert_eq!(rendered["rendered"], "<p><a href=\"https://issues.example/9\">#9</a></p>");
}

#[tokio::test]
async fn topics_have_links_of_safe_schemes_only() {
    let server = TestServer::start().await;
    let (iago, hamlet) = (server.client("iago"), server.client("hamlet"));
    add(&iago, r"go:(?P<u>\S+)", "{+u}").await;
    let links = async |topic: &str| {
        let id = hamlet.send_to_channel("Denmark", topic, "see the topic").await;
        hamlet.get(&format!("/messages/{id}"), &[]).await.ok()["message"]["topic_links"].clone()
    };
    assert_eq!(links("go:javascript:alert(1)").await, json!([]));
    assert_eq!(links("go:https://a.example/b").await[0]["url"], "https://a.example/b");
    let playground = [("name", "x"), ("pygments_language", "C"), ("url_template", "javascript:{code}")];
    iago.post("/realm/playgrounds", &playground).await.refused(400, "Invalid URL template.");
}

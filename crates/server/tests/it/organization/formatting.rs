//! What messages are made of what the realm knows; the rest is tested where it is, in `tidings-markdown`.

use tidings_testkit::TestServer;
use tidings_testkit::client::TestClient;

async fn rendered(client: &TestClient, content: &str) -> String {
    let answer = client.post("/messages/render", &[("content", content)]).await.ok();
    answer["rendered"].as_str().expect("HTML").to_owned()
}

#[tokio::test]
async fn built_in_groups_are_mentioned_silently_only() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    assert_eq!(
        rendered(&hamlet, "@_*role:administrators*").await,
        "<p><span class=\"user-group-mention silent\" data-user-group-id=\"2\">Administrators</span></p>"
    );
    let send = |content| [("type", "channel"), ("to", "Denmark"), ("topic", "x"), ("content", content)];
    let refusal = "You are not allowed to mention user group 'Administrators'.";
    hamlet.post("/messages", &send("@*role:administrators*")).await.refused(400, refusal);
    let id = hamlet.post("/messages", &send("@_*role:administrators* `@*role:members*`")).await.ok()["id"].clone();
    let edit = [("content", "@*role:administrators*")];
    hamlet.patch(&format!("/messages/{id}"), &edit).await.refused(400, refusal);
}

#[tokio::test]
async fn links_to_topics_lead_to_the_newest_message_that_the_sender_may_read() {
    let server = TestServer::start().await;
    let (hamlet, othello) = (server.client("hamlet"), server.client("othello"));
    let public = hamlet.send_to_channel("Denmark", "plans", "x").await;
    let link = rendered(&othello, "#**Denmark>Plans**").await;
    assert!(link.contains(&format!("/topic/Plans/with/{public}\">#Denmark &gt; Plans</a>")), "{link}");
    let link = rendered(&othello, "#**Denmark>nothing there**").await;
    assert!(link.contains("/topic/nothing.20there\">"), "{link}");
    let secret = hamlet.send_to_channel("secret", "plans", "x").await;
    assert!(rendered(&hamlet, "#**secret>plans**").await.contains(&format!("/with/{secret}\"")));
    let hidden = rendered(&othello, "#**secret>plans**").await;
    assert!(!hidden.contains("<a ") && !hidden.contains("/with/"), "{hidden}");
}

#[tokio::test]
async fn accounts_that_are_not_in_use_are_mentioned_silently() {
    let server = TestServer::start().await;
    let id = server.user_id("othello");
    server.client("iago").delete(&format!("/users/{id}"), &[]).await.done();
    let name = tidings_testkit::fixture::full_name("othello");
    assert_eq!(
        rendered(&server.client("hamlet"), &format!("@**{name}**")).await,
        format!("<p><span class=\"user-mention silent\" data-user-id=\"{id}\">{name}</span></p>")
    );
}

#[tokio::test]
async fn emoticons_follow_the_senders_setting() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    assert_eq!(rendered(&hamlet, ":)").await, "<p>:)</p>");
    hamlet.patch("/settings", &[("translate_emoticons", "true")]).await.done();
    assert!(rendered(&hamlet, ":)").await.contains("class=\"emoji emoji-1f642\""));
}

#[tokio::test]
async fn formulas_are_typeset_and_hostile_ones_are_not() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    assert!(rendered(&hamlet, "$$x^2$$").await.contains("<annotation encoding=\"application/x-tex\">x^2</annotation>"));
    assert_eq!(rendered(&hamlet, "$$\\foo$$").await, "<p><span class=\"tex-error\">$$\\foo$$</span></p>");
    let deep = format!("$${}x{}$$", "\\sqrt{".repeat(1_000), "}".repeat(1_000));
    assert!(rendered(&hamlet, &deep).await.starts_with("<p><span class=\"tex-error\">"));
}

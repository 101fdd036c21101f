use super::{assert_silent, events, legacy, modern};
use serde_json::{Value, json};
use tidings_core::change::Change;
use tidings_core::commands::Tx;
use tidings_core::limits;
use tidings_core::state::personal::TopicPolicy;
use tidings_testkit::TestServer;
use tidings_testkit::client::{Reply, TestClient};
use tidings_types::ChannelId;

async fn set(client: &TestClient, channel: &str, topic: &str, policy: &str) -> Reply {
    client.post("/user_topics", &[("stream_id", channel), ("topic", topic), ("visibility_policy", policy)]).await
}

fn policies(events: &[Value]) -> Vec<(Value, Value)> {
    let topics = events.iter().filter(|event| event["type"] == "user_topic");
    topics.map(|event| (event["topic_name"].clone(), event["visibility_policy"].clone())).collect()
}

#[tokio::test]
async fn a_choice_is_told_to_the_user_alone_first_in_the_old_form() {
    let server = TestServer::start().await;
    let (hamlet, iago) = (server.client("hamlet"), server.client("iago"));
    let (own, other) = (modern(&hamlet).await, modern(&iago).await);
    let named = hamlet.register(&[("event_types", r#"["muted_topics", "user_topic"]"#)]).await;
    set(&hamlet, "1", "castle", "1").await.done();
    let told = events(&own).await;
    let kinds: Vec<_> = told.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["muted_topics", "user_topic"]);
    assert_eq!(told[0]["muted_topics"][0][0], "Denmark");
    assert_eq!(told[0]["muted_topics"][0][1], "castle");
    assert_eq!(policies(&told), [(json!("castle"), json!(1))]);
    assert_eq!(named.kinds().await, ["user_topic"]);
    // The same again changes nothing; another spelling is the same topic.
    set(&hamlet, "1", "CASTLE", "1").await.done();
    assert_silent(&own).await;
    set(&hamlet, "1", "castle", "3").await.done();
    assert_eq!(policies(&events(&own).await), [(json!("castle"), json!(3))]);
    let state = modern(&hamlet).await.state;
    assert_eq!(state["user_topics"][0]["visibility_policy"], 3);
    assert_eq!(state["muted_topics"], json!([]));
    set(&hamlet, "1", "castle", "0").await.done();
    assert_eq!(modern(&hamlet).await.state["user_topics"], json!([]));
    assert_silent(&other).await;
}

#[tokio::test]
async fn the_old_endpoint_mutes_and_unmutes() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let path = "/users/me/subscriptions/muted_topics";
    hamlet.patch(path, &[("stream", "Denmark"), ("topic", "castle"), ("op", "add")]).await.done();
    let state = legacy(&hamlet).await.state;
    assert_eq!(state["muted_topics"][0][1], "castle");
    hamlet.patch(path, &[("stream_id", "1"), ("topic", "castle"), ("op", "remove")]).await.done();
    assert_eq!(legacy(&hamlet).await.state["user_topics"], json!([]));
    hamlet.patch(path, &[("topic", "castle"), ("op", "add")]).await.refused(400, "Missing 'stream_id' argument");
    let both = [("stream_id", "1"), ("stream", "Denmark"), ("topic", "castle"), ("op", "add")];
    hamlet.patch(path, &both).await.refused(400, "Unsupported parameter combination: stream_id, stream");
    hamlet.patch(path, &[("stream_id", "1"), ("topic", "t"), ("op", "toggle")]).await.refused(400, "Invalid op");
}

#[tokio::test]
async fn an_empty_topic_is_named_for_clients_that_know_none() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let (new, old) = (modern(&hamlet).await, legacy(&hamlet).await);
    set(&hamlet, "1", "general chat", "2").await.done();
    assert_eq!(policies(&events(&new).await), [(json!(""), json!(2))]);
    assert_eq!(policies(&events(&old).await), [(json!("general chat"), json!(2))]);
    assert_eq!(legacy(&hamlet).await.state["user_topics"][0]["topic_name"], "general chat");
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_private_channels_stay_secret() {
    let server = TestServer::start().await;
    let (hamlet, othello) = (server.client("hamlet"), server.client("othello"));
    set(&hamlet, "1", "castle", "4").await.refused(400, "Invalid visibility_policy");
    set(&hamlet, "1", &"x".repeat(61), "1").await.refused(400, "topic is too long (limit: 60 characters)");
    set(&othello, "3", "castle", "1").await.refused(400, "Invalid channel ID");
    set(&othello, "3", "castle", "0").await.refused(400, "Invalid channel ID");
    set(&othello, "999", "castle", "1").await.refused(400, "Invalid channel ID");
    assert_eq!(
        hamlet.register(&[("fetch_event_types", r#"["muted_topics", "user_topic"]"#)]).await.state.get("muted_topics"),
        None
    );
}

#[tokio::test]
async fn there_are_only_so_many() {
    let server = TestServer::start().await;
    let user = server.user_id("hamlet");
    let fill = move |tx: &mut Tx<'_>| {
        for number in 0..limits::USER_TOPICS_MAX {
            let (topic, policy) = (format!("topic {number}"), TopicPolicy { policy: 3, last_updated: 0 });
            tx.change(Change::UserTopic { user, channel: ChannelId(1), topic, policy });
        }
        Ok(())
    };
    server.app.realm.run(fill).await.expect("the topics are followed");
    let hamlet = server.client("hamlet");
    set(&hamlet, "1", "one more", "1").await.refused(400, "Too many topics (limit: 5000)");
    set(&hamlet, "1", "topic 1", "1").await.done();
    set(&hamlet, "1", "topic 1", "0").await.done();
    set(&hamlet, "1", "one more", "1").await.done();
}

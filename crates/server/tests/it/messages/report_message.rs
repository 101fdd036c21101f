use super::{event, found};
use serde_json::json;
use tidings_testkit::TestServer;

#[tokio::test]
async fn a_report_is_told_to_the_moderators() {
    let server = TestServer::start().await;
    let (hamlet, iago) = (server.client("hamlet"), server.client("iago"));
    let id = server.client("cordelia").send_to_channel("Denmark", "t", "bad @**all** ```\nwords").await;
    let path = format!("/messages/{id}/report");
    let spam = [("report_type", "spam"), ("description", "look @**Iago**")];
    let none = "Moderation request channel must be specified to enable message reporting.";
    hamlet.post(&path, &spam).await.refused(400, none);
    let set = async |channel: &str| {
        let channel = server.channel_id(channel).to_string();
        iago.patch("/realm", &[("moderation_request_channel_id", channel.as_str())]).await
    };
    set("Denmark").await.refused(400, "Moderation request channel must be private.");
    set("secret").await.done();
    let to_iago =
        [("subscriptions", r#"[{"name": "secret"}]"#), ("principals", &*format!("[{}]", server.user_id("iago")))];
    hamlet.post("/users/me/subscriptions", &to_iago).await.done();
    let opened = iago.patch(&format!("/streams/{}", server.channel_id("secret")), &[("is_private", "false")]).await;
    opened.refused(400, "The channel for reports has to be private.");
    let (cordelia, outside) =
        (server.client("cordelia").register(&[]).await, server.client("othello").register(&[]).await);
    server.client("othello").post(&path, &[("report_type", "why")]).await.refused(400, "Invalid report_type");
    let refused = hamlet.post(&path, &[("report_type", "other"), ("description", " ")]).await;
    refused.refused(400, "For reports of this type, a description is required.");
    let long = "x".repeat(1_001);
    let refused = hamlet.post(&path, &[("report_type", "other"), ("description", &long)]).await;
    refused.refused(400, "description is too long (limit: 1000 characters)");
    hamlet.post(&path, &spam).await.done();

    let events = cordelia.events().await;
    let message = &event(&events, "message").expect("the report")["message"];
    assert_eq!(
        (&message["subject"], &message["sender_full_name"]),
        (&json!("Cordelia moderation"), &json!("Notification Bot"))
    );
    let html = message["content"].as_str().expect("HTML");
    assert!(html.contains("Spam") && html.contains("words") && html.contains("look"), "{html}");
    // Nobody is mentioned by what is quoted.
    assert_eq!(event(&events, "message").expect("the report")["flags"], json!([]));
    assert!(outside.kinds().await.iter().all(|kind| kind == "stream/update"));
    // What one may not read one cannot report.
    let secret = hamlet.send_to_channel("secret", "t", "x").await;
    let refused = server.client("othello").post(&format!("/messages/{secret}/report"), &spam).await;
    refused.refused(400, "Invalid message(s)");
    assert_eq!(found(&hamlet, r#"[["channel","secret"],["topic","Cordelia moderation"]]"#).await.len(), 1);
}

//! Moves to another channel, notices, limits, and what follows a topic.

use super::{event, found};
use serde_json::{Value, json};
use tidings_core::state::groups::system;
use tidings_testkit::TestServer;
use tidings_testkit::client::{Reply, TestClient};

const QUIET: (&str, &str) = ("send_notification_to_new_thread", "false");

/// Moves the whole topic of a message to another channel, without a notice.
async fn move_all(client: &TestClient, id: i64, channel: u32) -> Reply {
    let channel = channel.to_string();
    let params = [("stream_id", channel.as_str()), ("propagate_mode", "change_all"), QUIET];
    client.patch(&format!("/messages/{id}"), &params).await
}

fn channel_id(server: &TestServer, name: &str) -> u32 {
    server.channel_id(name).to_string().parse().expect("a number")
}

async fn unread(server: &TestServer, name: &str) -> Vec<Value> {
    let state = server.client(name).register(&[]).await.state.clone();
    let topics = state["unread_msgs"]["streams"].as_array().expect("a list").clone();
    topics.into_iter().map(|topic| json!([topic["stream_id"], topic["topic"], topic["unread_message_ids"]])).collect()
}

#[tokio::test]
async fn those_who_lose_a_message_are_told_that_it_is_gone() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let (denmark, secret) = (channel_id(&server, "Denmark"), channel_id(&server, "secret"));
    let first = hamlet.send_to_channel("Denmark", "plan", "one").await;
    let second = server.client("cordelia").send_to_channel("Denmark", "plan", "two").await;
    let starred = [("messages", format!("[{first}]")), ("op", "add".to_owned()), ("flag", "starred".to_owned())];
    let starred: Vec<(&str, &str)> = starred.iter().map(|(name, value)| (*name, value.as_str())).collect();
    server.client("iago").post("/messages/flags", &starred).await.done();
    let bulk = [("client_capabilities", r#"{"notification_settings_null":true,"bulk_message_deletion":true}"#)];
    let cordelia = server.client("cordelia").register(&[]).await;
    let iago = server.client("iago").register(&bulk).await;
    let (polonius, othello) =
        (server.client("polonius").register(&[]).await, server.client("othello").register(&[]).await);
    move_all(&hamlet, first, secret).await.done();

    let events = cordelia.events().await;
    let update = event(&events, "update_message").expect("the move");
    assert_eq!((&update["stream_id"], &update["new_stream_id"]), (&json!(denmark), &json!(secret)));
    assert_eq!((&update["orig_subject"], &update["propagate_mode"]), (&json!("plan"), &json!("change_all")));
    assert_eq!(update["message_ids"], json!([first, second]));
    assert!(update.get("subject").is_none() && update.get("topic_links").is_none());
    assert!(event(&events, "delete_message").is_none());

    let gone = iago.events().await;
    let gone = event(&gone, "delete_message").expect("the loss").clone();
    assert_eq!((&gone["message_ids"], &gone["stream_id"]), (&json!([first, second]), &json!(denmark)));
    assert_eq!((&gone["topic"], &gone["message_type"]), (&json!("plan"), &json!("stream")));
    let events = polonius.events().await;
    let ids: Vec<&Value> =
        events.iter().filter(|event| event["type"] == "delete_message").map(|event| &event["message_id"]).collect();
    assert_eq!(ids, [&json!(first), &json!(second)]);
    assert!(event(&events, "update_message").is_none());
    // Who is in neither channel hears nothing of the messages.
    assert!(othello.kinds().await.iter().all(|kind| kind == "stream/update"));

    for name in ["iago", "polonius", "othello"] {
        server.client(name).get(&format!("/messages/{first}"), &[]).await.refused(400, "Invalid message(s)");
    }
    assert_eq!(unread(&server, "iago").await, [json!(null); 0]);
    assert_eq!(unread(&server, "cordelia").await, [json!([secret, "plan", [first, second]])]);
    // It comes back without the star that was taken with it.
    move_all(&hamlet, first, denmark).await.done();
    let state = server.client("iago").register(&[]).await.state.clone();
    assert_eq!((&state["starred_messages"], &state["unread_msgs"]["count"]), (&json!([]), &json!(0)));
    let server = server.restart().await;
    assert_eq!(unread(&server, "iago").await, [json!(null); 0]);
    assert_eq!(unread(&server, "cordelia").await, [json!([denmark, "plan", [first, second]])]);
}

#[tokio::test]
async fn those_who_gain_a_message_find_it_read_and_are_not_told_where_it_was() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let id = hamlet.send_to_channel("secret", "plot", "@**Cordelia** one").await;
    let iago = server.client("iago").register(&[]).await;
    let denmark = channel_id(&server, "Denmark");
    move_all(&hamlet, id, denmark).await.done();
    assert!(iago.kinds().await.iter().all(|kind| kind == "stream/update"));
    for name in ["iago", "polonius", "othello"] {
        let message = server.client(name).get(&format!("/messages/{id}"), &[]).await.ok()["message"].clone();
        assert_eq!((&message["stream_id"], &message["flags"]), (&json!(denmark), &json!(["read", "historical"])));
    }
    assert_eq!(unread(&server, "iago").await, [json!(null); 0]);
    assert_eq!(unread(&server, "cordelia").await, [json!([denmark, "plot", [id]])]);
    let topics = server.client("iago").get(&format!("/users/me/{denmark}/topics"), &[]).await.ok();
    assert_eq!(topics["topics"], json!([{"name": "plot", "max_id": id}]));
}

#[tokio::test]
async fn where_history_is_hidden_those_see_a_message_who_were_there_when_it_came() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let id = server.client("iago").send_to_channel("Denmark", "plan", "one").await;
    move_all(&hamlet, id, channel_id(&server, "secret")).await.done();
    let principals = format!("[{}]", server.user_id("othello"));
    let subscribe = [("subscriptions", r#"[{"name":"secret"}]"#), ("principals", principals.as_str())];
    hamlet.post("/users/me/subscriptions", &subscribe).await.done();
    let path = format!("/messages/{id}");
    server.client("cordelia").get(&path, &[]).await.done();
    server.client("othello").get(&path, &[]).await.refused(400, "Invalid message(s)");
    let server = server.restart().await;
    server.client("cordelia").get(&path, &[]).await.done();
    server.client("othello").get(&path, &[]).await.refused(400, "Invalid message(s)");
    let secret = channel_id(&server, "secret");
    let topics = server.client("othello").get(&format!("/users/me/{secret}/topics"), &[]).await.ok();
    assert_eq!(topics["topics"], json!([]));
}

#[tokio::test]
async fn who_is_not_subscribed_there_has_nothing_unread_there() {
    let server = TestServer::start().await;
    let (hamlet, cordelia) = (server.client("hamlet"), server.client("cordelia"));
    let id = hamlet.send_to_channel("Denmark", "plan", "@**Cordelia** one").await;
    let queue = cordelia.register(&[]).await;
    move_all(&hamlet, id, channel_id(&server, "Verona")).await.done();
    let events = queue.events().await;
    let read = event(&events, "update_message_flags").expect("it is read");
    assert_eq!((&read["op"], &read["flag"], &read["messages"]), (&json!("add"), &json!("read"), &json!([id])));
    let update = event(&events, "update_message").expect("the move");
    assert_eq!(update["flags"], json!(["read", "mentioned"]));
    let state = cordelia.register(&[]).await.state.clone();
    assert_eq!((&state["unread_msgs"]["streams"], &state["unread_msgs"]["mentions"]), (&json!([]), &json!([])));
}

#[tokio::test]
async fn a_queue_that_is_behind_gets_what_it_was_to_get() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let iago = server.client("iago").register(&[]).await;
    let id = hamlet.send_to_channel("Denmark", "plan", "one").await;
    let before = iago.poll(iago.last_event_id(), true).await.json["events"].clone();
    move_all(&hamlet, id, channel_id(&server, "secret")).await.done();
    // The message was told to those who were there when it was sent; then it is gone. And bytes repeat.
    let after = iago.poll(iago.last_event_id(), true).await.json["events"].clone();
    let known = before.as_array().expect("events").len();
    assert_eq!(after.as_array().expect("events")[..known], before.as_array().expect("events")[..]);
    let kinds: Vec<&Value> = after.as_array().expect("events").iter().map(|event| &event["type"]).collect();
    assert!(kinds.contains(&&json!("message")) && kinds.contains(&&json!("delete_message")), "{kinds:?}");
}

#[tokio::test]
async fn permissions_and_limits_of_moves() {
    let server = TestServer::start().await;
    let (hamlet, shiva) = (server.client("hamlet"), server.client("shiva"));
    let (verona, secret) = (channel_id(&server, "Verona"), channel_id(&server, "secret"));
    let old = hamlet.send_to_channel("Denmark", "plan", "one").await;
    let direct = hamlet.send_to_users(&[server.user_id("cordelia")], "two").await;
    move_all(&hamlet, direct, verona).await.refused(400, "Direct messages cannot be moved to channels.");
    let both = [("stream_id", verona.to_string()), ("content", "new".to_owned())];
    let both: Vec<(&str, &str)> = both.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let refused = hamlet.patch(&format!("/messages/{old}"), &both).await;
    refused.refused(400, "Cannot change message content while changing channel");
    // Whether a channel exists is not told.
    for channel in [secret, 99] {
        move_all(&server.client("othello"), old, channel).await.refused(400, "Invalid channel ID");
    }
    move_all(&server.client("polonius"), old, verona).await.refused(400, "Invalid channel ID");
    server.set_realm(|settings| settings.can_move_messages_between_channels_group = system::MODERATORS.into()).await;
    move_all(&hamlet, old, verona).await.refused(400, "You don't have permission to move this message");
    server.set_realm(|settings| settings.can_move_messages_between_channels_group = system::MEMBERS.into()).await;
    server.clock.advance(7 * 86_400 + 60);
    let young = hamlet.send_to_channel("Denmark", "plan", "three").await;
    let refused = move_all(&hamlet, old, verona).await;
    refused.refused(400, "The time limit for editing this message's channel has passed");
    let answer = move_all(&hamlet, young, verona).await;
    assert_eq!((answer.status, &answer.json["code"]), (400, &json!("MOVE_MESSAGES_TIME_LIMIT_EXCEEDED")));
    assert_eq!(answer.json["first_message_id_allowed_to_move"], json!(young));
    assert_eq!(
        (&answer.json["total_messages_in_topic"], &answer.json["total_messages_allowed_to_move"]),
        (&json!(2), &json!(1))
    );
    let topic = [("topic", "new"), QUIET];
    let refused = hamlet.patch(&format!("/messages/{old}"), &topic).await;
    refused.refused(400, "The time limit for editing this message's topic has passed.");
    // To mark as done is no move, and moderators have no limit.
    hamlet.patch(&format!("/messages/{old}"), &[("topic", "✔ plan"), ("propagate_mode", "change_all")]).await.done();
    move_all(&shiva, old, verona).await.done();
    for topic in ["✔", "✔ general chat"] {
        let refused = shiva.patch(&format!("/messages/{old}"), &[("topic", topic)]).await;
        refused.refused(400, "General chat cannot be marked as resolved");
    }
    server.set_realm(|settings| settings.can_resolve_topics_group = system::ADMINISTRATORS.into()).await;
    let refused = shiva.patch(&format!("/messages/{old}"), &[("topic", "plan")]).await;
    refused.refused(400, "You don't have permission to resolve topics in this channel.");
}

#[tokio::test]
async fn notices_say_what_was_moved_and_name_no_private_channel() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let bot = hamlet.register(&[]).await.state["cross_realm_bots"].clone();
    assert_eq!((bot.as_array().map(Vec::len), &bot[0]["is_system_bot"]), (Some(1), &json!(true)));
    let mut sent = Vec::new();
    for text in ["a", "b", "c"] {
        sent.push(hamlet.send_to_channel("Denmark", "plan", text).await);
    }
    let both = [("send_notification_to_old_thread", "true"), ("send_notification_to_new_thread", "true")];
    let patch = async |id: i64, topic: &str, channel: &str, mode: &str| {
        let channel = server.channel_id(channel).to_string();
        let mut params = vec![("topic", topic), ("stream_id", channel.as_str()), ("propagate_mode", mode)];
        params.extend(both);
        hamlet.patch(&format!("/messages/{id}"), &params).await.done();
    };
    let texts = async |channel: &str, topic: &str| {
        let narrow = json!([["channel", channel], ["topic", topic], ["sender", bot[0]["user_id"]]]).to_string();
        let ids = found(&hamlet, &narrow).await;
        let mut texts = Vec::new();
        for id in ids {
            texts.push(
                hamlet.get(&format!("/messages/{id}"), &[]).await.ok()["raw_content"].as_str().unwrap().to_owned(),
            );
        }
        texts
    };
    let who = format!("@_**Hamlet|{}**", server.user_id("hamlet"));
    patch(sent[0], "side", "Denmark", "change_one").await;
    let id = server.channel_id("Denmark");
    let link = format!("#narrow/channel/{id}-Denmark/topic/side/near/{}", sent[0]);
    assert_eq!(
        texts("Denmark", "side").await,
        [format!("{who} moved [a message]({link}) here from #**Denmark>plan**.")]
    );
    assert_eq!(
        texts("Denmark", "plan").await,
        [format!("{who} moved a message from this topic to #**Denmark>side**.")]
    );
    patch(sent[1], "plot", "secret", "change_all").await;
    assert_eq!(texts("Denmark", "plan").await, [format!("{who} moved this topic to a private channel.")]);
    let all = texts("secret", "plot").await;
    assert_eq!(all.last(), Some(&format!("{who} moved this topic here from #**Denmark>plan**.")));
    // A notice is read for who made the move; what a program sent is not read for its user.
    let state = hamlet.register(&[]).await.state.clone();
    assert_eq!(state["unread_msgs"]["count"], json!(sent.len()));
    let server = server.restart().await;
    assert_eq!(found(&server.client("hamlet"), r#"[["channel","secret"]]"#).await.len(), 4);
}

#[tokio::test]
async fn marking_as_done_is_told_once() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let id = hamlet.send_to_channel("Denmark", "plan", "one").await;
    let follow = [
        ("stream_id", server.channel_id("Denmark").to_string()),
        ("topic", "plan".to_owned()),
        ("visibility_policy", "3".to_owned()),
    ];
    let follow: Vec<(&str, &str)> = follow.iter().map(|(name, value)| (*name, value.as_str())).collect();
    server.client("cordelia").post("/user_topics", &follow).await.done();
    let path = format!("/messages/{id}");
    let mark = async |topic: &str| {
        hamlet.patch(&path, &[("topic", topic), ("propagate_mode", "change_all")]).await.done();
        found(&hamlet, &json!([["channel", "Denmark"], ["topic", topic]]).to_string()).await
    };
    let marked = mark("✔ plan").await;
    assert_eq!(marked, [id, id + 1]);
    // Who follows the topic finds the notice unread; others chose by default not to be bothered.
    let denmark = server.channel_id("Denmark");
    assert_eq!(unread(&server, "cordelia").await, [json!([denmark, "✔ plan", [id, id + 1]])]);
    assert_eq!(unread(&server, "iago").await, [json!([denmark, "✔ plan", [id]])]);
    // Taken back at once, the notice goes.
    assert_eq!(mark("plan").await, [id]);
    server.clock.advance(120);
    assert_eq!(mark("✔ plan").await.len(), 2);
    server.clock.advance(120);
    assert_eq!(mark("plan").await.len(), 3);
}

#[tokio::test]
async fn choices_for_a_topic_follow_it() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let (denmark, secret) = (server.channel_id("Denmark").to_string(), server.channel_id("secret"));
    let id = hamlet.send_to_channel("Denmark", "plan", "one").await;
    for (name, policy) in [("hamlet", "3"), ("cordelia", "1"), ("iago", "3")] {
        let choice = [("stream_id", denmark.as_str()), ("topic", "plan"), ("visibility_policy", policy)];
        server.client(name).post("/user_topics", &choice).await.done();
    }
    hamlet.send_to_channel("secret", "plan", "there before").await;
    let queue = server.client("iago").register(&[("event_types", r#"["user_topic"]"#)]).await;
    move_all(&hamlet, id, secret.to_string().parse().expect("a number")).await.done();
    let choices = async |name: &str| {
        let topics = server.client(name).register(&[]).await.state["user_topics"].clone();
        let list = topics.as_array().expect("a list").iter();
        list.map(|it| json!([it["stream_id"], it["topic_name"], it["visibility_policy"]])).collect::<Vec<_>>()
    };
    assert_eq!(choices("hamlet").await, [json!([secret, "plan", 3])]);
    // Muted there and nothing here: nothing shows more.
    assert_eq!(choices("cordelia").await, [json!(null); 0]);
    assert_eq!(choices("iago").await, [json!(null); 0]);
    let events = queue.events().await;
    assert_eq!((events.len(), &events[0]["visibility_policy"]), (1, &json!(0)));
}

#[tokio::test]
async fn marking_a_topic_as_done_does_not_show_its_messages_as_moved() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let long = "x".repeat(60);
    for topic in ["lunch", long.as_str()] {
        let first = hamlet.send_to_channel("Denmark", topic, "one").await;
        hamlet.send_to_channel("Denmark", topic, "two").await;
        let rename = async |topic: &str| {
            let params = [("topic", topic), ("propagate_mode", "change_all")];
            hamlet.patch(&format!("/messages/{first}"), &params).await.done();
            let message = hamlet.get(&format!("/messages/{first}"), &[]).await.ok()["message"].clone();
            (message["subject"].clone(), message.get("last_moved_timestamp").is_some())
        };
        let (done, is_moved) = rename(&format!("✔ {topic}")).await;
        assert!(done.as_str().is_some_and(|topic| topic.starts_with("✔ ")) && !is_moved, "{done}");
        assert_eq!(rename("dinner").await, (json!("dinner"), true));
        assert_eq!(rename("✔ dinner").await, (json!("✔ dinner"), true), "it was moved before");
        rename("elsewhere").await;
    }
}

#[tokio::test]
async fn who_left_a_public_channel_is_told_of_what_they_have_of_it() {
    let server = TestServer::start().await;
    let (hamlet, cordelia) = (server.client("hamlet"), server.client("cordelia"));
    let first = hamlet.send_to_channel("Denmark", "t", "one").await;
    let second = hamlet.send_to_channel("Denmark", "t", "two").await;
    for name in ["cordelia", "polonius"] {
        let gone = [("subscriptions", r#"["Denmark"]"#)];
        server.client(name).delete("/users/me/subscriptions", &gone).await.done();
    }
    let later = hamlet.send_to_channel("Denmark", "t", "three").await;
    let queue = cordelia.register(&[("event_types", r#"["update_message","reaction","delete_message"]"#)]).await;
    let guest = server.client("polonius").register(&[]).await;
    let never = server.client("othello").register(&[]).await;
    hamlet.patch(&format!("/messages/{first}"), &[("content", "1")]).await.done();
    hamlet.post(&format!("/messages/{second}/reactions"), &[("emoji_name", "heart")]).await.done();
    hamlet.patch(&format!("/messages/{later}"), &[("content", "3")]).await.done();
    hamlet.post(&format!("/messages/{later}/reactions"), &[("emoji_name", "heart")]).await.done();
    server.client("iago").delete(&format!("/messages/{later}"), &[]).await.done();
    assert_eq!(queue.kinds().await, ["update_message", "reaction/add"]);
    let topic =
        [("topic", "elsewhere"), ("propagate_mode", "change_all"), ("send_notification_to_new_thread", "false")];
    hamlet.patch(&format!("/messages/{first}"), &topic).await.done();
    move_all(&hamlet, first, channel_id(&server, "secret")).await.done();
    assert_eq!(queue.kinds().await, ["update_message", "update_message"], "cordelia reads the other channel, too");
    server.client("iago").delete(&format!("/messages/{first}"), &[]).await.refused(400, "Invalid message(s)");
    hamlet.patch(&format!("/messages/{second}"), &[("stream_id", "1"), QUIET]).await.done();
    for other in [guest, never] {
        let told = other.events().await;
        let of_messages = told.iter().filter(|event| event["type"] == "update_message" || event["type"] == "reaction");
        assert_eq!(of_messages.count(), 0, "{told:?}");
    }
}

#[tokio::test]
async fn administrators_move_anywhere_and_only_the_permission_lets_resolve() {
    let server = TestServer::start().await;
    let (iago, hamlet) = (server.client("iago"), server.client("hamlet"));
    server
        .set_realm(|settings| {
            settings.can_move_messages_between_channels_group = system::NOBODY.into();
            settings.can_move_messages_between_topics_group = system::NOBODY.into();
            settings.can_resolve_topics_group = system::NOBODY.into();
        })
        .await;
    let nobody = system::NOBODY.to_string();
    let params = [
        ("subscriptions", r#"[{"name":"own"}]"#),
        ("can_resolve_topics_group", nobody.as_str()),
        ("can_move_messages_within_channel_group", nobody.as_str()),
    ];
    hamlet.post("/users/me/subscriptions", &params).await.done();
    let id = hamlet.send_to_channel("own", "lunch", "one").await;
    let rename = async |client: &TestClient, topic: &str| {
        client.patch(&format!("/messages/{id}"), &[("topic", topic), QUIET]).await
    };
    rename(&hamlet, "✔ lunch").await.refused(400, "You don't have permission to resolve topics in this channel.");
    rename(&hamlet, "dinner").await.done();
    let other = server.client("iago").send_to_channel("Denmark", "plan", "x").await;
    rename(&iago, "✔ dinner").await.refused(400, "You don't have permission to resolve topics in this channel.");
    move_all(&iago, other, channel_id(&server, "Verona")).await.done();
    let of_hamlet = hamlet.send_to_channel("Denmark", "plan", "y").await;
    let refused = move_all(&hamlet, of_hamlet, channel_id(&server, "Verona")).await;
    refused.refused(400, "You don't have permission to move this message");
    let mode = [("content", "new"), ("propagate_mode", "change_all")];
    let refused = hamlet.patch(&format!("/messages/{of_hamlet}"), &mode).await;
    refused.refused(400, "Invalid propagate_mode without topic edit");
}

#[tokio::test]
async fn what_is_moved_to_a_topic_in_another_case_is_told_to_be_where_it_is() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    hamlet.send_to_channel("Denmark", "Deploy", "one").await;
    let id = hamlet.send_to_channel("Denmark", "x", "two").await;
    let queue = hamlet.register(&[("event_types", r#"["update_message"]"#)]).await;
    hamlet.patch(&format!("/messages/{id}"), &[("topic", "DEPLOY"), QUIET]).await.done();
    assert_eq!(queue.events().await[0]["subject"], "Deploy");
    let message = hamlet.get(&format!("/messages/{id}"), &[]).await.ok()["message"].clone();
    assert_eq!((&message["subject"], &message["edit_history"][0]["topic"]), (&json!("Deploy"), &json!("Deploy")));
}

#[tokio::test]
async fn a_topic_that_is_there_in_another_case_takes_no_right_to_rename() {
    let server = TestServer::start().await;
    let (hamlet, verona) = (server.client("hamlet"), channel_id(&server, "Verona"));
    server.set_realm(|settings| settings.can_move_messages_between_topics_group = system::NOBODY.into()).await;
    server.client("iago").send_to_channel("Verona", "LUNCH", "zero").await;
    let id = hamlet.send_to_channel("Denmark", "Lunch", "one").await;
    let queue = hamlet.register(&[("event_types", r#"["update_message"]"#)]).await;
    move_all(&hamlet, id, verona).await.done();
    let told = &queue.events().await[0];
    assert_eq!((&told["orig_subject"], &told["subject"]), (&json!("Lunch"), &json!("LUNCH")));
    // But to write it otherwise oneself does.
    let web = channel_id(&server, "web").to_string();
    for params in [vec![("topic", "dinner")], vec![("stream_id", &*web), ("topic", "lunch")]] {
        let refused = hamlet.patch(&format!("/messages/{id}"), &params).await;
        refused.refused(400, "You don't have permission to edit this message");
    }
}

use crate::common::{client, content, event, item, messages};
use serde_json::json;
use std::future::ready;
use std::ops::ControlFlow;
use tidings_client::types::endpoints::messages::fetch::{GetMessage, GetMessageRequest};
use tidings_client::types::endpoints::messages::{Addressee, MessageType, SendMessage, SendMessageRequest};
use tidings_client::{Error, Event, EventOptions, Item, Method, ResetReason};
use tidings_testkit::TestServer;

#[tokio::test]
async fn typed_and_untyped_calls() {
    let server = TestServer::start().await;
    let hamlet = client(&server, "hamlet");
    let mut message = SendMessageRequest::new(MessageType::Channel, Addressee::Name("Denmark".into()), "to be".into());
    message.topic = Some("castle".into());
    let id = hamlet.send::<SendMessage>(&message).await.unwrap().id;
    let found = hamlet.send::<GetMessage>(&GetMessageRequest::new(id)).await.unwrap();
    assert_eq!(found.raw_content, "to be");

    let users = [server.user_id("cordelia").0];
    let params = json!({"type": "direct", "to": users, "content": "hi"});
    assert!(hamlet.call(Method::Post, "/messages", params).await.unwrap()["id"].is_u64());
    let me = hamlet.call(Method::Get, "users/me", [("client_gravatar", true)]).await.unwrap();
    assert_eq!(me["user_id"], json!(server.user_id("hamlet")));
}

#[tokio::test]
async fn refusals_say_what_the_server_said() {
    let server = TestServer::start().await;
    let hamlet = client(&server, "hamlet");
    let Err(Error::Refused { status, code, msg, body, .. }) =
        hamlet.call(Method::Post, "/messages", [("type", "channel")]).await
    else {
        panic!("not refused")
    };
    assert_eq!((status, code.as_str()), (400, "REQUEST_VARIABLE_MISSING"));
    assert!(msg.contains("Missing") && body["var_name"].is_string(), "{msg}");
    let error = hamlet.call(Method::Get, "/nonsense", [("a", 1)]).await.unwrap_err();
    assert_eq!(error.status(), Some(404));
}

#[tokio::test]
async fn events_come_typed_and_raw_and_heartbeats_do_not() {
    let server = TestServer::start().await;
    let cordelia = client(&server, "cordelia");
    let mut events = cordelia.events(messages());
    let Item::Reset { reason: ResetReason::Started, .. } = item(&mut events).await else { panic!("not registered") };
    let id = server.client("hamlet").send_to_channel("Denmark", "t", "one").await;
    let first = event(&mut events).await;
    let Event::Message(message) = &first.event else { panic!("{first:?}") };
    assert_eq!(i64::from(message.message.id.0), id);
    assert_eq!(first.raw()["id"], json!(first.id));
    assert_eq!(first.raw()["message"]["content"], "one");

    // A poll that waits is ended by a heartbeat after about 50 seconds of the server's clock.
    let later = tokio::spawn(async move { (event(&mut events).await, events) });
    while server.app.realm.registry.counts().1 == 0 {
        tokio::task::yield_now().await;
    }
    server.clock.advance(60);
    server.client("hamlet").send_to_channel("Denmark", "t", "two").await;
    let (second, events) = later.await.unwrap();
    assert_eq!(content(&second), "two");
    events.close().await.unwrap();
}

#[tokio::test]
async fn callbacks_end_the_loop_as_they_say() {
    let server = TestServer::start().await;
    let cordelia = client(&server, "cordelia");
    let says = {
        let hamlet = server.client("hamlet");
        async move {
            for text in ["one", "two", "three"] {
                hamlet.send_to_channel("Denmark", "t", text).await;
            }
        }
    };
    let mut heard = Vec::new();
    let listen = cordelia.call_on_each_message(messages(), |event| {
        heard.push(event.message.content);
        ready(if heard.len() == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    });
    let speak = async {
        while server.app.realm.registry.counts().0 == 0 {
            tokio::task::yield_now().await;
        }
        says.await;
    };
    let (listened, ()) = tokio::join!(listen, speak);
    listened.unwrap();
    assert_eq!(heard, ["one", "two"]);
    assert_eq!(server.app.realm.registry.counts().0, 0, "the queue is deleted");

    let failing = cordelia.call_on_each_event(EventOptions::new(), async |_| Err::<(), _>("no"));
    let speak = async {
        while server.app.realm.registry.counts().0 == 0 {
            tokio::task::yield_now().await;
        }
        server.client("hamlet").send_to_channel("Denmark", "t", "four").await;
    };
    let (failed, ()) = tokio::join!(failing, speak);
    let Err(Error::Callback(error)) = failed else { panic!("{failed:?}") };
    assert_eq!(error.to_string(), "no");
}

#[tokio::test]
async fn a_wrong_key_ends_the_events() {
    let server = TestServer::start().await;
    let config = tidings_client::Config::new("hamlet@x.example", "wrong", &server.url).unwrap();
    let mut events = tidings_client::Client::new(config).unwrap().events(messages());
    let error = events.next().await.unwrap().unwrap_err();
    assert!(error.is_unauthorized() && !error.to_string().is_empty(), "{error}");
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn the_state_is_there_as_typed_objects() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let denmark = server.channel_id("Denmark");
    let topic = [("stream_id", denmark.to_string()), ("topic", "t".to_owned()), ("visibility_policy", "1".to_owned())];
    hamlet.post("/user_topics", &topic.each_ref().map(|(name, value)| (*name, value.as_str()))).await.done();
    server.client("cordelia").send_to_users(&[server.user_id("hamlet")], "psst").await;
    let mut events = client(&server, "hamlet").events(EventOptions::new().fetch_all());
    let Item::Reset { registered, .. } = item(&mut events).await else { panic!("not registered") };
    let state = registered.state();
    let length = |section: &str| state.get(section).and_then(|list| list.as_array()).map(Vec::len);
    for (section, typed) in [
        ("realm_users", state.users().count()),
        ("realm_bots", state.bots().count()),
        ("realm_user_groups", state.groups().count()),
        ("streams", state.channels().count()),
        ("subscriptions", state.subscriptions().count()),
        ("user_topics", state.user_topics().count()),
        ("recent_private_conversations", state.recent_conversations().count()),
    ] {
        assert!(typed > 0 && length(section) == Some(typed), "{section}: {typed}");
    }
    assert_eq!(state.own_id(), Some(server.user_id("hamlet")));
    let cordelia = server.user_id("cordelia");
    assert_eq!(state.user(cordelia).map(|user| user.user_id), Some(cordelia));
    assert_eq!(state.channel(denmark).map(|channel| channel.name).as_deref(), Some("Denmark"));
    assert!(state.subscription(denmark).is_some() && state.subscription(server.channel_id("Verona")).is_none());
    assert_eq!((state.unread_count(), state.unread().pms[0].other_user_id), (1, cordelia));
}

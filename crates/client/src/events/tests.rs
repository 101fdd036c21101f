//! Time, with a server that answers by script and a clock that jumps.

use super::*;
use crate::config::Config;
use crate::transport::{Answering, Incoming, Outgoing, Transport};
use serde_json::{Value, json};
use std::future::ready;
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use tidings_types::endpoint::Method;
use tokio::time::{Instant, sleep, timeout};

/// How long a request takes, and what it is answered with.
type Reply = (Duration, Result<Incoming, String>);
type Script = dyn Fn(usize, &Outgoing) -> Reply + Send + Sync;

struct Scripted {
    script: Box<Script>,
    count: AtomicUsize,
    log: Arc<Mutex<Vec<(Instant, Outgoing)>>>,
}

impl Transport for Scripted {
    fn send(&self, outgoing: Outgoing) -> Answering<'_> {
        let at = self.count.fetch_add(1, Ordering::SeqCst);
        let (takes, answer) = (self.script)(at, &outgoing);
        self.log.lock().unwrap().push((Instant::now(), outgoing));
        Box::pin(async move {
            sleep(takes).await;
            answer
        })
    }
}

type Log = Arc<Mutex<Vec<(Instant, Outgoing)>>>;

fn client(script: impl Fn(usize, &Outgoing) -> Reply + Send + Sync + 'static) -> (Client, Log) {
    let log = Log::default();
    let transport = Scripted { script: Box::new(script), count: AtomicUsize::new(0), log: Arc::clone(&log) };
    let config = Config::new("a@x.example", "key", "chat.example.com").unwrap();
    (Client::over(Box::new(transport), config), log)
}

const SOON: Duration = Duration::from_millis(1);

fn raw(status: u16, body: &str) -> Result<Incoming, String> {
    Ok(Incoming { status, retry_after: None, location: None, body: body.as_bytes().to_vec() })
}

fn answer(status: u16, body: &Value) -> Reply {
    (SOON, raw(status, &body.to_string()))
}

fn registered() -> Reply {
    answer(200, &json!({"result": "success", "msg": "", "queue_id": "q", "last_event_id": -1}))
}

fn events(events: &Value) -> Reply {
    answer(200, &json!({"result": "success", "msg": "", "events": events, "queue_id": "q"}))
}

fn refused(status: u16, code: &str) -> Reply {
    answer(status, &json!({"result": "error", "msg": "no", "code": code}))
}

fn is_register(outgoing: &Outgoing) -> bool {
    outgoing.path.starts_with("/api/v1/register")
}

/// The n-th poll asks for events after this one.
fn acknowledged(outgoing: &Outgoing) -> i64 {
    let query = outgoing.path.split_once('?').map_or("", |(_, query)| query);
    let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
    pairs.iter().find(|(name, _)| name == "last_event_id").unwrap().1.parse().unwrap()
}

async fn error(events: &mut Events) -> Error {
    loop {
        if let Err(error) = events.next().await.expect("an error") {
            return error;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn requests_are_few_whatever_fails() {
    let polls: Vec<(&str, Box<Script>)> = vec![
        ("not reached", Box::new(|_, _| (SOON, Err("connection refused".to_owned())))),
        ("cut off", Box::new(|_, _| (SOON, Err("connection reset".to_owned())))),
        ("500", Box::new(|_, _| (SOON, raw(500, "<h1>Internal Server Error</h1>")))),
        ("502", Box::new(|_, _| (SOON, raw(502, "")))),
        ("503 of the API", Box::new(|_, _| refused(503, "SERVER_NOT_READY"))),
        ("429 without a time", Box::new(|_, _| refused(429, "RATE_LIMIT_HIT"))),
        ("garbage", Box::new(|_, _| (SOON, raw(200, "\u{0}\u{1}{{{")))),
        ("half of it", Box::new(|_, _| (SOON, raw(200, r#"{"result": "succ"#)))),
        ("nothing", Box::new(|_, _| (SOON, raw(200, "")))),
        ("another page", Box::new(|_, _| (SOON, raw(200, "<html>Log in to the hotel's network</html>")))),
        ("an odd answer", Box::new(|_, _| answer(200, &json!({"result": "success"})))),
        ("events without ids", Box::new(|_, _| events(&json!([{"type": "message"}])))),
        ("no events at once", Box::new(|_, _| events(&json!([])))),
        ("the same event", Box::new(|_, _| events(&json!([{"type": "x", "id": 5}])))),
        ("heartbeats at once", Box::new(|at, _| events(&json!([{"type": "heartbeat", "id": at}])))),
        ("always a bad queue", Box::new(|_, _| refused(400, "BAD_EVENT_QUEUE_ID"))),
        ("always a bad position", Box::new(|_, _| refused(400, "BAD_REQUEST"))),
    ];
    for (name, script) in polls {
        let (client, log) =
            client(move |at, outgoing| if is_register(outgoing) { registered() } else { script(at, outgoing) });
        let mut events = client.events(EventOptions::new());
        let follow = async { while events.next().await.expect("no end").is_ok() {} };
        timeout(Duration::from_secs(600), follow).await.expect_err(name);
        let count = log.lock().unwrap().len();
        // About four a minute, and twice as many where each failure needs a new registration.
        assert!((10..200).contains(&count), "{name}: {count} requests in ten minutes");
    }
    let (client, log) = client(|_, _| (SOON, raw(500, "")));
    let mut events = client.events(EventOptions::new());
    let follow = async { while events.next().await.expect("no end").is_ok() {} };
    timeout(Duration::from_secs(600), follow).await.expect_err("registrations fail");
    assert!((10..200).contains(&log.lock().unwrap().len()));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_works_is_asked_without_pauses() {
    let (client, log) = client(|at, outgoing| match () {
        () if is_register(outgoing) => registered(),
        () => events(&json!([{"type": "x", "id": at}])),
    });
    let mut events = client.events(EventOptions::new());
    let start = Instant::now();
    for _ in 0..100 {
        events.next().await.unwrap().unwrap();
    }
    assert!(start.elapsed() < Duration::from_secs(1));
    let polls: Vec<i64> = log.lock().unwrap().iter().skip(1).map(|(_, outgoing)| acknowledged(outgoing)).collect();
    let expected: Vec<i64> = [-1].into_iter().chain(1..=98).collect();
    assert_eq!(polls, expected, "each poll acknowledges what the one before brought");
}

#[tokio::test(start_paused = true)]
async fn heartbeats_are_acknowledged_and_not_shown() {
    let (client, log) = client(|at, outgoing| match at {
        _ if is_register(outgoing) => registered(),
        1 => (Duration::from_secs(50), events(&json!([{"type": "heartbeat", "id": 7}])).1),
        _ => events(&json!([{"type": "x", "id": at + 10}])),
    });
    let mut events = client.events(EventOptions::new());
    assert!(matches!(events.next().await, Some(Ok(Item::Reset { .. }))));
    assert!(matches!(events.next().await, Some(Ok(Item::Event(_)))));
    let log = log.lock().unwrap();
    assert_eq!(acknowledged(&log[2].1), 7);
    assert!(log[2].0 - log[1].0 < Duration::from_secs(51), "a poll that waited is repeated at once");
}

#[tokio::test(start_paused = true)]
async fn the_server_says_how_long_to_wait() {
    for in_header in [true, false] {
        let (client, log) = client(move |at, outgoing| {
            let body = json!({"result": "error", "msg": "slow down", "code": "RATE_LIMIT_HIT", "retry-after": 120.5});
            match at {
                _ if is_register(outgoing) => registered(),
                1 if in_header => {
                    let mut refused = raw(503, "busy").unwrap();
                    refused.retry_after = Some(Duration::from_secs(120));
                    (SOON, Ok(refused))
                }
                1 => answer(429, &body),
                _ => events(&json!([{"type": "x", "id": at}])),
            }
        });
        let mut events = client.events(EventOptions::new());
        events.next().await.unwrap().unwrap();
        let Some(Ok(Item::Trouble { retry_in, .. })) = events.next().await else { panic!("no trouble") };
        assert!((120..123).contains(&retry_in.as_secs()), "{retry_in:?}");
        assert!(matches!(events.next().await, Some(Ok(Item::Event(_)))));
        let log = log.lock().unwrap();
        assert!(log[2].0 - log[1].0 >= Duration::from_secs(120));
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_get_better_ends_the_events() {
    type Make = fn() -> Reply;
    let ends: [(&str, Make, Make); 5] = [
        ("a wrong key", || refused(401, "UNAUTHORIZED"), registered),
        ("a deactivated account", registered, || refused(401, "USER_DEACTIVATED")),
        ("a narrow that is refused", || refused(400, "BAD_REQUEST"), registered),
        ("another server", || (SOON, raw(404, "<h1>Not Found</h1>")), registered),
        ("a proxy that wants a password", registered, || (SOON, raw(401, "who are you"))),
    ];
    for (name, register, poll) in ends {
        let (client, log) = client(move |_, outgoing| if is_register(outgoing) { register() } else { poll() });
        let mut events = client.events(EventOptions::new());
        let _ = error(&mut events).await;
        assert!(events.next().await.is_none(), "{name}");
        assert!(log.lock().unwrap().len() <= 2, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_proxy_that_lost_the_server_is_waited_for() {
    let (client, _) = client(|at, outgoing| match at {
        _ if is_register(outgoing) => registered(),
        1 => (SOON, raw(404, "no such backend")),
        _ => events(&json!([{"type": "x", "id": at}])),
    });
    let mut events = client.events(EventOptions::new());
    events.next().await.unwrap().unwrap();
    assert!(matches!(events.next().await, Some(Ok(Item::Trouble { .. }))));
    assert!(matches!(events.next().await, Some(Ok(Item::Event(_)))));
}

#[tokio::test(start_paused = true)]
async fn polls_may_take_as_long_as_the_server_holds_them() {
    let (client, log) = client(|_, outgoing| match () {
        () if is_register(outgoing) => answer(
            200,
            &json!({"result": "success", "queue_id": "q", "last_event_id": 3,
                "event_queue_longpoll_timeout_seconds": 600}),
        ),
        () => events(&json!([{"type": "x", "id": 4}])),
    });
    let mut events = client.events(EventOptions::new());
    for _ in 0..2 {
        events.next().await.unwrap().unwrap();
    }
    let log = log.lock().unwrap();
    assert_eq!((log[1].1.timeout, acknowledged(&log[1].1)), (Duration::from_secs(610), 3));
}

#[tokio::test(start_paused = true)]
async fn giving_up_a_wait_loses_nothing() {
    let (client, log) = client(|at, outgoing| match () {
        () if is_register(outgoing) => registered(),
        () => (Duration::from_secs(30), events(&json!([{"type": "x", "id": at}])).1),
    });
    let mut events = client.events(EventOptions::new());
    let mut ids = Vec::new();
    while ids.len() < 3 {
        if let Ok(item) = timeout(Duration::from_secs(7), events.next()).await
            && let Item::Event(event) = item.unwrap().unwrap()
        {
            ids.push(event.id.0);
        }
    }
    assert_eq!(ids, [1, 2, 3]);
    assert_eq!(log.lock().unwrap().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn closing_deletes_the_queue_also_after_a_wait_was_given_up() {
    let (client, log) = client(|_, outgoing| match () {
        () if is_register(outgoing) => registered(),
        () if outgoing.method == Method::Delete => answer(200, &json!({"result": "success", "msg": ""})),
        () => (Duration::from_secs(30), events(&json!([])).1),
    });
    let mut events = client.events(EventOptions::new());
    assert!(matches!(events.next().await, Some(Ok(Item::Reset { .. }))));
    timeout(Duration::from_secs(7), events.next()).await.unwrap_err();
    events.close().await.unwrap();
    let (_, last) = log.lock().unwrap().last().cloned().unwrap();
    assert_eq!((last.method, last.path.contains("queue_id=q")), (Method::Delete, true));
}

#[tokio::test(start_paused = true)]
async fn what_comes_before_garbage_in_an_answer_is_not_lost() {
    /// The first byte is the id; a zero cannot be read.
    struct Byte(u8);
    impl EventForm for Byte {
        type Answer = std::vec::IntoIter<Option<Byte>>;
        fn open(answer: Vec<u8>) -> Result<Self::Answer, Vec<u8>> {
            let events: Vec<_> = answer.into_iter().map(|byte| (byte > 0).then_some(Byte(byte))).collect();
            Ok(events.into_iter())
        }
        fn id(&self) -> EventId {
            EventId(self.0.into())
        }
        fn is_heartbeat(&self) -> bool {
            self.0 == 3
        }
    }
    let answers = ["\u{1}\u{2}\u{0}\u{7}", "\u{0}", "\u{2}\u{3}\u{0}", "\u{3}\u{4}\u{5}"];
    let (client, log) = client(move |at, outgoing| match is_register(outgoing) {
        true => registered(),
        false => (SOON, raw(200, answers[at - 1])),
    });
    let mut events = client.events_as::<Byte>(EventOptions::new());
    let mut seen = Vec::new();
    while seen.len() < 7 {
        seen.push(match events.next().await.unwrap().unwrap() {
            Item::Event(event) => event.0.to_string(),
            Item::Trouble { .. } => "trouble".to_owned(),
            _ => continue,
        });
    }
    assert_eq!(seen, ["1", "2", "trouble", "trouble", "trouble", "4", "5"]);
    let log = log.lock().unwrap();
    let polls: Vec<i64> = log.iter().skip(1).map(|(_, outgoing)| acknowledged(outgoing)).collect();
    assert_eq!(polls, [-1, 2, 2, 3]);
    assert!(log.windows(2).skip(1).all(|pair| pair[1].0 - pair[0].0 >= Pacing::default().least));
}

#[tokio::test(start_paused = true)]
async fn an_event_whose_callback_failed_is_not_acknowledged() {
    #[derive(Clone, Debug, Default)]
    struct Memory(Arc<Mutex<Option<crate::resume::Position>>>);
    impl ResumeStore for Memory {
        fn load(&self) -> Result<Option<crate::resume::Position>, crate::error::BoxError> {
            Ok(self.0.lock().unwrap().clone())
        }
        fn save(&self, position: &crate::resume::Position) -> Result<(), crate::error::BoxError> {
            *self.0.lock().unwrap() = Some(position.clone());
            Ok(())
        }
        fn clear(&self) -> Result<(), crate::error::BoxError> {
            *self.0.lock().unwrap() = None;
            Ok(())
        }
    }
    let (client, log) = client(|_, outgoing| match () {
        () if is_register(outgoing) => registered(),
        () if outgoing.method == Method::Delete => answer(200, &json!({"result": "success", "msg": ""})),
        () => {
            let rest: Vec<Value> =
                (1..=3).filter(|id| *id > acknowledged(outgoing)).map(|id| json!({"type": "x", "id": id})).collect();
            events(&json!(rest))
        }
    });
    let memory = Memory::default();
    let mut seen = Vec::new();
    let options = || EventOptions::new().resume(memory.clone());
    let failed = client
        .call_on_each_event(options(), |event| {
            seen.push(event.id.0);
            ready(if event.id.0 == 2 { Err("cannot") } else { Ok(()) })
        })
        .await;
    assert!(matches!(failed, Err(Error::Callback(_))));
    assert_eq!(memory.load().unwrap().unwrap().last_event_id.0, 1);

    // Another run of the program: the same queue, from the event that failed on.
    client
        .call_on_each_event(options(), |event| {
            seen.push(event.id.0);
            ready(if event.id.0 == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })
        .await
        .unwrap();
    assert_eq!(seen, [1, 2, 2, 3]);
    assert_eq!(memory.load().unwrap().unwrap().last_event_id.0, 3);
    let registrations = log.lock().unwrap().iter().filter(|(_, outgoing)| is_register(outgoing)).count();
    assert_eq!(registrations, 1);

    // Other options want another queue.
    let mut events = client.events(options().event_types(["message"]));
    let item = events.next().await.unwrap().unwrap();
    assert!(matches!(item, Item::Reset { reason: ResetReason::OptionsChanged, .. }), "{item:?}");
}

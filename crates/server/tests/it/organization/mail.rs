//! E-mail, against a mail server in the test's process.

use super::visits::{join, path_in};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tidings_server::Config;
use tidings_testkit::{TestServer, test_config};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, mpsc};

/// A mail server that keeps what it gets.
pub(super) struct MailServer {
    url: String,
    letters: Mutex<mpsc::UnboundedReceiver<Letter>>,
    refusals: Mutex<mpsc::UnboundedReceiver<()>>,
    refuses: Arc<AtomicBool>,
}

/// An e-mail as it arrived.
pub(super) struct Letter {
    pub(super) to: Vec<String>,
    pub(super) text: String,
}

impl MailServer {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("smtp://{}", listener.local_addr().expect("the port"));
        let ((sent, letters), (refused, refusals)) = (mpsc::unbounded_channel(), mpsc::unbounded_channel());
        let refuses = Arc::new(AtomicBool::new(false));
        let busy = Arc::clone(&refuses);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, sent.clone(), refused.clone(), Arc::clone(&busy)));
            }
        });
        MailServer { url, letters: Mutex::new(letters), refusals: Mutex::new(refusals), refuses }
    }

    /// The next e-mail that arrives.
    pub(super) async fn next(&self) -> Letter {
        self.letters.lock().await.recv().await.expect("the server runs")
    }
}

async fn serve(
    stream: TcpStream,
    sent: mpsc::UnboundedSender<Letter>,
    refused: mpsc::UnboundedSender<()>,
    refuses: Arc<AtomicBool>,
) -> Option<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 test\r\n").await.ok()?;
    let (mut to, mut line) = (Vec::new(), String::new());
    loop {
        line.clear();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let command = line.trim_end().to_owned();
        let answer = match command.split([' ', ':']).next().unwrap_or_default().to_uppercase().as_str() {
            "MAIL" if refuses.load(Ordering::SeqCst) => {
                refused.send(()).ok()?;
                "451 later"
            }
            "RCPT" => {
                let address = command.split(['<', '>']).nth(1)?;
                to.push(address.to_owned());
                "250 yes"
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await.ok()?;
                let mut text = String::new();
                while stream.read_line(&mut text).await.ok()? > 0 && !text.ends_with("\r\n.\r\n") {}
                sent.send(Letter { to: std::mem::take(&mut to), text }).ok()?;
                "250 taken"
            }
            "QUIT" => "221 bye",
            _ => "250 yes",
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
    }
}

/// A configuration that has e-mail sent there.
pub(super) fn config(mail: &MailServer) -> Config {
    Config { smtp_url: Some(mail.url.clone()), mail_from: Some("chat@example.com".to_owned()), ..test_config() }
}

/// A server that sends its e-mail there.
pub(super) async fn with_mail(mail: &MailServer) -> TestServer {
    TestServer::start_with(config(mail)).await
}

async fn invite(server: &TestServer, email: &str) {
    let people = [("invitee_emails", email), ("stream_ids", "[]")];
    server.client("iago").post("/invites", &people).await.done();
}

/// Waits until the server has noted what became of its e-mail.
async fn until(server: &TestServer, waits: impl Fn(&[u32]) -> bool) {
    loop {
        let attempts: Vec<u32> = server.app.realm.state().invites.mail().map(|row| row.attempts).collect();
        if waits(&attempts) {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_a_mail_server_refuses_for_now_is_tried_again_later_and_after_a_restart() {
    let mail = MailServer::start().await;
    mail.refuses.store(true, Ordering::SeqCst);
    let server = with_mail(&mail).await;
    invite(&server, "ophelia@x.example").await;
    mail.refusals.lock().await.recv().await.expect("it was tried");
    until(&server, |attempts| attempts == [1]).await;
    let server = server.restart().await;
    mail.refuses.store(false, Ordering::SeqCst);
    invite(&server, "laertes@x.example").await;
    assert_eq!(mail.next().await.to, ["laertes@x.example"], "the other one waits for its time");
    until(&server, |attempts| attempts == [1]).await;
    server.clock.advance(30);
    assert_eq!(mail.next().await.to, ["ophelia@x.example"]);
    until(&server, <[u32]>::is_empty).await;
}

#[tokio::test]
async fn an_invitation_that_is_taken_back_is_not_sent_any_more() {
    let mail = MailServer::start().await;
    mail.refuses.store(true, Ordering::SeqCst);
    let server = with_mail(&mail).await;
    invite(&server, "ophelia@x.example").await;
    mail.refusals.lock().await.recv().await.expect("it was tried");
    until(&server, |attempts| attempts == [1]).await;
    server.client("iago").delete("/invites/1", &[]).await.done();
    assert_eq!(server.app.realm.state().invites.mail_count(), 0);
}

#[tokio::test]
async fn who_accepts_by_mail_has_that_address_and_who_invited_is_told() {
    let mail = MailServer::start().await;
    let server = with_mail(&mail).await;
    let queue = server.client("iago").register(&[]).await;
    invite(&server, "ophelia@x.example").await;
    let path = path_in(&mail.next().await);
    let (status, joined) = join(&server, &path, "other@x.example").await;
    assert_eq!((status, &joined["email"]), (200, &"ophelia@x.example".into()), "{joined}");
    assert_eq!(join(&server, &path, "other@x.example").await.0, 404, "it is for one");
    let events = queue.events().await;
    let message = events.iter().find(|event| event["type"] == "message").expect("who invited is told");
    assert_eq!(message["message"]["content"], "@_**Ophelia|9** (`ophelia@x.example`) accepted your invitation.");
    assert_eq!(events.iter().filter(|event| event["type"] == "invites_changed").count(), 2);
}

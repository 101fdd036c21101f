//! A new address of one's own, where e-mail is set up.

use super::mail::{MailServer, config, with_mail};
use super::visits::{path_in, visit};
use serde_json::json;
use tidings_testkit::{TestServer, fixture};

/// Asks for another address; returns the path of the link that is sent there.
async fn ask(server: &TestServer, mail: &MailServer, who: &str, email: &str) -> String {
    server.client(who).patch("/settings", &[("email", email)]).await.done();
    let letter = mail.next().await;
    assert_eq!(letter.to, [email]);
    path_in(&letter)
}

/// Waits until the server has noted that its e-mail was sent.
async fn until_sent(server: &TestServer) {
    while server.app.realm.state().invites.mail_count() > 0 {
        tokio::task::yield_now().await;
    }
}

fn address_of(server: &TestServer, who: &str) -> String {
    let state = server.app.realm.state();
    state.users.get(server.user_id(who)).expect("a person of the realm").delivery_email.clone()
}

#[tokio::test]
async fn a_new_address_is_ones_own_once_it_is_confirmed() {
    let mail = MailServer::start().await;
    let server = with_mail(&mail).await;
    // Administrators alone are shown it.
    server.client("hamlet").patch("/settings", &[("email_address_visibility", "3")]).await.done();
    let types = [("event_types", r#"["realm_user"]"#)];
    let shown = server.client("iago").register(&types).await;
    let not_shown = server.client("cordelia").register(&types).await;
    let path = ask(&server, &mail, "hamlet", "prince@x.example").await;
    assert!(path.starts_with("/confirm/"), "{path}");
    // Programs that look into e-mail open links; that confirms nothing.
    for _ in 0..2 {
        let (status, answer) = visit(&server, &path, None).await;
        assert_eq!((status, &answer["email"]), (200, &"prince@x.example".into()));
    }
    assert_eq!(address_of(&server, "hamlet"), "hamlet@example.com");
    assert!(shown.events().await.is_empty());

    let (status, done) = visit(&server, &path, Some(&[])).await;
    assert_eq!((status, &done["email"]), (200, &"prince@x.example".into()));
    assert_eq!(address_of(&server, "hamlet"), "prince@x.example");
    let told = shown.events().await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["person"], json!({ "user_id": 4, "delivery_email": "prince@x.example" }));
    assert!(not_shown.events().await.is_empty());
    let hamlet = server.client_with("prince@x.example", &fixture::key("hamlet"));
    assert_eq!(hamlet.get("/users/me", &[]).await.ok()["delivery_email"], "prince@x.example");
    let notice = mail.next().await;
    assert_eq!(notice.to, ["hamlet@example.com"]);
    assert!(notice.text.contains("prince@x.example") && !notice.text.contains("/confirm/"), "{}", notice.text);
    for method in [None, Some(&[][..])] {
        assert_eq!(visit(&server, &path, method).await.0, 404, "it is used up");
    }
}

#[tokio::test]
async fn links_are_good_for_a_day_and_only_the_newest_is() {
    let mail = MailServer::start().await;
    let server = with_mail(&mail).await;
    let first = ask(&server, &mail, "hamlet", "prince@x.example").await;
    let second = ask(&server, &mail, "hamlet", "dane@x.example").await;
    let wrong = format!("/confirm/{}", "x".repeat(32));
    until_sent(&server).await;
    let server = server.restart().await;
    for path in [&first, &wrong] {
        let (status, error) = visit(&server, path, Some(&[])).await;
        assert_eq!((status, &error["result"]), (404, &"error".into()));
    }
    server.clock.advance(86_300);
    assert_eq!(visit(&server, &second, None).await.0, 200);
    server.clock.advance(100);
    assert_eq!(visit(&server, &second, None).await.0, 404);
    assert_eq!(visit(&server, &second, Some(&[])).await.0, 404);
    assert_eq!(address_of(&server, "hamlet"), "hamlet@example.com");
    // Who wants the old one again gives up the new one; and an administrator's change counts.
    let third = ask(&server, &mail, "hamlet", "king@x.example").await;
    server.client("hamlet").patch("/settings", &[("email", "hamlet@example.com")]).await.done();
    assert_eq!(visit(&server, &third, Some(&[])).await.0, 404);
    let fourth = ask(&server, &mail, "hamlet", "ghost@x.example").await;
    server.client("desdemona").patch("/users/4", &[("new_email", "other@x.example")]).await.done();
    assert_eq!(visit(&server, &fourth, Some(&[])).await.0, 404);
    assert_eq!(address_of(&server, "hamlet"), "other@x.example");
}

#[tokio::test]
async fn what_happened_meanwhile_counts() {
    let mail = MailServer::start().await;
    let server = with_mail(&mail).await;
    let (iago, desdemona) = (server.client("iago"), server.client("desdemona"));
    let path = ask(&server, &mail, "hamlet", "prince@x.example").await;
    // Somebody else has it now.
    desdemona.patch("/users/6", &[("new_email", "Prince@x.example")]).await.done();
    let (status, error) = visit(&server, &path, Some(&[])).await;
    assert_eq!((status, &error["msg"]), (400, &"Email is already in use.".into()));
    desdemona.patch("/users/6", &[("new_email", "six@x.example")]).await.done();
    // Nobody may change theirs now.
    iago.patch("/realm", &[("email_changes_disabled", "true")]).await.done();
    let (status, error) = visit(&server, &path, Some(&[])).await;
    assert_eq!(status, 400, "{error}");
    iago.patch("/realm", &[("email_changes_disabled", "false")]).await.done();
    // Who is gone has no use for it, also when they come back.
    iago.delete("/users/4", &[]).await.done();
    assert_eq!(visit(&server, &path, Some(&[])).await.0, 404);
    iago.post("/users/4/reactivate", &[]).await.done();
    assert_eq!(visit(&server, &path, Some(&[])).await.0, 404);
    assert_eq!(address_of(&server, "hamlet"), "hamlet@example.com");
}

#[tokio::test]
async fn what_cannot_be_is_refused_before_anything_is_sent() {
    let mail = MailServer::start().await;
    let server = with_mail(&mail).await;
    for (email, why) in [
        ("no address", "Invalid email address."),
        ("iago@example.com", "Email is already in use."),
        ("user9@example.com", "Invalid email address."),
    ] {
        server.client("hamlet").patch("/settings", &[("email", email)]).await.refused(400, why);
    }
    let state = server.app.realm.state();
    assert_eq!((state.invites.mail_count(), state.invites.email_changes().count()), (0, 0));
}

#[tokio::test]
async fn the_mail_and_the_page_have_the_brands_name() {
    let mail = MailServer::start().await;
    let mut config = config(&mail);
    config.brand.product = "Aloha".to_owned();
    let server = TestServer::start_with(config).await;
    server.client("hamlet").patch("/settings", &[("email", "prince@x.example")]).await.done();
    let letter = mail.next().await;
    assert!(letter.text.contains("Test realm on Aloha") && !letter.text.contains("Tidings"), "{}", letter.text);
    let client = reqwest::Client::new();
    let url = format!("{}{}", server.url, path_in(&letter));
    let page = client.get(&url).header("Accept", "text/html").send().await.expect("an answer");
    assert_eq!(page.headers()["referrer-policy"], "no-referrer");
    let page = page.text().await.expect("text");
    assert!(page.contains("Aloha") && page.contains("prince@x.example") && page.contains("<form"), "{page}");
    let page = client.post(&url).header("Accept", "text/html").send().await.expect("an answer");
    let page = page.text().await.expect("text");
    assert!(page.contains("prince@x.example</strong> now"), "{page}");
    let over = client.post(&url).header("Accept", "text/html").send().await.expect("an answer");
    assert_eq!(over.status().as_u16(), 404);
}

#[tokio::test]
async fn the_key_is_not_kept() {
    let mail = MailServer::start().await;
    let server = with_mail(&mail).await;
    let path = ask(&server, &mail, "hamlet", "prince@x.example").await;
    let key = path.strip_prefix("/confirm/").expect("a key");
    until_sent(&server).await;
    assert!(!format!("{:?}", server.app.realm.state().invites).contains(key));
}

//! Accounts for who was not invited.

use super::mail::{MailServer, config, with_mail};
use super::visits::{PASSWORD, browse, join, path_in, visit};
use serde_json::{Value, json};
use tidings_core::commands::invites::sign_up::{self, Asker};
use tidings_core::limits;
use tidings_server::Config;
use tidings_testkit::TestServer;

async fn ask(server: &TestServer, email: &str) -> (u16, Value) {
    visit(server, "/join", Some(&[("email", email)])).await
}

async fn accept(server: &TestServer, path: &str) -> (u16, Value) {
    join(server, path, "other@x.example").await
}

async fn open(server: &TestServer) {
    server.client("desdemona").patch("/realm", &[("invite_required", "false")]).await.done();
}

#[tokio::test]
async fn owners_open_the_organization_where_there_is_email() {
    let server = TestServer::start().await;
    let refused = server.client("desdemona").patch("/realm", &[("invite_required", "false")]).await;
    let why = "People can sign up by themselves only where the server can send e-mail, and that is not set up.";
    refused.refused(400, why);
    server.client("desdemona").patch("/realm", &[("invite_required", "true")]).await.done();
    let (status, answer) = ask(&server, "ophelia@x.example").await;
    assert_eq!((status, &answer["msg"]), (403, &json!("You need an invitation to join this organization.")));

    let mail = MailServer::start().await;
    let server = with_mail(&mail).await;
    for name in ["iago", "shiva", "hamlet", "polonius", "hamletbot"] {
        let refused = server.client(name).patch("/realm", &[("invite_required", "false")]).await;
        refused.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    }
    assert_eq!(browse(&server, "/join", None).await.0, 403);
    let queue = server.client("polonius").register(&[("event_types", r#"["realm"]"#)]).await;
    assert_eq!(queue.state["realm_invite_required"], true);
    open(&server).await;
    let events = queue.events().await;
    let told: Vec<Value> = events.iter().map(|event| json!([event["op"], event["property"], event["value"]])).collect();
    assert_eq!(told, [json!(["update", "invite_required", false])]);
    let server = server.restart().await;
    let state = server.client("polonius").register(&[("fetch_event_types", r#"["realm"]"#)]).await.state;
    assert_eq!(state["realm_invite_required"], false);
}

#[tokio::test]
async fn whoever_reads_the_mail_of_an_address_gets_an_account_with_it() {
    let mail = MailServer::start().await;
    let server = with_mail(&mail).await;
    let denmark = server.channel_id("Denmark").to_string();
    server.client("iago").post("/default_streams", &[("stream_id", &denmark)]).await.done();
    open(&server).await;
    let queue = server.client("iago").register(&[("event_types", r#"["invites_changed","realm_user"]"#)]).await;
    let (status, page) = browse(&server, "/join", None).await;
    assert!(status == 200 && page.contains("Join Test realm") && page.contains("name=\"email\""), "{page}");
    let (status, page) = browse(&server, "/join", Some(&[("email", " ophelia@x.example ")])).await;
    assert!(status == 200 && page.contains("ophelia@x.example") && !page.contains("<form"), "{page}");
    let letter = mail.next().await;
    assert_eq!(letter.to, ["ophelia@x.example"]);
    let path = path_in(&letter);
    // Nobody invited, so there is no invitation to be seen, and nobody to be told of one.
    assert_eq!(server.client("desdemona").get("/invites", &[]).await.ok()["invites"], json!([]));
    server.client("desdemona").delete("/invites/1", &[]).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    assert_eq!(queue.kinds().await, [""; 0]);
    let server = server.restart().await;
    assert_eq!(visit(&server, &path, None).await.1["email"], "ophelia@x.example");
    let (status, joined) = accept(&server, &path).await;
    assert_eq!((status, &joined["email"]), (200, &json!("ophelia@x.example")), "{joined}");
    assert_eq!(accept(&server, &path).await.0, 404, "a link is good once");
    let login = [("username", "ophelia@x.example"), ("password", PASSWORD)];
    let key = server.anonymous().post("/fetch_api_key", &login).await.ok()["api_key"].clone();
    let ophelia = server.client_with("ophelia@x.example", key.as_str().expect("a key"));
    assert_eq!(ophelia.get("/users/me", &[]).await.ok()["role"], 400);
    assert_eq!(ophelia.get("/users/me/subscriptions", &[]).await.ok()["subscriptions"][0]["name"], "Denmark");
}

#[tokio::test]
async fn rules_for_addresses_hold_and_links_end() {
    let mail = MailServer::start().await;
    let server = with_mail(&mail).await;
    open(&server).await;
    let desdemona = server.client("desdemona");
    desdemona.post("/realm/domains", &[("domain", "x.example"), ("allow_subdomains", "false")]).await.done();
    desdemona
        .patch("/realm", &[("emails_restricted_to_domains", "true"), ("disallow_disposable_email_addresses", "true")])
        .await
        .done();
    for (email, why) in [
        ("ophelia@y.example", "Email 'ophelia@y.example' not allowed in this organization"),
        ("ophelia+1@x.example", "Email addresses containing + are not allowed in this organization"),
    ] {
        let (status, answer) = ask(&server, email).await;
        assert_eq!((status, answer["msg"].as_str()), (400, Some(why)));
    }
    let (status, page) = browse(&server, "/join", Some(&[("email", "nobody")])).await;
    assert!(status == 400 && page.contains("role=\"alert\"") && page.contains("value=\"nobody\""), "{page}");
    let (status, answer) = visit(&server, "/join", Some(&[])).await;
    assert_eq!((status, &answer["code"]), (400, &json!("REQUEST_VARIABLE_MISSING")));
    assert_eq!(ask(&server, "ophelia@x.example").await.0, 200);
    let first = path_in(&mail.next().await);
    // The organization is closed meanwhile.
    desdemona.patch("/realm", &[("invite_required", "true")]).await.done();
    assert_eq!(accept(&server, &first).await.0, 404);
    open(&server).await;
    assert_eq!(accept(&server, &first).await.0, 404, "what was void stays so");
    assert_eq!(ask(&server, "Ophelia@x.example").await.0, 200);
    let second = path_in(&mail.next().await);
    server.clock.advance(86_400);
    assert_eq!(accept(&server, &second).await.0, 404, "its day is over");
}

#[tokio::test]
async fn whether_an_address_has_an_account_is_told_to_its_owner_alone() {
    let mail = MailServer::start().await;
    let server = with_mail(&mail).await;
    open(&server).await;
    let (known, unknown) = (ask(&server, "hamlet@example.com").await, ask(&server, "ophelia@x.example").await);
    assert_eq!((known.0, unknown.0), (200, 200));
    assert_eq!(
        known.1.as_object().map(|it| it.keys().collect::<Vec<_>>()),
        unknown.1.as_object().map(|it| it.keys().collect())
    );
    let letter = mail.next().await;
    assert_eq!(letter.to, ["hamlet@example.com"]);
    assert!(letter.text.contains("has an account there already") && !letter.text.contains("/join/"), "{}", letter.text);
    assert!(mail.next().await.text.contains("/join/"));
}

#[tokio::test]
async fn nobody_voids_the_link_of_another_and_guesses_are_limited() {
    let mail = MailServer::start().await;
    let server = TestServer::start_with(Config { login_limit_per_minute: 3, ..config(&mail) }).await;
    open(&server).await;
    for n in 0..3 {
        assert_eq!(ask(&server, &format!("p{n}@x.example")).await.0, 200);
    }
    assert_eq!(ask(&server, "p4@x.example").await.0, 429);
    let run = async |email: String, key: String| {
        let equipment = server.app.equipment.clone();
        let asked =
            server.app.realm.run(move |tx| sign_up::request(tx, &Asker::Anybody, &email, key, "Tidings", &equipment));
        asked.await.expect("it is sent");
    };
    run("laertes@x.example".to_owned(), "first".to_owned()).await;
    run("Laertes@x.example".to_owned(), "second".to_owned()).await;
    let state = server.app.realm.state();
    let now = server.clock.now();
    assert!(state.invites.find_open("first", now).is_some() && state.invites.find_open("second", now).is_none());
    // However many ask, invitations have room.
    for n in 0..limits::SIGN_UPS_MAX + 2 {
        run(format!("p{n}@y.example"), format!("key {n}")).await;
    }
    let state = server.app.realm.state();
    assert_eq!(state.invites.count(), limits::SIGN_UPS_MAX);
    assert!(state.invites.find_open("first", now).is_none(), "the oldest is forgotten first");
}

//! Links for many, where the server sends e-mail: addresses are confirmed before there is an account.

use super::mail::{MailServer, with_mail};
use super::visits::{browse, join, link_for_many, path_in, visit};
use serde_json::{Value, json};
use tidings_core::commands::invites::sign_up::{self, Asker};
use tidings_core::equipment::Equipment;
use tidings_core::limits;
use tidings_testkit::TestServer;

async fn ask(server: &TestServer, path: &str, email: &str) -> (u16, Value) {
    visit(server, path, Some(&[("email", email)])).await
}

/// Waits until the server has noted that its e-mail was sent.
async fn until_sent(server: &TestServer) {
    while server.app.realm.state().invites.mail_count() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn who_has_the_link_gets_an_account_by_the_mail_of_their_address() {
    let mail = MailServer::start().await;
    let server = with_mail(&mail).await;
    let (iago, verona) = (server.client("iago"), server.channel_id("Verona"));
    let players = [("name", "players"), ("description", ""), ("members", "[]")];
    let group = iago.post("/user_groups/create", &players).await.ok()["group_id"].clone();
    let (channels, groups) = (json!([verona]).to_string(), json!([group]).to_string());
    let params = [
        ("invite_as", "300"),
        ("stream_ids", channels.as_str()),
        ("group_ids", groups.as_str()),
        ("welcome_message_custom_text", "Come in"),
    ];
    let link = link_for_many(&server, &params).await;
    let queue = iago.register(&[("event_types", r#"["invites_changed","realm_user"]"#)]).await;
    let (status, page) = browse(&server, &link, None).await;
    assert!(status == 200 && page.contains("name=\"email\"") && !page.contains("name=\"password\""), "{page}");
    assert_eq!(visit(&server, &link, None).await.1["confirms_email"], true);

    // Whatever else is given, there is no account yet.
    let (status, told) = join(&server, &link, "ophelia@x.example").await;
    assert_eq!((status, &told["email"], told.get("user_id")), (200, &json!("ophelia@x.example"), None));
    let letter = mail.next().await;
    assert_eq!(letter.to, ["ophelia@x.example"]);
    assert!(letter.text.replace("=\r\n", "").contains("while your invitation is good"), "{}", letter.text);
    let path = path_in(&letter);
    assert!(server.app.realm.state().users.find_by_delivery_email("ophelia@x.example").is_none());
    // It is no invitation of anybody, to be seen or changed.
    assert_eq!(iago.get("/invites", &[]).await.ok()["invites"].as_array().map(Vec::len), Some(1));
    iago.delete("/invites/2", &[]).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    iago.post("/invites/2/resend", &[]).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    assert_eq!(queue.kinds().await, [""; 0]);
    until_sent(&server).await;

    let server = server.restart().await;
    assert_eq!(visit(&server, &path, None).await.1["email"], "ophelia@x.example");
    let (status, joined) = join(&server, &path, "other@x.example").await;
    assert_eq!((status, &joined["email"]), (200, &json!("ophelia@x.example")), "{joined}");
    assert_eq!(join(&server, &path, "other@x.example").await.0, 404, "it is good once");
    let state = server.app.realm.state();
    let ophelia = state.users.find_by_delivery_email("ophelia@x.example").expect("an account");
    assert_eq!(u16::from(ophelia.role), 300);
    assert!(state.channels.is_subscribed(ophelia.id, verona), "in the channels of the link");
    let of_group = format!("/user_groups/{group}/members/{}", ophelia.id);
    assert_eq!(server.client("iago").get(&of_group, &[]).await.ok()["is_user_group_member"], true);
    // The link is for many.
    assert_eq!(ask(&server, &link, "laertes@x.example").await.0, 200);
    assert_eq!(mail.next().await.to, ["laertes@x.example"]);
}

#[tokio::test]
async fn rules_for_addresses_hold_at_once_and_who_has_an_account_is_told_by_mail_alone() {
    let mail = MailServer::start().await;
    let server = with_mail(&mail).await;
    let link = link_for_many(&server, &[]).await;
    let owner = server.client("desdemona");
    owner.post("/realm/domains", &[("domain", "x.example")]).await.done();
    owner.patch("/realm", &[("emails_restricted_to_domains", "true")]).await.done();
    for (email, why) in [
        ("ophelia@y.example", "Email 'ophelia@y.example' not allowed in this organization"),
        ("ophelia+1@x.example", "Email addresses containing + are not allowed in this organization"),
    ] {
        let (status, answer) = ask(&server, &link, email).await;
        assert_eq!((status, answer["msg"].as_str()), (400, Some(why)));
    }
    let (status, page) = browse(&server, &link, Some(&[("email", "nobody")])).await;
    assert!(status == 400 && page.contains("role=\"alert\"") && page.contains("value=\"nobody\""), "{page}");
    assert_eq!(visit(&server, &link, Some(&[("full_name", "x")])).await.1["code"], "REQUEST_VARIABLE_MISSING");
    owner.patch("/realm", &[("emails_restricted_to_domains", "false")]).await.done();

    let (known, unknown) =
        (ask(&server, &link, "hamlet@example.com").await, ask(&server, &link, "ophelia@x.example").await);
    assert_eq!((known.0, &known.1["email"]), (200, &json!("hamlet@example.com")));
    assert_eq!((unknown.0, &unknown.1["email"]), (200, &json!("ophelia@x.example")));
    assert_eq!(known.1.as_object().map(|it| it.len()), unknown.1.as_object().map(|it| it.len()));
    let letter = mail.next().await;
    assert!(letter.text.contains("has an account there already") && !letter.text.contains("/join/"), "{}", letter.text);
    let path = path_in(&mail.next().await);
    // What is not allowed any more when the link is opened is refused then.
    owner.patch("/realm", &[("emails_restricted_to_domains", "true")]).await.done();
    owner.delete("/realm/domains/x.example", &[]).await.done();
    owner.post("/realm/domains", &[("domain", "z.example")]).await.done();
    owner.patch("/realm", &[("emails_restricted_to_domains", "true")]).await.done();
    assert_eq!(join(&server, &path, "").await.0, 400);
}

#[tokio::test]
async fn what_was_asked_for_goes_with_the_link() {
    let mail = MailServer::start().await;
    let server = with_mail(&mail).await;
    let (iago, owner) = (server.client("iago"), server.client("desdemona"));
    let confirm = async |link: &str| {
        assert_eq!(ask(&server, link, "ophelia@x.example").await.0, 200);
        path_in(&mail.next().await)
    };
    // It is revoked.
    let first = link_for_many(&server, &[]).await;
    let path = confirm(&first).await;
    iago.delete("/invites/multiuse/1", &[]).await.done();
    assert_eq!((join(&server, &path, "").await.0, ask(&server, &first, "a@x.example").await.0), (404, 404));
    assert_eq!(server.app.realm.state().invites.count(), 0);
    // Its time is over.
    let short = link_for_many(&server, &[("invite_expires_in_minutes", "10")]).await;
    let path = confirm(&short).await;
    server.clock.advance(500);
    assert_eq!(visit(&server, &path, None).await.0, 200);
    server.clock.advance(100);
    assert_eq!((join(&server, &path, "").await.0, ask(&server, &short, "a@x.example").await.0), (404, 404));
    // Its own day is over.
    let long = link_for_many(&server, &[("invite_expires_in_minutes", "null")]).await;
    let path = confirm(&long).await;
    server.clock.advance(limits::SIGN_UP_SECS);
    assert_eq!(join(&server, &path, "").await.0, 404);
    // An invitation of the same person by mail leaves it as it is; the organization's being open or not matters to others.
    let path = confirm(&long).await;
    let people = [("invitee_emails", "ophelia@x.example"), ("stream_ids", "[]")];
    iago.post("/invites", &people).await.done();
    owner.patch("/realm", &[("invite_required", "false")]).await.done();
    owner.patch("/realm", &[("invite_required", "true")]).await.done();
    assert_eq!(visit(&server, &path, None).await.0, 200);
    // Who invites goes.
    owner.delete("/users/2", &[]).await.done();
    assert_eq!(join(&server, &path, "").await.0, 404);
}

#[tokio::test]
async fn who_has_a_link_and_who_has_none_do_not_use_up_what_others_have() {
    let mail = MailServer::start().await;
    let server = with_mail(&mail).await;
    server.client("desdemona").patch("/realm", &[("invite_required", "false")]).await.done();
    let link = link_for_many(&server, &[]).await;
    let key = link.strip_prefix("/join/").expect("a path").to_owned();
    let run = async |asker: &Asker, email: &str, key: &str| {
        let (asker, email, key) = (asker.clone(), email.to_owned(), key.to_owned());
        let equipment = server.app.equipment.clone();
        let asked =
            server.app.realm.run(move |tx| sign_up::request(tx, &asker, &email, key, "Tidings", &equipment)).await;
        asked.expect("it is sent");
    };
    let with_link = Asker::WithLink(key);
    run(&Asker::Anybody, "laertes@x.example", "anybody's").await;
    run(&with_link, "laertes@x.example", "by the link").await;
    run(&with_link, "Laertes@x.example", "again").await;
    let is_open = |key: &str| server.app.realm.state().invites.find_open(key, server.clock.now()).is_some();
    assert!(is_open("anybody's") && is_open("by the link") && !is_open("again"));
    for n in 0..limits::SIGN_UPS_MAX {
        run(&with_link, &format!("p{n}@y.example"), &format!("key {n}")).await;
    }
    assert!(is_open("anybody's") && !is_open("by the link") && is_open("key 0"), "the oldest is forgotten first");
    assert_eq!(server.app.realm.state().invites.count(), limits::SIGN_UPS_MAX + 2);
}

#[tokio::test]
async fn no_address_is_taken_for_proved_where_it_can_be() {
    let server = TestServer::start().await;
    let link = link_for_many(&server, &[]).await;
    let key = link.strip_prefix("/join/").expect("a path").to_owned();
    let new = tidings_core::commands::invites::accept::NewPerson {
        email: Some("ophelia@x.example".to_owned()),
        full_name: "Ophelia".to_owned(),
        password: "none".to_owned(),
    };
    let equipment = Equipment { sends_mail: true, ..Equipment::default() };
    let accept = move |tx: &mut tidings_core::commands::Tx<'_>| {
        tidings_core::commands::invites::accept::accept(tx, &key, new, &equipment)
    };
    let refused = server.app.realm.run(accept).await.expect_err("it is to be proved first");
    assert_eq!(refused.status(), 400);
}

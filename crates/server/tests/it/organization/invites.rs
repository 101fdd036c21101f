use super::mail::{MailServer, with_mail};
use serde_json::{Value, json};
use tidings_core::limits;
use tidings_testkit::TestServer;
use tidings_testkit::client::TestClient;

const NONE: [&str; 0] = [];
const LINKS: &str = "/invites/multiuse";

async fn list(client: &TestClient) -> Vec<Value> {
    client.get("/invites", &[]).await.ok()["invites"].as_array().expect("a list").clone()
}

async fn link(client: &TestClient, params: &[(&str, &str)]) -> String {
    client.post(LINKS, params).await.ok()["invite_link"].as_str().expect("a link").to_owned()
}

#[tokio::test]
async fn links_are_listed_told_and_taken_back() {
    let server = TestServer::start().await;
    let (iago, owner, hamlet) = (server.client("iago"), server.client("desdemona"), server.client("hamlet"));
    let stays = [("idle_queue_timeout", "604800")];
    let (own, other, member) = (iago.register(&[]).await, owner.register(&[]).await, hamlet.register(&stays).await);
    let url = link(&iago, &[("invite_as", "600"), ("stream_ids", "[1]"), ("invite_expires_in_minutes", "null")]).await;
    assert!(url.starts_with("http://example.com/join/") && url.len() == "http://example.com/join/".len() + 32, "{url}");
    let invited = list(&iago).await[0]["invited"].clone();
    assert!((server.clock.now() - invited.as_i64().expect("a time")).abs() < 60);
    let row = json!({
        "id": 1, "invited_by_user_id": 2, "invited": invited, "expiry_date": null, "invited_as": 600,
        "notify_referrer_on_join": false, "link_url": url, "is_multiuse": true,
    });
    assert_eq!((list(&iago).await, list(&owner).await, list(&hamlet).await), (vec![row.clone()], vec![row], vec![]));
    assert_eq!(
        (own.kinds().await, other.kinds().await),
        (vec!["invites_changed".to_owned()], vec!["invites_changed".to_owned()])
    );

    link(&owner, &[("invite_as", "100"), ("invite_expires_in_minutes", "10")]).await;
    assert_eq!(own.kinds().await, NONE, "who has an owner's link can become one");
    assert_eq!((list(&iago).await.len(), list(&owner).await.len()), (1, 2));
    iago.delete("/invites/multiuse/2", &[]).await.refused(400, "Must be an organization owner");
    hamlet.delete("/invites/multiuse/1", &[]).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    iago.delete("/invites/1", &[]).await.refused(400, "No such invitation");
    owner.delete("/invites/multiuse/1", &[]).await.done();
    assert_eq!(own.kinds().await, ["invites_changed"]);
    owner.delete("/invites/multiuse/1", &[]).await.refused(400, "No such invitation");
    let row = list(&owner).await.remove(0);
    assert_eq!(row["expiry_date"].as_i64(), row["invited"].as_i64().map(|at| at + 600));
    server.clock.advance(601);
    assert_eq!(list(&owner).await, Vec::<Value>::new(), "what is over is not listed");
    owner.delete("/invites/multiuse/2", &[]).await.refused(400, "No such invitation");
    assert_eq!(member.kinds().await, NONE);
    link(&owner, &[]).await;
    assert_eq!(list(&owner).await[0]["id"], 3, "no id is given twice");
    let server = server.restart().await;
    assert_eq!(list(&server.client("desdemona")).await.len(), 1);
}

#[tokio::test]
async fn refusals() {
    let server = TestServer::start().await;
    let (iago, hamlet, polonius) = (server.client("iago"), server.client("hamlet"), server.client("polonius"));
    hamlet.post(LINKS, &[]).await.refused(400, "Insufficient permission");
    iago.post(LINKS, &[("invite_as", "100")]).await.refused(400, "Must be an organization owner");
    iago.post(LINKS, &[("invite_as", "500")]).await.refused(400, "Invalid invite_as");
    for minutes in ["0", "-5", "99999999"] {
        let reply = iago.post(LINKS, &[("invite_expires_in_minutes", minutes)]).await;
        reply.refused(400, "Invalid invite_expires_in_minutes");
    }
    iago.post(LINKS, &[("stream_ids", "[99]")]).await.refused(400, "Invalid channel ID 99. No invites were sent.");
    iago.post(LINKS, &[("group_ids", "[99]")]).await.refused(400, "Invalid user group");
    iago.post(LINKS, &[("group_ids", "[3]")]).await.refused(400, "Insufficient permission");
    let people = [("invitee_emails", "a@x.example"), ("stream_ids", "[]")];
    polonius.post("/invites", &people).await.refused(400, "Insufficient permission");
    let none = [("invitee_emails", " ,"), ("stream_ids", "[]")];
    hamlet.post("/invites", &none).await.refused(400, "You must specify at least one email address.");
    let reply = hamlet.post("/invites", &people).await;
    let why = "This server sends no e-mail; make an invitation link instead.";
    assert_eq!(reply.json["errors"], json!([["a@x.example", why, false]]));
    assert_eq!(reply.json["sent_invitations"], false);
    reply.refused_with_code(400, "INVITATION_FAILED");
    assert_eq!(list(&iago).await, Vec::<Value>::new());
}

#[tokio::test]
async fn people_are_invited_by_mail_and_some_are_not() {
    let mail = MailServer::start().await;
    let server = with_mail(&mail).await;
    let (hamlet, iago) = (server.client("hamlet"), server.client("iago"));
    let (own, admin, other) =
        (hamlet.register(&[]).await, iago.register(&[]).await, server.client("othello").register(&[]).await);
    let people = [
        ("invitee_emails", "Ophelia <ophelia@x.example>\ncordelia@example.com, nobody"),
        ("stream_ids", "[1]"),
        ("invite_expires_in_minutes", "60"),
    ];
    let reply = hamlet.post("/invites", &people).await;
    assert_eq!(
        reply.json["errors"],
        json!([["cordelia@example.com", "Already has an account.", false], ["nobody", "Invalid address.", false]])
    );
    assert_eq!(reply.json["sent_invitations"], true);
    reply.refused_with_code(400, "INVITATION_FAILED");
    let letter = mail.next().await;
    assert_eq!(letter.to, ["ophelia@x.example"]);
    assert!(letter.text.contains("Subject: Hamlet invites you to Test realm"), "{}", letter.text);
    assert!(letter.text.contains("http://example.com/join/"), "{}", letter.text);
    assert!(letter.text.contains("From: Tidings <chat@example.com>"), "{}", letter.text);
    assert_eq!(
        (own.kinds().await, admin.kinds().await),
        (vec!["invites_changed".to_owned()], vec!["invites_changed".to_owned()])
    );
    assert_eq!(other.kinds().await, NONE);
    let listed = list(&hamlet).await;
    assert_eq!((&listed[0]["email"], listed[0].get("link_url")), (&json!("ophelia@x.example"), None));

    hamlet.post("/invites/1/resend", &[]).await.done();
    assert_eq!(mail.next().await.to, ["ophelia@x.example"]);
    server.client("othello").post("/invites/1/resend", &[]).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    server.client("othello").delete("/invites/1", &[]).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    hamlet.delete("/invites/1", &[]).await.done();
    hamlet.post("/invites/1/resend", &[]).await.refused(400, "No such invitation");
    let again = [("invitee_emails", "cordelia@example.com"), ("stream_ids", "[]")];
    let reply = hamlet.post("/invites", &again).await;
    assert_eq!(reply.json["sent_invitations"], false);
    reply.refused_with_code(400, "INVITATION_FAILED");

    hamlet.post("/invites", &[("invitee_emails", "rosencrantz@x.example"), ("stream_ids", "[]")]).await.done();
    iago.delete("/users/4", &[]).await.done();
    assert_eq!(list(&iago).await, Vec::<Value>::new(), "invitations go with who invites");
}

#[tokio::test]
async fn bots_invite_nobody() {
    let mail = MailServer::start().await;
    let server = with_mail(&mail).await;
    let owner = server.client("desdemona");
    owner.patch("/bots/8", &[("role", "200")]).await.done();
    link(&owner, &[]).await;
    let bot = server.client("hamletbot");
    let queue = bot.register(&[]).await;
    bot.post("/invites", &[("invitee_emails", "yorick@x.example"), ("stream_ids", "[]")])
        .await
        .refused(400, "Insufficient permission");
    bot.post(LINKS, &[]).await.refused(400, "Insufficient permission");
    assert_eq!(list(&bot).await, Vec::<Value>::new());
    link(&owner, &[]).await;
    assert_eq!(queue.kinds().await, NONE);
}

#[tokio::test]
async fn so_many_invitations_a_day_and_one_to_an_address() {
    let mail = MailServer::start().await;
    let server = with_mail(&mail).await;
    let (hamlet, iago) = (server.client("hamlet"), server.client("iago"));
    let invite = async |client: &TestClient, from: usize, count: usize| {
        let people: Vec<String> = (from..from + count).map(|n| format!("player{n}@x.example")).collect();
        client.post("/invites", &[("invitee_emails", &people.join(",")), ("stream_ids", "[]")]).await
    };
    invite(&hamlet, 0, 60).await.done();
    let invited = invite(&hamlet, 0, 1).await;
    invited.done();
    assert_eq!(list(&hamlet).await.len(), 60, "a new invitation takes the place of the one before");
    invite(&hamlet, 60, 38).await.done();
    let last = list(&hamlet).await.last().expect("an invitation")["id"].to_string();
    hamlet.post(&format!("/invites/{last}/resend"), &[]).await.done();
    let refused = invite(&hamlet, 98, 1).await;
    assert_eq!((&refused.json["daily_limit_reached"], &refused.json["errors"]), (&json!(true), &json!([])));
    refused.refused_with_code(400, "INVITATION_FAILED");
    hamlet.post(&format!("/invites/{last}/resend"), &[]).await.refused_with_code(400, "BAD_REQUEST");
    assert_eq!(list(&hamlet).await.len(), 98);
    for n in 0..3 {
        invite(&iago, 60 * n, 60).await.done();
    }
    server.clock.advance(86_400);
    invite(&hamlet, 98, 1).await.done();
}

#[tokio::test]
async fn who_has_just_joined_an_open_organization_invites_nobody_by_mail() {
    let mail = MailServer::start().await;
    let server = with_mail(&mail).await;
    let (hamlet, shiva, owner) = (server.client("hamlet"), server.client("shiva"), server.client("desdemona"));
    let everybody = [("create_multiuse_invite_group", r#"{"new":5}"#), ("invite_required", "false")];
    owner.patch("/realm", &everybody).await.done();
    let people = [("invitee_emails", "yorick@x.example"), ("stream_ids", "[]")];
    server.clock.advance(limits::INVITES_MIN_ACCOUNT_AGE_SECS - 3_600);
    for newcomer in [&hamlet, &shiva] {
        let refused = newcomer.post("/invites", &people).await;
        let told = ["errors", "sent_invitations", "daily_limit_reached"].map(|name| refused.json[name].clone());
        assert_eq!(told, [json!([]), json!(false), json!(false)]);
        assert!(refused.json["msg"].as_str().is_some_and(|why| why.contains("too new")), "{}", refused.json);
        refused.refused_with_code(400, "INVITATION_FAILED");
    }
    assert_eq!(server.app.realm.state().invites.count(), 0);
    // Links are not sent to anybody by who makes them; administrators are known; and where one needs an invitation, somebody vouched for who is new.
    link(&hamlet, &[]).await;
    server.client("iago").post("/invites", &people).await.done();
    owner.patch("/realm", &[("invite_required", "true")]).await.done();
    hamlet.post("/invites", &people).await.done();
    owner.patch("/realm", &[("invite_required", "false")]).await.done();
    server.clock.advance(3_600);
    hamlet.post("/invites", &people).await.done();
}

#[tokio::test]
async fn what_was_sent_counts_at_once_after_a_restart_and_when_it_is_taken_back() {
    let mail = MailServer::start().await;
    let server = with_mail(&mail).await;
    let invite = async |server: &TestServer, from: usize, count: usize| {
        let people: Vec<String> = (from..from + count).map(|n| format!("player{n}@x.example")).collect();
        let people = [("invitee_emails", people.join(",")), ("stream_ids", "[]".to_owned())];
        let people = people.each_ref().map(|(name, value)| (*name, value.as_str()));
        server.client("hamlet").post("/invites", &people).await
    };
    // What is not sent does not count.
    server.client("hamlet").post("/invites", &[("invitee_emails", "nobody"), ("stream_ids", "[]")]).await;
    let replies = tokio::join!(
        invite(&server, 0, 40),
        invite(&server, 100, 40),
        invite(&server, 200, 40),
        invite(&server, 300, 40),
        invite(&server, 400, 40)
    );
    let replies = [replies.0, replies.1, replies.2, replies.3, replies.4];
    assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 2, "however many come at once");
    assert_eq!(list(&server.client("hamlet")).await.len(), 80);
    let server = server.restart().await;
    for row in list(&server.client("hamlet")).await.iter().take(40) {
        server.client("hamlet").delete(&format!("/invites/{}", row["id"]), &[]).await.done();
    }
    invite(&server, 500, 21).await.refused_with_code(400, "INVITATION_FAILED");
    assert_eq!(list(&server.client("hamlet")).await.len(), 40, "none of them was sent");
    invite(&server, 500, 20).await.done();
    server.clock.advance(86_400);
    invite(&server, 600, 100).await.done();
}

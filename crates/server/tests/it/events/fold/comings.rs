//! People who come by themselves, and messages that go by themselves.

use crate::organization::visits::{PASSWORD, join, visit};
use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::json;
use tidings_core::commands::expire;
use tidings_server::Config;
use tidings_testkit::client::TestClient;
use tidings_testkit::{TestServer, test_config};
use tidings_types::{GroupId, MessageId, UserId};

const DAY_SECS: i64 = 86_400;

/// A server that has e-mail, which nobody takes: what waits to be sent is in the state.
pub(super) fn config() -> Config {
    let nowhere = Some("smtp://127.0.0.1:9".to_owned());
    Config { smtp_url: nowhere, mail_from: Some("chat@example.com".to_owned()), ..test_config() }
}

/// Does what is of this kind; returns the status, or none for what is of another.
pub(super) async fn operate(
    server: &TestServer,
    kind: &str,
    channel: &str,
    group: usize,
    flag: bool,
    rng: &mut StdRng,
) -> Option<u16> {
    Some(match kind {
        "join" => join_by_link(server, channel, group, flag, rng).await,
        "sign_up" => sign_up(server, channel, flag).await,
        "expire" => expire_some(server, rng).await,
        _ => return None,
    })
}

/// Who has come by that operation, logged in.
pub(super) async fn newcomer(server: &TestServer, what: &str, status: u16) -> Option<(UserId, TestClient)> {
    if status != 200 || !["join", "sign_up"].iter().any(|kind| what.starts_with(kind)) {
        return None;
    }
    let row = server.app.realm.state().users.iter().last().cloned()?;
    let login = [("username", &*row.delivery_email), ("password", PASSWORD)];
    let key = server.anonymous().post("/fetch_api_key", &login).await.ok()["api_key"].clone();
    Some((row.id, server.client_with(&row.delivery_email, key.as_str().expect("a key"))))
}

/// Somebody joins by a link for many, or by an invitation that an administrator sends.
async fn join_by_link(server: &TestServer, channel: &str, group: usize, flag: bool, rng: &mut StdRng) -> u16 {
    let administrator = server.client(if flag { "iago" } else { "desdemona" });
    let email = email(server);
    let (role, groups) = (["200", "300", "400", "600"].choose(rng), format!("[{group}]"));
    let mut params = vec![("invite_as", *role.expect("not empty")), ("include_realm_default_subscriptions", "true")];
    // A name that no channel has stands for 99.
    let channels = if channel != "99" && rng.random_bool(0.8) { format!("[{channel}]") } else { "[]".to_owned() };
    params.push(("stream_ids", &channels));
    let is_there = u32::try_from(group).is_ok_and(|id| server.app.realm.state().groups.get(GroupId(id)).is_some());
    if is_there && rng.random_bool(0.6) {
        params.push(("group_ids", &groups));
    }
    if rng.random_bool(0.3) {
        params.push(("welcome_message_custom_text", "Come **in**"));
    }
    if flag {
        params.extend([("invitee_emails", &*email), ("notify_referrer_on_join", "true")]);
        let sent = administrator.post("/invites", &params).await;
        return if sent.status == 200 { accept(server, &email).await } else { sent.status };
    }
    let made = administrator.post("/invites/multiuse", &params).await;
    let Some(link) = made.json["invite_link"].as_str() else { return made.status };
    let path = link.strip_prefix("http://example.com").expect("of this server");
    ask(server, path, &email).await
}

/// Somebody joins without an invitation, if the owner lets them; perhaps they are announced.
async fn sign_up(server: &TestServer, channel: &str, flag: bool) -> u16 {
    let owner = server.client("desdemona");
    let announce = if flag { channel } else { "-1" };
    let params = [
        ("invite_required", "false"),
        ("signup_announcements_stream_id", announce),
        ("welcome_message_custom_text", if flag { "Welcome" } else { "" }),
    ];
    let opened = owner.patch("/realm", &params).await;
    if opened.status != 200 {
        return opened.status;
    }
    ask(server, "/join", &email(server)).await
}

/// An address that nobody has.
fn email(server: &TestServer) -> String {
    format!("came{}@example.com", server.app.realm.state().users.next_id())
}

/// Asks for a link to an address, and joins by it.
async fn ask(server: &TestServer, path: &str, email: &str) -> u16 {
    let (status, told) = visit(server, path, Some(&[("email", email)])).await;
    if status != 200 {
        return status;
    }
    assert_eq!(told["email"], json!(email));
    accept(server, email).await
}

/// Joins by the link that was sent to an address.
async fn accept(server: &TestServer, email: &str) -> u16 {
    let key = {
        let state = server.app.realm.state();
        let row = state.invites.iter().find(|row| row.email.as_deref() == Some(email)).cloned();
        row.expect("a link was sent").key.clone()
    };
    let (status, told) = join(server, &format!("/join/{key}"), "").await;
    assert!(status < 500, "{told}");
    status
}

/// The older half of a conversation is too old: as the command would find it some weeks later, if the organization does
/// not keep messages for ever.
async fn expire_some(server: &TestServer, rng: &mut StdRng) -> u16 {
    let state = server.app.realm.snapshot();
    let all: Vec<_> = state.messages.conversations().map(|(id, _)| id).collect();
    let Some(conversation) = all.choose(rng).copied() else { return 400 };
    let ids = state.messages.ids(conversation).map(|ids| ids.to_bitmap()).unwrap_or_default();
    let half = usize::try_from(ids.len().div_ceil(2)).expect("a small number");
    let ids: Vec<MessageId> = ids.iter().take(half).map(MessageId).collect();
    let days = [("message_retention_days", "30")];
    server.client("desdemona").patch("/realm", &days).await;
    let sent_before = server.clock.now() + 1;
    let expired = server.app.realm.run(move |tx| {
        tx.now += 31 * DAY_SECS;
        expire::expire(tx, conversation, &ids, sent_before)
    });
    match expired.await {
        Ok(0) => 400,
        Ok(_) => 200,
        Err(error) => error.status(),
    }
}

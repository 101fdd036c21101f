//! One attempt for each permission: doing what it guards.

use super::{EXTRAS, World};
use serde_json::{Value, json};
use tidings_testkit::client::{Reply, TestClient};
use tidings_types::ChannelId;
use tidings_types::channel::TopicsPolicy;

/// Permissions of the organization that guard nothing: payment and summaries do not exist. They can be given, since
/// clients show them.
pub(super) const NOTHING_TO_TRY: [&str; 2] = ["can_manage_billing_group", "can_summarize_topics_group"];

/// Who may, or may not, whatever a permission says.
#[derive(Default)]
pub(super) struct Exceptions {
    pub(super) always: &'static [&'static str],
    pub(super) never: &'static [&'static str],
}

const PEOPLE: &[&str] = &["desdemona", "iago", "shiva", "hamlet", "hamletbot", "cordelia", "othello"];
const ADMINISTRATORS: &[&str] = &["desdemona", "iago"];
const NO_PERSON: &[&str] = &["hamletbot", "polonius"];

pub(super) fn exceptions(scope: &str, name: &str) -> Exceptions {
    let (always, never): (&[&str], &[&str]) = match (scope, name) {
        ("realm", "can_access_all_users_group") => (PEOPLE, &[]),
        ("realm", "can_create_bots_group" | "can_create_write_only_bots_group") => (&[], NO_PERSON),
        ("realm", "can_invite_users_group" | "create_multiuse_invite_group") => (&[], NO_PERSON),
        ("realm", "can_create_groups" | "can_manage_all_groups") => (&[], NO_PERSON),
        ("realm", "can_set_topics_policy_group" | "can_set_delete_message_policy_group") => {
            (ADMINISTRATORS, &["polonius"])
        }
        ("channel", "can_administer_channel_group") => (ADMINISTRATORS, &[]),
        ("realm", "can_move_messages_between_channels_group" | "can_move_messages_between_topics_group") => {
            (ADMINISTRATORS, &[])
        }
        ("channel", "can_move_messages_out_of_channel_group" | "can_move_messages_within_channel_group") => {
            (ADMINISTRATORS, &[])
        }
        ("channel", "can_remove_subscribers_group") => (ADMINISTRATORS, &["polonius"]),
        ("realm" | "channel", "can_add_subscribers_group") => (ADMINISTRATORS, &[]),
        ("channel", "can_subscribe_group") => (&["desdemona"], &[]),
        ("group", "can_mention_group") => (&[], &[]),
        ("group", _) => (&["desdemona"], NO_PERSON),
        _ => (&[], &[]),
    };
    Exceptions { always, never }
}

/// Permissions that allow the same.
pub(super) fn stronger(name: &str) -> &'static [&'static str] {
    match name {
        "can_create_write_only_bots_group" => &["can_create_bots_group"],
        "can_delete_own_message_group" => &["can_delete_any_message_group"],
        _ => &[],
    }
}

/// Whether a request was done. It must not fail for another reason than who asks.
#[track_caller]
fn done(reply: &Reply) -> bool {
    if reply.status != 200 {
        let text = reply.json["msg"].as_str().unwrap_or_default().to_lowercase();
        let reasons = [
            "permission",
            "not authorized",
            "not allowed",
            "unable to access",
            "does not accept bot",
            "invalid channel",
        ];
        assert!(reasons.iter().any(|reason| text.contains(reason)), "{}", reply.json);
    }
    reply.status == 200
}

pub(super) async fn attempt(world: &World, scope: &str, name: &str, who: &str) -> bool {
    let (client, n) = (world.server.client(who), world.next());
    match (scope, name) {
        ("group", _) => in_group(world, &client, name, who, n).await,
        (_, "can_add_subscribers_group") => subscribe_other(world, &client, n).await,
        ("channel", "can_remove_subscribers_group") => unsubscribe_other(world, &client).await,
        ("channel", "can_administer_channel_group") => {
            done(&client.patch("/streams/1", &[("description", &format!("number {n}"))]).await)
        }
        ("channel", "can_subscribe_group") => {
            let joined =
                done(&client.post("/users/me/subscriptions", &[("subscriptions", r#"[{"name":"secret"}]"#)]).await);
            if joined && who != "desdemona" {
                client.delete("/users/me/subscriptions", &[("subscriptions", r#"["secret"]"#)]).await.done();
            }
            joined
        }
        ("channel", "can_send_message_group") => done(&send(&client, "Denmark", "t", "hello").await),
        (_, "can_delete_any_message_group") => {
            let id = server_message(world, "iago", n).await;
            // One's own is another matter.
            let by = if who == "iago" { server_message(world, "shiva", n).await } else { id };
            done(&client.delete(&format!("/messages/{by}"), &[]).await)
        }
        (_, "can_delete_own_message_group") => {
            let id = server_message(world, who, n).await;
            done(&client.delete(&format!("/messages/{id}"), &[]).await)
        }
        (_, "can_move_messages_within_channel_group" | "can_move_messages_between_topics_group") => {
            let id = server_message(world, "shiva", n).await;
            done(&client.patch(&format!("/messages/{id}"), &[("topic", &format!("moved {n}"))]).await)
        }
        (_, "can_move_messages_out_of_channel_group" | "can_move_messages_between_channels_group") => {
            let (id, to) = (server_message(world, "shiva", n).await, target_channel(world, who).await);
            done(&client.patch(&format!("/messages/{id}"), &[("stream_id", &to)]).await)
        }
        (_, "can_resolve_topics_group") => {
            let id = server_message(world, "shiva", n).await;
            let params = [("topic", format!("✔ topic {n}")), ("propagate_mode", "change_all".to_owned())];
            let params = params.each_ref().map(|(name, value)| (*name, value.as_str()));
            done(&client.patch(&format!("/messages/{id}"), &params).await)
        }
        _ => in_realm(world, &client, name, who, n).await,
    }
}

async fn in_realm(world: &World, client: &TestClient, name: &str, who: &str, n: usize) -> bool {
    match name {
        "can_access_all_users_group" => {
            let users = client.get("/users", &[]).await.ok();
            users["members"].as_array().is_some_and(|users| users.iter().any(|user| user["user_id"] == 6))
        }
        "can_add_custom_emoji_group" => {
            done(&client.post_file(&format!("/realm/emoji/custom{n}"), "x.png", crate::files::png(9, 9)).await)
        }
        "can_invite_users_group" => {
            let people = [("invitee_emails", format!("p{n}@x.example")), ("stream_ids", "[]".to_owned())];
            done(&client.post("/invites", &people.each_ref().map(|(name, value)| (*name, value.as_str()))).await)
        }
        "create_multiuse_invite_group" => done(&client.post("/invites/multiuse", &[("stream_ids", "[]")]).await),
        "can_create_bots_group" | "can_create_write_only_bots_group" => {
            let kind = if name == "can_create_bots_group" { "1" } else { "2" };
            let (full, short) = (format!("Bot {n}"), format!("b{n}"));
            done(&client.post("/bots", &[("full_name", &full), ("short_name", &short), ("bot_type", kind)]).await)
        }
        "can_create_groups" => {
            let params = [("name", format!("group {n}")), ("description", String::new()), ("members", "[]".to_owned())];
            let params = params.each_ref().map(|(name, value)| (*name, value.as_str()));
            done(&client.post("/user_groups/create", &params).await)
        }
        "can_manage_all_groups" => {
            let path = format!("/user_groups/{}", world.target);
            done(&client.patch(&path, &[("description", &format!("number {n}"))]).await)
        }
        "can_create_private_channel_group" => create_channel(client, n, ("invite_only", "true")).await,
        "can_create_public_channel_group" => create_channel(client, n, ("invite_only", "false")).await,
        "can_create_web_public_channel_group" => create_channel(client, n, ("is_web_public", "true")).await,
        "can_mention_many_users_group" => done(&send(client, "Denmark", "t", "@**all** hello").await),
        "can_set_topics_policy_group" => {
            let state = world.server.app.realm.snapshot();
            let known = state.channels.get(ChannelId(1)).map(|channel| channel.topics_policy);
            let new = if known == Some(TopicsPolicy::Inherit) { "allow_empty_topic" } else { "inherit" };
            done(&client.patch("/streams/1", &[("topics_policy", new)]).await)
        }
        "can_set_delete_message_policy_group" => {
            let state = world.server.app.realm.snapshot();
            let known =
                state.channels.get(ChannelId(1)).map(|channel| json!(channel.permissions.can_delete_own_message_group));
            let new = json!({ "new": if known == Some(json!(8)) { 3 } else { 8 } }).to_string();
            done(&client.patch("/streams/1", &[("can_delete_own_message_group", &new)]).await)
        }
        "direct_message_initiator_group" => {
            // Each time with others.
            let users: Vec<u64> = (0..EXTRAS - 1).filter(|bit| (n + 1) >> bit & 1 == 1).map(World::extra).collect();
            done(&direct(client, &users).await)
        }
        "direct_message_permission_group" => done(&direct(client, &[World::extra(EXTRAS - 1)]).await),
        _ => panic!("{name} of the organization is tried by nobody ({who})"),
    }
}

async fn in_group(world: &World, client: &TestClient, name: &str, who: &str, n: usize) -> bool {
    let own = format!("[{}]", world.server.user_id(who));
    let some = format!("[{}]", World::extra(n % (EXTRAS - 1)));
    let path = format!("/user_groups/{}", world.target);
    let members = format!("{path}/members");
    let owner = world.server.client("desdemona");
    let try_change = async |op: &str, users: &str| {
        if op == "delete" {
            owner.post(&members, &[("add", users)]).await.done();
        }
        let may = done(&client.post(&members, &[(op, users)]).await);
        // As it was.
        if may == (op == "add") {
            owner.post(&members, &[("delete", users)]).await.done();
        }
        may
    };
    match name {
        "can_join_group" => try_change("add", &own).await,
        "can_leave_group" => try_change("delete", &own).await,
        "can_add_members_group" => try_change("add", &some).await,
        "can_remove_members_group" => try_change("delete", &some).await,
        "can_manage_group" => done(&client.patch(&path, &[("description", &format!("number {n}"))]).await),
        "can_mention_group" => done(&send(client, "Denmark", "t", "@*target* hello").await),
        _ => panic!("{name} of a group is tried by nobody"),
    }
}

async fn send(client: &TestClient, channel: &str, topic: &str, content: &str) -> Reply {
    let params = [("type", "channel"), ("to", channel), ("topic", topic), ("content", content)];
    client.post("/messages", &params).await
}

async fn direct(client: &TestClient, users: &[u64]) -> Reply {
    client.post("/messages", &[("type", "direct"), ("to", &format!("{users:?}")), ("content", "hello")]).await
}

/// A message in a topic of its own.
async fn server_message(world: &World, who: &str, n: usize) -> Value {
    let sent = send(&world.server.client(who), "Denmark", &format!("topic {n}"), "hello").await;
    sent.ok()["id"].clone()
}

/// A channel that everybody may send to who sees it; guests are brought in.
async fn target_channel(world: &World, who: &str) -> String {
    if who == "polonius" {
        let params = [("subscriptions", r#"[{"name":"web"}]"#), ("principals", "[7]")];
        let owner = world.server.client("desdemona");
        owner.post("/users/me/subscriptions", &params).await.done();
    }
    world.server.channel_id("web").to_string()
}

async fn create_channel(client: &TestClient, n: usize, kind: (&str, &str)) -> bool {
    let name = format!("channel {n}");
    done(&client.post("/channels/create", &[("name", &name), ("subscribers", "[]"), kind]).await)
}

/// To a public channel where nobody is.
async fn subscribe_other(world: &World, client: &TestClient, n: usize) -> bool {
    let user = World::extra(n % (EXTRAS - 1));
    let principals = format!("[{user}]");
    let channel = [("subscriptions", r#"[{"name":"Verona"}]"#), ("principals", principals.as_str())];
    let may = done(&client.post("/users/me/subscriptions", &channel).await);
    if may {
        let owner = world.server.client("desdemona");
        owner
            .delete("/users/me/subscriptions", &[("subscriptions", r#"["Verona"]"#), ("principals", &principals)])
            .await
            .done();
    }
    may
}

async fn unsubscribe_other(world: &World, client: &TestClient) -> bool {
    let principals = format!("[{}]", World::extra(0));
    let may = done(
        &client
            .delete("/users/me/subscriptions", &[("subscriptions", r#"["Denmark"]"#), ("principals", &principals)])
            .await,
    );
    if may {
        let owner = world.server.client("desdemona");
        let back = [("subscriptions", r#"[{"name":"Denmark"}]"#), ("principals", principals.as_str())];
        owner.post("/users/me/subscriptions", &back).await.done();
    }
    may
}

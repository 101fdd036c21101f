//! Who may do what: every permission of the table, with values of every kind, tried by people of every role.

mod attempts;

use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tidings_core::change::Change;
use tidings_core::commands::users::create::{NewAccount, create_account};
use tidings_core::state::users::UserRow;
use tidings_server::Config;
use tidings_testkit::{TestServer, test_config};
use tidings_types::permission::{self, Rule};
use tidings_types::user::Role;
use tidings_types::{ChannelId, UserId};

/// Who tries, and the built-in groups they are in: from that one up to everyone.
const ACTORS: [(&str, u32); 8] = [
    ("desdemona", 1),
    ("iago", 2),
    ("shiva", 3),
    ("hamlet", 4),
    ("hamletbot", 4),
    // In the waiting period.
    ("cordelia", 5),
    // The same, but in the named group.
    ("othello", 5),
    // A guest, who is in the named group, too.
    ("polonius", 6),
];

/// Accounts beside those who try: members in the waiting period, all in Denmark. The last one is a guest.
const EXTRAS: usize = 14;

struct World {
    server: TestServer,
    /// The group that some values name, with othello and polonius.
    named: u64,
    /// A group to do things to.
    target: u64,
    count: AtomicUsize,
}

impl World {
    async fn new() -> Self {
        // Invitations by e-mail take a mail server; none of them arrives.
        let server =
            TestServer::start_with(Config { smtp_url: Some("smtp://127.0.0.1:9".to_owned()), ..test_config() }).await;
        server.client("desdemona").patch("/realm", &[("enable_spectator_access", "true")]).await.done();
        let set_up = |tx: &mut tidings_core::commands::Tx<'_>| {
            for id in [4, 8].map(UserId) {
                let row = UserRow::clone(tx.state.users.get(id).expect("a person of the realm"));
                tx.change(Change::User(Arc::new(UserRow { date_joined: tx.now - 10 * 86_400, ..row })));
            }
            for n in 0..EXTRAS {
                let role = if n == EXTRAS - 1 { Role::Guest } else { Role::Member };
                let (delivery_email, full_name) = (format!("extra{n}@example.com"), format!("Extra {n}"));
                let channels = vec![ChannelId(1)];
                create_account(
                    tx,
                    NewAccount { delivery_email, full_name, role, bot: None, password: None, channels },
                )?;
            }
            Ok(())
        };
        server.app.realm.run(set_up).await.expect("the accounts are made");
        let owner = server.client("desdemona");
        owner.patch("/realm", &[("waiting_period_threshold", "3")]).await.done();
        let group = async |name: &str, members: &str| {
            let params = [("name", name), ("description", ""), ("members", members), ("can_manage_group", "8")];
            owner.post("/user_groups/create", &params).await.ok()["group_id"].as_u64().expect("an id")
        };
        let (named, target) = (group("named", "[6,7]").await, group("target", "[]").await);
        let world = World { server, named, target, count: AtomicUsize::new(0) };
        let path = format!("/user_groups/{target}");
        owner
            .patch(&path, &[("can_add_members_group", r#"{"new":8}"#), ("can_leave_group", r#"{"new":8}"#)])
            .await
            .done();
        // Of the private channel, the owner knows alone.
        let secret = [("subscriptions", r#"[{"name":"secret"}]"#), ("principals", "[1]")];
        world.server.client("hamlet").post("/users/me/subscriptions", &secret).await.done();
        let left = [("subscriptions", r#"["secret"]"#), ("principals", "[4,5]")];
        owner.delete("/users/me/subscriptions", &left).await.done();
        world
    }

    fn next(&self) -> usize {
        self.count.fetch_add(1, Ordering::Relaxed)
    }

    fn extra(n: usize) -> u64 {
        9 + n as u64
    }

    /// Values of every kind that a permission can have, with the built-in group from which on people are in it (none for
    /// nobody), and people who are besides.
    fn values(&self, rule: &Rule) -> Vec<(Value, Option<u32>, &'static [&'static str])> {
        let built_in = [1, 3, 4, 5, 6].into_iter().filter(|group| rule.allows(tidings_types::GroupId(*group)));
        let mut values: Vec<(Value, Option<u32>, &'static [&'static str])> =
            built_in.map(|group| (json!(group), Some(group), [].as_slice())).collect();
        if rule.allows_nobody {
            values.push((json!(8), None, &[]));
        }
        if rule.only.is_empty() {
            values.push((json!(self.named), None, &["othello", "polonius"]));
            let some = json!({ "direct_members": [5], "direct_subgroups": [3, self.named] });
            values.push((some, Some(3), &["cordelia", "othello", "polonius"]));
        }
        values
    }

    /// Tries one permission in every way. `set` gives it a value.
    async fn check(&self, scope: &str, rule: &Rule, set: impl AsyncFn(&Value)) {
        let exceptions = attempts::exceptions(scope, rule.name);
        for (value, from, besides) in self.values(rule) {
            set(&value).await;
            for (who, lowest) in ACTORS {
                let is_meant = from.is_some_and(|from| lowest <= from) || besides.contains(&who);
                let has = is_meant && (rule.allows_guests || who != "polonius");
                let mut expected = (has || exceptions.always.contains(&who)) && !exceptions.never.contains(&who);
                if rule.name == "direct_message_permission_group" {
                    // The other one is a guest, and it takes only one of them.
                    expected |= from == Some(6);
                }
                let may = attempts::attempt(self, scope, rule.name, who).await;
                assert_eq!(may, expected, "{scope} {} = {value}: {who}", rule.name);
            }
        }
    }
}

#[tokio::test]
async fn permissions_in_the_organization_are_for_whom_they_are_given_to() {
    let world = World::new().await;
    let owner = world.server.client("desdemona");
    let mut left_out = Vec::new();
    for rule in permission::realm::RULES {
        if attempts::NOTHING_TO_TRY.contains(&rule.name) {
            left_out.push(rule.name);
            continue;
        }
        // What else would do, nobody has.
        for other in attempts::stronger(rule.name) {
            owner.patch("/realm", &[(*other, r#"{"new":8}"#)]).await.done();
        }
        let set = async |value: &Value| {
            owner.patch("/realm", &[(rule.name, &json!({ "new": value }).to_string())]).await.done();
        };
        // Who is to say something of the channel has to administer it besides.
        let administrators = if rule.name.starts_with("can_set") { r#"{"new":5}"# } else { r#"{"new":8}"# };
        owner.patch("/streams/1", &[("can_administer_channel_group", administrators)]).await.done();
        world.check("realm", rule, set).await;
        set(&json!(rule.default_for(None))).await;
        for other in attempts::stronger(rule.name) {
            let rule = permission::realm::RULES.iter().find(|rule| rule.name == *other).expect("a permission");
            let value = json!({ "new": rule.default_for(None) }).to_string();
            owner.patch("/realm", &[(*other, &value)]).await.done();
        }
    }
    assert_eq!(left_out, attempts::NOTHING_TO_TRY);
}

#[tokio::test]
async fn permissions_in_a_channel_are_for_whom_they_are_given_to() {
    let world = World::new().await;
    let owner = world.server.client("desdemona");
    for name in [
        "can_add_subscribers_group",
        "can_delete_any_message_group",
        "can_delete_own_message_group",
        "can_move_messages_between_channels_group",
        "can_move_messages_between_topics_group",
        "can_resolve_topics_group",
    ] {
        owner.patch("/realm", &[(name, r#"{"new":8}"#)]).await.done();
    }
    for rule in permission::channel::RULES {
        let channel = match rule.name {
            "can_add_subscribers_group" => 2,
            "can_subscribe_group" => 3,
            _ => 1,
        };
        let set = async |value: &Value| {
            let value = json!({ "new": value }).to_string();
            owner.patch(&format!("/streams/{channel}"), &[(rule.name, &value)]).await.done();
        };
        world.check("channel", rule, set).await;
        set(&json!(rule.default_for(None))).await;
    }
}

#[tokio::test]
async fn permissions_in_a_group_are_for_whom_they_are_given_to() {
    let world = World::new().await;
    let owner = world.server.client("desdemona");
    let path = format!("/user_groups/{}", world.target);
    for rule in permission::group::RULES {
        let set = async |value: &Value| {
            owner.patch(&path, &[(rule.name, &json!({ "new": value }).to_string())]).await.done();
        };
        world.check("group", rule, set).await;
        set(&json!(8)).await;
    }
}

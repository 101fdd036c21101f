use serde_json::{Value, json};
use std::sync::Arc;
use tidings_core::change::Change;
use tidings_core::commands::Tx;
use tidings_core::commands::users::create::{NewAccount, create_account};
use tidings_core::limits;
use tidings_core::state::groups::system;
use tidings_testkit::TestServer;
use tidings_testkit::client::TestQueue;
use tidings_types::user::{ProfileValue, Role};

const NONE: [&str; 0] = [];
const OWN: &str = "/users/me/profile_data";
const CHOICES: &str = r#"{"v": {"text": "Vim", "order": "1"}, "e": {"text": "Emacs", "order": "2"}}"#;

/// A server with a field of each kind, whose id is the number of the kind.
async fn start() -> TestServer {
    let server = TestServer::start().await;
    let iago = server.client("iago");
    for kind in 1..=8 {
        let data = match kind {
            3 => CHOICES,
            7 => r#"{"subtype": "custom", "url_pattern": "https://x.example/%(username)s"}"#,
            _ => "{}",
        };
        let (name, kind) = (format!("kind {kind}"), kind.to_string());
        let params = [("name", name.as_str()), ("field_type", &kind), ("field_data", data)];
        iago.post("/realm/profile_fields", &params).await.done();
    }
    server
}

fn data(values: &Value) -> String {
    values.to_string()
}

async fn told(queue: &TestQueue) -> Vec<Value> {
    queue.events().await.into_iter().map(|event| event["person"].clone()).collect()
}

#[tokio::test]
async fn users_fill_in_their_own_and_everybody_who_sees_them_is_told() {
    let server = start().await;
    let (hamlet, queue) = (server.client("hamlet"), server.client("polonius").register(&[]).await);
    let all = json!([
        {"id": 1, "value": " *tea* "}, {"id": 2, "value": "a\n\nb"}, {"id": 3, "value": "v"}, {"id": 4, "value": "1564-04-26"},
        {"id": 5, "value": "https://x.example"}, {"id": 6, "value": [5, 6]}, {"id": 7, "value": "prince"}, {"id": 8, "value": "he"},
    ]);
    hamlet.patch(OWN, &[("data", &data(&all))]).await.done();
    let expected = json!({
        "1": {"value": "*tea*", "rendered_value": "<p><em>tea</em></p>"},
        "2": {"value": "a\n\nb", "rendered_value": "<p>a</p>\n<p>b</p>"},
        "3": {"value": "v"}, "4": {"value": "1564-04-26"}, "5": {"value": "https://x.example"}, "6": {"value": "[5, 6]"},
        "7": {"value": "prince"}, "8": {"value": "he"},
    });
    let events = told(&queue).await;
    assert_eq!(events.len(), 8);
    assert_eq!(
        events[0],
        json!({"user_id": 4, "custom_profile_field": {"id": 1, "value": "*tea*", "rendered_value": "<p><em>tea</em></p>"}})
    );
    assert_eq!(events[5], json!({"user_id": 4, "custom_profile_field": {"id": 6, "value": "[5, 6]"}}));
    hamlet.patch(OWN, &[("data", &data(&all))]).await.done();
    assert_eq!(queue.kinds().await, NONE, "nothing changed");

    let polonius = server.client("polonius");
    assert_eq!(polonius.register(&[]).await.state["realm_users"][3]["profile_data"], expected);
    let params = [("include_custom_profile_fields", "true")];
    assert_eq!(polonius.get("/users/4", &params).await.ok()["user"]["profile_data"], expected);
    assert_eq!(polonius.get("/users", &params).await.ok()["members"][3]["profile_data"], expected);
    assert_eq!(hamlet.get("/users/me", &[]).await.ok()["profile_data"], expected);

    hamlet.delete(OWN, &[("data", "[1, 6]")]).await.done();
    hamlet.patch(OWN, &[("data", r#"[{"id": 8, "value": ""}]"#)]).await.done();
    let gone = |id: u32| json!({"user_id": 4, "custom_profile_field": {"id": id, "value": null}});
    assert_eq!(told(&queue).await, [gone(1), gone(6), gone(8)]);
}

#[tokio::test]
async fn values_go_with_their_field_and_with_their_choice() {
    let server = start().await;
    let (iago, hamlet) = (server.client("iago"), server.client("hamlet"));
    hamlet.patch(OWN, &[("data", r#"[{"id": 1, "value": "x"}, {"id": 3, "value": "v"}]"#)]).await.done();
    let queue = server.client("othello").register(&[]).await;
    let fewer = [("field_data", r#"{"e": {"text": "Emacs", "order": "1"}}"#)];
    iago.patch("/realm/profile_fields/3", &fewer).await.done();
    let events = queue.events().await;
    assert_eq!(events[0]["type"], "custom_profile_fields");
    assert_eq!(events[1]["person"], json!({"user_id": 4, "custom_profile_field": {"id": 3, "value": null}}));
    iago.delete("/realm/profile_fields/1", &[]).await.done();
    assert_eq!(queue.kinds().await, ["custom_profile_fields"]);
    assert_eq!(hamlet.get("/users/me", &[]).await.ok()["profile_data"], json!({}));
}

#[tokio::test]
async fn administrators_fill_in_for_others() {
    let server = start().await;
    let (iago, hamlet) = (server.client("iago"), server.client("hamlet"));
    iago.patch("/realm/profile_fields/1", &[("editable_by_user", "false")]).await.done();
    let one = r#"[{"id": 1, "value": "Prince"}]"#;
    let closed = "You are not allowed to change this field. Contact an administrator to update it.";
    hamlet.patch(OWN, &[("data", one)]).await.refused(400, closed);
    hamlet.delete(OWN, &[("data", "[1]")]).await.refused(400, closed);
    server.client("othello").patch("/users/4", &[("profile_data", one)]).await.refused(400, "Insufficient permission");
    let queue = hamlet.register(&[]).await;
    iago.patch("/users/4", &[("profile_data", one)]).await.done();
    assert_eq!(told(&queue).await[0]["custom_profile_field"]["value"], "Prince");
    let bad = r#"[{"id": 1, "value": "King"}, {"id": 9, "value": "x"}]"#;
    iago.patch("/users/4", &[("profile_data", bad), ("full_name", "Claudius")])
        .await
        .refused(400, "Field id 9 not found.");
    assert_eq!(queue.kinds().await, NONE, "all or nothing");
    iago.patch("/users/4", &[("profile_data", r#"[{"id": 1, "value": null}]"#)]).await.done();
    assert_eq!(told(&queue).await[0]["custom_profile_field"], json!({"id": 1, "value": null}));
}

#[tokio::test]
async fn refusals() {
    let server = start().await;
    let hamlet = server.client("hamlet");
    let queue = hamlet.register(&[]).await;
    for (values, why) in [
        (r#"[{"id": 1}, {"value": "x"}]"#, "data[1][\"id\"] is missing"),
        (r#"[{"id": 1, "value": 7}]"#, "data[0][\"value\"] is not a string or a list"),
        (r#"[{"id": 1, "value": [7]}]"#, "kind 1 is not a string"),
        (r#"[{"id": 3, "value": "x"}]"#, "'x' is not a valid choice for 'kind 3'."),
        (r#"[{"id": 4, "value": "26.4.1564"}]"#, "kind 4 is not a date"),
        (r#"[{"id": 5, "value": "javascript:alert(1)"}]"#, "kind 5 is not a URL"),
        (r#"[{"id": 6, "value": "5"}]"#, "User IDs is not a list"),
        (r#"[{"id": 6, "value": [99]}]"#, "Invalid user ID: 99"),
        (r#"[{"id": 6, "value": [8]}]"#, "User with ID 8 is a bot"),
        (r#"[{"id": 9, "value": "x"}]"#, "Field id 9 not found."),
    ] {
        hamlet.patch(OWN, &[("data", values)]).await.refused(400, why);
    }
    let long = format!(r#"[{{"id": 1, "value": "{}"}}]"#, "x".repeat(51));
    hamlet.patch(OWN, &[("data", &long)]).await.refused(400, "kind 1 is too long (limit: 50 characters)");
    let long = format!(r#"[{{"id": 2, "value": "{}"}}]"#, "x".repeat(501));
    hamlet.patch(OWN, &[("data", &long)]).await.refused(400, "kind 2 is too long (limit: 500 characters)");
    hamlet.delete(OWN, &[("data", "[9]")]).await.refused(400, "Field id 9 not found.");
    let bot = server.client("hamletbot").patch(OWN, &[("data", "[]")]).await;
    bot.refused(400, "This endpoint does not accept bot requests.");
    assert_eq!(queue.kinds().await, NONE);
}

#[tokio::test]
async fn guests_who_know_few_are_not_told_of_others() {
    let server = start().await;
    let restrict = |tx: &mut Tx<'_>| {
        let mut realm = (*tx.state.realm).clone();
        realm.settings.can_access_all_users_group = system::MEMBERS.into();
        tx.change(Change::Realm(Arc::new(realm)));
        Ok(())
    };
    server.app.realm.run(restrict).await.expect("the realm changes");
    let state = server.app.realm.snapshot();
    let guest = state.users.get(server.user_id("polonius")).expect("a guest").clone();
    let unseen =
        state.users.iter().find(|user| !user.is_bot() && !state.can_see_user(&guest, user)).expect("somebody").id;
    let queue = server.client("polonius").register(&[]).await;
    let one = r#"[{"id": 1, "value": "x"}]"#;
    server.client("desdemona").patch(&format!("/users/{unseen}"), &[("profile_data", one)]).await.done();
    assert_eq!(queue.kinds().await, NONE);
    let new = format!(r#"[{{"id": 6, "value": [{unseen}]}}]"#);
    server.client("polonius").patch(OWN, &[("data", &new)]).await.refused(400, &format!("Invalid user ID: {unseen}"));
}

#[tokio::test]
async fn a_choice_that_many_made_is_taken_out_in_steps() {
    let server = start().await;
    let many = limits::PROFILE_VALUES_AT_ONCE + 20;
    let fill = move |tx: &mut Tx<'_>| {
        for n in 0..many {
            let (delivery_email, full_name) = (format!("p{n}@x.example"), format!("P {n}"));
            let (role, bot, password, channels) = (Role::Member, None, None, Vec::new());
            let user = create_account(tx, NewAccount { delivery_email, full_name, role, bot, password, channels })?;
            let value = ProfileValue { value: "v".to_owned(), rendered_value: None };
            tx.change(Change::Profile { user, values: Arc::new([(3, value)].into_iter().collect()) });
        }
        Ok(())
    };
    server.app.realm.run(fill).await.expect("the accounts are made");
    let types = [("event_types", r#"["realm_user", "custom_profile_fields"]"#)];
    let queue = server.client("hamlet").register(&types).await;
    let left = [("field_data", r#"{"e": {"text": "Emacs", "order": "1"}}"#)];
    server.client("iago").patch("/realm/profile_fields/3", &left).await.done();
    let mut kinds = Vec::new();
    while let events = queue.events().await
        && !events.is_empty()
    {
        kinds.extend(events.iter().map(|event| event["type"].as_str().unwrap_or_default().to_owned()));
    }
    assert_eq!(kinds.len(), many + 1, "each loses it once");
    let place = kinds.iter().position(|kind| kind == "custom_profile_fields");
    assert_eq!(place, Some(limits::PROFILE_VALUES_AT_ONCE), "the field is another one once few have it");
    let state = server.app.realm.state();
    assert!(state.users.iter().all(|user| state.users.profile(user.id).get(&3).is_none()));
    assert!(!format!("{:?}", state.organization.profile_fields).contains("Vim"));
}

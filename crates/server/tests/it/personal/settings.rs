use super::{assert_silent, events, legacy, modern, setting};
use serde_json::{Value, json};
use tidings_testkit::TestServer;

fn person(user: u32, aspect: &Value) -> Value {
    let mut person = aspect.clone();
    person["user_id"] = json!(user);
    json!({"type": "realm_user", "op": "update", "person": person})
}

#[tokio::test]
async fn a_setting_is_told_to_the_user_alone() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let (own, other) = (modern(&hamlet).await, modern(&server.client("iago")).await);
    let change =
        [("enter_sends", "true"), ("emojiset", "text"), ("color_scheme", "2"), ("left_side_userlist", "false")];
    let answer = hamlet.patch("/settings", &change).await.ok();
    assert_eq!(answer, json!({"result": "success", "msg": ""}));
    // What did not change is no news.
    let told = events(&own).await;
    let expected = [("color_scheme", json!(2)), ("emojiset", json!("text")), ("enter_sends", json!(true))];
    assert_eq!(told, expected.map(|(name, value)| setting(name, &value)));
    assert_silent(&other).await;
    let state = modern(&hamlet).await.state;
    assert_eq!((&state["user_settings"]["emojiset"], state.get("emojiset")), (&json!("text"), None));
    assert_eq!(legacy(&hamlet).await.state["emojiset"], "text");
    assert_eq!(modern(&server.client("iago")).await.state["user_settings"]["emojiset"], "google");
}

#[tokio::test]
async fn old_clients_are_told_in_the_old_form_first() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let own = legacy(&hamlet).await;
    hamlet.patch("/settings", &[("default_language", "de"), ("enable_sounds", "false")]).await.done();
    let display = json!({"type": "update_display_settings", "user": "hamlet@example.com",
        "setting_name": "default_language", "setting": "de", "language_name": "Deutsch"});
    let notification = json!({"type": "update_global_notifications", "user": "hamlet@example.com",
        "notification_name": "enable_sounds", "setting": false});
    let mut language = setting("default_language", &json!("de"));
    language["language_name"] = json!("Deutsch");
    assert_eq!(events(&own).await, [display, language, notification, setting("enable_sounds", &json!(false))]);
}

#[tokio::test]
async fn name_and_time_zone_are_told_to_everybody() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let other = modern(&server.client("polonius")).await;
    hamlet.patch("/settings", &[("full_name", " Prince Hamlet "), ("timezone", "Europe/Copenhagen")]).await.done();
    let zone = json!({"timezone": "Europe/Copenhagen", "email": "hamlet@example.com"});
    assert_eq!(events(&other).await, [person(4, &json!({"full_name": "Prince Hamlet"})), person(4, &zone)]);
    hamlet.patch("/settings", &[("full_name", "  ")]).await.refused(400, "Name too short!");
    hamlet.patch("/settings", &[("full_name", &"x".repeat(101))]).await.refused(400, "Name too long!");
    // What mentions use to tell people of one name apart is no part of a name.
    hamlet.patch("/settings", &[("full_name", "Hamlet|5")]).await.refused(400, "Invalid format!");
    hamlet.patch("/settings", &[("full_name", "a*b")]).await.refused(400, "Invalid characters in name!");
}

#[tokio::test]
async fn hiding_the_address_takes_it_from_those_who_lose_sight_of_it() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let (own, admin) = (modern(&hamlet).await, modern(&server.client("iago")).await);
    let member = modern(&server.client("cordelia")).await;
    hamlet.patch("/settings", &[("email_address_visibility", "3")]).await.done();
    let lost = person(4, &json!({"delivery_email": null}));
    let told = events(&member).await;
    assert_eq!(told, [lost.clone(), person(4, &json!({"new_email": "user4@example.com"}))]);
    assert!(!events(&admin).await.contains(&lost));
    assert!(!events(&own).await.contains(&lost));
    hamlet.patch("/settings", &[("email_address_visibility", "2")]).await.done();
    let gained = person(4, &json!({"delivery_email": "hamlet@example.com"}));
    assert_eq!(events(&member).await, [gained]);
    assert_silent(&admin).await;
    assert_silent(&modern(&server.client("polonius")).await).await;
}

#[tokio::test]
async fn values_a_setting_cannot_have_change_nothing() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let own = modern(&hamlet).await;
    hamlet
        .patch("/settings", &[("enter_sends", "true"), ("color_scheme", "9")])
        .await
        .refused(400, "Invalid color_scheme");
    hamlet.patch("/settings", &[("enter_sends", "1")]).await.refused(400, "enter_sends is not a boolean");
    hamlet.patch("/settings", &[("web_font_size_px", "big")]).await.refused(400, "web_font_size_px is not valid JSON");
    hamlet.patch("/settings", &[("emojiset", "mine")]).await.refused(400, "Invalid emojiset");
    assert_silent(&own).await;
    let answer = hamlet.patch("/settings", &[("dense_mode", "true")]).await.ok();
    assert_eq!(answer["ignored_parameters_unsupported"], json!(["dense_mode"]));
    let bot = server.client("hamletbot").patch("/settings", &[("enter_sends", "true")]).await;
    bot.refused(400, "This endpoint does not accept bot requests.");
    hamlet.patch("/settings/display", &[("enter_sends", "true")]).await.done();
    hamlet.patch("/settings/notifications", &[("enable_sounds", "false")]).await.done();
    assert_eq!(own.kinds().await, ["user_settings/update", "user_settings/update"]);
}

#[tokio::test]
async fn who_knows_the_password_changes_it() {
    let server = TestServer::start().await;
    let new = [("email", "ophelia@example.com"), ("full_name", "Ophelia"), ("password", "rosemary, for remembrance")];
    server.client("iago").post("/users", &new).await.done();
    let login = async |password: &str| {
        server.anonymous().post("/fetch_api_key", &[("username", "ophelia@example.com"), ("password", password)]).await
    };
    let key = login("rosemary, for remembrance").await.ok()["api_key"].clone();
    let ophelia = server.client_with("ophelia@example.com", key.as_str().expect("a key"));
    let change =
        async |old: &str, new: &str| ophelia.patch("/settings", &[("old_password", old), ("new_password", new)]).await;
    change("rue", "fennel and columbines").await.refused(400, "Wrong password!");
    ophelia.patch("/settings", &[("new_password", "fennel and columbines")]).await.refused(400, "Wrong password!");
    change("rosemary, for remembrance", "rue").await.refused(400, "Password must have at least 6 characters.");
    login("rosemary, for remembrance").await.done();
    change("rosemary, for remembrance", "fennel and columbines").await.done();
    login("rosemary, for remembrance").await.refused_with_code(401, "AUTHENTICATION_FAILED");
    login("fennel and columbines").await.done();
}

#[tokio::test]
async fn the_address_is_changed_where_the_organization_allows_it() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let queue = server.client("othello").register(&[]).await;
    hamlet.patch("/settings", &[("email", "hamlet@example.com")]).await.done();
    assert_eq!(queue.kinds().await, [""; 0]);
    hamlet.patch("/settings", &[("email", "cordelia@example.com")]).await.refused(400, "Email is already in use.");
    hamlet.patch("/settings", &[("email", "prince@example.com")]).await.done();
    assert_eq!(queue.events().await[0]["person"]["delivery_email"], "prince@example.com");
    let forbid = |tx: &mut tidings_core::commands::Tx<'_>| {
        let mut realm = (*tx.state.realm).clone();
        realm.settings.email_changes_disabled = true;
        tx.change(tidings_core::change::Change::Realm(std::sync::Arc::new(realm)));
        Ok(())
    };
    server.app.realm.run(forbid).await.expect("the realm changes");
    let refused = "Email address changes are disabled in this organization.";
    server.client("othello").patch("/settings", &[("email", "moor@example.com")]).await.refused(400, refused);
}

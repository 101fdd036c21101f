use serde_json::json;
use tidings_core::state::push::PushKind;
use tidings_testkit::TestServer;

#[tokio::test]
async fn devices_are_kept_for_their_user_and_after_a_restart() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    hamlet.post("/users/me/apns_device_token", &[("token", "c0ffee"), ("appid", "com.example.chat")]).await.done();
    hamlet.post("/users/me/android_gcm_reg_id", &[("token", "x:y-z")]).await.done();
    hamlet.post("/users/me/android_gcm_reg_id", &[("token", "x:y-z")]).await.done();
    let server = server.restart().await;
    let id = server.user_id("hamlet");
    let state = server.app.realm.snapshot();
    assert_eq!(state.push_tokens.count(id), 2);
    let apple = state.push_tokens.get(id, &(PushKind::Apns, "c0ffee".to_owned())).unwrap();
    assert_eq!(apple.app_id.as_deref(), Some("com.example.chat"));
    let hamlet = server.client("hamlet");
    server
        .client("cordelia")
        .delete("/users/me/android_gcm_reg_id", &[("token", "x:y-z")])
        .await
        .refused(400, "Token does not exist");
    hamlet.delete("/users/me/apns_device_token", &[("token", "c0ffee")]).await.done();
    hamlet.delete("/users/me/apns_device_token", &[("token", "c0ffee")]).await.refused(400, "Token does not exist");
    hamlet.delete("/users/me/android_gcm_reg_id", &[("token", "x:y-z")]).await.done();
    assert_eq!(server.app.realm.state().push_tokens.count(id), 0);
}

#[tokio::test]
async fn what_is_no_device_is_refused_and_so_are_bots_and_too_many() {
    let server = TestServer::start().await;
    let (hamlet, bot) = (server.client("hamlet"), server.client("hamletbot"));
    let long = "a".repeat(4_097);
    for token in ["", &long] {
        hamlet
            .post("/users/me/android_gcm_reg_id", &[("token", token)])
            .await
            .refused(400, "Empty or invalid length token");
        hamlet
            .delete("/users/me/android_gcm_reg_id", &[("token", token)])
            .await
            .refused(400, "Empty or invalid length token");
    }
    let params = [("token", "no hex"), ("appid", "x")];
    hamlet.post("/users/me/apns_device_token", &params).await.refused(400, "Invalid APNS token");
    hamlet.post("/users/me/apns_device_token", &params[..1]).await.refused_with_code(400, "REQUEST_VARIABLE_MISSING");
    bot.post("/users/me/android_gcm_reg_id", &[("token", "x")])
        .await
        .refused(400, "This endpoint does not accept bot requests.");
    for n in 0..100 {
        hamlet.post("/users/me/android_gcm_reg_id", &[("token", n.to_string().as_str())]).await.done();
    }
    hamlet
        .post("/users/me/android_gcm_reg_id", &[("token", "100")])
        .await
        .refused(400, "Too many devices. The limit is 100.");
    hamlet.post("/users/me/android_gcm_reg_id", &[("token", "99")]).await.done();
}

#[tokio::test]
async fn there_is_no_push_service_and_that_is_said() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let device = [
        ("token_kind", "fcm"),
        ("push_account_id", "2408"),
        ("push_public_key", "k"),
        ("bouncer_public_key", "b"),
        ("encrypted_push_registration", "r"),
    ];
    hamlet.post("/mobile_push/register", &device).await.refused_with_code(400, "PUSH_SERVICE_NOT_CONFIGURED");
    hamlet.post("/mobile_push/register", &device[1..]).await.refused_with_code(400, "REQUEST_VARIABLE_MISSING");
    hamlet
        .post("/mobile_push/test_notification", &[("token", "x")])
        .await
        .refused_with_code(400, "INVALID_PUSH_DEVICE_TOKEN");
    hamlet.post("/users/me/android_gcm_reg_id", &[("token", "x")]).await.done();
    hamlet
        .post("/mobile_push/test_notification", &[("token", "x")])
        .await
        .refused_with_code(400, "PUSH_SERVICE_NOT_CONFIGURED");
    hamlet.post("/mobile_push/e2ee/test_notification", &[]).await.refused_with_code(400, "NO_ACTIVE_PUSH_DEVICE");
    let state = hamlet.register(&[]).await.state;
    assert_eq!((&state["push_devices"], &state["realm_push_notifications_enabled"]), (&json!({}), &json!(false)));
}

use serde_json::json;
use tidings_testkit::{TestServer, test_config};

#[tokio::test]
async fn anybody_is_told_how_to_log_in() {
    let server = TestServer::start().await;
    let settings = server.anonymous().get("/server_settings", &[]).await.ok();
    for (name, value) in [
        ("zulip_feature_level", json!(421)),
        ("push_notifications_enabled", json!(false)),
        ("is_incompatible", json!(false)),
        ("email_auth_enabled", json!(true)),
        ("require_email_format_usernames", json!(true)),
        ("realm_uri", json!("http://example.com")),
        ("realm_url", json!("http://example.com")),
        ("realm_name", json!("Test realm")),
        ("realm_description", json!("<p>A realm for <strong>tests</strong></p>")),
        ("realm_web_public_access_enabled", json!(false)),
        ("external_authentication_methods", json!([])),
    ] {
        assert_eq!(settings[name], value, "{name}");
    }
    for name in ["zulip_version", "zulip_merge_base", "realm_icon"] {
        assert!(settings[name].is_string(), "{name}");
    }
    let methods = &settings["authentication_methods"];
    assert_eq!((&methods["password"], &methods["ldap"], &methods["dev"]), (&json!(true), &json!(false), &json!(false)));
    assert_eq!(methods.as_object().unwrap().len(), 12);
}

#[tokio::test]
async fn credentials_are_tolerated_and_dev_log_in_is_told() {
    let server = TestServer::start_with(tidings_server::Config { allow_dev_login: true, ..test_config() }).await;
    let wrong = server.client_with("nobody@example.com", "wrong");
    let settings = wrong.get("/server_settings", &[]).await.ok();
    assert_eq!(settings["authentication_methods"]["dev"], true);
}

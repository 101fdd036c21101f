use serde_json::{Value, json};
use tidings_testkit::TestServer;

#[tokio::test]
async fn the_servers_own_account_is_no_account_of_the_realm() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let state = hamlet.register(&[("fetch_event_types", r#"["realm_user", "realm_user_groups"]"#)]).await.state;
    let bots = state["cross_realm_bots"].as_array().expect("a list");
    assert_eq!((bots.len(), &bots[0]["email"]), (1, &json!("notification-bot@example.com")));
    let id = &bots[0]["user_id"];
    let others =
        [&state["realm_users"], &state["realm_non_active_users"], &hamlet.get("/users", &[]).await.ok()["members"]];
    for list in others {
        assert!(list.as_array().expect("a list").iter().all(|user| user["user_id"] != *id));
    }
    assert!(!state["realm_user_groups"].to_string().contains(&id.to_string()));
    // Its address is nobody else's, and it cannot be changed.
    let new = [("email", "Notification-Bot@example.com"), ("full_name", "x"), ("password", "correct horse battery")];
    assert_eq!(server.client("desdemona").post("/users", &new).await.status, 400);
    let iago = server.client("iago");
    assert_eq!(iago.patch(&format!("/users/{id}"), &[("full_name", "Mine")]).await.status, 400);
    assert_eq!(iago.delete(&format!("/users/{id}"), &[]).await.status, 400);
    assert_eq!(iago.delete(&format!("/bots/{id}"), &[]).await.status, 400);
    assert_eq!(iago.patch(&format!("/bots/{id}"), &[("full_name", "Mine")]).await.status, 400);
}

#[tokio::test]
async fn ones_own_account_and_rights_are_told() {
    let server = TestServer::start().await;
    let fetch = [("fetch_event_types", r#"["realm_user"]"#)];
    let check = async |who: &str, expected: &[(&str, Value)]| {
        let state = server.client(who).register(&fetch).await.state;
        for (name, value) in expected {
            assert_eq!(&state[*name], value, "{who}: {name}");
        }
        assert!(state.get("realm_bots").is_none() && state.get("realm_user_groups").is_none());
    };
    check(
        "hamlet",
        &[
            ("user_id", json!(4)),
            ("email", json!("hamlet@example.com")),
            ("delivery_email", json!("hamlet@example.com")),
            ("full_name", json!("Hamlet")),
            ("avatar_source", json!("G")),
            ("is_admin", json!(false)),
            ("is_owner", json!(false)),
            ("is_moderator", json!(false)),
            ("is_guest", json!(false)),
            ("can_create_streams", json!(true)),
            ("can_create_public_streams", json!(true)),
            ("can_create_private_streams", json!(true)),
            ("can_create_web_public_streams", json!(false)),
            ("can_subscribe_other_users", json!(true)),
            ("can_invite_others_to_realm", json!(true)),
            ("realm_non_active_users", json!([])),
        ],
    )
    .await;
    let none = json!(false);
    check(
        "polonius",
        &[("is_guest", json!(true)), ("can_create_streams", none.clone()), ("can_subscribe_other_users", none)],
    )
    .await;
    check("desdemona", &[("is_admin", json!(true)), ("is_owner", json!(true))]).await;
    check("shiva", &[("is_moderator", json!(true)), ("is_admin", json!(false))]).await;
    check("iago", &[("is_moderator", json!(true)), ("is_admin", json!(true))]).await;
}

#[tokio::test]
async fn accounts_are_listed_as_the_client_wants_them() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let with = hamlet.register(&[("client_gravatar", "true")]).await.state;
    let without = hamlet.register(&[("client_gravatar", "false")]).await.state;
    assert_eq!(with["realm_users"].as_array().unwrap().len(), 8);
    // Pictures are all here, so there is nothing to compute.
    assert_eq!(with["realm_users"], without["realm_users"]);
    assert_eq!(without["realm_users"][3]["avatar_url"], without["avatar_url"]);
    assert!(with["avatar_url_medium"].as_str().unwrap().ends_with("-medium.png?version=1"));
    assert!(with["realm_users"][0].get("is_active").is_none(), "the list says it");
    assert_eq!(with["realm_users"][0]["profile_data"], json!({}));
    assert!(with["realm_users"][7].get("profile_data").is_none());
}

#[tokio::test]
async fn bots_are_listed_for_who_manages_them() {
    let server = TestServer::start().await;
    for (who, bots) in [("hamlet", 1), ("iago", 1), ("cordelia", 0), ("polonius", 0), ("hamletbot", 0)] {
        let state = server.client(who).register(&[("fetch_event_types", r#"["realm_bot"]"#)]).await.state;
        assert_eq!(state["realm_bots"].as_array().unwrap().len(), bots, "{who}");
    }
    let state = server.client("hamlet").register(&[]).await.state;
    assert_eq!(state["realm_embedded_bots"], json!([]));
    assert_eq!(state["realm_incoming_webhook_bots"][0]["name"], "json");
    assert_eq!(state["realm_bots"][0]["owner_id"], 4);
}

#[tokio::test]
async fn built_in_groups_have_their_members() {
    let server = TestServer::start().await;
    let state = server.client("hamlet").register(&[("fetch_event_types", r#"["realm_user_groups"]"#)]).await.state;
    let groups = state["realm_user_groups"].as_array().unwrap();
    let members: Vec<(&str, &Value)> =
        groups.iter().map(|group| (group["name"].as_str().unwrap(), &group["members"])).collect();
    let everybody = json!([4, 5, 6, 8]);
    assert_eq!(members[0], ("role:owners", &json!([1])));
    assert_eq!(members[3], ("role:fullmembers", &everybody));
    assert_eq!(members[4], ("role:members", &everybody));
    assert_eq!(members[5], ("role:everyone", &json!([7])));
    assert_eq!(groups.len(), 8);
}

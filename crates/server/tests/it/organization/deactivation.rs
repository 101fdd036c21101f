use tidings_core::commands::signup;
use tidings_testkit::TestServer;

const NONE: [&str; 0] = [];
const CLOSED: &str = "This organization has been deactivated";

#[tokio::test]
async fn owners_close_the_organization_and_nobody_gets_in() {
    let server = TestServer::start().await;
    let (owner, hamlet) = (server.client("desdemona"), server.client("hamlet"));
    let new = [("email", "ophelia@example.com"), ("full_name", "Ophelia"), ("password", "rosemary, for remembrance")];
    owner.post("/users", &new).await.done();
    let login = [("username", "ophelia@example.com"), ("password", "rosemary, for remembrance")];
    let queue = hamlet.register(&[]).await;
    server.client("iago").post("/realm/deactivate", &[]).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    assert_eq!(queue.kinds().await, NONE);

    let parked = queue.wait();
    let (told, ()) = tokio::join!(parked, async { owner.post("/realm/deactivate", &[]).await.done() });
    assert_eq!(
        (&told[0]["type"], &told[0]["op"], &told[0]["realm_id"]),
        (&"realm".into(), &"deactivated".into(), &1.into())
    );
    for client in [&owner, &hamlet] {
        client.get("/users/me", &[]).await.refused(401, CLOSED);
    }
    queue.poll(queue.last_event_id(), true).await.refused(401, CLOSED);
    server.anonymous().post("/fetch_api_key", &login).await.refused_with_code(401, "REALM_DEACTIVATED");

    let server = server.restart().await;
    let owner = server.client("desdemona");
    owner.get("/users/me", &[]).await.refused_with_code(401, "UNAUTHORIZED");
    server.app.realm.run(|tx| Ok(signup::reactivate_realm(tx))).await.expect("it opens");
    owner.get("/users/me", &[]).await.done();
    server.anonymous().post("/fetch_api_key", &login).await.done();
}

use serde_json::json;
use tidings_testkit::TestServer;

const NONE: [&str; 0] = [];
const PATH: &str = "/realm/domains";

#[tokio::test]
async fn owners_add_change_and_remove_them_and_everybody_is_told() {
    let server = TestServer::start().await;
    let (owner, polonius) = (server.client("desdemona"), server.client("polonius"));
    let guest = polonius.register(&[]).await;
    owner.post(PATH, &[("domain", " Example.ORG ")]).await.done();
    owner.post(PATH, &[("domain", "a.example"), ("allow_subdomains", "true")]).await.done();
    let row = |domain: &str, subdomains: bool| json!({"domain": domain, "allow_subdomains": subdomains});
    let told = guest.events().await;
    assert_eq!((&told[0]["op"], &told[0]["realm_domain"]), (&json!("add"), &row("example.org", false)));
    let both = json!([row("a.example", true), row("example.org", false)]);
    assert_eq!(polonius.get(PATH, &[]).await.ok()["domains"], both);
    assert_eq!(polonius.register(&[]).await.state["realm_domains"], both);

    owner.patch("/realm/domains/example.org", &[("allow_subdomains", "true")]).await.done();
    owner.patch("/realm/domains/Example.org", &[("allow_subdomains", "true")]).await.done();
    let told = guest.events().await;
    assert_eq!(told.len(), 1, "what changes nothing is not told: {told:?}");
    assert_eq!((&told[0]["op"], &told[0]["realm_domain"]), (&json!("change"), &row("example.org", true)));
    owner.delete("/realm/domains/a.example", &[]).await.done();
    let told = guest.events().await;
    assert_eq!((&told[0]["op"], &told[0]["domain"]), (&json!("remove"), &json!("a.example")));
    assert_eq!(polonius.get(PATH, &[]).await.ok()["domains"], json!([row("example.org", true)]));
}

#[tokio::test]
async fn without_the_last_domain_addresses_are_not_restricted() {
    let server = TestServer::start().await;
    let (owner, hamlet) = (server.client("desdemona"), server.client("hamlet"));
    for domain in ["example.net", "example.org"] {
        owner.post(PATH, &[("domain", domain)]).await.done();
    }
    owner.patch("/realm", &[("emails_restricted_to_domains", "true")]).await.done();
    let queue = hamlet.register(&[]).await;
    owner.delete("/realm/domains/example.net", &[]).await.done();
    assert_eq!(queue.kinds().await, ["realm_domains/remove"]);
    owner.delete("/realm/domains/example.org", &[]).await.done();
    let told = queue.events().await;
    let setting = ("emails_restricted_to_domains", &json!(false));
    assert_eq!((told[0]["property"].as_str().unwrap(), &told[0]["value"]), setting);
    assert_eq!((told.len(), &told[1]["domain"]), (2, &json!("example.org")));
    assert_eq!(hamlet.register(&[]).await.state["realm_emails_restricted_to_domains"], false);
}

#[tokio::test]
async fn refusals() {
    let server = TestServer::start().await;
    let (owner, iago) = (server.client("desdemona"), server.client("iago"));
    owner.post(PATH, &[("domain", "example.org")]).await.done();
    let queue = owner.register(&[]).await;
    iago.post(PATH, &[("domain", "example.net")]).await.refused(400, "Must be an organization owner");
    iago.patch("/realm/domains/example.org", &[("allow_subdomains", "true")])
        .await
        .refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    iago.delete("/realm/domains/example.org", &[]).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    for (domain, why) in [
        ("", "Domain can't be empty."),
        ("localhost", "Domain must have at least one dot (.)"),
        (".example", "Domain cannot start or end with a dot (.)"),
        ("a..example", "Consecutive '.' are not allowed."),
        ("-a.example", "Subdomains cannot start or end with a '-'."),
        ("a_b.example", "Domain can only have letters, numbers, '.' and '-'s."),
    ] {
        owner.post(PATH, &[("domain", domain)]).await.refused(400, &format!("Invalid domain: {why}"));
    }
    let twice = owner.post(PATH, &[("domain", "EXAMPLE.org")]).await;
    twice.refused(400, "The domain example.org is already a part of your organization.");
    let unknown = "No entry found for domain example.net.";
    owner.patch("/realm/domains/example.net", &[("allow_subdomains", "true")]).await.refused(400, unknown);
    owner.delete("/realm/domains/example.net", &[]).await.refused(400, unknown);
    server.anonymous().get(PATH, &[]).await.refused_with_code(401, "UNAUTHORIZED");
    assert_eq!(queue.kinds().await, NONE);
}

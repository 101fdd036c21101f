use serde_json::json;
use tidings_testkit::TestServer;

const NONE: [&str; 0] = [];

fn playground<'a>(name: &'a str, language: &'a str, template: &'a str) -> [(&'a str, &'a str); 3] {
    [("name", name), ("pygments_language", language), ("url_template", template)]
}

#[tokio::test]
async fn administrators_add_and_remove_them_and_everybody_is_told() {
    let server = TestServer::start().await;
    let (iago, polonius) = (server.client("iago"), server.client("polonius"));
    let guest = polonius.register(&[]).await;
    let add = playground("Play", "Rust", "https://play.example/{?code}");
    assert_eq!(iago.post("/realm/playgrounds", &add).await.ok()["id"], 1);
    let row =
        json!({"id": 1, "name": "Play", "pygments_language": "Rust", "url_template": "https://play.example/{?code}"});
    assert_eq!(guest.events().await[0]["realm_playgrounds"], json!([row]));
    assert_eq!(polonius.register(&[]).await.state["realm_playgrounds"], json!([row]));
    iago.delete("/realm/playgrounds/1", &[]).await.done();
    assert_eq!(guest.events().await[0]["realm_playgrounds"], json!([]));
    assert_eq!(iago.post("/realm/playgrounds", &add).await.ok()["id"], 2, "no id is given twice");
}

#[tokio::test]
async fn refusals() {
    let server = TestServer::start().await;
    let (iago, shiva) = (server.client("iago"), server.client("shiva"));
    let queue = iago.register(&[]).await;
    let good = playground("Play", "Rust", "https://play.example/{?code}");
    let admin = "Must be an organization administrator";
    shiva.post("/realm/playgrounds", &good).await.refused(400, admin);
    shiva.delete("/realm/playgrounds/1", &[]).await.refused(400, admin);
    iago.delete("/realm/playgrounds/1", &[]).await.refused(400, "Invalid playground");
    for (new, why) in [
        (playground(" ", "Rust", "https://x/{code}"), "This field cannot be blank."),
        (playground("a", "<b>", "https://x/{code}"), "Invalid characters in pygments language"),
        (playground("a", "Rust", "https://x/{"), "Invalid URL template."),
        (playground("a", "Rust", "https://x"), "Missing the required variable \"code\" in the URL template"),
        (
            playground("a", "Rust", "https://x/{code}{y}"),
            "\"code\" should be the only variable present in the URL template",
        ),
    ] {
        iago.post("/realm/playgrounds", &new).await.refused(400, why);
    }
    assert_eq!(queue.kinds().await, NONE);
    iago.post("/realm/playgrounds", &good).await.done();
    iago.post("/realm/playgrounds", &good)
        .await
        .refused(400, "A playground with this name and language already exists.");
}

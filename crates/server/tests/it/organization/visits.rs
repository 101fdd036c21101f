//! Pages for people who are not logged in, as browsers and programs visit them.

use super::mail::Letter;
use serde_json::Value;
use tidings_testkit::TestServer;

pub(crate) const PASSWORD: &str = "rosemary, for remembrance";

/// What the server answers a browser: status and page. With a form, that is sent.
pub(super) async fn browse(server: &TestServer, path: &str, form: Option<&[(&str, &str)]>) -> (u16, String) {
    request(server, path, "text/html", form).await
}

/// What the server answers a program: status and JSON.
pub(crate) async fn visit(server: &TestServer, path: &str, form: Option<&[(&str, &str)]>) -> (u16, Value) {
    let (status, text) = request(server, path, "application/json", form).await;
    (status, serde_json::from_str(&text).expect("JSON"))
}

async fn request(server: &TestServer, path: &str, accept: &str, form: Option<&[(&str, &str)]>) -> (u16, String) {
    let client = reqwest::Client::new();
    let url = format!("{}{path}", server.url);
    let request = match form {
        Some(form) => {
            let mut body = reqwest::Url::parse("http://form").expect("a URL");
            body.query_pairs_mut().extend_pairs(form);
            let body = body.query().unwrap_or_default().to_owned();
            client.post(url).header("Content-Type", "application/x-www-form-urlencoded").body(body)
        }
        None => client.get(url),
    };
    let response = request.header("Accept", accept).send().await.expect("an answer");
    (response.status().as_u16(), response.text().await.expect("text"))
}

/// Asks for an account at such a link, and gives an address that only counts where there is none.
pub(crate) async fn join(server: &TestServer, path: &str, email: &str) -> (u16, Value) {
    visit(server, path, Some(&[("email", email), ("full_name", "Ophelia"), ("password", PASSWORD)])).await
}

/// The path of the link in an e-mail.
pub(super) fn path_in(letter: &Letter) -> String {
    let text = letter.text.replace("=\r\n", "");
    let link = text.split("http://example.com").nth(1).expect("a link").split_whitespace().next().expect("a path");
    link.to_owned()
}

/// The path of a new link for many.
pub(crate) async fn link_for_many(server: &TestServer, params: &[(&str, &str)]) -> String {
    let answer = server.client("iago").post("/invites/multiuse", params).await.ok();
    let link = answer["invite_link"].as_str().expect("a link").to_owned();
    link.strip_prefix("http://example.com").expect("of this server").to_owned()
}

use tidings_pages::{Words, leftovers};
use tidings_server::{Config, handlers::pages};
use tidings_testkit::{TestServer, test_config};
use tidings_types::brand::Brand;

fn brand(product: &str, module: &str, rc_file: &str) -> Brand {
    let rust_crate = format!("{}_client", product.split(' ').next().unwrap_or_default().to_lowercase());
    let [product, module, rc_file] = [product, module, rc_file].map(str::to_owned);
    Brand { product, module, rc_file, rust_crate, ..Brand::default() }
}

async fn get(server: &TestServer, path: &str) -> (u16, String, reqwest::header::HeaderMap) {
    let http = server.anonymous();
    let response = http.request(reqwest::Method::GET, "").build().expect("a request");
    let url = response.url().as_str().replace("/api/v1", path);
    let response = reqwest::get(url).await.expect("an answer");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    (status, response.text().await.expect("text"), headers)
}

#[tokio::test]
async fn pages_are_served_with_the_readers_own_address() {
    let server = TestServer::start().await;
    let (status, page, headers) = get(&server, "/api/").await;
    assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "text/html; charset=utf-8"));
    assert!(headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    assert!(page.contains(&format!("{}/api/v1/users/me", server.url)), "{page}");
    let (status, page, _) = get(&server, "/api/register-queue").await;
    assert_eq!(status, 200);
    for word in ["event_types", "fetch_event_types", "client_capabilities", "realm_user", "BAD_REQUEST"] {
        assert!(page.contains(word), "{word}");
    }
    let (_, events, _) = get(&server, "/api/get-events").await;
    for event in tidings_types::events::EVENTS {
        let op = event.op.map_or_else(String::new, |op| format!("-{op}"));
        let anchor = format!("event-{}{op}", event.event_type);
        assert!(events.contains(&format!("id=\"{anchor}\"")), "{anchor}");
    }
    let (status, page, _) = get(&server, "/api/nothing-of-the-kind").await;
    assert_eq!(status, 404);
    assert!(page.contains("There is no such page"));
    for (path, kind) in [("style.css", "text/css"), ("brand.css", "text/css"), ("page.js", "text/javascript")] {
        let (status, _, headers) = get(&server, &format!("/api/static/{path}")).await;
        assert_eq!(status, 200, "{path}");
        assert!(headers["content-type"].to_str().unwrap().starts_with(kind), "{path}");
    }
    assert_eq!(get(&server, "/api/static/nothing").await.0, 404);
    let (status, index, _) = get(&server, "/api/search.json").await;
    assert!(status == 200 && index.contains("byte for byte"));
}

#[tokio::test]
async fn people_are_led_to_the_pages_and_programs_are_not() {
    let server = TestServer::start().await;
    let policy = reqwest::redirect::Policy::none();
    let http = reqwest::Client::builder().redirect(policy).build().expect("a client");
    let get = |accept: &'static str| http.get(format!("{}/", server.url)).header("Accept", accept).send();
    let browser = get("text/html,application/xhtml+xml,*/*;q=0.8").await.expect("an answer");
    assert_eq!((browser.status().as_u16(), browser.headers()["location"].to_str().unwrap()), (303, "/api/"));
    let program = get("*/*").await.expect("an answer");
    assert_eq!(program.status(), 404);
    assert!(program.text().await.expect("text").contains("There is no such endpoint"));
}

#[tokio::test]
async fn every_endpoint_has_a_page_and_every_page_is_under_its_own_name() {
    for brand in [
        Brand::default(),
        brand("OneHash Connect", "zulip", "zuliprc"),
        brand("Aloha", "aloha", "aloharc"),
        brand("uKnowva Messenger", "zulip", "zuliprc"),
    ] {
        let site = pages::site(&brand);
        let words = Words { brand: &brand, site: "https://chat.example.com" };
        for route in tidings_server::router::endpoints() {
            assert!(site.page(route.spec.metadata.operation_id, words).is_some(), "{}", route.spec.metadata.path);
        }
        let left_on = |name: &str| leftovers::find(&site.page(name, words).expect("it is listed"), &brand);
        let left: Vec<(&str, Vec<String>)> = site.names().map(|name| (name, left_on(name))).collect();
        let left: Vec<&(&str, Vec<String>)> = left.iter().filter(|(_, left)| !left.is_empty()).collect();
        assert!(left.is_empty(), "{}: {left:#?}", brand.product);
    }
    let server = TestServer::start_with(Config { brand: brand("Aloha", "aloha", "aloharc"), ..test_config() }).await;
    let (_, page, _) = get(&server, "/api/real-time-events").await;
    assert!(page.contains("aloha.Client") && page.contains("~/aloharc") && page.contains("Aloha API"));
}

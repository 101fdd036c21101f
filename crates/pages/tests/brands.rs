//! The pages under different names.

use serde_json::json;
use tidings_pages::{ErrorCode, Site, Words, leftovers};
use tidings_types::brand::Brand;

fn site() -> Site {
    let document = json!({
        "security": [{"basic": []}],
        "paths": {
            "/api/v1/register": {"post": {
                "operationId": "register-queue", "tags": ["real_time_events"], "summary": "Registers a queue.",
                "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": {"properties": {
                    "event_types": {"type": "array", "items": {"type": "string"}, "example": ["message"], "description": "Which events."}
                }}}}},
                "responses": {"200": {"content": {"application/json": {"schema": {"properties": {
                    "zulip_version": {"type": "string", "description": "The server's version."}
                }}}}}}
            }},
            "/api/v1/messages/{message_id}": {"patch": {
                "operationId": "update-message", "x-example-request": {"message_id": 43, "content": "it's \"new\""}, "tags": ["messages"], "summary": "Changes it's <b>content</b>.",
                "parameters": [{"name": "message_id", "in": "path", "required": true, "schema": {"type": "integer"}, "example": 43}],
                "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": {"properties": {
                    "content": {"type": "string", "example": "it's \"new\""}
                }}}}},
                "responses": {}
            }}
        },
        "components": {"schemas": {"Event": {"oneOf": []}}}
    });
    let errors =
        vec![ErrorCode { code: "BAD_EVENT_QUEUE_ID".to_owned(), status: 400, doc: "The queue is gone.".to_owned() }];
    Site::new(&document, errors)
}

fn brand(product: &str, module: &str, rc_file: &str) -> Brand {
    let (product, module, rc_file) = (product.to_owned(), module.to_owned(), rc_file.to_owned());
    let rust_crate = format!("{}_client", product.split(' ').next().unwrap_or_default().to_lowercase());
    Brand { product, module, rc_file, rust_crate, ..Brand::default() }
}

#[test]
fn every_page_speaks_of_its_own_product_alone() {
    let site = site();
    for brand in [
        Brand::default(),
        brand("OneHash Connect", "zulip", "zuliprc"),
        brand("Aloha", "aloha", "aloharc"),
        brand("uKnowva Messenger", "zulip", "zuliprc"),
    ] {
        let words = Words { brand: &brand, site: "https://chat.example.com" };
        for name in site.names() {
            let page = site.page(name, words).expect("a page that is listed is there");
            assert!(page.contains(&format!("– {} API</title>", brand.product)), "{name}");
            assert!(!page.contains("{{"), "{name}: something was not filled in");
            let left = leftovers::find(&page, &brand);
            assert!(left.is_empty(), "{} on {name}: {left:?}", brand.product);
        }
        let page = site.page("real-time-events", words).expect("it is there");
        for example in site.examples("real-time-events", "Python", words) {
            assert!(example.contains(&format!("import {}\n", brand.module)), "{example}");
            let client = format!("{}.Client(config_file=\"~/{}\")", brand.module, brand.rc_file);
            assert!(example.contains(&client), "{example}");
        }
        assert!(page.contains("<code>event_types</code>"), "the table of arguments");
    }
}

#[test]
fn what_is_left_of_another_product_is_found() {
    let (site, other) = (site(), brand("Aloha", "aloha", "aloharc"));
    let words = Words { brand: &other, site: "https://chat.example.com" };
    let page = site.page("real-time-events", words).expect("it is there");
    // The page of one brand, read as that of another.
    assert!(!leftovers::find(&page, &brand("OneHash Connect", "zulip", "zuliprc")).is_empty());
    assert!(!leftovers::find(&page.replace("aloha.Client", "zulip.Client"), &other).is_empty());
}

#[test]
fn examples_are_complete_in_every_language() {
    let (site, brand) = (site(), Brand::default());
    let words = Words { brand: &brand, site: "https://chat.example.com" };
    let example = |language: &str| site.examples("update-message", language, words).pop().expect(language);
    assert!(example("Python").contains("\"content\": \"it's \\\"new\\\"\",\n"), "{}", example("Python"));
    assert!(example("Python").contains("call_endpoint(\"messages/43\", method=\"PATCH\", request=request)"));
    assert!(example("curl").contains(r#"'content=it'\''s "new"'"#), "{}", example("curl"));
    assert!(example("JavaScript").contains("https://chat.example.com/api/v1/messages/43"));
    assert!(example("Rust").contains("call(Method::Patch, \"/messages/43\", params)"), "{}", example("Rust"));
    // What stands in a description is text.
    assert!(!site.page("update-message", words).expect("it is there").contains("<b>"));
}

#[test]
fn search_finds_words_of_every_page() {
    let (site, brand) = (site(), Brand::default());
    let index = site.search_index(Words { brand: &brand, site: "https://chat.example.com" });
    let pages = index.as_array().expect("a list");
    assert_eq!(pages.len(), site.names().count());
    let guarantees = pages.iter().find(|page| page[0] == "delivery-guarantees").expect("it is there");
    assert!(guarantees[2].as_str().is_some_and(|text| text.contains("byte for byte") && !text.contains('<')));
    assert!(site.page("nothing", Words { brand: &brand, site: "" }).is_none());
}

//! Random narrows over random messages, against a model that looks at every message by itself.
//!
//! The model knows who was where when, from what it did; what a message says and how a user marked it, it reads from the
//! messages, fetched by id. It shares no code with the search.
//!
//! # Layout
//! - this file: the test. [`world`]: random messages. [`model`]: what a narrow means.

mod model;
mod world;

use model::{Page, Term, View};
use serde_json::{Value, json};
use tidings_testkit::client::TestClient;
use world::{Numbers, PEOPLE, World};

/// How many worlds, unless `TIDINGS_NARROW_SEEDS` says otherwise.
const SEEDS: u64 = 3;
const STEPS: usize = 220;
const NARROWS: usize = 60;

fn json_of(terms: &[Term]) -> String {
    let term = |term: &Term| json!({"operator": term.operator, "operand": term.operand, "negated": term.negated});
    Value::from_iter(terms.iter().map(term)).to_string()
}

async fn check_page(client: &TestClient, view: &View<'_>, terms: &[Term], page: &Page) {
    let (before, after) = (page.before.to_string(), page.after.to_string());
    let (include, narrow) = (page.include_anchor.to_string(), json_of(terms));
    let params = [
        ("anchor", page.anchor.as_str()),
        ("num_before", before.as_str()),
        ("num_after", after.as_str()),
        ("include_anchor", include.as_str()),
        ("narrow", narrow.as_str()),
    ];
    let reply = client.get("/messages", &params).await;
    let context = format!("{} asks for {page:?} of {narrow}", view.viewer);
    let Some(expected) = view.page(terms, page) else {
        assert_eq!((reply.status, &reply.json["code"]), (400, &json!("BAD_NARROW")), "{context}");
        return;
    };
    let answer = reply.ok();
    let got = json!([
        super::ids(&answer),
        answer["anchor"],
        answer["found_oldest"],
        answer["found_newest"],
        answer["found_anchor"],
        answer["history_limited"]
    ]);
    let expected = json!([
        expected.ids,
        expected.anchor,
        expected.found_oldest,
        expected.found_newest,
        expected.found_anchor,
        false
    ]);
    assert_eq!(got, expected, "{context}");
}

async fn check_by_id(client: &TestClient, view: &View<'_>, terms: &[Term]) {
    let Some(expected) = view.matching_by_id(terms) else { return };
    let (ids, narrow) = (json!(view.world.ids()).to_string(), json_of(terms));
    let answer = client.get("/messages", &[("message_ids", ids.as_str()), ("narrow", narrow.as_str())]).await.ok();
    assert_eq!(super::ids(&answer), expected, "{} asks for all of {narrow}", view.viewer);
    let params = [("msg_ids", ids.as_str()), ("narrow", narrow.as_str())];
    let answer = client.get("/messages/matches_narrow", &params).await.ok();
    let mut matches: Vec<i64> =
        answer["messages"].as_object().expect("an object").keys().map(|id| id.parse().expect("an id")).collect();
    matches.sort_unstable();
    assert_eq!(matches, expected, "{} asks what matches {narrow}", view.viewer);
}

/// A flag for a page: what is told of the page, and that exactly its messages have the flag then.
async fn check_flags(client: &TestClient, view: &View<'_>, terms: &[Term], page: &Page) {
    let Some(expected) = view.page(terms, page) else { return };
    let (before, after) = (page.before.to_string(), page.after.to_string());
    let (include, narrow) = (page.include_anchor.to_string(), json_of(terms));
    let params = [
        ("anchor", page.anchor.as_str()),
        ("num_before", before.as_str()),
        ("num_after", after.as_str()),
        ("include_anchor", include.as_str()),
        ("narrow", narrow.as_str()),
        ("op", "add"),
        ("flag", "collapsed"),
    ];
    let answer = client.post("/messages/flags/narrow", &params).await.ok();
    let got = json!([
        answer["processed_count"],
        answer["updated_count"],
        answer["first_processed_id"],
        answer["last_processed_id"],
        answer["found_oldest"],
        answer["found_newest"],
        answer.get("ignored_because_not_subscribed_channels")
    ]);
    let count = expected.ids.len();
    let (first, last) = (expected.ids.first(), expected.ids.last());
    let context = format!("{} folds {page:?} of {narrow}", view.viewer);
    assert_eq!(
        got,
        json!([count, count, first, last, expected.found_oldest, expected.found_newest, null]),
        "{context}"
    );
    let all = json!(view.world.ids()).to_string();
    let answer = client.get("/messages", &[("message_ids", all.as_str())]).await.ok();
    let is_collapsed =
        |message: &&Value| message["flags"].as_array().is_some_and(|it| it.contains(&json!("collapsed")));
    let collapsed: Vec<&Value> =
        answer["messages"].as_array().expect("a list").iter().filter(is_collapsed).map(|it| &it["id"]).collect();
    assert_eq!(json!(collapsed), json!(expected.ids), "{context}");
}

#[tokio::test]
async fn random_narrows_find_what_the_model_finds() {
    let seeds = std::env::var("TIDINGS_NARROW_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(SEEDS);
    for seed in 1..=seeds {
        let mut numbers = Numbers::new(seed);
        let world = World::random(&mut numbers, STEPS).await;
        let mut found = 0;
        for name in PEOPLE {
            let client = world.server.client(name);
            let view = View::fetch(&world, name).await;
            for _ in 0..NARROWS {
                let terms = model::random_terms(&mut numbers, &view);
                for _ in 0..3 {
                    check_page(&client, &view, &terms, &model::random_page(&mut numbers, &view)).await;
                }
                check_by_id(&client, &view, &terms).await;
                found += view.matching(&terms).map_or(0, |ids| ids.len());
            }
            let (terms, page) = (model::random_terms(&mut numbers, &view), model::random_page(&mut numbers, &view));
            check_flags(&client, &view, &terms, &page).await;
        }
        // Narrows that find nothing prove little.
        assert!(found > PEOPLE.len() * NARROWS, "{found} in world {seed}");
    }
}

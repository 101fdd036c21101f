//! Exports of the organization's data.

mod archive;
mod export_realm;
mod layout;
pub(crate) mod world;

use serde_json::Value;
use std::time::Duration;
use tidings_testkit::TestServer;

/// Begins an export, and waits until it is there; returns it as administrators see it.
async fn export(server: &TestServer, who: &str, kind: &str) -> Value {
    let client = server.client(who);
    let id = client.post("/export/realm", &[("export_type", kind)]).await.ok()["id"].clone();
    for _ in 0..500 {
        let all = client.get("/export/realm", &[]).await.ok();
        let found = all["exports"].as_array().expect("a list").iter().find(|row| row["id"] == id).expect("it is there");
        if found["pending"] == false {
            return found.clone();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it is not made");
}

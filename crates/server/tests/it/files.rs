//! Uploaded files.

use serde_json::Value;
use tidings_testkit::client::{TestClient, TestQueue};

mod attachments;
mod serve;
mod sweep;
mod thumbnails;
mod upload_file;

/// A queue for what concerns one's own files.
async fn watch(client: &TestClient) -> TestQueue {
    client.register(&[("event_types", r#"["attachment"]"#), ("fetch_event_types", "[]")]).await
}

/// Events without their ids.
async fn events(queue: &TestQueue) -> Vec<Value> {
    let mut events = queue.events().await;
    for event in &mut events {
        event.as_object_mut().expect("an event").remove("id");
    }
    events
}

/// The ids of the messages that a file is said to be in.
fn messages(attachment: &Value) -> Vec<i64> {
    let messages = attachment["messages"].as_array().expect("a list");
    messages.iter().map(|message| message["id"].as_i64().expect("an id")).collect()
}

/// A picture of that size, as PNG.
pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    let image = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([(x % 256) as u8, (y % 256) as u8, 7]));
    image.write_to(&mut out, image::ImageFormat::Png).expect("a picture");
    out.into_inner()
}

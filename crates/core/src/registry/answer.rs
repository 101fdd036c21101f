//! The body of an answer to a poll.

use crate::event::{Entry, Reader};
use crate::limits;
use tidings_types::{EventId, QueueId};

/// Puts an answer together: `{"result":"success","msg":"","events":[…],"queue_id":"…"}`.
pub(super) struct Answer {
    body: Vec<u8>,
    pub(super) events: usize,
    pub(super) last: Option<EventId>,
}

impl Answer {
    pub(super) fn new() -> Self {
        let mut body = Vec::with_capacity(1536);
        body.extend_from_slice(b"{\"result\":\"success\",\"msg\":\"\",\"events\":[");
        Answer { body, events: 0, last: None }
    }

    pub(super) fn is_full(&self) -> bool {
        self.events >= limits::ANSWER_EVENTS_MAX || self.body.len() >= limits::ANSWER_BYTES_MAX
    }

    fn begin(&mut self, id: EventId) {
        if self.events > 0 {
            self.body.push(b',');
        }
        self.events += 1;
        self.last = Some(id);
    }

    pub(super) fn push_heartbeat(&mut self, id: EventId) {
        self.begin(id);
        self.body.extend_from_slice(format!("{{\"type\":\"heartbeat\",\"id\":{id}}}").as_bytes());
    }

    /// `after` is what the client has already, perhaps a part of the entry.
    pub(super) fn push(&mut self, entry: &Entry, reader: &Reader, after: EventId) {
        self.begin(entry.id);
        entry.write_after(after, reader, &mut self.body);
    }

    pub(super) fn finish(mut self, queue: QueueId) -> Vec<u8> {
        self.body.extend_from_slice(format!("],\"queue_id\":\"{queue}\"}}\n").as_bytes());
        self.body
    }
}

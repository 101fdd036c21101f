//! What people have the server send later: scheduled messages and reminders.

use super::Rows;
use super::channels::{of_channel, of_direct, of_user, other};
use crate::exports::archive::Source;
use crate::exports::messages::{DIRECT_TOPIC, Messages};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};
use tidings_core::state::RealmState;
use tidings_core::state::files::path_of;
use tidings_core::state::prepared::{Later, LaterRow, LaterTo};
use tidings_markdown::NoDirectory;
use tidings_types::AttachmentId;

/// As other servers number them.
const SEND_LATER: u32 = 1;
const REMIND: u32 = 2;

/// The rows of those who agreed.
pub(super) fn rows(rows: &Rows<'_>, messages: &mut Messages<'_>) -> Vec<Value> {
    let state = &rows.source.state;
    let all = rows.agreed.iter().flat_map(|user| state.prepared.later.of(user.id));
    all.map(|one| rows.later(one, messages.client(&one.client))).collect()
}

/// Which files those refer to, with their ids.
pub(in crate::exports) fn uses(source: &Source, messages: &Messages<'_>) -> HashMap<AttachmentId, Vec<u64>> {
    let mut uses: HashMap<AttachmentId, Vec<u64>> = HashMap::new();
    for row in messages.consenting().iter().flat_map(|user| source.state.prepared.later.of(user.id)) {
        for file in files(&source.state, row) {
            uses.entry(file).or_default().push(row.id.0);
        }
    }
    uses
}

fn files(state: &RealmState, row: &LaterRow) -> BTreeSet<AttachmentId> {
    if !row.content.contains("/user_uploads/") {
        return BTreeSet::new();
    }
    let linked = tidings_markdown::render(&row.content, &NoDirectory).linked_uploads;
    let Some(author) = state.users.get(row.user) else { return BTreeSet::new() };
    let files = linked.iter().filter_map(|path| state.files.find(&path_of(path)));
    // What its author can no longer read is not theirs to take along.
    files.filter(|file| state.can_read_file(author, file)).map(|file| file.id).collect()
}

impl Rows<'_> {
    fn later(&self, row: &LaterRow, client: u32) -> Value {
        let to_self = LaterTo::Users(vec![row.user]);
        let (to, read_by_sender, about) = match &row.what {
            Later::Message { to, read_by_sender } => (to, *read_by_sender, None),
            Later::Reminder { message, note } => (&to_self, false, Some((message, note))),
        };
        let (recipient, stream, topic) = match to {
            LaterTo::Topic { channel, topic } => (of_channel(*channel), Some(channel), topic.as_str()),
            LaterTo::Users(users) if users.len() <= 2 => (of_user(other(users, row.user)), None, DIRECT_TOPIC),
            LaterTo::Users(users) => {
                let group = self.direct.iter().find(|(_, known)| known == users);
                (group.map_or(0, |(id, _)| of_direct(*id)), None, DIRECT_TOPIC)
            }
        };
        json!({
            "id": row.id, "sender": row.user, "recipient": recipient, "stream": stream, "subject": topic, "realm": 1,
            "content": row.content, "rendered_content": row.rendered, "sending_client": client,
            "scheduled_timestamp": row.at, "request_timestamp": self.source.now, "read_by_sender": read_by_sender,
            "delivered": false, "delivered_message": null,
            "has_attachment": !files(&self.source.state, row).is_empty(), "failed": row.failure.is_some(),
            "failure_message": row.failure, "delivery_type": if about.is_some() { REMIND } else { SEND_LATER },
            "reminder_target_message_id": about.map(|(message, _)| message),
            "reminder_note": about.map(|(_, note)| note).filter(|note| !note.is_empty()),
        })
    }
}

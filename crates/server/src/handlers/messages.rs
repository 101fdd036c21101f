//! Messages.
//!
//! # Layout
//! - [`send`]: sending. [`fetch`]: searches. [`single`]: what is asked about one message.
//! - [`change`]: editing, deleting, reacting. [`flags`]: read, starred, collapsed.

pub mod change;
pub mod fetch;
pub mod flags;
pub mod send;
pub mod single;

use crate::http::pipeline::Ctx;
use crate::search::Search;
use tidings_core::change::MessageRow;
use tidings_core::limits;
use tidings_core::shape::Shape;
use tidings_core::view::PageReader;
use tidings_types::ApiError;
use tidings_types::message::Message;

/// Runs a query of the stored messages where it may block.
async fn query<T: Send + 'static>(
    ctx: Ctx,
    query: impl Fn(&Search<'_>) -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    let run = move || {
        let attempt = || {
            let state = ctx.app.realm.snapshot();
            let search = Search::new(&*ctx.app.realm.store, &state, &ctx.user);
            (query(&search), search.is_stale())
        };
        // A move that came between the state and the messages: they are left out, so they are looked for again.
        let (mut answer, mut is_stale) = attempt();
        for _ in 1..limits::READS_MAX {
            if !is_stale {
                break;
            }
            (answer, is_stale) = attempt();
        }
        answer
    };
    tokio::task::spawn_blocking(run).await.map_err(|_| ApiError::Internal {})?
}

/// A message with the viewer's flags.
fn message_for(reader: &mut PageReader<'_>, row: &MessageRow, shape: Shape) -> Option<Message> {
    let mut message = reader.state.message_view(row, shape)?;
    reader.hide_strangers(&mut message);
    let (state, viewer) = (reader.state, reader.viewer);
    if viewer.is_spectator() {
        return Some(state.message_for_spectators(message));
    }
    let received = state.received(viewer.id, row.id);
    let flags = state.flags.bits(viewer.id, row.id, received).names();
    message.flags = Some(flags.into_iter().map(str::to_owned).collect());
    for edit in message.edit_history.iter_mut().flatten() {
        for topic in [&mut edit.topic, &mut edit.prev_topic].into_iter().flatten() {
            *topic = shape.topic(topic).to_owned();
        }
    }
    Some(message)
}

//! What is asked about one message.

use super::{message_for, query};
use crate::http::auth::not_logged_in;
use crate::http::pipeline::Ctx;
use std::time::{Duration, Instant};
use tidings_core::change::MessageRow;
use tidings_core::commands::send::check_content;
use tidings_core::directory::SeenBy;
use tidings_core::limits;
use tidings_core::shape::Shape;
use tidings_core::state::flags::Flag;
use tidings_core::state::messages::ConversationKind;
use tidings_core::view::PageReader;
use tidings_types::endpoints::messages::fetch::{
    GetMessageHistoryRequest, GetMessageHistoryResponse, GetMessageRequest, GetMessageResponse, GetReadReceiptsRequest,
    GetReadReceiptsResponse, RenderMessageRequest, RenderMessageResponse, Snapshot,
};
use tidings_types::message::Edit;
use tidings_types::{ApiError, UserId};

/// `GET /messages/{message_id}`.
pub async fn get_message(ctx: Ctx, request: GetMessageRequest) -> Result<GetMessageResponse, ApiError> {
    let shape = Shape::default()
        .with_if(Shape::APPLY_MARKDOWN, request.apply_markdown)
        .with_if(Shape::EMPTY_TOPIC_NAME, request.allow_empty_topic_name);
    query(ctx, move |search| {
        let found = search.message(request.message_id);
        let row = if search.viewer.is_spectator() { found.map_err(|_| not_logged_in())? } else { found? };
        let message =
            message_for(&mut PageReader::new(search.state, search.viewer), &row, shape).ok_or(ApiError::Internal {})?;
        Ok(GetMessageResponse { raw_content: row.content.clone(), message })
    })
    .await
}

/// `GET /messages/{message_id}/history`.
pub async fn get_message_history(
    ctx: Ctx,
    request: GetMessageHistoryRequest,
) -> Result<GetMessageHistoryResponse, ApiError> {
    let shape = Shape::default().with_if(Shape::EMPTY_TOPIC_NAME, request.allow_empty_topic_name);
    query(ctx, move |search| {
        let row = search.message(request.message_id)?;
        if search.state.realm.settings.message_edit_history_visibility_policy == "none" {
            return Err(ApiError::bad_request("Message edit history is disabled in this organization"));
        }
        let topic = match search.state.messages.kind(row.conversation).map(|kind| &**kind) {
            Some(ConversationKind::Topic { topic, .. }) => topic.clone(),
            _ => String::new(),
        };
        let in_channel = search
            .state
            .messages
            .kind(row.conversation)
            .is_some_and(|kind| matches!(&**kind, ConversationKind::Topic { .. }));
        let (edits, is_cut) = search.history(&row)?;
        let mut message_history = snapshots(&row, topic, &edits);
        if is_cut && message_history.len() > 1 {
            // What it was at first is not known here.
            message_history.remove(0);
        }
        for snapshot in message_history.iter_mut().filter(|_| in_channel) {
            snapshot.topic = shape.topic(&snapshot.topic).to_owned();
            snapshot.prev_topic = snapshot.prev_topic.as_deref().map(|topic| shape.topic(topic).to_owned());
        }
        Ok(GetMessageHistoryResponse { message_history })
    })
    .await
}

/// A message after each of these changes, oldest first: worked out from its present form, backward.
fn snapshots(row: &MessageRow, topic: String, edits: &[Edit]) -> Vec<Snapshot> {
    let (mut topic, mut content, mut rendered) = (topic, row.content.clone(), row.rendered.clone());
    let until = Instant::now() + Duration::from_millis(limits::HISTORY_DIFF_MILLIS);
    let (mut history, mut bytes) = (Vec::new(), 0);
    for edit in edits {
        bytes += content.len() + rendered.len();
        if bytes > limits::HISTORY_BYTES_MAX {
            history.reverse();
            return history;
        }
        let before = edit.prev_rendered_content.as_deref();
        history.push(Snapshot {
            topic: topic.clone(),
            prev_topic: edit.prev_topic.clone(),
            stream: edit.stream,
            prev_stream: edit.prev_stream,
            content: content.clone(),
            rendered_content: rendered.clone(),
            prev_content: edit.prev_content.clone(),
            prev_rendered_content: edit.prev_rendered_content.clone(),
            content_html_diff: before.map(|before| tidings_markdown::diff(before, &rendered, until)),
            user_id: edit.user_id,
            timestamp: edit.timestamp,
        });
        topic = edit.prev_topic.clone().unwrap_or(topic);
        content = edit.prev_content.clone().unwrap_or(content);
        rendered = edit.prev_rendered_content.clone().unwrap_or(rendered);
    }
    history.push(Snapshot {
        topic,
        content,
        rendered_content: rendered,
        user_id: Some(row.sender),
        timestamp: row.timestamp,
        ..Snapshot::default()
    });
    history.reverse();
    history
}

/// `POST /messages/render`.
pub async fn render_message(ctx: Ctx, request: RenderMessageRequest) -> Result<RenderMessageResponse, ApiError> {
    let content = check_content(&request.content)?;
    let state = ctx.app.realm.snapshot();
    let rendered = tidings_markdown::render(&content, &SeenBy { state: &state, viewer: &ctx.user });
    Ok(RenderMessageResponse { rendered: rendered.html })
}

/// `GET /messages/{message_id}/read_receipts`.
pub async fn get_read_receipts(ctx: Ctx, request: GetReadReceiptsRequest) -> Result<GetReadReceiptsResponse, ApiError> {
    query(ctx, move |search| {
        let id = request.message_id;
        let (state, viewer) = (search.state, search.viewer);
        let row = search.message(id)?;
        if !state.realm.settings.enable_read_receipts {
            return Err(ApiError::bad_request("Read receipts are disabled in this organization."));
        }
        let muted = |user: UserId| {
            state.personal.muted_users(viewer.id).iter().any(|muted| muted.id == user)
                || state.personal.muted_users(user).iter().any(|muted| muted.id == viewer.id)
        };
        // An edit that mentions somebody makes nothing unread: it is as if read, without having been.
        let was_sent = |user: UserId| row.last_edit.is_none() || state.received_by_place(user, id);
        let tells = |user: UserId| {
            user != row.sender
                && was_sent(user)
                && !muted(user)
                && state
                    .active_user(user)
                    .is_some_and(|reader| reader.settings.send_read_receipts && state.can_see_user(viewer, reader))
        };
        let readers = state.flags.users().filter(|(_, flags)| flags.has(Flag::Read, id)).map(|(user, _)| user);
        let mut user_ids: Vec<UserId> = readers.filter(|user| tells(*user)).collect();
        user_ids.sort_unstable();
        Ok(GetReadReceiptsResponse { user_ids })
    })
    .await
}

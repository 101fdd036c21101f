//! Editing, moving, deleting, reacting, reporting; polls and lists of tasks.

use crate::http::pipeline::Ctx;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tidings_core::commands::edit::{self, NewContent};
use tidings_core::commands::move_messages::{Move, Progress, move_messages};
use tidings_core::commands::reactions::{self, EmojiRef};
use tidings_core::commands::report::{self, Report};
use tidings_core::commands::submessages::{self, NewSubmessage};
use tidings_core::commands::{Tx, delete};
use tidings_core::directory::SeenBy;
use tidings_core::event::PreparedFlags;
use tidings_core::limits;
use tidings_types::endpoint::Done;
use tidings_types::endpoints::channels::{DeleteTopicRequest, DeleteTopicResponse};
use tidings_types::endpoints::messages::PropagateMode;
use tidings_types::endpoints::messages::change::{
    AddReactionRequest, AddSubmessageRequest, DeleteMessageRequest, RemoveReactionRequest, ReportMessageRequest,
    UpdateMessageRequest, UpdateMessageResponse,
};
use tidings_types::{ApiError, MessageId};

/// `PATCH /messages/{message_id}`.
pub async fn update_message(ctx: Ctx, request: UpdateMessageRequest) -> Result<UpdateMessageResponse, ApiError> {
    let (id, actor) = (request.message_id, ctx.user.id);
    let topic = request.topic.or(request.subject);
    let is_moved = topic.is_some() || request.stream_id.is_some();
    if request.content.is_none() && !is_moved {
        return Err(ApiError::bad_request("Nothing to change"));
    }
    if !is_moved && request.propagate_mode != PropagateMode::One {
        return Err(ApiError::bad_request("Invalid propagate_mode without topic edit"));
    }
    let content = match request.content {
        Some(content) => Some(new_content(&ctx, &content, request.prev_content_sha256)?),
        None => None,
    };
    let to = Move {
        topic,
        channel: request.stream_id,
        propagate: request.propagate_mode,
        tell_old_topic: request.send_notification_to_old_thread,
        tell_new_topic: request.send_notification_to_new_thread,
    };
    let flags = Arc::new(prepare_flags(&ctx, id).await?);
    let mut progress = Progress::default();
    let mut detached_uploads = Vec::new();
    let mut content = content;
    while !progress.is_done {
        let (flags, to, content) = (Arc::clone(&flags), to.clone(), content.take());
        let command = move |tx: &mut Tx<'_>| {
            let mut edited = match content {
                Some(content) => {
                    edit::check_stays(tx, actor, id, to.channel)?;
                    edit::edit_content(tx, actor, id, content)?
                }
                None => None,
            };
            let detached = edited.as_mut().map(|edited| std::mem::take(&mut edited.detached)).unwrap_or_default();
            if is_moved {
                return Ok((move_messages(tx, actor, &flags, &to, progress, edited)?, detached));
            }
            edited.into_iter().for_each(|edited| edited.tell(tx, &flags));
            Ok((progress.done(), detached))
        };
        let (made, detached) = ctx.app.realm.run(command).await?;
        progress = made;
        detached_uploads.extend(detached);
    }
    Ok(UpdateMessageResponse { detached_uploads })
}

/// The flags of those who hold the message. They take a moment where that is a large channel, so whoever may not read
/// the message is refused before.
async fn prepare_flags(ctx: &Ctx, id: MessageId) -> Result<PreparedFlags, ApiError> {
    let state = ctx.app.realm.snapshot();
    state.check_can_read(&ctx.user, id)?;
    let prepare = move || PreparedFlags::new(&state, id);
    tokio::task::spawn_blocking(prepare).await.map_err(|_| ApiError::Internal {})
}

fn new_content(ctx: &Ctx, content: &str, prev_content_sha256: Option<String>) -> Result<NewContent, ApiError> {
    let content = edit::check_content(content)?;
    let state = ctx.app.realm.snapshot();
    let rendered = tidings_markdown::render(&content, &SeenBy { state: &state, viewer: &ctx.user });
    let alerted = ctx.app.realm.alert_words.find(&state, &content);
    Ok(NewContent { content, rendered, alerted, prev_content_sha256 })
}

/// `DELETE /messages/{message_id}`.
pub async fn delete_message(ctx: Ctx, request: DeleteMessageRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| delete::delete_message(tx, actor, request.message_id)).await?;
    Ok(Done {})
}

/// `POST /streams/{stream_id}/delete_topic`: a batch after the other, so that others can write in between.
pub async fn delete_topic(ctx: Ctx, request: DeleteTopicRequest) -> Result<DeleteTopicResponse, ApiError> {
    let (actor, channel, topic) = (ctx.user.id, request.stream_id, request.topic_name);
    let until = Instant::now() + Duration::from_secs(limits::DELETE_TOPIC_SECS);
    loop {
        let topic = topic.clone();
        let complete = ctx.app.realm.run(move |tx| delete::delete_topic(tx, actor, channel, &topic)).await?;
        if complete || Instant::now() >= until {
            return Ok(DeleteTopicResponse { complete });
        }
    }
}

/// `POST /messages/{message_id}/report`.
pub async fn report_message(ctx: Ctx, request: ReportMessageRequest) -> Result<Done, ApiError> {
    let (actor, id) = (ctx.user.id, request.message_id);
    let report = Report { reason: request.report_type, description: request.description.unwrap_or_default() };
    ctx.app.realm.run_rehearsed(move |tx| report::report_message(tx, actor, id, &report)).await?;
    Ok(Done {})
}

/// `POST /submessage`.
pub async fn add_submessage(ctx: Ctx, request: AddSubmessageRequest) -> Result<Done, ApiError> {
    let (actor, id) = (ctx.user.id, request.message_id);
    let new = NewSubmessage { msg_type: request.msg_type, content: request.content };
    ctx.app.realm.run(move |tx| submessages::add(tx, actor, id, &new)).await?;
    Ok(Done {})
}

/// `POST /messages/{message_id}/reactions`.
pub async fn add_reaction(ctx: Ctx, request: AddReactionRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    let emoji =
        EmojiRef { name: Some(request.emoji_name), code: request.emoji_code, reaction_type: request.reaction_type };
    ctx.app.realm.run(move |tx| reactions::add_reaction(tx, actor, request.message_id, &emoji)).await?;
    Ok(Done {})
}

/// `DELETE /messages/{message_id}/reactions`.
pub async fn remove_reaction(ctx: Ctx, request: RemoveReactionRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    let emoji = EmojiRef { name: request.emoji_name, code: request.emoji_code, reaction_type: request.reaction_type };
    ctx.app.realm.run(move |tx| reactions::remove_reaction(tx, actor, request.message_id, &emoji)).await?;
    Ok(Done {})
}

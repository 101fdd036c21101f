//! Editing, moving, deleting, reacting.

use crate::http::pipeline::Ctx;
use tidings_core::commands::edit::{self, NewContent};
use tidings_core::commands::move_messages::{NewTopic, move_to_topic};
use tidings_core::commands::reactions::{self, EmojiRef};
use tidings_core::commands::{Tx, delete};
use tidings_core::directory::SeenBy;
use tidings_core::event::PreparedFlags;
use tidings_core::state::messages::ConversationKind;
use tidings_types::endpoint::Done;
use tidings_types::endpoints::messages::change::{
    AddReactionRequest, DeleteMessageRequest, RemoveReactionRequest, UpdateMessageRequest, UpdateMessageResponse,
};
use tidings_types::{ApiError, ChannelId, MessageId, UserId};

/// `PATCH /messages/{message_id}`.
pub async fn update_message(ctx: Ctx, request: UpdateMessageRequest) -> Result<UpdateMessageResponse, ApiError> {
    let (id, actor) = (request.message_id, ctx.user.id);
    let topic = request.topic.or(request.subject).map(|topic| NewTopic { topic, propagate: request.propagate_mode });
    let content = match request.content {
        Some(content) => Some(new_content(&ctx, &content, request.prev_content_sha256)?),
        None => None,
    };
    if content.is_none() && topic.is_none() && request.stream_id.is_none() {
        return Err(ApiError::bad_request("Nothing to change"));
    }
    let flags = prepare_flags(&ctx, id).await?;
    let command = move |tx: &mut Tx<'_>| {
        check_same_channel(tx, actor, id, request.stream_id)?;
        if let Some(content) = content {
            edit::edit_content(tx, actor, &flags, content)?;
        }
        match &topic {
            Some(topic) => move_to_topic(tx, actor, &flags, topic),
            None => Ok(()),
        }
    };
    ctx.app.realm.run(command).await?;
    Ok(UpdateMessageResponse::default())
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

/// Messages stay in their channel. Clients may name the one a message is in.
fn check_same_channel(tx: &Tx<'_>, actor: UserId, id: MessageId, wanted: Option<ChannelId>) -> Result<(), ApiError> {
    let Some(wanted) = wanted else { return Ok(()) };
    // Where a message is, is for those only who may read it.
    tx.state.check_can_read(&*tx.actor(actor)?, id)?;
    match tx.state.messages.kind_of_message(id).map(|kind| &**kind) {
        Some(ConversationKind::Topic { channel, .. }) if *channel == wanted => Ok(()),
        _ => Err(ApiError::bad_request("Moving messages to another channel is not supported yet")),
    }
}

/// `DELETE /messages/{message_id}`.
pub async fn delete_message(ctx: Ctx, request: DeleteMessageRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| delete::delete_message(tx, actor, request.message_id)).await?;
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

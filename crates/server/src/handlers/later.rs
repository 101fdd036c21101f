//! Scheduled messages and reminders.

use super::messages::send::destination;
use crate::http::client_name;
use crate::http::pipeline::Ctx;
use tidings_core::commands::Tx;
use tidings_core::commands::prepared::later::{self, NewScheduled, ScheduledChange};
use tidings_core::commands::send;
use tidings_core::directory::SeenBy;
use tidings_core::state::prepared::{Later, LaterTo};
use tidings_types::ApiError;
use tidings_types::endpoint::Done;
use tidings_types::endpoints::messages::MessageType;
use tidings_types::endpoints::prepared::later::{
    CreateReminderRequest, CreateReminderResponse, CreateScheduledMessageRequest, CreateScheduledMessageResponse,
    DeleteReminderRequest, DeleteScheduledMessageRequest, GetRemindersRequest, GetScheduledMessagesRequest,
    RemindersResponse, ScheduledMessagesResponse, UpdateScheduledMessageRequest,
};

/// `GET /scheduled_messages`.
pub async fn get_scheduled_messages(
    ctx: Ctx,
    _request: GetScheduledMessagesRequest,
) -> Result<ScheduledMessagesResponse, ApiError> {
    let scheduled_messages = ctx.app.realm.state().prepared.scheduled_of(ctx.user.id);
    Ok(ScheduledMessagesResponse { scheduled_messages })
}

/// `POST /scheduled_messages`.
pub async fn create_scheduled_message(
    ctx: Ctx,
    request: CreateScheduledMessageRequest,
) -> Result<CreateScheduledMessageResponse, ApiError> {
    let content = send::check_content(&request.content)?;
    let state = ctx.app.realm.snapshot();
    let new = NewScheduled {
        to: destination(request.message_type, request.to, request.topic)?,
        rendered: tidings_markdown::render(&content, &SeenBy { state: &state, viewer: &ctx.user }),
        content,
        at: request.scheduled_delivery_timestamp,
        by_person: client_name::is_human(&ctx.client),
        client: ctx.client,
        read_by_sender: request.read_by_sender,
    };
    let actor = ctx.user.id;
    let scheduled_message_id = ctx.app.realm.run(move |tx| later::schedule(tx, actor, new)).await?;
    Ok(CreateScheduledMessageResponse { scheduled_message_id })
}

/// `PATCH /scheduled_messages/{scheduled_message_id}`.
pub async fn update_scheduled_message(ctx: Ctx, request: UpdateScheduledMessageRequest) -> Result<Done, ApiError> {
    let change = scheduled_change(&ctx, &request)?;
    let (actor, id) = (ctx.user.id, request.scheduled_message_id);
    ctx.app.realm.run(move |tx| later::reschedule(tx, actor, id, change)).await?;
    Ok(Done {})
}

fn scheduled_change(ctx: &Ctx, request: &UpdateScheduledMessageRequest) -> Result<ScheduledChange, ApiError> {
    let is_nothing = request.message_type.is_none()
        && request.to.is_none()
        && request.content.is_none()
        && request.topic.is_none()
        && request.scheduled_delivery_timestamp.is_none();
    if is_nothing {
        return Err(ApiError::bad_request("Nothing to change"));
    }
    if request.message_type.is_some() && request.to.is_none() {
        return Err(ApiError::bad_request("Recipient required when updating type of scheduled message."));
    }
    if request.message_type == Some(MessageType::Channel) && request.topic.is_none() {
        return Err(ApiError::bad_request("Topic required when updating scheduled message type to stream."));
    }
    let state = ctx.app.realm.snapshot();
    let render = |text: &String| -> Result<_, ApiError> {
        let content = send::check_content(text)?;
        let rendered = tidings_markdown::render(&content, &SeenBy { state: &state, viewer: &ctx.user });
        Ok((content, rendered))
    };
    // What is not said is as it was. If the message is not there, the command says so.
    let before = state.prepared.later.get(ctx.user.id, &request.scheduled_message_id).map(|row| &row.what);
    let (usual_type, usual_topic) = match before {
        Some(Later::Message { to: LaterTo::Topic { topic, .. }, .. }) => (MessageType::Channel, Some(topic.clone())),
        _ => (MessageType::Direct, None),
    };
    let topic = request.topic.clone().or(usual_topic);
    let to = request.to.clone().map(|to| destination(request.message_type.unwrap_or(usual_type), to, topic));
    Ok(ScheduledChange {
        to: to.transpose()?,
        topic: request.topic.clone(),
        content: request.content.as_ref().map(render).transpose()?,
        at: request.scheduled_delivery_timestamp,
        client: ctx.client.clone(),
    })
}

/// `DELETE /scheduled_messages/{scheduled_message_id}`.
pub async fn delete_scheduled_message(ctx: Ctx, request: DeleteScheduledMessageRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| later::unschedule(tx, actor, request.scheduled_message_id)).await?;
    Ok(Done {})
}

/// `GET /reminders`.
pub async fn get_reminders(ctx: Ctx, _request: GetRemindersRequest) -> Result<RemindersResponse, ApiError> {
    Ok(RemindersResponse { reminders: ctx.app.realm.state().prepared.reminders_of(ctx.user.id) })
}

/// `POST /reminders`.
pub async fn create_reminder(ctx: Ctx, request: CreateReminderRequest) -> Result<CreateReminderResponse, ApiError> {
    let (actor, client) = (ctx.user.id, ctx.client);
    let create = move |tx: &mut Tx<'_>| {
        let (at, note) = (request.scheduled_delivery_timestamp, request.note.unwrap_or_default());
        later::remind(tx, actor, request.message_id, at, &note, client)
    };
    Ok(CreateReminderResponse { reminder_id: ctx.app.realm.run(create).await? })
}

/// `DELETE /reminders/{reminder_id}`.
pub async fn delete_reminder(ctx: Ctx, request: DeleteReminderRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| later::forget(tx, actor, request.reminder_id)).await?;
    Ok(Done {})
}

//! Sending messages.

use crate::http::client_name;
use crate::http::pipeline::Ctx;
use tidings_core::commands::send::{self, ChannelRef, Destination, NewMessage, UserRefIn};
use tidings_core::commands::submessages::widget_of;
use tidings_core::directory::SeenBy;
use tidings_core::limits;
use tidings_types::ApiError;
use tidings_types::endpoints::messages::{Addressee, MessageType, SendMessageRequest, SendMessageResponse};

/// `POST /messages`.
pub async fn send_message(ctx: Ctx, request: SendMessageRequest) -> Result<SendMessageResponse, ApiError> {
    let content = send::check_content(&request.content)?;
    let topic = request.topic.or(request.subject);
    let to = destination(request.message_type, request.to, topic)?;
    let sent_from = match (request.queue_id, request.local_id) {
        (Some(queue), Some(local_id)) if local_id.len() <= limits::LOCAL_ID_BYTES_MAX => {
            queue.parse().ok().map(|queue| (queue, local_id))
        }
        (Some(_), Some(_)) => return Err(ApiError::bad_request("local_id is too long")),
        _ => None,
    };
    let read_by_sender = request.read_by_sender.unwrap_or_else(|| client_name::is_human(&ctx.client));
    let state = ctx.app.realm.snapshot();
    let rendered = tidings_markdown::render(&content, &SeenBy { state: &state, viewer: &ctx.user });
    let alerted = ctx.app.realm.alert_words.find(&state, &content);
    let widget = widget_of(&content, request.widget_content.as_deref())?;
    let client = ctx.client;
    let read_by = Vec::new();
    let new = NewMessage { content, rendered, alerted, client, read_by_sender, read_by, widget, sent_from };
    let actor = ctx.user.id;
    let id = ctx.app.realm.run(move |tx| send::send(tx, actor, &to, new)).await?;
    metrics::counter!("tidings_messages_sent_total").increment(1);
    Ok(SendMessageResponse { id, automatic_new_visibility_policy: None })
}

/// Where a message goes, as the request says it.
///
/// # Errors
/// 400 for a channel message to none or several channels.
pub(crate) fn destination(
    message_type: MessageType,
    to: Addressee,
    topic: Option<String>,
) -> Result<Destination, ApiError> {
    match message_type {
        MessageType::Channel => Ok(Destination::Channel { channel: channel(to)?, topic }),
        MessageType::Direct => Ok(Destination::Direct(users(to))),
    }
}

fn channel(to: Addressee) -> Result<ChannelRef, ApiError> {
    let one = || ApiError::bad_request("Expected exactly one channel");
    match to {
        Addressee::Name(name) => Ok(ChannelRef::Name(name.trim().to_owned())),
        Addressee::Id(id) => Ok(ChannelRef::Id(id)),
        Addressee::Names(names) => match <[String; 1]>::try_from(names) {
            Ok([name]) => Ok(ChannelRef::Name(name.trim().to_owned())),
            Err(_) => Err(one()),
        },
        Addressee::Ids(ids) => match ids.as_slice() {
            [id] => Ok(ChannelRef::Id(*id)),
            _ => Err(one()),
        },
    }
}

fn users(to: Addressee) -> Vec<UserRefIn> {
    let email = |text: &str| UserRefIn::Email(text.trim().to_owned());
    match to {
        Addressee::Name(text) => text.split(',').filter(|part| !part.trim().is_empty()).map(email).collect(),
        Addressee::Id(id) => vec![UserRefIn::Id(id)],
        Addressee::Names(names) => names.iter().map(|name| email(name)).collect(),
        Addressee::Ids(ids) => ids.into_iter().map(UserRefIn::Id).collect(),
    }
}

//! Sending messages.

use crate::http::client_name;
use crate::http::pipeline::Ctx;
use hyper::HeaderMap;
use sha2::{Digest, Sha256};
use tidings_core::commands::repeats::{PayloadHash, SendKey, SendName};
use tidings_core::commands::send::{self, ChannelRef, Destination, NewMessage, UserRefIn};
use tidings_core::commands::submessages::widget_of;
use tidings_core::directory::SeenBy;
use tidings_core::limits;
use tidings_types::ApiError;
use tidings_types::endpoints::messages::{Addressee, MessageType, SendMessageRequest, SendMessageResponse};
use tidings_types::params::FromParam;

/// `POST /messages`.
pub async fn send_message(ctx: Ctx, request: SendMessageRequest) -> Result<SendMessageResponse, ApiError> {
    let content = send::check_content(&request.content)?;
    let payload = payload_hash(&request);
    let idempotency_key = idempotency_key(&ctx.headers)?.map(SendName::IdempotencyKey);
    let topic = request.topic.or(request.subject);
    let to = destination(request.message_type, request.to, topic)?;
    let sent_from = match (request.queue_id, request.local_id) {
        (Some(queue), Some(local_id)) if local_id.len() <= limits::LOCAL_ID_BYTES_MAX => {
            queue.parse().ok().map(|queue| (queue, local_id))
        }
        (Some(_), Some(_)) => return Err(ApiError::bad_request("local_id is too long")),
        _ => None,
    };
    let local = sent_from.as_ref().map(|(queue, local_id)| SendName::Local(format!("{queue} {local_id}")));
    let keys = idempotency_key.into_iter().chain(local).map(|name| SendKey { name, payload }).collect();
    let read_by_sender = request.read_by_sender.unwrap_or_else(|| client_name::is_human(&ctx.client));
    let state = ctx.app.realm.snapshot();
    let rendered = tidings_markdown::render(&content, &SeenBy { state: &state, viewer: &ctx.user });
    let alerted = ctx.app.realm.alert_words.find(&state, &content);
    let widget = widget_of(&content, request.widget_content.as_deref())?;
    let client = ctx.client;
    let read_by = Vec::new();
    let new = NewMessage { content, rendered, alerted, client, read_by_sender, read_by, widget, sent_from, keys };
    let actor = ctx.user.id;
    let sent = ctx.app.realm.run(move |tx| send::send(tx, actor, &to, new)).await?;
    metrics::counter!("tidings_messages_sent_total").increment(1);
    Ok(SendMessageResponse { id: sent.id, automatic_new_visibility_policy: sent.new_topic_policy })
}

/// What makes two sends the same: where to, and what.
fn payload_hash(request: &SendMessageRequest) -> PayloadHash {
    let topic = request.topic.as_ref().or(request.subject.as_ref());
    let kind = matches!(request.message_type, MessageType::Channel);
    let payload = serde_json::json!([kind, request.to.to_param(), topic, request.content, request.widget_content]);
    let hash: [u8; 32] = Sha256::digest(payload.to_string().as_bytes()).into();
    let mut beginning = PayloadHash::default();
    beginning.copy_from_slice(&hash[..size_of::<PayloadHash>()]);
    beginning
}

/// What the request is called, if its header says. Quotes around it, as the draft standard has them
/// (<https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/>), are not part of it.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().unwrap_or_default().trim();
    let key = key.strip_prefix('"').and_then(|key| key.strip_suffix('"')).unwrap_or(key);
    if key.is_empty() || key.len() > limits::IDEMPOTENCY_KEY_BYTES_MAX {
        let text = format!("Idempotency-Key must have 1 to {} characters of ASCII", limits::IDEMPOTENCY_KEY_BYTES_MAX);
        return Err(ApiError::bad_request(text));
    }
    Ok(Some(key.to_owned()))
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

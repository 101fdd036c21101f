//! Incoming webhooks: what other programs send becomes a message.
//!
//! # Layout
//! - this file: where the message goes, and who is told if it cannot. [`slack`]: messages as Slack has them.

pub mod slack;

use crate::http::pipeline::Ctx;
use percent_encoding::percent_decode_str;
use tidings_core::commands::send::{self, ChannelRef, Destination, NewMessage, UserRefIn};
use tidings_core::commands::{notify, webhooks};
use tidings_core::directory::SeenBy;
use tidings_core::limits;
use tidings_types::ApiError;
use tidings_types::endpoint::Done;
use tidings_types::endpoints::external::{JsonWebhookRequest, SlackIncomingWebhookRequest};

/// `POST /external/json`.
pub async fn json_webhook(ctx: Ctx, request: JsonWebhookRequest) -> Result<Done, ApiError> {
    let document = serde_json::to_string_pretty(&request.payload.0).map_err(|_| ApiError::Internal {})?;
    let fence = notify::fence_for(&document);
    // Cut here, so that the block is closed.
    let room = limits::MESSAGE_CHARS_MAX.saturating_sub(2 * fence.len() + "json\n\n".len());
    let document: String = document.chars().take(room).collect();
    let content = format!("{fence}json\n{document}\n{fence}");
    let topic = request.topic.unwrap_or_else(|| "JSON".to_owned());
    deliver(ctx, request.stream, &topic, &content).await
}

/// `POST /external/slack_incoming`.
pub async fn slack_incoming_webhook(ctx: Ctx, request: SlackIncomingWebhookRequest) -> Result<Done, ApiError> {
    let content = slack::content(&request.payload.0)?;
    let topic = request.topic.or_else(|| slack::channel(&request.payload.0)).unwrap_or_default();
    if content.is_empty() {
        return Ok(Done {});
    }
    deliver(ctx, request.stream, &topic, &content).await
}

/// Sends to a channel, or to the bot's owner if none is named. The owner is told of what cannot be sent.
async fn deliver(ctx: Ctx, channel: Option<String>, topic: &str, content: &str) -> Result<Done, ApiError> {
    let to = match channel.as_deref().map(decoded).filter(|name| !name.is_empty()) {
        Some(name) => {
            let by_id = name.bytes().all(|byte| byte.is_ascii_digit()).then(|| name.parse().ok()).flatten();
            let channel = by_id.map_or(ChannelRef::Name(name), ChannelRef::Id);
            Destination::Channel { channel, topic: Some(decoded(topic)) }
        }
        None => {
            let owner = ctx.user.bot.as_ref().map_or(Some(ctx.user.id), |bot| bot.owner);
            let owner = owner.ok_or_else(|| ApiError::bad_request("This bot has no owner; name a channel."))?;
            Destination::Direct(vec![UserRefIn::Id(owner.0.into())])
        }
    };
    let content = send::check_content(content)?;
    let state = ctx.app.realm.snapshot();
    let new = NewMessage {
        rendered: tidings_markdown::render(&content, &SeenBy { state: &state, viewer: &ctx.user }),
        alerted: ctx.app.realm.alert_words.find(&state, &content),
        content,
        client: ctx.client.clone(),
        read_by_sender: false,
        read_by: Vec::new(),
        widget: None,
        sent_from: None,
        keys: Vec::new(),
    };
    let actor = ctx.user.id;
    let sent = ctx.app.realm.run(move |tx| send::send(tx, actor, &to, new)).await;
    match sent {
        Ok(_) => {
            metrics::counter!("tidings_messages_sent_total").increment(1);
            ctx.app.wake_webhooks();
            Ok(Done {})
        }
        Err(reason) => {
            tell_owner(&ctx, &reason).await;
            Err(reason)
        }
    }
}

/// Tells the bot's owner, once a minute at most: whoever calls a webhook seldom reads what it is answered.
async fn tell_owner(ctx: &Ctx, reason: &ApiError) {
    let is_fault = matches!(reason, ApiError::Internal {} | ApiError::NotReady {});
    if is_fault || !ctx.user.is_bot() || ctx.app.alerts.check(&ctx.user.id, ctx.app.realm.clock.now()).is_err() {
        return;
    }
    let bot = ctx.user.clone();
    let text = format!(
        "Your bot {} was to send a message, but could not:\n\n> {}",
        notify::mention(&bot),
        notify::quiet(&reason.to_string())
    );
    if let Err(error) = ctx.app.realm.run(move |tx| webhooks::tell_owner(tx, &bot, text)).await {
        tracing::warn!(%error, "a bot's owner could not be told");
    }
}

/// Some programs encode addresses twice. What still looks encoded throughout is decoded once more.
fn decoded(text: &str) -> String {
    let text = text.trim();
    let looks_encoded = text.contains('%')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~%+".contains(&byte))
        && text
            .split('%')
            .skip(1)
            .all(|rest| rest.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)));
    if !looks_encoded {
        return text.to_owned();
    }
    percent_decode_str(text).decode_utf8().map_or_else(|_| text.to_owned(), |text| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn what_was_encoded_twice_is_decoded() {
        for (text, expect) in [
            ("a b", "a b"),
            ("a%20b", "a b"),
            ("50% off", "50% off"),
            ("50%", "50%"),
            ("%zz", "%zz"),
            ("%C3%A9t%C3%A9", "été"),
            ("%ff", "%ff"),
        ] {
            assert_eq!(decoded(text), expect, "{text}");
        }
    }
}

//! One request to a service: what it says, how it is signed, and what the answer says.
//!
//! Requests are signed as in the Standard Webhooks specification (<https://www.standardwebhooks.com>), so that services
//! can use its libraries: `webhook-signature` is `v1,` and an HMAC-SHA256 in base64, of `webhook-id`, `webhook-timestamp`
//! and body, with dots between. The key is what the bot's token is in base64.

use super::Webhooks;
use super::address::{Allowed, Private};
use crate::app::App;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{StatusCode, Url};
use ring::hmac;
use serde_json::Value;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tidings_core::change::MessageRow;
use tidings_core::shape::Shape;
use tidings_core::state::RealmState;
use tidings_core::state::users::UserRow;
use tidings_core::state::webhooks::WebhookRow;
use tidings_types::message::DisplayRecipient;
use tidings_types::user::WebhookInterface;
use tidings_types::webhook::{OutgoingWebhook, OutgoingWebhookReply, WebhookMessage};

/// Bytes of an answer at most: many times as long as a message may be.
const ANSWER_BYTES_MAX: usize = 256 << 10;

/// Why a service could not be told.
#[derive(Debug, PartialEq, Eq)]
pub enum Failure {
    /// There is nothing to tell any more: the message was deleted, or the bot is not in use.
    Gone,
    /// It may work later.
    Temporary(String),
    /// It will not.
    Final(String),
}

/// What a service replies.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// In Markdown; none for nothing.
    pub content: Option<String>,
    /// What makes it a poll or a list of tasks.
    pub widget_content: Option<String>,
}

/// What carries requests: no redirects, which would lead where nobody checks, and no proxies.
///
/// # Errors
/// The system's certificates cannot be read.
pub fn client(networks: &Allowed, timeout: Duration, product: &str) -> reqwest::Result<reqwest::Client> {
    // Left alone if the program chose a provider itself.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let agent: String = product.chars().filter(char::is_ascii_graphic).collect();
    reqwest::Client::builder()
        .dns_resolver(Arc::new(networks.clone()))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(timeout)
        .user_agent(format!("{agent}-Webhook/{}", env!("CARGO_PKG_VERSION")))
        .build()
}

/// Tells the service, and returns its reply.
///
/// # Errors
/// Why there is none.
pub async fn make(app: &App, row: &WebhookRow) -> Result<Reply, Failure> {
    let state = app.realm.snapshot();
    let bot = Arc::clone(state.active_user(row.bot).ok_or(Failure::Gone)?);
    let service = bot.service().ok_or(Failure::Gone)?.clone();
    let realm = Arc::clone(&app.realm);
    let id = row.message;
    let message = tokio::task::spawn_blocking(move || realm.store.message(id)).await;
    let message = message.map_err(|_| unreadable())?.map_err(|_| unreadable())?.ok_or(Failure::Gone)?;
    let url = Url::parse(&service.base_url).map_err(|_| Failure::Final("its address is none".to_owned()))?;
    if !app.webhooks.networks.allow(&url) {
        return Err(Failure::Final(Private.to_string()));
    }
    let payload = payload(&state, &bot, row, &message).ok_or(Failure::Gone)?;
    let (content_type, body) = match service.interface {
        WebhookInterface::Native => ("application/json", serde_json::to_string(&payload).map_err(|_| unreadable())?),
        WebhookInterface::Slack => ("application/x-www-form-urlencoded", slack_form(&state, &bot, &payload)?),
    };
    drop(state);
    let webhook_id = format!("{}-{}", row.message, row.bot);
    let timestamp = app.realm.clock.now().to_string();
    let signature = sign(&service.token, &webhook_id, &timestamp, &body);
    let Webhooks { http, .. } = &app.webhooks;
    let http = http.as_ref().ok_or_else(|| Failure::Final("the server cannot make requests".to_owned()))?;
    let request = http
        .post(url)
        .header("content-type", content_type)
        .header("webhook-id", webhook_id)
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", signature)
        .body(body);
    let response = request.send().await.map_err(|error| unreachable_because(&error))?;
    let status = response.status();
    let answer = read(response).await?;
    judge(status)?;
    reply(service.interface, &answer)
}

fn unreadable() -> Failure {
    Failure::Temporary("the message could not be read".to_owned())
}

/// What the service is sent; none if the message's sender or place is not there.
fn payload(state: &RealmState, bot: &UserRow, row: &WebhookRow, message: &MessageRow) -> Option<OutgoingWebhook> {
    Some(OutgoingWebhook {
        bot_email: state.api_email(bot),
        bot_full_name: bot.full_name.clone(),
        data: message.content.clone(),
        trigger: row.trigger,
        token: bot.service()?.token.clone(),
        message: WebhookMessage {
            message: state.message_view(message, Shape::default().with(Shape::EMPTY_TOPIC_NAME))?,
            rendered_content: message.rendered.clone(),
        },
    })
}

/// The fields that Slack's outgoing webhooks have; there they are for channels only.
fn slack_form(state: &RealmState, bot: &UserRow, payload: &OutgoingWebhook) -> Result<String, Failure> {
    let message = &payload.message.message;
    let (Some(channel), DisplayRecipient::Channel(name)) = (message.stream_id, &message.display_recipient) else {
        return Err(Failure::Final("Slack's format has no direct messages".to_owned()));
    };
    let fields = [
        ("token", payload.token.clone()),
        ("team_id", "T1".to_owned()),
        ("team_domain", state.realm.host.clone()),
        ("channel_id", format!("C{channel}")),
        ("channel_name", name.clone()),
        ("thread_ts", message.id.to_string()),
        ("timestamp", message.timestamp.to_string()),
        ("user_id", format!("U{}", message.sender_id)),
        ("user_name", message.sender_full_name.clone()),
        ("text", payload.data.clone()),
        ("trigger_word", payload.trigger.as_str().to_owned()),
        ("service_id", bot.id.to_string()),
    ];
    Ok(form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish())
}

fn sign(token: &str, id: &str, timestamp: &str, body: &str) -> String {
    let key = STANDARD.decode(token).unwrap_or_else(|_| token.as_bytes().to_vec());
    let signed = format!("{id}.{timestamp}.{body}");
    let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), signed.as_bytes());
    format!("v1,{}", STANDARD.encode(signature))
}

/// Why there is no answer, in words that name no address.
fn unreachable_because(error: &reqwest::Error) -> Failure {
    let mut source: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = source {
        if error.is::<Private>() {
            return Failure::Final(Private.to_string());
        }
        source = error.source();
    }
    Failure::Temporary(
        if error.is_timeout() { "it did not answer in time" } else { "it could not be reached" }.to_owned(),
    )
}

async fn read(mut response: reqwest::Response) -> Result<Vec<u8>, Failure> {
    let mut answer = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unreachable_because(&error))? {
        if answer.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(Failure::Final(format!("its answer is longer than {ANSWER_BYTES_MAX} bytes")));
        }
        answer.extend_from_slice(&chunk);
    }
    Ok(answer)
}

fn judge(status: StatusCode) -> Result<(), Failure> {
    let number = status.as_u16();
    match number {
        200..300 => Ok(()),
        300..400 => Err(Failure::Final(format!("it answered with a redirect ({number}), which is not followed"))),
        408 | 429 | 500.. => Err(Failure::Temporary(format!("it answered with status {number}"))),
        _ => Err(Failure::Final(format!("it answered with status {number}"))),
    }
}

fn reply(interface: WebhookInterface, answer: &[u8]) -> Result<Reply, Failure> {
    if answer.iter().all(u8::is_ascii_whitespace) {
        return Ok(Reply::default());
    }
    let wrong = |what: &str| Failure::Final(format!("its answer is no {what}"));
    let answer: Value = serde_json::from_slice(answer).map_err(|_| wrong("JSON"))?;
    if !answer.is_object() {
        return Err(wrong("JSON object"));
    }
    let said = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    if interface == WebhookInterface::Slack {
        let text = answer["text"].as_str().map(str::to_owned);
        return Ok(Reply { content: said(text), widget_content: None });
    }
    let answer: OutgoingWebhookReply = serde_json::from_value(answer).map_err(|_| wrong("reply as described"))?;
    if answer.response_not_required == Some(true) {
        return Ok(Reply::default());
    }
    Ok(Reply { content: said(answer.content.or(answer.response_string)), widget_content: answer.widget_content })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_the_specification() {
        // The example of the specification's libraries.
        let signature = sign(
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "1614265330",
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn answers_are_understood_or_refused() {
        let said = |text: &str| Reply { content: Some(text.to_owned()), widget_content: None };
        let native = |answer: &str| reply(WebhookInterface::Native, answer.as_bytes());
        assert_eq!(native(r#"{"content": "hi"}"#), Ok(said("hi")));
        assert_eq!(native(r#"{"response_string": "hi"}"#), Ok(said("hi")));
        assert_eq!(native(r#"{"content": "hi", "response_not_required": true}"#), Ok(Reply::default()));
        for nothing in ["", " \n", "{}", r#"{"content": " "}"#, r#"{"response_not_required": true}"#] {
            assert_eq!(native(nothing), Ok(Reply::default()), "{nothing}");
        }
        for wrong in ["[]", "<html>", r#"{"content": 1}"#] {
            assert!(matches!(native(wrong), Err(Failure::Final(_))), "{wrong}");
        }
        assert_eq!(reply(WebhookInterface::Slack, br#"{"text": "hi"}"#), Ok(said("hi")));
    }

    #[test]
    fn what_may_work_later_is_tried_again() {
        let judged = |number| judge(StatusCode::from_u16(number).unwrap());
        assert!(judged(204).is_ok());
        for number in [301, 302, 307, 400, 404, 410] {
            assert!(matches!(judged(number), Err(Failure::Final(_))), "{number}");
        }
        for number in [408, 429, 500, 503] {
            assert!(matches!(judged(number), Err(Failure::Temporary(_))), "{number}");
        }
    }
}

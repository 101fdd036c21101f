//! Incoming webhooks: other programs' requests that become messages.

use crate::endpoint;
use crate::endpoint::Done;
use crate::error::ApiError;
use crate::params::{Encoding, FromParam, parse_value};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;
use std::borrow::Cow;

/// What another program sends: a JSON document.
#[derive(Clone, Debug, PartialEq)]
pub struct Document(pub Value);

impl JsonSchema for Document {
    fn schema_name() -> Cow<'static, str> {
        "Document".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "object"})
    }
}

impl FromParam for Document {
    const ENCODING: Encoding = Encoding::Json;

    fn from_param(name: &str, values: &[&str]) -> Result<Self, ApiError> {
        parse_value(name, values.last().copied().unwrap_or_default())
            .map(Document)
            .map_err(|_| ApiError::bad_request("Malformed payload"))
    }

    fn to_param(&self) -> String {
        self.0.to_string()
    }
}

endpoint! {
    /// Sends a JSON document as a message: as it is, in a code block.
    ///
    /// For programs that can send a request when something happens, and that know nothing of chat. The document is the
    /// body of the request, of type `application/json`, or the parameter `payload`; the other parameters may be in the
    /// address. Without `stream` the message goes to the bot's owner. If it cannot be sent, the owner is told.
    JsonWebhook: Post "/external/json", "json-webhook", "webhooks", auth Key
        => Done, fails InvalidApiKey | UserDeactivated | NoSuchChannelName | NoSuchChannelId;
    JsonWebhookRequest {
        /// Key of the bot in whose name the message is sent; best of an incoming webhook.
        api_key: String,
        /// The document.
        payload: Document,
        /// Name or id of the channel; the bot's owner gets the message if there is none.
        stream?: String,
        /// The topic; `JSON` if there is none.
        topic?: String,
    }
}

endpoint! {
    /// Sends a message that is written as for Slack's incoming webhooks.
    ///
    /// The document has `text`, `blocks` or `attachments`; their formatting is translated. It is the body of the request,
    /// of type `application/json`, or the parameter `payload`; the other parameters may be in the address. Without
    /// `stream` the message goes to the bot's owner. If it cannot be sent, the owner is told.
    SlackIncomingWebhook: Post "/external/slack_incoming", "slack-incoming-webhook", "webhooks", auth Key
        => Done, fails InvalidApiKey | UserDeactivated | NoSuchChannelName | NoSuchChannelId;
    SlackIncomingWebhookRequest {
        /// Key of the bot in whose name the message is sent; best of an incoming webhook.
        api_key: String,
        /// The document.
        payload: Document,
        /// Name or id of the channel; the bot's owner gets the message if there is none.
        stream?: String,
        /// The topic; if there is none, the `channel` of the document, without the sign before it.
        topic?: String,
    }
}

//! What the server itself sends: requests to the services of outgoing webhooks. They are no operations of the server, so
//! they stand beside its paths.

use schemars::SchemaGenerator;
use serde_json::{Value, json};
use tidings_types::webhook::{OutgoingWebhook, OutgoingWebhookReply};

/// The name under which clients of the API know it.
const NAME: &str = "zulip-outgoing-webhook";

const TEXT: &str = "Tells a service of a message: one that mentions its bot in a channel, or was sent to it.

The service is of a bot of type 3, whose owner says the address. What it answers with a status of 200 to 299 is the bot's \
reply. Other services may want the form of Slack's outgoing webhooks, as `service_interface` of the bot says; that has \
other fields.

A service that cannot be reached, or answers with 408, 429 or 500 and above, is told again: after 2 seconds, 10 seconds, a \
minute, and five minutes. Then, and with any other status at once, the bot's owner is told. Redirects are not followed. A \
service may be told of the same message twice, with the same `webhook-id`.

Each request has three headers, which generators of clients do not understand here: `webhook-id` names the message and the bot; `webhook-timestamp` says when it is sent, in UNIX seconds; `webhook-signature` is `v1,` and an HMAC-SHA256 in base64 of id, timestamp and body, with dots between, of which the key is what the token is in base64. <https://www.standardwebhooks.com>";

/// All of them.
pub(super) fn webhooks(generator: &mut SchemaGenerator) -> Value {
    json!({ NAME: { "post": {
        "operationId": format!("{NAME}s"),
        "tags": ["webhooks"],
        "summary": "Tells a service of a message",
        "description": TEXT,
        "security": [],
        "requestBody": {
            "required": true,
            "content": { "application/json": { "schema": generator.subschema_for::<OutgoingWebhook>() } },
        },
        "responses": {
            "200": {
                "description": "The bot's reply, or nothing.",
                "content": { "application/json": { "schema": generator.subschema_for::<OutgoingWebhookReply>() } },
            },
        },
    } } })
}

//! Bots: accounts that programs use, and that somebody owns.

use crate::endpoint;
use crate::endpoint::Done;
use crate::error::ApiError;
use crate::ids::UserId;
use crate::params::{Encoding, FromJson, FromParam, Json};
use crate::user::{Bot, WebhookInterface};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// An address to send requests to, as plain text or, from older clients, as JSON text.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct PayloadUrl(pub String);

impl JsonSchema for PayloadUrl {
    fn schema_name() -> Cow<'static, str> {
        "PayloadUrl".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string"})
    }
}

impl FromParam for PayloadUrl {
    const ENCODING: Encoding = Encoding::Plain;

    fn from_param(name: &str, values: &[&str]) -> Result<Self, ApiError> {
        let text = String::from_param(name, values)?;
        Ok(PayloadUrl(serde_json::from_str(&text).unwrap_or(text)))
    }

    fn to_param(&self) -> String {
        self.0.clone()
    }
}

/// The bot that was created.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CreateBotResponse {
    /// Its id.
    pub user_id: UserId,
    /// Its key; shown only now.
    pub api_key: String,
    /// Its address.
    pub email: String,
    /// Address of its picture.
    pub avatar_url: String,
    /// Name of the channel it sends to by default.
    pub default_sending_stream: Option<String>,
    /// Name of the channel its queues are narrowed to by default.
    pub default_events_register_stream: Option<String>,
    /// Whether its queues get the messages of all public channels by default.
    pub default_all_public_streams: bool,
}

/// Texts by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Texts(pub BTreeMap<String, String>);

impl FromJson for Texts {
    fn from_json(path: &str, value: &Value) -> Result<Self, ApiError> {
        BTreeMap::from_json(path, value).map(Texts)
    }

    fn to_json(&self) -> Value {
        self.0.to_json()
    }
}

/// An object of which nothing is said: generated clients know no forms with maps in them.
impl JsonSchema for Texts {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Texts".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object" })
    }
}

endpoint! {
    /// Creates a bot that belongs to the account that asks. A file in the form is its picture.
    ///
    /// Bots that the server itself runs (4) cannot be created: there are none.
    CreateBot: Post "/bots", "create-bot", "users", auth Basic => CreateBotResponse, fails BadImage, takes maybe_picture;
    CreateBotRequest {
        /// Display name.
        full_name: String,
        /// What its address starts with.
        short_name: String,
        /// 1 for a generic bot; 2 for an incoming webhook, which only sends; 3 for an outgoing webhook, which is sent
        /// what mentions it or is written to it.
        bot_type: i64 = 1,
        /// Of an outgoing webhook: the address that its requests are sent to.
        payload_url?: PayloadUrl,
        /// Of an outgoing webhook: in which form; 1 for JSON, 2 for a form as Slack sends it.
        interface_type: i64 = 1,
        /// Of an incoming webhook: which of `realm_incoming_webhook_bots` it is for. It may be used for all of them.
        service_name?: String,
        /// Settings of the service. There are none yet, so it has to be empty.
        config_data?: Json<Texts>,
        /// Name of the channel it sends to by default.
        default_sending_stream?: String,
        /// Name of the channel its queues are narrowed to by default.
        default_events_register_stream?: String,
        /// Whether its queues get the messages of all public channels by default.
        default_all_public_streams: bool = false,
    }
}

/// A bot of the account that asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OwnBot {
    /// The bot.
    #[serde(flatten)]
    pub bot: Bot,
    /// Its address once more, under its older name.
    pub username: String,
}

/// Bots.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GetBotsResponse {
    /// By id.
    pub bots: Vec<OwnBot>,
}

endpoint! {
    /// Returns the active bots that belong to the account that asks.
    GetBots: Get "/bots", "get-bots", "users", auth Basic => GetBotsResponse;
    GetBotsRequest {}
}

/// The bot as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UpdateBotResponse {
    /// Display name.
    pub full_name: String,
    /// Address of its picture.
    pub avatar_url: String,
    /// Name of the channel it sends to by default.
    pub default_sending_stream: Option<String>,
    /// Name of the channel its queues are narrowed to by default.
    pub default_events_register_stream: Option<String>,
    /// Whether its queues get the messages of all public channels by default.
    pub default_all_public_streams: bool,
    /// The address that an outgoing webhook's requests are sent to; null for other bots.
    pub service_payload_url: Option<String>,
    /// In which form; null for other bots.
    pub service_interface: Option<WebhookInterface>,
    /// Address of who owns it now; absent if that did not change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bot_owner: Option<String>,
}

endpoint! {
    /// Changes a bot. A file in the form is its new picture. For its owner and for administrators.
    UpdateBot: Patch "/bots/{bot_id}", "update-bot", "users", auth Basic => UpdateBotResponse,
        fails BadImage | UnauthorizedPrincipal, takes maybe_picture;
    UpdateBotRequest {
        /// The bot.
        bot_id: UserId,
        /// The new display name.
        full_name?: String,
        /// The number of its role from now on: 100 for owners, 200 for administrators, 300 for moderators, 400 for members,
        /// 600 for guests. Only administrators give roles, and only owners make owners.
        role?: i64,
        /// Who owns it from now on.
        bot_owner_id?: UserId,
        /// Name of the channel it sends to by default; empty for none.
        default_sending_stream?: String,
        /// Name of the channel its queues are narrowed to by default; empty for none.
        default_events_register_stream?: String,
        /// Whether its queues get the messages of all public channels by default.
        default_all_public_streams?: bool,
        /// Of an outgoing webhook: the address that its requests are sent to.
        service_payload_url?: PayloadUrl,
        /// Of an outgoing webhook: in which form; 1 for JSON, 2 for a form as Slack sends it.
        service_interface?: i64,
        /// Settings of the service. There are none yet, so it has to be empty.
        config_data?: Json<Texts>,
    }
}

/// What a program has stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GetBotStorageResponse {
    /// Texts by name.
    pub storage: BTreeMap<String, String>,
}

endpoint! {
    /// Returns what the account has stored with `update-bot-storage`.
    GetBotStorage: Get "/bot_storage", "get-bot-storage", "users", auth Basic => GetBotStorageResponse;
    GetBotStorageRequest {
        /// Which texts; all if absent or empty.
        keys?: Vec<String>,
    }
}

endpoint! {
    /// Stores texts for the account, so that a program that runs in many places, or was started anew, finds them again.
    ///
    /// What is not named stays as it is.
    UpdateBotStorage: Put "/bot_storage", "update-bot-storage", "users", auth Basic => Done;
    UpdateBotStorageRequest {
        /// Texts by name.
        storage: Json<Texts>,
    }
}

endpoint! {
    /// Removes texts that the account has stored.
    RemoveBotStorage: Delete "/bot_storage", "remove-bot-storage", "users", auth Basic => Done;
    RemoveBotStorageRequest {
        /// Which texts; all if absent or empty.
        keys?: Vec<String>,
    }
}

endpoint! {
    /// Deactivates a bot. For its owner and for administrators.
    DeactivateBot: Delete "/bots/{bot_id}", "deactivate-bot", "users", auth Basic => Done,
        fails UnauthorizedPrincipal;
    DeactivateBotRequest {
        /// The bot.
        bot_id: UserId,
    }
}

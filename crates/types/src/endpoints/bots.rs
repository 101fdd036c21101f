//! Bots: accounts that programs use, and that somebody owns.

use crate::endpoint;
use crate::endpoint::Done;
use crate::ids::UserId;
use crate::user::Bot;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

endpoint! {
    /// Creates a bot that belongs to the account that asks. A file in the form is its picture.
    CreateBot: Post "/bots", "create-bot", "users", auth Basic => CreateBotResponse, fails BadImage, takes maybe_picture;
    CreateBotRequest {
        /// Display name.
        full_name: String,
        /// What its address starts with.
        short_name: String,
        /// 1 for a generic bot, 2 for one that only sends.
        bot_type: i64 = 1,
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
}

endpoint! {
    /// Changes a bot. A file in the form is its new picture. For its owner and for administrators.
    UpdateBot: Patch "/bots/{bot_id}", "update-bot", "users", auth Basic => UpdateBotResponse, fails BadImage,
        takes maybe_picture;
    UpdateBotRequest {
        /// The bot.
        bot_id: UserId,
        /// The new display name.
        full_name?: String,
        /// Who owns it from now on.
        bot_owner_id?: UserId,
        /// Name of the channel it sends to by default; empty for none.
        default_sending_stream?: String,
        /// Name of the channel its queues are narrowed to by default; empty for none.
        default_events_register_stream?: String,
        /// Whether its queues get the messages of all public channels by default.
        default_all_public_streams?: bool,
    }
}

endpoint! {
    /// Deactivates a bot. For its owner and for administrators.
    DeactivateBot: Delete "/bots/{bot_id}", "deactivate-bot", "users", auth Basic => Done;
    DeactivateBotRequest {
        /// The bot.
        bot_id: UserId,
    }
}

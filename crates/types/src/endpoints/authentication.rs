//! API keys: logging in, and replacing a key.

use crate::endpoint;
use crate::ids::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A key, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApiKeyResponse {
    /// The key: 32 letters and digits.
    pub api_key: String,
    /// The account's real address.
    pub email: String,
    /// The account.
    pub user_id: UserId,
}

endpoint! {
    /// Logs in: returns a new API key for an address and a password. Earlier keys go on working.
    FetchApiKey: Post "/fetch_api_key", "fetch-api-key", "authentication", auth None => ApiKeyResponse,
        fails AuthenticationFailed | UserDeactivated | RealmDeactivated | RateLimited;
    FetchApiKeyRequest {
        /// The account's real address.
        username: String,
        /// Its password.
        password: String,
    }
}

endpoint! {
    /// Logs in without a password, on servers that are configured for development.
    DevFetchApiKey: Post "/dev_fetch_api_key", "dev-fetch-api-key", "authentication", auth None => ApiKeyResponse,
        fails AuthenticationFailed | UserDeactivated | RealmDeactivated | RateLimited;
    DevFetchApiKeyRequest {
        /// The account's real address.
        username: String,
    }
}

/// A new key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NewApiKeyResponse {
    /// The key: 32 letters and digits.
    pub api_key: String,
}

endpoint! {
    /// Replaces all API keys of the account by a new one.
    RegenerateOwnApiKey: Post "/users/me/api_key/regenerate", "regenerate-own-api-key", "authentication", auth Basic
        => NewApiKeyResponse;
    RegenerateOwnApiKeyRequest {}
}

endpoint! {
    /// Replaces all API keys of a bot by a new one.
    RegenerateBotApiKey: Post "/bots/{bot_id}/api_key/regenerate", "regenerate-bot-api-key", "authentication", auth Basic
        => NewApiKeyResponse, fails UnauthorizedPrincipal;
    RegenerateBotApiKeyRequest {
        /// The bot.
        bot_id: UserId,
    }
}

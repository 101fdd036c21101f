//! The server and its organization, as anyone may know them.

use crate::http::pipeline::AnonymousCtx;
use tidings_markdown::NoDirectory;
use tidings_types::endpoints::server::{GetServerSettingsRequest, GetServerSettingsResponse};
use tidings_types::{ApiError, version};

/// Ways to log in that clients know of; those that are not in `authentication_methods` below are off.
const AUTHENTICATION_METHODS: [&str; 12] = [
    "password",
    "dev",
    "email",
    "ldap",
    "remoteuser",
    "github",
    "azuread",
    "gitlab",
    "google",
    "apple",
    "saml",
    "openid connect",
];

/// `GET /server_settings`.
pub async fn get_server_settings(
    ctx: AnonymousCtx,
    _request: GetServerSettingsRequest,
) -> Result<GetServerSettingsResponse, ApiError> {
    let state = ctx.app.realm.state();
    let realm = &state.realm;
    let is_on =
        |method: &str| matches!(method, "password" | "email") || (method == "dev" && ctx.app.config.allow_dev_login);
    Ok(GetServerSettingsResponse {
        authentication_methods: AUTHENTICATION_METHODS
            .iter()
            .map(|method| ((*method).to_owned(), is_on(method)))
            .collect(),
        external_authentication_methods: Vec::new(),
        zulip_feature_level: version::FEATURE_LEVEL,
        zulip_version: version::VERSION.to_owned(),
        zulip_merge_base: version::MERGE_BASE.to_owned(),
        push_notifications_enabled: false,
        is_incompatible: false,
        email_auth_enabled: true,
        require_email_format_usernames: true,
        realm_uri: realm.url.clone(),
        realm_url: realm.url.clone(),
        realm_name: realm.name.clone(),
        realm_icon: state.icon_url(),
        realm_description: tidings_markdown::render(&realm.description, &NoDirectory).html,
        realm_web_public_access_enabled: state.allows_spectators(),
    })
}

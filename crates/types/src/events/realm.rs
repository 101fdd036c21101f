//! Changes of the organization and of the server.

use crate::export::{ExportConsent, RealmExport};
use crate::linkifier::{Linkifier, Playground};
use crate::profile::ProfileField;
use crate::signup::{DefaultChannelGroup, OnboardingStep, RealmDomain};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// A personal setting that new accounts start with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UserSettingsDefault {
    /// Which setting.
    pub property: String,
    /// Its new value.
    pub value: Value,
}

/// Ends an idle poll, so that neither client nor router takes the connection for dead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Heartbeat {}

/// The server was started anew; clients update what they know of its version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Restart {
    /// The version of the API the server is compatible with, and its own.
    pub zulip_version: String,
    /// The same, without the server's own version.
    pub zulip_merge_base: String,
    /// What the server understands.
    pub zulip_feature_level: u32,
    /// UNIX seconds of the start.
    pub server_generation: i64,
}

/// All exports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RealmExports {
    /// By id, those that failed or were deleted included.
    pub exports: Vec<RealmExport>,
}

/// Whether somebody agrees that their private messages are exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RealmExportConsent {
    /// Who, and whether.
    #[serde(flatten)]
    pub consent: ExportConsent,
}

/// Asks clients in browsers to load themselves anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WebReloadClient {
    /// At once, as opposed to when it suits the user.
    pub immediate: bool,
}

/// Settings of the realm that belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RealmUpdateDict {
    /// Deprecated: `default`, or what the picture in it is: `icon`, `logo` or `night_logo`.
    pub property: String,
    /// Names and new values.
    pub data: BTreeMap<String, Value>,
}

/// One setting of the realm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RealmUpdate {
    /// The name of the setting.
    pub property: String,
    /// The new value.
    pub value: Value,
}

/// All linkifiers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RealmLinkifiers {
    /// In the order in which they are tried.
    pub realm_linkifiers: Vec<Linkifier>,
}

/// All code playgrounds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RealmPlaygrounds {
    /// By id.
    pub realm_playgrounds: Vec<Playground>,
}

/// Fields of profiles: the full new list. Values of fields that are not in it are gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CustomProfileFields {
    /// All of them, in their order.
    pub fields: Vec<ProfileField>,
}

/// A domain that addresses of new accounts may be of: new, or changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RealmDomainPut {
    /// The domain as it is now.
    pub realm_domain: RealmDomain,
}

/// A domain that addresses of new accounts may not be of any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RealmDomainRemove {
    /// Which.
    pub domain: String,
}

/// Groups of channels that new users can choose together: the full new list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DefaultStreamGroups {
    /// All of them, by id.
    pub default_stream_groups: Vec<DefaultChannelGroup>,
}

/// What the user has not seen yet: the full new list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OnboardingSteps {
    /// In their order.
    pub onboarding_steps: Vec<OnboardingStep>,
}

/// The organization is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RealmDeactivated {
    /// The organization.
    pub realm_id: u32,
}

/// Invitations changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InvitesChanged {}

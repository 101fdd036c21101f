//! The organization. The parameters are those of the table in [`crate::realm`].

use crate::ApiError;
use crate::endpoint;
use crate::endpoint::Done;
use crate::endpoints::personal::settings::setting;
use crate::params::{self, Encoding, Json, ParamSource, ParamSpec, Request};
use crate::realm::RealmSettings;
use crate::settings::UserSettings;
use serde_json::Value;

/// Which settings to change.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UpdateRealmRequest {
    /// Names and new values, in the order of the table; types are not checked yet.
    pub settings: Vec<(&'static str, Value)>,
}

/// The name and the description, then every setting that can be changed.
const ALL: [ParamSpec; RealmSettings::PARAMS.len() + 2] = {
    let mut all = [ParamSpec::of::<String>("name", "The organization's name."); RealmSettings::PARAMS.len() + 2];
    all[1] = ParamSpec::of::<String>("description", "What it says of itself, in Markdown.");
    let mut at = 0;
    while at < RealmSettings::PARAMS.len() {
        all[at + 2] = RealmSettings::PARAMS[at];
        at += 1;
    }
    all
};

impl Request for UpdateRealmRequest {
    const PARAMS: &'static [ParamSpec] = &ALL;

    fn decode(source: &ParamSource) -> Result<Self, ApiError> {
        let mut settings = Vec::new();
        for spec in Self::PARAMS {
            let value = match spec.encoding {
                Encoding::Json => params::optional::<Json<Value>>(source, spec.name)?.map(|json| json.0),
                _ => params::optional::<String>(source, spec.name)?.map(Value::from),
            };
            settings.extend(value.map(|value| (spec.name, value)));
        }
        Ok(UpdateRealmRequest { settings })
    }

    fn encode(&self) -> Vec<(&'static str, String)> {
        let plain = |name: &str| Self::PARAMS.iter().any(|spec| spec.name == name && spec.encoding != Encoding::Json);
        let text = |name: &str, value: &Value| match value.as_str().filter(|_| plain(name)) {
            Some(text) => text.to_owned(),
            None => value.to_string(),
        };
        self.settings.iter().map(|(name, value)| (*name, text(name, value))).collect()
    }
}

endpoint! {
    /// Changes settings of the organization. For administrators.
    UpdateRealm: Patch "/realm", "update-realm", "server_and_organizations", auth Basic, UpdateRealmRequest => Done,
        fails UnauthorizedPrincipal | SettingMismatch | SystemGroupRequired
}

/// Which settings new accounts are to start with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UpdateUserSettingsDefaultsRequest {
    /// Names and new values, in the order of the table; types are not checked yet.
    pub settings: Vec<(&'static str, Value)>,
}

impl Request for UpdateUserSettingsDefaultsRequest {
    const PARAMS: &'static [ParamSpec] = UserSettings::DEFAULT_PARAMS;

    fn decode(source: &ParamSource) -> Result<Self, ApiError> {
        let mut settings = Vec::new();
        for spec in Self::PARAMS {
            settings.extend(setting(source, spec)?.map(|value| (spec.name, value)));
        }
        Ok(UpdateUserSettingsDefaultsRequest { settings })
    }

    fn encode(&self) -> Vec<(&'static str, String)> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        self.settings.iter().map(|(name, value)| (*name, text(value))).collect()
    }
}

endpoint! {
    /// Changes which personal settings new accounts start with. Accounts that are there keep theirs. For administrators.
    UpdateRealmUserSettingsDefaults: Patch "/realm/user_settings_defaults", "update-realm-user-settings-defaults",
        "server_and_organizations", auth Basic, UpdateUserSettingsDefaultsRequest => Done, fails UnauthorizedPrincipal
}

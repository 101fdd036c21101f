//! Personal settings. The parameters are those of the table in [`crate::settings`].

use crate::ApiError;
use crate::endpoint;
use crate::endpoint::Done;
use crate::params::{self, Encoding, ParamSource, ParamSpec, Request};
use crate::settings::UserSettings;
use serde_json::Value;

/// Which settings to change.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdateSettingsRequest {
    /// The new display name.
    pub full_name: Option<String>,
    /// The new real address.
    pub email: Option<String>,
    /// The password so far, to change it.
    pub old_password: Option<String>,
    /// The new password.
    pub new_password: Option<String>,
    /// Names and new values of the settings to change, in the order of the table; types are not checked yet.
    pub settings: Vec<(&'static str, Value)>,
}

/// What is changed along with settings, but is none.
const ACCOUNT: [ParamSpec; 4] = [
    ParamSpec::of::<String>("full_name", "The new display name."),
    ParamSpec::of::<String>("email", "The new real address."),
    ParamSpec::of::<String>("old_password", "The password so far; needed to change it."),
    ParamSpec::of::<String>("new_password", "The new password."),
];

/// The account's own, then every setting.
const ALL: [ParamSpec; UserSettings::PARAMS.len() + ACCOUNT.len()] = {
    let mut all = [ACCOUNT[0]; UserSettings::PARAMS.len() + ACCOUNT.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = if at < ACCOUNT.len() { ACCOUNT[at] } else { UserSettings::PARAMS[at - ACCOUNT.len()] };
        at += 1;
    }
    all
};

impl Request for UpdateSettingsRequest {
    const PARAMS: &'static [ParamSpec] = &ALL;

    fn decode(source: &ParamSource) -> Result<Self, ApiError> {
        let mut settings = Vec::new();
        for spec in UserSettings::PARAMS {
            if let Some(value) = setting(source, spec)? {
                settings.push((spec.name, value));
            }
        }
        Ok(UpdateSettingsRequest {
            full_name: params::optional(source, "full_name")?,
            email: params::optional(source, "email")?,
            old_password: params::optional(source, "old_password")?,
            new_password: params::optional(source, "new_password")?,
            settings,
        })
    }

    fn encode(&self) -> Vec<(&'static str, String)> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let account = [&self.full_name, &self.email, &self.old_password, &self.new_password];
        let account = ACCOUNT.iter().zip(account).filter_map(|(spec, text)| Some((spec.name, text.clone()?)));
        account.chain(self.settings.iter().map(|(name, value)| (*name, text(value)))).collect()
    }
}

/// The value given for a setting. Older clients put strings in quotes, which no setting's value has.
pub(crate) fn setting(source: &ParamSource, spec: &ParamSpec) -> Result<Option<Value>, ApiError> {
    if spec.encoding == Encoding::Json {
        return Ok(params::optional::<params::Json<Value>>(source, spec.name)?.map(|json| json.0));
    }
    let text = params::optional::<String>(source, spec.name)?;
    Ok(text.map(|text| Value::from(text.trim_matches('"'))))
}

endpoint! {
    /// Changes one's personal settings.
    UpdateSettings: Patch "/settings", "update-settings", "users", auth Basic, UpdateSettingsRequest => Done
}

endpoint! {
    /// Deprecated name of `/settings`.
    UpdateDisplaySettings: Patch "/settings/display", "update-display-settings", "users",
        auth Basic, UpdateSettingsRequest => Done
}

endpoint! {
    /// Deprecated name of `/settings`.
    UpdateNotificationSettings: Patch "/settings/notifications", "update-notification-settings", "users",
        auth Basic, UpdateSettingsRequest => Done
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn decode(pairs: &[(&str, &str)]) -> Result<UpdateSettingsRequest, ApiError> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        UpdateSettingsRequest::decode(&ParamSource::new(Vec::new(), pairs))
    }

    #[test]
    fn settings_are_plain_or_json_and_in_the_order_of_the_table() {
        let request =
            decode(&[("timezone", "Asia/Kolkata"), ("enter_sends", "true"), ("emojiset", "\"text\"")]).unwrap();
        let expect = [("emojiset", json!("text")), ("timezone", json!("Asia/Kolkata")), ("enter_sends", json!(true))];
        assert_eq!((&request.full_name, request.settings), (&None, expect.to_vec()));
        assert!(decode(&[("enter_sends", "yes please")]).is_err());
        assert_eq!(decode(&[("enter_sends", "null")]).unwrap().settings, []);
    }

    #[test]
    fn every_setting_is_a_parameter() {
        assert_eq!(UpdateSettingsRequest::PARAMS.len(), UserSettings::NAMES.len() + ACCOUNT.len());
        assert_eq!(UpdateSettingsRequest::PARAMS[0].name, "full_name");
    }
}

//! The organization. The parameters are those of the table in [`crate::realm`].

use crate::ApiError;
use crate::endpoint;
use crate::endpoint::Done;
use crate::params::{self, Encoding, Json, ParamSource, ParamSpec, Request};
use crate::realm::RealmSettings;
use serde_json::Value;

/// Which settings to change.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UpdateRealmRequest {
    /// Names and new values, in the order of the table; types are not checked yet.
    pub settings: Vec<(&'static str, Value)>,
}

impl Request for UpdateRealmRequest {
    const PARAMS: &'static [ParamSpec] = RealmSettings::PARAMS;

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
        fails UnauthorizedPrincipal
}

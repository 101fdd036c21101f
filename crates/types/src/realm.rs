//! What administrators of an organization can set, from one table.
//!
//! A row with `Alone` or `Together` is a parameter of `PATCH /realm`, and its change an event; the others cannot be
//! changed yet.

use crate::error::ApiError;
use crate::group::{GroupSetting, GroupSettingUpdate};
use crate::ids::ChannelId;
use crate::params::{FromJson, FromParam, Json, ParamSpec};
use crate::permission::{realm as permission, realm_default};
use crate::settings::is_language_code;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use values::{DaysLimit, KeptDays, SecondsLimit, ServerAddress, video_calls};

mod values;

/// Characters of what new users are greeted with.
pub const WELCOME_CHARS_MAX: usize = 8_000;

/// How many of these there are.
const fn count(specs: &[Option<ParamSpec>]) -> usize {
    let (mut at, mut count) = (0, 0);
    while at < specs.len() {
        if specs[at].is_some() {
            count += 1;
        }
        at += 1;
    }
    count
}

/// Those that are there.
const fn packed<const COUNT: usize>(specs: &[Option<ParamSpec>]) -> [ParamSpec; COUNT] {
    let mut packed = [ParamSpec::of::<bool>("", ""); COUNT];
    let (mut at, mut next) = (0, 0);
    while at < specs.len() {
        if let Some(spec) = specs[at] {
            packed[next] = spec;
            next += 1;
        }
        at += 1;
    }
    packed
}

/// How a setting that administrators change is told to clients.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Told {
    /// `realm/update`: alone.
    Alone,
    /// `realm/update_dict`: together with others, and with deprecated forms of the same.
    Together,
}

/// A setting's value, as requests have it.
trait RealmValue: Sized + PartialEq {
    /// How the parameter is written.
    type Param: FromParam;
    fn read(name: &str, value: &Value) -> Result<Self, ApiError>;
    /// What it replaces, where a request says so.
    fn replaced(_name: &str, _value: &Value) -> Result<Option<Self>, ApiError> {
        Ok(None)
    }
}

impl RealmValue for bool {
    type Param = bool;
    fn read(name: &str, value: &Value) -> Result<Self, ApiError> {
        bool::from_json(name, value)
    }
}

impl RealmValue for i64 {
    type Param = i64;
    fn read(name: &str, value: &Value) -> Result<Self, ApiError> {
        i64::from_json(name, value)
    }
}

impl RealmValue for String {
    type Param = String;
    fn read(name: &str, value: &Value) -> Result<Self, ApiError> {
        String::from_json(name, value)
    }
}

/// Seconds, or `unlimited`.
impl RealmValue for Option<i64> {
    type Param = Json<SecondsLimit>;
    fn read(name: &str, value: &Value) -> Result<Self, ApiError> {
        SecondsLimit::from_json(name, value).map(|limit| limit.0)
    }
}

/// The address of a server, or `default`.
impl RealmValue for Option<String> {
    type Param = Json<ServerAddress>;
    fn read(name: &str, value: &Value) -> Result<Self, ApiError> {
        ServerAddress::from_json(name, value).map(|address| address.0)
    }
}

/// Days, or `unlimited`.
impl RealmValue for KeptDays {
    type Param = Json<DaysLimit>;
    fn read(name: &str, value: &Value) -> Result<Self, ApiError> {
        DaysLimit::from_json(name, value).map(|limit| limit.0)
    }
}

impl RealmValue for GroupSetting {
    type Param = Json<GroupSettingUpdate>;
    fn read(name: &str, value: &Value) -> Result<Self, ApiError> {
        Ok(GroupSettingUpdate::from_json(name, value)?.new)
    }
    fn replaced(name: &str, value: &Value) -> Result<Option<Self>, ApiError> {
        Ok(GroupSettingUpdate::from_json(name, value)?.old)
    }
}

/// A decade: nobody waits longer.
const WAITING_DAYS_MAX: i64 = 3_650;

/// Numbers of kinds of organizations: 0 unspecified, 10 business, 20 open source, 30 and 35 education, 40 research,
/// 50 event, 60 non-profit, 70 government, 80 political group, 90 community, 100 personal, 1000 other.
const ORGANIZATION_TYPES: &[i64] = &[0, 10, 20, 30, 35, 40, 50, 60, 70, 80, 90, 100, 1000];

macro_rules! realm_settings {
    ($($(#[doc = $doc:literal])* $name:ident: $ty:ty = $default:expr $(, $told:ident)? $(, allowed $check:expr)?;)*) => {
        /// What administrators can set; the initial state shows each as `realm_<name>`.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(default)]
        #[schemars(!default)]
        pub struct RealmSettings { $($(#[doc = $doc])* pub $name: $ty),* }

        impl Default for RealmSettings {
            fn default() -> Self {
                RealmSettings { $($name: $default),* }
            }
        }

        impl RealmSettings {
            /// The settings that `PATCH /realm` changes, as its parameters.
            pub const PARAMS: &'static [ParamSpec] = {
                const ALL: &[Option<ParamSpec>] = &[$(realm_settings!(@spec $name $ty [$($doc)*] $($told)?)),*];
                const COUNT: usize = count(ALL);
                const PACKED: [ParamSpec; COUNT] = packed(ALL);
                &PACKED
            };

            /// How a setting is told to clients; none if it cannot be changed.
            #[must_use]
            pub fn told(name: &str) -> Option<Told> {
                match name { $(stringify!($name) => realm_settings!(@told $($told)?),)* _ => None }
            }

            /// Changes the setting with this name; returns whether the value is a new one.
            ///
            /// # Errors
            /// 400 for a value of the wrong type or outside its range, and one that should replace another than is there.
            pub fn set(&mut self, name: &str, value: &Value) -> Result<bool, ApiError> {
                match name {
                    $(stringify!($name) => realm_settings!(@set self $name $ty, value, [$($told)?] [$($check)?]),)*
                    _ => Err(ApiError::invalid(name)),
                }
            }
        }
    };
    (@spec $name:ident $ty:ty [$($doc:literal)*]) => { None };
    (@spec $name:ident $ty:ty [$($doc:literal)*] $told:ident) => {
        Some(ParamSpec::of::<<$ty as RealmValue>::Param>(stringify!($name), concat!($($doc),*)))
    };
    (@told) => { None };
    (@told $told:ident) => { Some(Told::$told) };
    (@set $self:ident $name:ident $ty:ty, $value:ident, [] [$($check:expr)?]) => { Err(ApiError::invalid(stringify!($name))) };
    (@set $self:ident $name:ident $ty:ty, $value:ident, [$told:ident] [$($check:expr)?]) => {{
        let name = stringify!($name);
        let new = <$ty as RealmValue>::read(name, $value)?;
        $(let allowed: fn(&$ty) -> bool = $check;
        if !allowed(&new) {
            return Err(ApiError::invalid(name));
        })?
        if <$ty as RealmValue>::replaced(name, $value)?.is_some_and(|old| old != $self.$name) {
            return Err(ApiError::SettingMismatch {});
        }
        let changed = $self.$name != new;
        $self.$name = new;
        Ok(changed)
    }};
}

realm_settings! {
    /// Users may edit their messages.
    allow_message_editing: bool = true, Together;
    /// Seconds after which content cannot be edited; none is never.
    message_content_edit_limit_seconds: Option<i64> = Some(600), Together;
    /// Seconds after which one's own message cannot be deleted; none is never.
    message_content_delete_limit_seconds: Option<i64> = Some(600), Alone;
    /// Who sees the history of edits: `all`, `moves` or `none`.
    message_edit_history_visibility_policy: String = "all".to_owned(), Together, allowed |policy| ["all", "moves", "none"].contains(&policy.as_str());
    /// Read receipts exist.
    enable_read_receipts: bool = true, Alone;
    /// Presence is not tracked.
    presence_disabled: bool = false, Alone;
    /// Messages may have an empty topic.
    topics_policy: String = "allow_empty_topic".to_owned(), Together, allowed |policy| ["allow_empty_topic", "disable_empty_topic"].contains(&policy.as_str());
    /// Days as a member until one is a full member.
    waiting_period_threshold: i64 = 0, Alone, allowed |days| (0..=WAITING_DAYS_MAX).contains(days);
    /// Names of users are unique.
    require_unique_names: bool = false, Alone;
    /// Users cannot change their names.
    name_changes_disabled: bool = false, Alone;
    /// Users cannot change their addresses.
    email_changes_disabled: bool = false, Alone;
    /// Users cannot change their pictures.
    avatar_changes_disabled: bool = false, Alone;
    /// New accounts need an invitation. Where they do not, people sign up at `/join`; that takes a server that sends e-mail.
    invite_required: bool = true, Alone;
    /// People without an account may look at web-public channels.
    enable_spectator_access: bool = false, Alone;
    /// IETF language tag.
    default_language: String = "en".to_owned(), Alone, allowed |code| is_language_code(code);
    /// Language of code blocks that name none.
    default_code_block_language: String = String::new(), Alone, allowed |name| name.len() <= 40 && !name.chars().any(char::is_whitespace);
    /// May see all accounts.
    can_access_all_users_group: GroupSetting = realm_default(&permission::can_access_all_users_group), Together;
    /// May create public channels.
    can_create_public_channel_group: GroupSetting = realm_default(&permission::can_create_public_channel_group), Together;
    /// May create private channels.
    can_create_private_channel_group: GroupSetting = realm_default(&permission::can_create_private_channel_group), Together;
    /// May create web-public channels.
    can_create_web_public_channel_group: GroupSetting = realm_default(&permission::can_create_web_public_channel_group), Together;
    /// May subscribe others.
    can_add_subscribers_group: GroupSetting = realm_default(&permission::can_add_subscribers_group), Together;
    /// May create bots.
    can_create_bots_group: GroupSetting = realm_default(&permission::can_create_bots_group), Together;
    /// May use wildcard mentions in large channels.
    can_mention_many_users_group: GroupSetting = realm_default(&permission::can_mention_many_users_group), Together;
    /// May delete anyone's messages.
    can_delete_any_message_group: GroupSetting = realm_default(&permission::can_delete_any_message_group), Together;
    /// May delete their own messages.
    can_delete_own_message_group: GroupSetting = realm_default(&permission::can_delete_own_message_group), Together;
    /// May move messages between channels.
    can_move_messages_between_channels_group: GroupSetting = realm_default(&permission::can_move_messages_between_channels_group), Together;
    /// May move messages between topics.
    can_move_messages_between_topics_group: GroupSetting = realm_default(&permission::can_move_messages_between_topics_group), Together;
    /// May start direct conversations.
    direct_message_initiator_group: GroupSetting = realm_default(&permission::direct_message_initiator_group), Together;
    /// Of every direct conversation one participant is in here.
    direct_message_permission_group: GroupSetting = realm_default(&permission::direct_message_permission_group), Together;
    /// May resolve topics.
    can_resolve_topics_group: GroupSetting = realm_default(&permission::can_resolve_topics_group), Together;
    /// May create bots that can only send.
    can_create_write_only_bots_group: GroupSetting = realm_default(&permission::can_create_write_only_bots_group), Together;
    /// May say in a channel who deletes messages.
    can_set_delete_message_policy_group: GroupSetting = realm_default(&permission::can_set_delete_message_policy_group), Together;
    /// May say in a channel whether topics can be empty.
    can_set_topics_policy_group: GroupSetting = realm_default(&permission::can_set_topics_policy_group), Together;
    /// Seconds after which members cannot move a message within its channel; none is never.
    move_messages_within_stream_limit_seconds: Option<i64> = Some(7 * 86_400), Alone;
    /// Seconds after which members cannot move a message to another channel; none is never.
    move_messages_between_streams_limit_seconds: Option<i64> = Some(7 * 86_400), Alone;
    /// Clients mark guests as such.
    enable_guest_user_indicator: bool = true, Alone;
    /// Clients warn before a direct message to a guest.
    enable_guest_user_dm_warning: bool = true, Alone;
    /// What kind of organization it is; 0 for unspecified.
    org_type: i64 = 0, Alone, allowed |number| ORGANIZATION_TYPES.contains(number);
    /// May add emoji.
    can_add_custom_emoji_group: GroupSetting = realm_default(&permission::can_add_custom_emoji_group), Together;
    /// May create user groups.
    can_create_groups: GroupSetting = realm_default(&permission::can_create_groups), Together;
    /// May manage all user groups.
    can_manage_all_groups: GroupSetting = realm_default(&permission::can_manage_all_groups), Together;
    /// May deal with payment; there is nothing to pay.
    can_manage_billing_group: GroupSetting = realm_default(&permission::can_manage_billing_group), Together;
    /// May have topics summarized; this server cannot.
    can_summarize_topics_group: GroupSetting = realm_default(&permission::can_summarize_topics_group), Together;
    /// May make invitations that can be used by many.
    create_multiuse_invite_group: GroupSetting = realm_default(&permission::create_multiuse_invite_group), Together;
    /// May invite others.
    can_invite_users_group: GroupSetting = realm_default(&permission::can_invite_users_group), Together;
    /// The private channel where reports of messages go; -1 for none.
    moderation_request_channel_id: i64 = -1, Alone;
    /// What new users are greeted with by message; empty for nothing.
    welcome_message_custom_text: String = String::new(), Alone, allowed |text| text.chars().count() <= WELCOME_CHARS_MAX;
    /// Addresses of new accounts have to be of one of the organization's domains.
    emails_restricted_to_domains: bool = false, Alone;
    /// Addresses of new accounts must not be of services for a single use.
    disallow_disposable_email_addresses: bool = false, Alone;
    /// The channel where new channels are announced; -1 for none.
    new_stream_announcements_stream_id: i64 = -1, Alone;
    /// The channel where new accounts of people are announced; -1 for none.
    signup_announcements_stream_id: i64 = -1, Alone;
    /// The service for video calls, one of `realm_available_video_chat_providers`: 0 none, 1 Jitsi Meet, 4 BigBlueButton.
    video_chat_provider: i64 = video_calls::NOT_CHOSEN, Alone, allowed |number| video_calls::ALL.contains(number);
    /// The organization's own Jitsi Meet server; null for the server's.
    jitsi_server_url: Option<String> = None, Alone;
    /// Uploaded pictures and films are shown below messages that link to them.
    inline_image_preview: bool = true, Alone;
    /// Days that messages are kept, direct ones and those of channels that say nothing else; -1 for ever.
    message_retention_days: KeptDays = KeptDays::FOREVER, Alone;
    /// Channels new users are subscribed to, ascending.
    default_channels: Vec<ChannelId> = Vec::new();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::system;
    use serde_json::json;

    #[test]
    fn values_are_checked_and_changes_reported() {
        let mut settings = RealmSettings::default();
        assert_eq!(settings.set("allow_message_editing", &json!(false)), Ok(true));
        assert_eq!(settings.set("allow_message_editing", &json!(false)), Ok(false));
        assert_eq!(settings.set("message_content_edit_limit_seconds", &json!("unlimited")), Ok(true));
        assert_eq!(settings.message_content_edit_limit_seconds, None);
        for (name, bad) in [
            ("allow_message_editing", json!("yes")),
            ("message_content_edit_limit_seconds", json!(0)),
            ("message_edit_history_visibility_policy", json!("some")),
            ("can_delete_any_message_group", json!({ "new": 3, "old": 4 })),
            ("can_delete_any_message_group", json!({ "new": { "direct_members": [-1], "direct_subgroups": [] } })),
            ("default_channels", json!([])),
            ("nonsense", json!(1)),
        ] {
            assert!(settings.set(name, &bad).is_err(), "{name}: {bad}");
        }
        assert_eq!(settings.set("can_delete_any_message_group", &json!({ "new": 3, "old": 2 })), Ok(true));
        assert_eq!(settings.can_delete_any_message_group, GroupSetting::Named(system::MODERATORS));
        let some = json!({ "new": { "direct_members": [7, 1], "direct_subgroups": [2] }, "old": { "direct_members": [], "direct_subgroups": [3] } });
        assert_eq!(settings.set("can_delete_any_message_group", &some), Ok(true));
        assert_eq!(
            json!(settings.can_delete_any_message_group),
            json!({ "direct_members": [1, 7], "direct_subgroups": [2] })
        );
    }

    #[test]
    fn defaults_are_named_and_days_are_limited() {
        let mut settings = RealmSettings::default();
        assert_eq!(settings.set("jitsi_server_url", &json!("https://meet.example.com")), Ok(true));
        assert!(settings.set("jitsi_server_url", &json!(null)).is_err());
        assert_eq!(settings.set("jitsi_server_url", &json!("default")), Ok(true));
        assert_eq!(settings.jitsi_server_url, None);
        for bad in [json!(0), json!(-1), json!("forever"), json!(40_000), json!(1.5), json!(null)] {
            assert!(settings.set("message_retention_days", &bad).is_err(), "{bad}");
        }
        assert_eq!(settings.set("message_retention_days", &json!(30)), Ok(true));
        assert_eq!(settings.message_retention_days.limit(), Some(30));
        assert_eq!(settings.set("message_retention_days", &json!("unlimited")), Ok(true));
        assert_eq!(settings, RealmSettings::default());
    }

    #[test]
    fn the_parameters_are_the_settings_that_can_be_changed() {
        assert!(RealmSettings::PARAMS.iter().all(|spec| RealmSettings::told(spec.name).is_some()));
        assert!(RealmSettings::PARAMS.iter().any(|spec| spec.name == "topics_policy"));
        assert_eq!(RealmSettings::told("default_channels"), None);
    }
}

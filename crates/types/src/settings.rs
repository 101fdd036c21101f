//! Personal settings, from one table.

use crate::params::ParamSpec;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Which deprecated event and which deprecated group of initial fields a setting also belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Legacy {
    /// Only the modern form exists.
    None,
    /// `update_display_settings`.
    Display,
    /// `update_global_notifications`.
    Notification,
}

/// A value a setting refuses, with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadSetting(pub String);

/// Reads one setting's value and checks its range.
trait SettingValue: Sized + Clone + Into<Value> {
    /// What a value has to be, for the refusal of others.
    const WHAT: &'static str;
    fn read(value: &Value) -> Option<Self>;
}

impl SettingValue for bool {
    const WHAT: &'static str = "a boolean";
    fn read(value: &Value) -> Option<Self> {
        value.as_bool()
    }
}

impl SettingValue for i64 {
    const WHAT: &'static str = "an integer";
    fn read(value: &Value) -> Option<Self> {
        value.as_i64()
    }
}

impl SettingValue for String {
    const WHAT: &'static str = "a string";
    fn read(value: &Value) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
}

macro_rules! user_settings {
    ($($(#[doc = $doc:literal])* $name:ident: $ty:ty = $default:expr, $legacy:ident $(, allowed $check:expr)?;)*) => {
        /// All personal settings of a user.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(default)]
        #[schemars(!default)]
        pub struct UserSettings { $($(#[doc = $doc])* pub $name: $ty),* }

        impl Default for UserSettings {
            fn default() -> Self {
                UserSettings { $($name: $default.into()),* }
            }
        }

        impl UserSettings {
            /// Names of all settings, with the deprecated group each also belongs to.
            pub const NAMES: &'static [(&'static str, Legacy)] = &[$((stringify!($name), Legacy::$legacy)),*];

            /// All settings as parameters of a request that changes them.
            pub const PARAMS: &'static [ParamSpec] = &[$(ParamSpec::of::<$ty>(stringify!($name), concat!($($doc),*))),*];

            /// Those of them that an organization can choose for its new accounts.
            pub const DEFAULT_PARAMS: &'static [ParamSpec] = {
                const COUNT: usize = UserSettings::PARAMS.len() - PERSONAL.len();
                const CHOSEN: [ParamSpec; COUNT] = chosen(UserSettings::PARAMS);
                &CHOSEN
            };

            /// The value of the setting with this name.
            #[must_use]
            pub fn get(&self, name: &str) -> Option<Value> {
                match name { $(stringify!($name) => Some(self.$name.clone().into()),)* _ => None }
            }

            /// Changes the setting with this name; returns whether the value is a new one.
            ///
            /// # Errors
            /// The name is unknown, or the value is of the wrong type or outside its range.
            pub fn set(&mut self, name: &str, value: &Value) -> Result<bool, BadSetting> {
                match name {
                    $(stringify!($name) => {
                        let new = <$ty as SettingValue>::read(value).ok_or_else(|| BadSetting(format!("{name} is not {}", <$ty as SettingValue>::WHAT)))?;
                        $(let allowed: fn(&$ty) -> bool = $check;
                        if !allowed(&new) {
                            return Err(BadSetting(format!("Invalid {name}")));
                        })?
                        let changed = self.$name != new;
                        self.$name = new;
                        Ok(changed)
                    })*
                    _ => Err(BadSetting(format!("{name} is not a setting"))),
                }
            }
        }
    };
}

/// Settings that an organization does not choose for its new accounts.
const PERSONAL: &[&str] =
    &["default_language", "timezone", "enable_marketing_emails", "enable_login_emails", "allow_private_data_export"];

const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

/// The parameters but for the personal ones.
const fn chosen<const COUNT: usize>(all: &[ParamSpec]) -> [ParamSpec; COUNT] {
    let mut chosen = [ParamSpec::of::<bool>("", ""); COUNT];
    let (mut at, mut next) = (0, 0);
    while at < all.len() {
        let (mut known, mut is_personal) = (0, false);
        while known < PERSONAL.len() {
            is_personal |= is_same(PERSONAL[known], all[at].name);
            known += 1;
        }
        if !is_personal {
            chosen[next] = all[at];
            next += 1;
        }
        at += 1;
    }
    chosen
}

/// Sounds a client can play.
pub const NOTIFICATION_SOUNDS: &[&str] = &["zulip", "ding"];

/// Emoji sets a client can show: key and name.
pub const EMOJI_SETS: &[(&str, &str)] =
    &[("google", "Google"), ("twitter", "Twitter"), ("text", "Plain text"), ("google-blob", "Google blobs")];

/// Languages by code, with their own names.
const LANGUAGES: &[(&str, &str)] = &[
    ("ar", "العربية"),
    ("cs", "česky"),
    ("da", "dansk"),
    ("de", "Deutsch"),
    ("en", "English"),
    ("en-gb", "British English"),
    ("es", "español"),
    ("fa", "فارسی"),
    ("fi", "suomi"),
    ("fr", "français"),
    ("hi", "हिन्दी"),
    ("hu", "Magyar"),
    ("id", "Bahasa Indonesia"),
    ("it", "italiano"),
    ("ja", "日本語"),
    ("ko", "한국어"),
    ("nl", "Nederlands"),
    ("pl", "polski"),
    ("pt", "Português"),
    ("pt-br", "Português Brasileiro"),
    ("ro", "Română"),
    ("ru", "Русский"),
    ("sv", "svenska"),
    ("ta", "தமிழ்"),
    ("tr", "Türkçe"),
    ("uk", "Українська"),
    ("vi", "Tiếng Việt"),
    ("zh-hans", "简体中文"),
    ("zh-hant", "繁體中文"),
];

/// Whether a text looks like an IETF language tag.
pub(crate) fn is_language_code(code: &str) -> bool {
    !code.is_empty() && code.len() <= 50 && code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// A language's own name; its code where the name is not known.
#[must_use]
pub fn language_name(code: &str) -> String {
    let wanted = code.to_ascii_lowercase().replace('_', "-");
    LANGUAGES.iter().find(|(known, _)| *known == wanted).map_or(code, |(_, name)| name).to_owned()
}

user_settings! {
    /// Clock with 24 hours.
    twenty_four_hour_time: bool = false, Display;
    /// When scrolling marks as read.
    web_mark_read_on_scroll_policy: i64 = 1, None, allowed |v| (1..=3).contains(v);
    /// What clicking a channel opens.
    web_channel_default_view: i64 = 1, None, allowed |v| (1..=4).contains(v);
    /// Show the number of starred messages.
    starred_message_counts: bool = true, Display;
    /// Be told that others are typing.
    receives_typing_notifications: bool = true, Display;
    /// Offer to change the time zone.
    web_suggest_update_timezone: bool = true, None;
    /// Use the whole width.
    fluid_layout_width: bool = false, Display;
    /// Legacy: more contrast.
    high_contrast_mode: bool = false, Display;
    /// Size of text in pixels.
    web_font_size_px: i64 = 16, None, allowed |v| (10..=24).contains(v);
    /// Height of lines in percent.
    web_line_height_percent: i64 = 140, None, allowed |v| (100..=200).contains(v);
    /// 1 automatic, 2 dark, 3 light.
    color_scheme: i64 = 1, Display, allowed |v| (1..=3).contains(v);
    /// Turn `:)` into an emoji.
    translate_emoticons: bool = false, Display;
    /// Show names on reactions.
    display_emoji_reaction_users: bool = true, None;
    /// IETF language tag.
    default_language: String = "en", Display, allowed |v| is_language_code(v);
    /// First view.
    web_home_view: String = "inbox", Display, allowed |v| ["recent", "recent_topics", "inbox", "all_messages"].contains(&v.as_str());
    /// Escape goes to the first view.
    web_escape_navigates_to_home_view: bool = true, None;
    /// Users on the left.
    left_side_userlist: bool = false, Display;
    /// Which pictures of emoji.
    emojiset: String = "google", Display, allowed |v| EMOJI_SETS.iter().any(|(key, _)| key == v);
    /// 1 automatic, 2 always, 3 never.
    demote_inactive_streams: i64 = 1, Display, allowed |v| (1..=3).contains(v);
    /// 1 compact, 2 with status, 3 with pictures.
    user_list_style: i64 = 2, None, allowed |v| (1..=3).contains(v);
    /// When moving pictures move.
    web_animate_image_previews: String = "on_hover", None, allowed |v| ["always", "on_hover", "never"].contains(&v.as_str());
    /// Which channels show unread counts.
    web_stream_unreads_count_display_policy: i64 = 2, None, allowed |v| (1..=3).contains(v);
    /// Hide features that use language models.
    hide_ai_features: bool = false, None;
    /// Show folders of channels.
    web_left_sidebar_show_channel_folders: bool = true, None;
    /// Show a summary of unread counts.
    web_left_sidebar_unreads_count_summary: bool = true, None;
    /// IANA name, or empty.
    timezone: String = "", Display, allowed |v| v.len() <= 50 && v.chars().all(|c| c.is_ascii_alphanumeric() || "/_+-".contains(c));
    /// Enter sends the message.
    enter_sends: bool = false, Display;
    /// Keep drafts on the server.
    enable_drafts_synchronization: bool = true, Display;
    /// Desktop notifications for channels.
    enable_stream_desktop_notifications: bool = false, Notification;
    /// E-mail for channels.
    enable_stream_email_notifications: bool = false, Notification;
    /// Mobile notifications for channels.
    enable_stream_push_notifications: bool = false, Notification;
    /// Sounds for channels.
    enable_stream_audible_notifications: bool = false, Notification;
    /// Name of the sound.
    notification_sound: String = "zulip", Notification, allowed |v| v == "none" || NOTIFICATION_SOUNDS.contains(&v.as_str());
    /// Desktop notifications for direct messages and mentions.
    enable_desktop_notifications: bool = true, Notification;
    /// Sounds for direct messages and mentions.
    enable_sounds: bool = true, Notification;
    /// Desktop notifications for followed topics.
    enable_followed_topic_desktop_notifications: bool = true, None;
    /// E-mail for followed topics.
    enable_followed_topic_email_notifications: bool = true, None;
    /// Mobile notifications for followed topics.
    enable_followed_topic_push_notifications: bool = true, None;
    /// Sounds for followed topics.
    enable_followed_topic_audible_notifications: bool = true, None;
    /// How long e-mail waits for more, in seconds.
    email_notifications_batching_period_seconds: i64 = 120, Notification, allowed |v| (0..=604_800).contains(v);
    /// E-mail for direct messages and mentions.
    enable_offline_email_notifications: bool = true, Notification;
    /// Mobile notifications for direct messages and mentions.
    enable_offline_push_notifications: bool = true, Notification;
    /// Mobile notifications also when online.
    enable_online_push_notifications: bool = true, Notification;
    /// A summary by e-mail.
    enable_digest_emails: bool = true, Notification;
    /// News by e-mail.
    enable_marketing_emails: bool = true, Notification;
    /// E-mail about log-ins.
    enable_login_emails: bool = true, Notification;
    /// Show the text in e-mail.
    message_content_in_email_notifications: bool = true, Notification;
    /// Show the text of direct messages in desktop notifications.
    pm_content_in_desktop_notifications: bool = true, Notification;
    /// Wildcard mentions notify like mentions.
    wildcard_mentions_notify: bool = true, Notification;
    /// Wildcard mentions in followed topics notify.
    enable_followed_topic_wildcard_mentions_notify: bool = true, None;
    /// What the number on the icon counts.
    desktop_icon_count_display: i64 = 1, Notification, allowed |v| (1..=4).contains(v);
    /// Name of the organization in subjects: 1 automatic, 2 always, 3 never.
    realm_name_in_email_notifications_policy: i64 = 1, Notification, allowed |v| (1..=3).contains(v);
    /// Topics that are followed by themselves: 1 those one takes part in, 2 sends to, 3 begins, 4 none.
    automatically_follow_topics_policy: i64 = 3, None, allowed |v| (1..=4).contains(v);
    /// Topics in muted channels that are unmuted by themselves: 1 those one takes part in, 2 sends to, 3 begins, 4 none.
    automatically_unmute_topics_in_muted_streams_policy: i64 = 2, None, allowed |v| (1..=4).contains(v);
    /// Follow topics in which one is mentioned.
    automatically_follow_topics_where_mentioned: bool = true, None;
    /// Which notices about resolved topics are read at once.
    resolved_topic_notice_auto_read_policy: String = "except_followed", None, allowed |v| ["always", "except_followed", "never"].contains(&v.as_str());
    /// Others see when one is there.
    presence_enabled: bool = true, Notification;
    /// Others see that one writes to them.
    send_private_typing_notifications: bool = true, None;
    /// Others see that one writes to a channel.
    send_stream_typing_notifications: bool = true, None;
    /// Others see what one has read.
    send_read_receipts: bool = true, None;
    /// Agree to private data in exports.
    allow_private_data_export: bool = false, None;
    /// Who sees the e-mail address: 1 everyone, 2 members, 3 administrators, 4 nobody, 5 moderators.
    email_address_visibility: i64 = 1, None, allowed |v| (1..=5).contains(v);
    /// Go to the conversation after sending.
    web_navigate_to_sent_message: bool = true, None;
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_personal_is_no_default() {
        let names: Vec<&str> = UserSettings::DEFAULT_PARAMS.iter().map(|spec| spec.name).collect();
        assert!(
            PERSONAL.iter().all(|name| !names.contains(name) && UserSettings::NAMES.iter().any(|(n, _)| n == name))
        );
        assert_eq!(names.len() + PERSONAL.len(), UserSettings::NAMES.len());
    }

    #[test]
    fn values_are_checked_and_changes_reported() {
        let mut settings = UserSettings::default();
        assert_eq!(settings.set("enter_sends", &json!(true)), Ok(true));
        assert_eq!(settings.set("enter_sends", &json!(true)), Ok(false));
        assert_eq!(settings.set("color_scheme", &json!(9)), Err(BadSetting("Invalid color_scheme".to_owned())));
        assert!(settings.set("color_scheme", &json!("1")).is_err());
        assert!(settings.set("nonsense", &json!(1)).is_err());
        assert_eq!(settings.get("enter_sends"), Some(json!(true)));
    }
}

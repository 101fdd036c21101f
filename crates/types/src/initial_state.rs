//! The initial state: the fields that `POST /register` returns, from one table.
//!
//! A row says what a field holds, what it means, and in which part of the state (`fetch_event_types`) it is. The server
//! writes fields by the names of this table only, so there is no field without a row.
//!
//! Two groups of fields come from tables of their own: [`RealmSettings`] are shown as `realm_<name>`, and clients that
//! do not know the object `user_settings` are shown many of [`UserSettings`] as fields.

use crate::attachment::ThumbnailFormat;
use crate::channel::{Channel, Subscription};
use crate::emoji::EmojiMap;
use crate::endpoints::personal::presence::Presences;
use crate::folder::ChannelFolder;
use crate::group::UserGroup;
use crate::ids::{ChannelId, EventId, MessageId, QueueId, UserId};
use crate::linkifier::{Linkifier, Playground};
use crate::message::{RecentConversation, UnreadMessages};
use crate::prepared::{Draft, NavigationView, Reminder, SavedSnippet, ScheduledMessage};
use crate::profile::{ExternalAccount, ProfileField};
use crate::realm::RealmSettings;
use crate::schema::MAY_BE_NULL;
use crate::settings::{Legacy, UserSettings};
use crate::signup::{DefaultChannelGroup, OnboardingStep, RealmDomain};
use crate::user::{Bot, IncomingIntegration, MutedUser, SystemBot, User, UserStatus, UserTopic};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The fields that were asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct InitialState(pub Map<String, Value>);

/// The name of a field of the table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Field(&'static str);

impl Field {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0
    }
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct FieldSpec {
    /// Which field.
    pub field: Field,
    /// What it means.
    pub doc: &'static str,
    /// Names in `fetch_event_types` that are all needed for it; none for a field that is always there.
    pub parts: &'static [&'static str],
    /// Whether it is there only under the condition that its description names.
    pub conditional: bool,
    /// What it holds.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
}

macro_rules! initial_state {
    ($($(#[doc = $doc:literal])* $name:ident: $type:ty, [$($part:literal)&*] $($conditional:ident)?;)*) => {
        /// The names of the table's fields.
        #[allow(non_upper_case_globals, reason = "they are named like what they are on the wire")]
        pub mod field {
            use super::Field;
            $($(#[doc = $doc])* pub const $name: Field = Field(stringify!($name));)*
        }

        /// The table.
        pub const FIELDS: &[FieldSpec] = &[$(FieldSpec {
            field: field::$name,
            doc: concat!($($doc, "\n"),*),
            parts: &[$($part),*],
            conditional: !concat!($(stringify!($conditional))?).is_empty(),
            schema: |generator| generator.subschema_for::<$type>(),
        }),*];
    };
}

/// A number with its name for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NamedNumber {
    /// The number.
    pub id: u32,
    /// The name for people.
    pub name: &'static str,
}

/// A way to log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AuthenticationMethod {
    /// Whether it can be used.
    pub enabled: bool,
    /// Whether the server could offer it.
    pub available: bool,
}

/// A set of pictures of emoji.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EmojiSet {
    /// The value of the setting.
    pub key: &'static str,
    /// The name for people.
    pub text: &'static str,
}

/// Personal settings, with what some of them can be set to.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SettingsWithChoices<'a> {
    /// The settings.
    #[serde(flatten)]
    pub settings: &'a UserSettings,
    /// Values that `notification_sound` can have, apart from `none`.
    pub available_notification_sounds: &'static [&'static str],
    /// Values that `emojiset` can have.
    pub emojiset_choices: Vec<EmojiSet>,
}

/// The settings that new accounts start with: all but the time zone, which is nobody's default.
struct SettingsDefaults;

impl JsonSchema for SettingsDefaults {
    fn schema_name() -> Cow<'static, str> {
        "SettingsDefaults".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = SettingsWithChoices::json_schema(generator);
        if let Some(Value::Object(properties)) = schema.get_mut("properties") {
            properties.remove("timezone");
        }
        if let Some(Value::Array(required)) = schema.get_mut("required") {
            required.retain(|name| name != "timezone");
        }
        schema
    }
}

/// What a permission can be set to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PermissionChoice {
    /// It can be given to built-in groups only.
    pub require_system_group: bool,
    /// It can be given to people without an account.
    pub allow_internet_group: bool,
    /// It can be given to nobody.
    pub allow_nobody_group: bool,
    /// It can be given to everybody, guests included.
    pub allow_everyone_group: bool,
    /// The group that has it at first.
    pub default_group_name: &'static str,
    /// The group that has it at first in built-in groups; null where there is no such thing.
    pub default_for_system_groups: Option<&'static str>,
    /// The built-in groups it can be given to; empty for no such restriction.
    pub allowed_system_groups: Vec<&'static str>,
}

/// Permissions by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PermissionChoices {
    /// Of the organization.
    pub realm: BTreeMap<&'static str, PermissionChoice>,
    /// Of channels.
    pub stream: BTreeMap<&'static str, PermissionChoice>,
    /// Of user groups.
    pub group: BTreeMap<&'static str, PermissionChoice>,
}

/// Matters of payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Billing {
    /// Whether somebody asked for free use and waits for the answer.
    pub has_pending_sponsorship_request: bool,
}

initial_state! {
    /// The new queue, to be named in polls; null without an account.
    queue_id: Option<QueueId>, [];
    /// What to poll with first; -1 without an account.
    last_event_id: EventId, [];
    /// Seconds without a poll after which the queue ends; 0 without an account.
    idle_queue_timeout_secs: u32, [];
    /// Whether the queue existed already. Only where `queue_name` was given.
    queue_resumed: bool, [] conditional;
    /// The event up to which the state is current; events up to it, if the queue has any, are in the state already. Only
    /// where `queue_name` was given.
    state_event_id: EventId, [] conditional;
    /// The version of the API the server is compatible with, and its own.
    zulip_version: String, [];
    /// What the server understands; grows with every change of the API.
    zulip_feature_level: u32, [];
    /// As `zulip_version`, without the server's own version.
    zulip_merge_base: String, [];

    /// Channels the user is subscribed to.
    subscriptions: Vec<Subscription>, ["subscription"];
    /// Channels the user was subscribed to once and may still know of.
    unsubscribed: Vec<Subscription>, ["subscription"];
    /// Other channels the user may know of.
    never_subscribed: Vec<Channel>, ["subscription"];
    /// All channels the user may know of.
    streams: Vec<Channel>, ["stream"];
    /// Channels that new accounts are subscribed to, ascending; empty for guests.
    realm_default_streams: Vec<ChannelId>, ["default_streams"];
    /// Groups of channels that new users can choose together, by id; empty for guests.
    realm_default_stream_groups: Vec<DefaultChannelGroup>, ["default_stream_groups"];

    /// The newest message the user received; -1 if none.
    max_message_id: i64, ["message"];
    /// What the user has not read, by conversation.
    unread_msgs: UnreadMessages, ["message" & "update_message_flags"];
    /// Messages the user starred and may still read, ascending.
    starred_messages: Vec<MessageId>, ["starred_messages"];
    /// Direct conversations, the one with the newest message first; a thousand at most.
    recent_private_conversations: Vec<RecentConversation>, ["recent_private_conversations"];

    /// Active accounts that the user may see. Clients without `user_list_incomplete` find the others here as unknown.
    realm_users: Vec<User>, ["realm_user"];
    /// Deactivated accounts that the user may see.
    realm_non_active_users: Vec<User>, ["realm_user"];
    /// Bots that belong to the server rather than to the organization. Messages that the
    /// server itself sends are from one of them.
    cross_realm_bots: Vec<SystemBot>, ["realm_user"];
    /// Where the user's picture comes from: `G`, it follows from the address.
    avatar_source: String, ["realm_user"];
    /// Address of the user's picture in middle size.
    avatar_url_medium: String, ["realm_user"];
    /// Address of the user's picture.
    avatar_url: String, ["realm_user"];
    /// The user is an administrator or an owner.
    is_admin: bool, ["realm_user"];
    /// The user is an owner.
    is_owner: bool, ["realm_user"];
    /// The user is a moderator, an administrator or an owner.
    is_moderator: bool, ["realm_user"];
    /// The user is a guest.
    is_guest: bool, ["realm_user"];
    /// The user's id.
    user_id: UserId, ["realm_user"];
    /// The user's address in the API.
    email: String, ["realm_user"];
    /// The user's real address.
    delivery_email: String, ["realm_user"];
    /// The user's display name.
    full_name: String, ["realm_user"];
    /// Deprecated: the user may create channels of some kind.
    can_create_streams: bool, ["realm_user"];
    /// The user may create public channels.
    can_create_public_streams: bool, ["realm_user"];
    /// The user may create private channels.
    can_create_private_streams: bool, ["realm_user"];
    /// The user may create channels that can be read without an account.
    can_create_web_public_streams: bool, ["realm_user"];
    /// The user may subscribe others to channels.
    can_subscribe_other_users: bool, ["realm_user"];
    /// The user may invite others.
    can_invite_others_to_realm: bool, ["realm_user"];
    /// Bots the user manages, deactivated ones included.
    realm_bots: Vec<Bot>, ["realm_bot"];
    /// Kinds of bots that the server itself runs. Always empty.
    realm_embedded_bots: Vec<Value>, ["realm_embedded_bots"];
    /// Services whose requests incoming webhook bots understand.
    realm_incoming_webhook_bots: Vec<IncomingIntegration>, ["realm_incoming_webhook_bots"];
    /// The user groups.
    realm_user_groups: Vec<UserGroup>, ["realm_user_groups"];

    /// The user's alert words, in the order they were added.
    alert_words: Vec<String>, ["alert_words"];
    /// Whom the user muted.
    muted_users: Vec<MutedUser>, ["muted_users"];
    /// The user's choices for topics.
    user_topics: Vec<UserTopic>, ["user_topic"];
    /// Deprecated: topics the user muted, as channel name, topic and UNIX seconds. Absent where `user_topic` is asked
    /// for by name.
    muted_topics: Vec<(String, String, i64)>, ["muted_topics"];
    /// What users say of themselves, by user id; who says nothing is not there.
    user_status: BTreeMap<String, UserStatus>, ["user_status"];
    /// When users were last there: by user id for clients with `slim_presence` or `simplified_presence_events`, by API
    /// address for others.
    presences: Presences, ["presence"];
    /// What to ask `POST /users/me/presence` with, to be told only of changes.
    presence_last_update_id: i64, ["presence"];
    /// UNIX seconds, to compare presences with.
    server_timestamp: f64, ["presence"];
    /// The user's personal settings.
    user_settings: SettingsWithChoices<'static>, ["user_settings"];
    /// Deprecated: sounds that can be chosen; part of `user_settings` now. Only without `user_settings_object`.
    available_notification_sounds: Vec<String>, ["update_global_notifications"];
    /// Deprecated: sets of emoji that can be chosen; part of `user_settings` now. Only without `user_settings_object`.
    emojiset_choices: Vec<EmojiSet>, ["update_display_settings"];

    /// Drafts kept on the server, the one that was edited last first. Empty where `enable_drafts_synchronization` is off.
    drafts: Vec<Draft>, ["drafts"];
    /// Messages to be sent later, the next one first.
    scheduled_messages: Vec<ScheduledMessage>, ["scheduled_messages"];
    /// Messages to be reminded of, the next one first.
    reminders: Vec<Reminder>, ["reminders"];
    /// Texts to be used again, by id.
    saved_snippets: Vec<SavedSnippet>, ["saved_snippets"];
    /// Views that the user made or changed.
    navigation_views: Vec<NavigationView>, ["navigation_views"];
    /// Folders that channels are shown in, in their order; archived ones included.
    channel_folders: Vec<ChannelFolder>, ["channel_folders"];
    /// What is shown once and the user has not seen yet.
    onboarding_steps: Vec<OnboardingStep>, ["onboarding_steps"];
    /// Address of an introduction. Always null.
    navigation_tour_video_url: Option<String>, ["onboarding_steps"];
    /// Patterns that become links, in the order in which they are tried. Empty for clients without the capability
    /// `linkifier_url_template`.
    realm_linkifiers: Vec<Linkifier>, ["realm_linkifiers"];
    /// Deprecated form of `realm_linkifiers`. Always empty.
    realm_filters: Vec<Value>, ["realm_filters"];
    /// Places where code can be run, by id.
    realm_playgrounds: Vec<Playground>, ["realm_playgrounds"];
    /// Domains that addresses of new accounts may be of, where the organization restricts them, by name.
    realm_domains: Vec<RealmDomain>, ["realm_domains"];
    /// Fields of profiles that the organization added, in their order.
    custom_profile_fields: Vec<ProfileField>, ["custom_profile_fields"];
    /// Kinds that such fields can be of, by name.
    custom_profile_field_types: BTreeMap<String, NamedNumber>, ["custom_profile_fields"];
    /// Words that searches ignore. Always empty.
    stop_words: Vec<String>, ["stop_words"];
    /// Devices that notifications are sent to. Always empty.
    push_devices: BTreeMap<String, Value>, ["push_device"];
    /// The organization's own emoji, by id. Always empty.
    realm_emoji: EmojiMap, ["realm_emoji"];
    /// Whether the user has connected an account for video calls. Always false.
    has_zoom_token: bool, ["video_calls"];
    /// Key for a service of moving pictures. Always empty.
    giphy_api_key: String, ["giphy"];
    /// Matters of payment; there are none.
    realm_billing: Billing, ["realm_billing"];
    /// Personal settings that new accounts start with.
    realm_user_settings_defaults: SettingsDefaults, ["realm_user_settings_defaults"];

    /// The organization's name.
    realm_name: String, ["realm"];
    /// What it says of itself, in Markdown.
    realm_description: String, ["realm"];
    /// When it was made, in UNIX seconds.
    realm_date_created: i64, ["realm"];
    /// Where clients reach it.
    realm_url: String, ["realm"];
    /// Deprecated name of `realm_url`.
    realm_uri: String, ["realm"];
    /// What addresses of bots end with.
    realm_bot_domain: String, ["realm"];
    /// Address of its picture.
    realm_icon_url: String, ["realm"];
    /// Where the picture comes from: `G`, it follows from the address.
    realm_icon_source: String, ["realm"];
    /// Address of its logo; empty for none.
    realm_logo_url: String, ["realm"];
    /// Where the logo comes from: `D`, there is none of its own.
    realm_logo_source: String, ["realm"];
    /// Address of its logo on a dark ground; empty for none.
    realm_night_logo_url: String, ["realm"];
    /// Where that logo comes from: `D`, there is none of its own.
    realm_night_logo_source: String, ["realm"];
    /// What clients call messages without a topic.
    realm_empty_topic_display_name: String, ["realm"];

    /// Deprecated: edits can be looked at; follows from `realm_message_edit_history_visibility_policy`.
    realm_allow_edit_history: bool, ["realm"];
    /// Deprecated: messages need a topic; follows from `realm_topics_policy`.
    realm_mandatory_topics: bool, ["realm"];
    /// Deprecated: who may create public channels: 1 members, 2 administrators, 3 full members, 4 moderators.
    realm_create_public_stream_policy: u8, ["realm"];
    /// Deprecated: who may create private channels: 1 members, 2 administrators, 3 full members, 4 moderators.
    realm_create_private_stream_policy: u8, ["realm"];
    /// Deprecated: who may create web-public channels: 2 administrators, 4 moderators, 6 nobody, 7 owners.
    realm_create_web_public_stream_policy: u8, ["realm"];
    /// Deprecated: who may use wildcard mentions in large channels: 1 everyone, 2 members, 3 full members,
    /// 5 administrators, 6 nobody, 7 moderators.
    realm_wildcard_mention_policy: u8, ["realm"];

    /// Characters of a channel's name at most.
    max_stream_name_length: u32, ["realm"];
    /// Characters of a channel's description at most.
    max_stream_description_length: u32, ["realm"];
    /// Characters of a topic at most.
    max_topic_length: u32, ["realm"];
    /// Characters of a message at most.
    max_message_length: u32, ["realm"];
    /// How often clients report that the user is there.
    server_presence_ping_interval_seconds: u32, ["realm"];
    /// How long after the last report a user counts as away.
    server_presence_offline_threshold_seconds: u32, ["realm"];
    /// How long after the last notice somebody counts as composing.
    server_typing_started_expiry_period_milliseconds: u32, ["realm"];
    /// How long after the last key a client says that its user stopped composing.
    server_typing_stopped_wait_period_milliseconds: u32, ["realm"];
    /// How often a client says that its user composes.
    server_typing_started_wait_period_milliseconds: u32, ["realm"];
    /// How long a client waits for the answer of a poll.
    event_queue_longpoll_timeout_seconds: u32, ["realm"];
    /// Characters of a password at least.
    password_min_length: u32, ["realm"];
    /// Characters of a password at most.
    password_max_length: u32, ["realm"];

    /// When the server was started, in UNIX seconds.
    server_generation: i64, ["realm"];
    /// Where the names of all emoji are.
    server_emoji_data_url: String, ["realm"];
    /// Which groups each permission can be given to.
    server_supported_permission_settings: PermissionChoices, ["realm"];
    /// Ways to log in, by name.
    realm_authentication_methods: BTreeMap<String, AuthenticationMethod>, ["realm"];

    /// Whether summaries are sent by e-mail. Always false.
    realm_digest_emails_enabled: bool, ["realm"];
    /// On which day of the week they are sent, from 0 for Monday.
    realm_digest_weekday: u8, ["realm"];
    /// Whether new users are greeted by e-mail. Always false.
    realm_send_welcome_emails: bool, ["realm"];
    /// Whether e-mail may contain messages.
    realm_message_content_allowed_in_email_notifications: bool, ["realm"];
    /// Whether pages are previewed below messages that link to them. Always false.
    realm_inline_url_embed_preview: bool, ["realm"];
    /// Whether notifications have to be encrypted from end to end. Always false.
    realm_require_e2ee_push_notifications: bool, ["realm"];
    /// Whether the organization wants to be listed publicly. Always false.
    realm_want_advertise_in_communities_directory: bool, ["realm"];
    /// Services for video calls that can be chosen, by name.
    realm_available_video_chat_providers: BTreeMap<String, NamedNumber>, ["realm"];
    /// Which moving pictures are offered, one of `giphy_rating_options`.
    realm_giphy_rating: u32, ["realm"];
    /// Deprecated: whether the organization mirrors another system. Always false.
    realm_is_zephyr_mirror_realm: bool, ["realm"];
    /// Deprecated: whether one can log in with address and password.
    realm_email_auth_enabled: bool, ["realm"];
    /// Deprecated: whether one can log in with a password.
    realm_password_auth_enabled: bool, ["realm"];
    /// Whether notifications are sent to mobile devices. Always false.
    realm_push_notifications_enabled: bool, ["realm"];
    /// When that ends, in UNIX seconds. Always null.
    realm_push_notifications_enabled_end_timestamp: Option<i64>, ["realm"];
    /// Size of all uploaded files at most; null for no limit.
    realm_upload_quota_mib: Option<u32>, ["realm"];
    /// What plan the organization is on: 1 for one's own server.
    realm_plan_type: u32, ["realm"];
    /// Services that profiles can name accounts at, by the `subtype` of such fields.
    realm_default_external_accounts: BTreeMap<String, ExternalAccount>, ["realm"];
    /// The channel where changes of the server are announced; -1 for none.
    realm_zulip_update_announcements_stream_id: i64, ["realm"];

    /// Characters of a reminder's note at most.
    max_reminder_note_length: u32, ["realm"];
    /// Characters of a folder's name at most.
    max_channel_folder_name_length: u32, ["realm"];
    /// Characters of a folder's description at most.
    max_channel_folder_description_length: u32, ["realm"];
    /// Size of the organization's picture at most.
    max_icon_file_size_mib: u32, ["realm"];
    /// Size of the organization's logo at most.
    max_logo_file_size_mib: u32, ["realm"];
    /// Size of a user's picture at most.
    max_avatar_file_size_mib: u32, ["realm"];
    /// Size of a file at most; 0 if none can be uploaded.
    max_file_upload_size_mib: u32, ["realm"];
    /// Up to how many new subscribers are told by message: 0, none are.
    max_bulk_new_subscription_messages: u32, ["realm"];
    /// Days after which a deactivated organization can be deleted. Always null.
    server_min_deactivated_realm_deletion_days: Option<u32>, ["realm"];
    /// Days after which a deactivated organization is deleted. Always null.
    server_max_deactivated_realm_deletion_days: Option<u32>, ["realm"];
    /// Whether the server can send summaries by e-mail. Always false.
    settings_send_digest_emails: bool, ["realm"];
    /// Whether everything is there that a plan might leave out. Always true.
    zulip_plan_is_not_limited: bool, ["realm"];
    /// What to do to get a logo. Always empty.
    upgrade_text_for_wide_organization_logo: String, ["realm"];
    /// Deprecated: the Jitsi Meet server to use, the organization's or the server's; empty for none.
    jitsi_server_url: String, ["realm"];
    /// The server's own Jitsi Meet server, for organizations that name none; null for none.
    server_jitsi_server_url: Option<String>, ["realm"];
    /// Whether the server is one for developers. Always false.
    development_environment: bool, ["realm"];
    /// How many guesses a password has to stand. Always 0.
    password_min_guesses: u32, ["realm"];
    /// Which moving pictures can be chosen, by name.
    giphy_rating_options: BTreeMap<String, NamedNumber>, ["realm"];
    /// Whether the server shows pictures below messages that link to them.
    server_inline_image_preview: bool, ["realm"];
    /// Whether the server previews pages below messages that link to them. Always false.
    server_inline_url_embed_preview: bool, ["realm"];
    /// Forms in which uploaded images can be had, small.
    server_thumbnail_formats: Vec<ThumbnailFormat>, ["realm"];
    /// Whether users cannot change their pictures, whatever the organization says. Always false.
    server_avatar_changes_disabled: bool, ["realm"];
    /// Whether users cannot change their names, whatever the organization says. Always false.
    server_name_changes_disabled: bool, ["realm"];
    /// Whether the server is too old. Always false.
    server_needs_upgrade: bool, ["realm"];
    /// Whether there can be channels that are read without an account.
    server_web_public_streams_enabled: bool, ["realm"];
    /// Whether the server can summarize topics. Always false.
    server_can_summarize_topics: bool, ["realm"];
}

/// What a setting of the organization is called in the initial state; none for default channels, which are a part of
/// their own.
#[must_use]
pub fn realm_field(setting: &str) -> Option<String> {
    (setting != "default_channels").then(|| format!("realm_{setting}"))
}

impl JsonSchema for InitialState {
    fn schema_name() -> Cow<'static, str> {
        "InitialState".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut properties = Map::new();
        for row in FIELDS {
            let mut schema = (row.schema)(generator);
            let parts: Vec<String> = row.parts.iter().map(|part| format!("`{part}`")).collect();
            let part = if parts.is_empty() { String::new() } else { format!(" Part {}.", parts.join(" and ")) };
            schema.insert("description".to_owned(), Value::from(format!("{}{part}", row.doc.trim())));
            properties.insert(row.field.name().to_owned(), schema.into());
        }
        for (name, schema) in properties_of::<RealmSettings>(generator) {
            if let Some(field) = realm_field(&name) {
                properties.insert(field, described(schema, " Part `realm`."));
            }
        }
        for (name, schema) in properties_of::<UserSettings>(generator) {
            let part = match UserSettings::NAMES.iter().find(|(known, _)| *known == name) {
                Some((_, Legacy::Display)) => "update_display_settings",
                Some((_, Legacy::Notification)) => "update_global_notifications",
                _ => continue,
            };
            let note =
                format!(" Deprecated: in `user_settings` now. Part `{part}`, only without `user_settings_object`.");
            properties.insert(name, described(schema, &note));
        }
        for schema in properties.values_mut().filter_map(Value::as_object_mut) {
            // Any field may be absent because it was not asked for; types say whether it can be null.
            schema.insert(MAY_BE_NULL.to_owned(), Value::from(true));
        }
        let required: Vec<&str> =
            FIELDS.iter().filter(|row| row.parts.is_empty() && !row.conditional).map(|row| row.field.name()).collect();
        json_schema!({ "type": "object", "properties": properties, "required": required })
    }
}

fn properties_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Map<String, Value> {
    match T::json_schema(generator).remove("properties") {
        Some(Value::Object(properties)) => properties,
        _ => Map::new(),
    }
}

/// The schema with something added to its description.
fn described(mut schema: Value, note: &str) -> Value {
    let said = schema["description"].as_str().unwrap_or_default().trim().to_owned();
    schema["description"] = Value::from(said + note);
    schema
}

//! Accounts, and what people keep for themselves.

use super::{Rows, Tables, columns, row};
use crate::exports::messages::custom_emoji_name;
use serde_json::{Map, Value, json};
use std::io::Result;
use std::sync::Arc;
use tidings_core::state::pictures::PictureOf;
use tidings_core::state::users::UserRow;
use tidings_types::ChannelId;
use tidings_types::message::ReactionType;
use tidings_types::settings::UserSettings;

use super::channels::{of_channel, of_user};

/// Personal settings as columns.
pub(super) fn settings(settings: &UserSettings) -> Map<String, Value> {
    let mut row = columns(settings);
    let policies = ["always", "except_followed", "never"];
    let known = policies.iter().position(|policy| *policy == settings.resolved_topic_notice_auto_read_policy);
    row.insert("resolved_topic_notice_auto_read_policy".to_owned(), json!(known.map(|at| at + 1)));
    row
}

impl<'a> Rows<'a> {
    pub(super) fn write_people(&self, tables: &mut Tables<'_>, client: u32) -> Result<()> {
        let state = &self.source.state;
        tables.table("zerver_userprofile", state.users.iter().map(|user| self.account(user)))?;
        tables.table("zerver_userprofile_mirrordummy", [])?;
        let services = state.users.iter().filter_map(|user| Some((user, user.service()?)));
        // Without their tokens: whoever imports this gives them others.
        tables.table("zerver_service", services.map(|(user, one)| {
            json!({ "user_profile": user.id, "name": user.full_name, "base_url": one.base_url, "interface": one.interface })
        }))?;
        self.write_personal(tables, client)
    }

    fn account(&self, user: &UserRow) -> Value {
        let state = &self.source.state;
        let reader = self.source.reader.map(|id| state.users.get(id));
        // Who acts for the server sees all addresses.
        let sees = reader.is_none_or(|reader| reader.is_some_and(|reader| state.can_see_email(reader, user)));
        let email = self.shown_email(user);
        let mut personal = settings(&user.settings);
        if !self.has_all_of(user) {
            // Who may see the address stays as it is, also elsewhere.
            personal.retain(|name, _| name == "email_address_visibility");
        }
        let has_picture = state.pictures.file(PictureOf::User(user.id)).is_some();
        let bot = user.bot.as_ref();
        let listed = |channel: Option<ChannelId>| channel.filter(|id| self.source.has_channel(*id));
        let known = json!({
            "id": user.id, "delivery_email": if sees { user.delivery_email.clone() } else { email.clone() },
            "email": email, "full_name": user.full_name, "role": user.role, "is_active": user.is_active,
            "date_joined": user.date_joined, "timezone": user.settings.timezone, "is_bot": user.is_bot(),
            "avatar_source": if has_picture { "U" } else { "G" }, "avatar_version": user.avatar_version,
            "bot_type": bot.map(|bot| bot.bot_type), "bot_owner": bot.and_then(|bot| bot.owner),
            "default_sending_stream": bot.and_then(|bot| listed(bot.default_sending_channel)),
            "default_events_register_stream": bot.and_then(|bot| listed(bot.default_events_channel)),
            "default_all_public_streams": bot.is_some_and(|bot| bot.default_all_public),
            "is_mirror_dummy": false, "realm": 1, "recipient": of_user(user.id),
            // Not known here, and wanted elsewhere.
            "last_login": null, "last_reminder": null, "last_active_message_id": null, "long_term_idle": false,
            "user_permissions": [], "groups": [],
        });
        row(known, personal)
    }

    /// The address that everybody is shown. One that is made up is at the organization's host, unless that is no domain:
    /// other servers refuse it then.
    fn shown_email(&self, user: &UserRow) -> String {
        let host = &self.source.state.realm.host;
        let is_domain = host == "localhost" || host.contains('.');
        user.api_email(if is_domain { host } else { "tidings.invalid" })
    }

    /// Of those who agreed.
    fn each<T>(&self, of: impl Fn(&'a Arc<UserRow>) -> T) -> impl Iterator<Item = Value>
    where
        T: IntoIterator<Item = Value>,
    {
        self.agreed.iter().copied().flat_map(of)
    }

    fn write_personal(&self, tables: &mut Tables<'_>, client: u32) -> Result<()> {
        let state = &self.source.state;
        let personal = &state.personal;
        tables.table(
            "zerver_alertword",
            self.each(|user| {
                let words = personal.alert_words(user.id).iter();
                words.map(|word| json!({ "user_profile": user.id, "word": word, "realm": 1 }))
            }),
        )?;
        tables.table(
            "zerver_muteduser",
            self.each(|user| {
                let muted = personal.muted_users(user.id).iter();
                muted.map(|one| json!({ "user_profile": user.id, "muted_user": one.id, "date_muted": one.timestamp }))
            }),
        )?;
        tables.table(
            "zerver_usertopic",
            self.each(|user| {
                personal.user_topics(user.id).map(|(channel, one)| {
                    json!({
                        "user_profile": user.id, "stream": channel, "recipient": of_channel(channel),
                        "topic_name": one.name, "visibility_policy": one.policy.policy,
                        "last_updated": one.policy.last_updated,
                    })
                })
            }),
        )?;
        tables.table(
            "zerver_userstatus",
            self.each(|user| {
                personal.status(user.id).map(|status| {
                    let text = |text: &Option<String>| text.clone().unwrap_or_default();
                    let mut row = json!({
                        "user_profile": user.id, "timestamp": self.source.now, "client": client,
                        "status_text": text(&status.status_text), "emoji_name": text(&status.emoji_name),
                        "emoji_code": text(&status.emoji_code),
                        "reaction_type": status.reaction_type.as_deref().unwrap_or(ReactionType::Unicode.as_str()),
                    });
                    if row["reaction_type"] == ReactionType::Realm.as_str() {
                        // Other servers compare the name of a custom emoji with what it is called.
                        let name = custom_emoji_name(state, &text(&status.emoji_code));
                        row["emoji_name"] = json!(name.unwrap_or_default());
                        if name.is_none() {
                            (row["emoji_code"], row["reaction_type"]) =
                                (json!(""), json!(ReactionType::Unicode.as_str()));
                        }
                    }
                    row
                })
            }),
        )?;
        tables.table(
            "zerver_userpresence",
            self.each(|user| {
                personal.presence(user.id).map(|one| {
                    json!({
                        "user_profile": user.id, "last_active_time": some(one.presence.active_timestamp),
                        "last_connected_time": some(one.presence.idle_timestamp), "last_update_id": 0, "realm": 1,
                    })
                })
            }),
        )?;
        tables.table(
            "zerver_savedsnippet",
            self.each(|user| {
                state.prepared.snippets.of(user.id).map(|one| {
                    json!({
                        "id": one.id, "user_profile": user.id, "title": one.title, "content": one.content,
                        "date_created": one.date_created, "realm": 1,
                    })
                })
            }),
        )?;
        tables.table(
            "zerver_navigationview",
            self.each(|user| {
                state.prepared.views.of(user.id).map(|one| {
                json!({ "user": user.id, "fragment": one.fragment, "is_pinned": one.is_pinned, "name": one.name })
            })
            }),
        )?;
        tables.table(
            "zerver_onboardingstep",
            self.each(|user| {
                let seen = personal.seen_steps(user.id);
                seen.map(|step| json!({ "user": user.id, "onboarding_step": step, "timestamp": user.date_joined }))
            }),
        )?;
        tables.table(
            "zerver_botstoragedata",
            self.each(|user| {
                let stored = state.bot_storage.of(user.id).into_iter().flat_map(|stored| stored.texts.iter());
                stored.map(|(key, value)| json!({ "bot_profile": user.id, "key": key, "value": value }))
            }),
        )
    }
}

/// A time; none for the beginning of all times.
fn some(secs: i64) -> Option<i64> {
    (secs != 0).then_some(secs)
}

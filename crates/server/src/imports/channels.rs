//! Channels, and who is and was subscribed.

use super::ids::To;
use super::organization::{paragraph, topics_policy};
use super::reader::Row;
use super::{Import, ImportError, tidy};
use crate::exports::tables::channels::{SUBSCRIPTION_ACTIVATED, SUBSCRIPTION_CREATED, SUBSCRIPTION_DEACTIVATED};
use smallvec::SmallVec;
use std::collections::HashMap;
use std::sync::Arc;
use tidings_core::change::Change;
use tidings_core::commands::subscriptions::settings::check_color;
use tidings_core::directory::SeenBy;
use tidings_core::limits;
use tidings_core::state::channels::{ChannelRow, SubscriptionRow};
use tidings_core::state::users::NOTIFICATION_BOT;
use tidings_types::channel::{ChannelPermissions, SubscriptionSettings, TopicsPolicy};
use tidings_types::{ChannelId, UserId, permission};

/// What a subscription looks like where the archive does not say.
const COLOR: &str = "#76ce90";

/// What was noted of a subscription: the order, whether it began or ended, and the newest message then.
type Noted = SmallVec<[(u64, bool, u32); 1]>;

impl Import<'_> {
    pub(super) fn channels(&mut self) -> Result<(), ImportError> {
        self.realm_file().each(&["zerver_stream"], |_, row| {
            let channel = self.new_channel(row)?;
            self.report.channels += 1;
            self.build.change(Change::Channel(Arc::new(channel)))
        })?;
        self.bots_know_channels()?;
        self.check_recipients()?;
        let history = self.history()?;
        self.realm_file().each(&["zerver_subscription"], |_, row| self.subscription(row, &history))
    }

    fn new_channel(&mut self, row: &Row) -> Result<ChannelRow, ImportError> {
        let id = ChannelId(row.id("id")?);
        let name = tidy(row.text("name")?, limits::CHANNEL_NAME_CHARS_MAX);
        let channels = &self.build.state.channels;
        if name.is_empty() || channels.get(id).is_some() || channels.find_by_name(&name).is_some() {
            return Err(row.wrong("it has no name, or its id or name is there twice"));
        }
        let description = tidy(row.opt_text("description")?.unwrap_or_default(), limits::CHANNEL_DESCRIPTION_CHARS_MAX);
        let folder = row.opt_id("folder")?;
        if let Some(folder) = folder.filter(|folder| self.build.state.organization.folder(*folder).is_none()) {
            return Err(row.wrong(format!("`folder` names folder {folder}, which is not in the archive")));
        }
        let creator = self.opt_user(row, "creator")?.filter(|user| *user != NOTIFICATION_BOT);
        let mut permissions = ChannelPermissions::new(creator);
        for rule in permission::channel::RULES {
            let value = self.setting(row, rule)?;
            if let (Some(value), Some(place)) = (value, permissions.get_mut(rule.name)) {
                *place = value;
            }
        }
        let policy = row.get("topics_policy").map(|value| topics_policy(value).ok_or(()));
        let policy = policy.transpose().map_err(|()| row.wrong("`topics_policy` is not a policy"))?;
        let policy = policy.map(serde_json::from_value::<TopicsPolicy>).transpose();
        let is_private = row.flag("invite_only", false)?;
        Ok(ChannelRow {
            id,
            name,
            rendered_description: self.rendered_line(&description),
            description,
            date_created: row.time("date_created")?.unwrap_or(self.now),
            creator,
            is_private,
            is_web_public: row.flag("is_web_public", false)? && !is_private,
            history_public: row.flag("history_public_to_subscribers", !is_private)? || !is_private,
            is_archived: row.flag("deactivated", false)?,
            message_retention_days: row.number("message_retention_days")?.filter(|days| *days >= -1),
            topics_policy: policy.map_err(|_| row.wrong("`topics_policy` is not a policy"))?.unwrap_or_default(),
            first_message_id: None,
            folder,
            is_recently_active: true,
            weekly_traffic: None,
            permissions,
        })
    }

    fn rendered_line(&self, text: &str) -> String {
        let state = &self.build.state;
        let viewer = state.users.iter().find(|user| user.role.is_admin()).or_else(|| state.users.iter().next());
        let line = viewer.map(|viewer| tidings_markdown::render_inline(text, &SeenBy { state, viewer }));
        paragraph(line.unwrap_or_default())
    }

    /// Recipients name what is there.
    fn check_recipients(&self) -> Result<(), ImportError> {
        self.realm_file().each(&["zerver_recipient"], |_, row| match self.ids.recipients.get(&row.long_id("id")?) {
            Some(To::Channel(_)) => self.channel(row, "type_id").map(drop),
            Some(To::User(user)) if *user != NOTIFICATION_BOT => self.user(row, "type_id").map(drop),
            _ => Ok(()),
        })
    }

    /// When people were subscribed, by message ids, as far as it was noted.
    fn history(&self) -> Result<HashMap<(UserId, ChannelId), Noted>, ImportError> {
        let mut history: HashMap<(UserId, ChannelId), Noted> = HashMap::new();
        self.realm_file().each(&["zerver_realmauditlog"], |_, row| {
            let begins = match row.number("event_type")?.and_then(|kind| u32::try_from(kind).ok()) {
                Some(SUBSCRIPTION_CREATED | SUBSCRIPTION_ACTIVATED) => true,
                Some(SUBSCRIPTION_DEACTIVATED) => false,
                _ => return Ok(()),
            };
            let (Some(user), Some(channel)) = (row.opt_id("modified_user")?, row.opt_id("modified_stream")?) else {
                return Ok(());
            };
            // -1 where there was no message yet.
            let last = row.number("event_last_message_id")?.unwrap_or(0);
            let last = u64::try_from(last).map_or(0, |last| self.ids.messages.upto(last));
            history.entry((UserId(user), ChannelId(channel))).or_default().push((row.long_id("id")?, begins, last));
            Ok(())
        })?;
        history.values_mut().for_each(|noted| noted.sort_unstable());
        Ok(history)
    }

    fn subscription(&mut self, row: &Row, history: &HashMap<(UserId, ChannelId), Noted>) -> Result<(), ImportError> {
        let user = self.user(row, "user_profile")?;
        let (recipient, to) = self.recipient(row)?;
        let channel = match to {
            To::Channel(channel) => *channel,
            To::Direct => {
                self.ids.participants.entry(recipient).or_default().push(user);
                return Ok(());
            }
            // Who receives what is sent to them needs no row here.
            To::User(_) => return Ok(()),
        };
        let state = &self.build.state;
        let Some(known) = state.channels.get(channel).filter(|_| user != NOTIFICATION_BOT) else { return Ok(()) };
        if state.channels.subscription(user, channel).is_some() {
            return Err(row.wrong("somebody is subscribed to a channel twice"));
        }
        let is_active = row.flag("active", true)?;
        let mut subscription = SubscriptionRow { is_active, settings: shown(row)?, spans: SmallVec::new() };
        let newest = self.ids.messages.upto(u64::MAX);
        match history.get(&(user, channel)) {
            Some(noted) => {
                let mut last = 0;
                for (_, begins, message) in noted {
                    last = last.max(*message);
                    if *begins { subscription.open_span(0, last) } else { subscription.close_span(0, last) }
                }
            }
            // Nobody knows since when: for good, unless that would show messages from before.
            None if is_active => {
                let shows_history = self.build.state.shows_history(known);
                subscription.open_span(0, if shows_history { 0 } else { newest });
            }
            None => {}
        }
        if is_active {
            subscription.open_span(0, newest)
        } else {
            subscription.close_span(0, newest)
        }
        self.build.change(Change::Subscription { user, channel, row: Arc::new(subscription) })
    }
}

/// How somebody wants a channel shown.
fn shown(row: &Row) -> Result<SubscriptionSettings, ImportError> {
    let color = row.opt_text("color")?.and_then(|color| check_color(color).ok());
    Ok(SubscriptionSettings {
        color: color.unwrap_or_else(|| COLOR.to_owned()),
        is_muted: row.flag("is_muted", false)?,
        pin_to_top: row.flag("pin_to_top", false)?,
        desktop_notifications: row.opt_flag("desktop_notifications")?,
        email_notifications: row.opt_flag("email_notifications")?,
        wildcard_mentions_notify: row.opt_flag("wildcard_mentions_notify")?,
        push_notifications: row.opt_flag("push_notifications")?,
        audible_notifications: row.opt_flag("audible_notifications")?,
    })
}

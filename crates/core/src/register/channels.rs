//! Channels and subscriptions.
//!
//! Lists of subscribers are long and the same for everybody, so their JSON is made once for each change and copied.

use super::{Fields, View};
use crate::commands::subscriptions;
use crate::shape::Shape;
use crate::state::channels::{ChannelRow, SubscriptionRow};
use serde::Serialize;
use serde_json::value::RawValue;
use std::sync::Arc;
use tidings_types::ChannelId;
use tidings_types::channel::{Channel, Subscription, SubscriptionSettings};
use tidings_types::endpoints::events::IncludeSubscribers;
use tidings_types::folder::ChannelFolder;
use tidings_types::initial_state::field;
use tidings_types::settings::UserSettings;

/// A channel or subscription, with its subscribers if they are wanted.
#[derive(Serialize)]
struct Listed<T> {
    #[serde(flatten)]
    object: T,
    #[serde(skip_serializing_if = "Option::is_none")]
    subscribers: Option<Arc<RawValue>>,
}

pub(super) fn write(view: &View<'_>, fields: &mut Fields) {
    let fetch = &view.request.fetch;
    if fetch.wants("subscription") {
        let lists = view.subscription_lists();
        fields.put(field::subscriptions, &lists.subscriptions);
        fields.put(field::unsubscribed, &lists.unsubscribed);
        fields.put(field::never_subscribed, &lists.never_subscribed);
    }
    if fetch.wants("stream") {
        fields.put(field::streams, &view.channels());
    }
    if fetch.wants("channel_folders") {
        fields.put(field::channel_folders, &view.folders());
    }
    if fetch.wants("default_streams") {
        fields.put(field::realm_default_streams, view.default_channels());
    }
    if fetch.wants("default_stream_groups") {
        let groups = &view.state.organization.default_groups.items;
        fields.put(
            field::realm_default_stream_groups,
            groups.get(if view.user.is_guest() { 0..0 } else { 0..groups.len() }).unwrap_or_default(),
        );
    }
}

#[derive(Default)]
struct SubscriptionLists {
    subscriptions: Vec<Listed<Subscription>>,
    unsubscribed: Vec<Listed<Subscription>>,
    never_subscribed: Vec<Listed<Channel>>,
}

impl View<'_> {
    /// Channels that the user may know of, by id; archived ones only for clients that know what that is.
    fn visible_channels(&self) -> impl Iterator<Item = &Arc<ChannelRow>> {
        let archived = self.request.shape.has(Shape::ARCHIVED_CHANNELS);
        let visible = move |channel: &&Arc<ChannelRow>| {
            (archived || !channel.is_archived) && self.state.can_see_channel(self.user, channel)
        };
        self.state.channels.iter().filter(visible)
    }

    /// Spectators see those that channels which they see are in.
    fn folders(&self) -> Vec<&ChannelFolder> {
        let mut folders = self.state.organization.folders_in_order();
        if self.user.is_spectator() {
            folders.retain(|folder| self.visible_channels().any(|channel| channel.folder == Some(folder.id)));
        }
        folders
    }

    fn channels(&self) -> Vec<Channel> {
        self.visible_channels().map(|channel| self.state.channel_view(channel)).collect()
    }

    fn subscription_lists(&self) -> SubscriptionLists {
        let mut lists = SubscriptionLists::default();
        for channel in self.visible_channels() {
            let subscribers = self.subscribers(channel);
            match self.state.channels.subscription(self.user.id, channel.id) {
                Some(row) => {
                    let list = if row.is_active { &mut lists.subscriptions } else { &mut lists.unsubscribed };
                    list.push(Listed { object: self.subscription(channel, row), subscribers });
                }
                // Whoever has no account looks at everything there is as if they were subscribed.
                None if self.user.is_spectator() => {
                    let row = subscriptions::unused(self.state, self.user.id, channel.id);
                    lists.subscriptions.push(Listed { object: self.subscription(channel, &row), subscribers });
                }
                None => {
                    let object = self.state.channel_view(channel);
                    lists.never_subscribed.push(Listed { object, subscribers });
                }
            }
        }
        lists
    }

    /// All of them also where some would do: the list is there already.
    fn subscribers(&self, channel: &ChannelRow) -> Option<Arc<RawValue>> {
        let wanted = self.request.include_subscribers != IncludeSubscribers::None;
        wanted.then(|| self.state.channels.subscribers_json(channel.id))
    }

    fn subscription(&self, channel: &ChannelRow, row: &SubscriptionRow) -> Subscription {
        let mut view = self.state.subscription_view(channel, row);
        if !self.request.shape.has(Shape::NOTIFICATION_SETTINGS_NULL) {
            fill_in(&mut view.settings, &self.user.settings);
        }
        view
    }

    /// Guests are not shown them.
    fn default_channels(&self) -> &[ChannelId] {
        if self.user.is_guest() { &[] } else { &self.state.realm.settings.default_channels }
    }
}

/// For clients that know no null: what the user has chosen for all channels.
fn fill_in(settings: &mut SubscriptionSettings, general: &UserSettings) {
    settings.desktop_notifications.get_or_insert(general.enable_stream_desktop_notifications);
    settings.email_notifications.get_or_insert(general.enable_stream_email_notifications);
    settings.push_notifications.get_or_insert(general.enable_stream_push_notifications);
    settings.audible_notifications.get_or_insert(general.enable_stream_audible_notifications);
    settings.wildcard_mentions_notify.get_or_insert(general.wildcard_mentions_notify);
}

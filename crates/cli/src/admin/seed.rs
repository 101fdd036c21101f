//! Channels and subscriptions made by operators, without anybody who acts.

use smallvec::SmallVec;
use std::sync::Arc;
use tidings_core::change::Change;
use tidings_core::commands::Tx;
use tidings_core::state::channels::{ChannelRow, SubscriptionRow};
use tidings_core::state::groups::system;
use tidings_types::channel::{ChannelPermissions, SubscriptionSettings, TopicsPolicy};
use tidings_types::group::GroupSetting;
use tidings_types::{ApiError, ChannelId, UserId};

/// A channel by name, created if missing.
pub(crate) fn ensure_channel(
    tx: &mut Tx<'_>,
    name: &str,
    description: &str,
    private: bool,
) -> Result<ChannelId, ApiError> {
    if let Some(found) = tx.state.channels.find_by_name(name) {
        return Ok(found.id);
    }
    let id = tx.state.channels.next_id();
    tx.change(Change::Channel(Arc::new(ChannelRow {
        id,
        name: name.to_owned(),
        description: description.to_owned(),
        rendered_description: tidings_markdown_escape(description),
        date_created: tx.now,
        creator: None,
        is_private: private,
        is_web_public: false,
        history_public: !private,
        is_archived: false,
        message_retention_days: None,
        topics_policy: TopicsPolicy::Inherit,
        first_message_id: None,
        permissions: permissions(),
    })));
    Ok(id)
}

fn tidings_markdown_escape(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("<p>{text}</p>") }
}

fn permissions() -> ChannelPermissions {
    let named = GroupSetting::Named;
    ChannelPermissions {
        can_add_subscribers_group: named(system::NOBODY),
        can_remove_subscribers_group: named(system::ADMINISTRATORS),
        can_administer_channel_group: named(system::NOBODY),
        can_delete_any_message_group: named(system::NOBODY),
        can_delete_own_message_group: named(system::NOBODY),
        can_move_messages_out_of_channel_group: named(system::NOBODY),
        can_move_messages_within_channel_group: named(system::NOBODY),
        can_send_message_group: named(system::EVERYONE),
        can_subscribe_group: named(system::NOBODY),
        can_resolve_topics_group: named(system::NOBODY),
    }
}

/// Subscribes users who are not yet.
pub(crate) fn subscribe(tx: &mut Tx<'_>, channel: ChannelId, users: &[UserId]) {
    let seq = tx.state.seq;
    let message = tx.state.next_message_id().0 - 1;
    for user in users {
        if tx.state.channels.is_subscribed(*user, channel) {
            continue;
        }
        let settings = SubscriptionSettings {
            color: "#76ce90".to_owned(),
            is_muted: false,
            pin_to_top: false,
            desktop_notifications: None,
            email_notifications: None,
            wildcard_mentions_notify: None,
            push_notifications: None,
            audible_notifications: None,
        };
        let mut row = SubscriptionRow { is_active: true, settings, spans: SmallVec::new() };
        row.open_span(seq, message);
        tx.change(Change::Subscription { user: *user, channel, row: Arc::new(row) });
    }
}

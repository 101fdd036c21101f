//! Changing channels.

use super::{
    Privacy, access_to_administer, archive, audience_of, check_is_admin, check_is_owner, check_may_set_deleting,
    check_may_set_topics_policy, check_name, decides_on_deleting, defaults, gate, notices, property, viewers,
};
use crate::audience::Audience;
use crate::change::Change;
use crate::commands::signup::default_groups;
use crate::commands::{Tx, bots, folders, permissions, visibility};
use crate::state::channels::ChannelRow;
use crate::state::users::UserRow;
use serde_json::json;
use std::sync::Arc;
use tidings_types::channel::{ChannelPermissions, TopicsPolicy};
use tidings_types::endpoints::channels::RetentionDays;
use tidings_types::events::Event;
use tidings_types::events::channel::StreamUpdate;
use tidings_types::group::GroupSettingUpdate;
use tidings_types::permission::channel as permission;
use tidings_types::{ApiError, ChannelId, UserId};

/// What is to change; none leaves a property as it is.
#[derive(Clone, Debug, Default)]
pub struct ChannelPatch {
    /// As written, and as HTML; rendered before, since that takes time the writer does not have.
    pub description: Option<(String, String)>,
    /// Another name.
    pub new_name: Option<String>,
    /// Only for invited users.
    pub is_private: Option<bool>,
    /// Readable without an account.
    pub is_web_public: Option<bool>,
    /// Whether new subscribers see earlier messages.
    pub history_public: Option<bool>,
    /// New accounts are subscribed.
    pub is_default: Option<bool>,
    /// How long messages are kept.
    pub retention: Option<RetentionDays>,
    /// Out of use.
    pub is_archived: Option<bool>,
    /// Whether messages without a topic are allowed.
    pub topics_policy: Option<TopicsPolicy>,
    /// The folder it is shown in, or that it is in none.
    pub folder: Option<Option<u32>>,
    /// Permissions by name.
    pub permissions: Vec<(&'static str, GroupSettingUpdate)>,
}

/// Permissions that only those may change who may read the channel: with them one could let oneself in.
const NEED_CONTENT_ACCESS: &[&str] = &["can_add_subscribers_group", "can_subscribe_group"];

/// `update-stream`: all that was asked for, or nothing.
///
/// # Errors
/// 400 where the actor may not, or a value cannot be.
pub fn update_channel(tx: &mut Tx<'_>, actor: UserId, id: ChannelId, patch: &ChannelPatch) -> Result<(), ApiError> {
    let actor = tx.actor(actor)?;
    let before = access_to_administer(tx, &actor, id)?;
    let after = patched(tx, &actor, &before, patch)?;
    let default_change = check_default(tx, &actor, &after, patch)?;
    let comes_back = patch.is_archived == Some(false) && before.is_archived;
    if comes_back {
        archive::unarchive(tx, &before)?;
    }
    let now_archived = tx.state.channels.get(id).is_some_and(|channel| channel.is_archived);
    let before = Arc::new(ChannelRow { is_archived: now_archived, ..ChannelRow::clone(&before) });
    let after = Arc::new(ChannelRow { is_archived: now_archived, ..after });
    change(tx, &before, &after);
    // Not before the channel is as it shall be: the first message changes it, too.
    if comes_back {
        notices::say(tx, &actor, &after, "took this channel into use again.")?;
    }
    notices::tell_changes(tx, &actor, &before, &after)?;
    if let Some(is_default) = default_change {
        defaults::set_default(tx, id, is_default);
    }
    if patch.is_archived == Some(true) && !now_archived {
        archive::archive(tx, &actor, &after)?;
    }
    Ok(())
}

/// The channel as it shall be.
fn patched(tx: &Tx<'_>, actor: &UserRow, before: &ChannelRow, patch: &ChannelPatch) -> Result<ChannelRow, ApiError> {
    let mut after = before.clone();
    if let Some(name) = &patch.new_name {
        after.name = check_new_name(tx, before, name)?;
    }
    if let Some((description, rendered)) = &patch.description {
        after.description.clone_from(description);
        after.rendered_description.clone_from(rendered);
    }
    if let Some(retention) = patch.retention {
        check_is_owner(actor)?;
        after.message_retention_days = retention.to_property();
    }
    if let Some(policy) = patch.topics_policy.filter(|policy| *policy != before.topics_policy) {
        check_may_set_topics_policy(tx, actor)?;
        check_topics_fit(tx, before, policy)?;
        after.topics_policy = policy;
    }
    if let Some(folder) = patch.folder {
        if let Some(id) = folder.filter(|_| folder != before.folder) {
            folders::check_can_hold_channels(tx, id)?;
        }
        after.folder = folder;
    }
    let privacy = check_privacy(tx, actor, before, patch)?;
    after.is_private = privacy.is_private;
    after.is_web_public = privacy.is_web_public;
    after.history_public = privacy.history_public;
    for (name, update) in &patch.permissions {
        let place = after.permissions.get_mut(name).ok_or_else(|| ApiError::invalid(name))?;
        permissions::check_change(tx, permission::RULES, name, place, update)?;
        if NEED_CONTENT_ACCESS.contains(name) && *place != update.new {
            check_content_access(tx, actor, before)?;
        }
        if decides_on_deleting(name) && *place != update.new {
            check_may_set_deleting(tx, actor)?;
        }
        *place = update.new.clone();
    }
    Ok(after)
}

/// Where only messages without a topic are allowed, there are no others.
fn check_topics_fit(tx: &Tx<'_>, channel: &ChannelRow, policy: TopicsPolicy) -> Result<(), ApiError> {
    let topics = || tx.state.messages.topics(channel.id).filter(|topic| !topic.name.is_empty());
    let has_others = || topics().any(|topic| tx.state.messages.newest(topic.conversation).is_some());
    if policy == TopicsPolicy::EmptyOnly && has_others() {
        return Err(ApiError::CannotSetTopicsPolicy {});
    }
    Ok(())
}

fn check_new_name(tx: &Tx<'_>, before: &ChannelRow, name: &str) -> Result<String, ApiError> {
    let name = check_name(name)?;
    if name == before.name {
        return Err(ApiError::bad_request("Channel already has that name."));
    }
    if tx.state.channels.find_by_name(&name).is_some_and(|known| known.id != before.id) {
        return Err(ApiError::bad_request("Channel name is already in use."));
    }
    Ok(name)
}

fn check_content_access(tx: &Tx<'_>, actor: &UserRow, channel: &ChannelRow) -> Result<(), ApiError> {
    if tx.state.can_read_channel(actor, channel) {
        return Ok(());
    }
    Err(ApiError::bad_request("Channel content access is required."))
}

fn check_privacy(tx: &Tx<'_>, actor: &UserRow, before: &ChannelRow, patch: &ChannelPatch) -> Result<Privacy, ApiError> {
    let known = Privacy::of(before);
    if patch.is_private.is_none() && patch.is_web_public.is_none() && patch.history_public.is_none() {
        return Ok(known);
    }
    check_content_access(tx, actor, before)?;
    let is_private = patch.is_private.unwrap_or(before.is_private && patch.is_web_public != Some(true));
    let is_web_public = patch.is_web_public.unwrap_or(before.is_web_public && !is_private);
    let kept = (is_private == before.is_private).then_some(known.history_public);
    let wanted = Privacy::new(is_private, is_web_public, patch.history_public.or(kept))?;
    if (wanted.is_private, wanted.is_web_public) != (known.is_private, known.is_web_public) {
        wanted.check_may_make(tx, actor)?;
    }
    if !wanted.is_private && tx.state.realm.settings.moderation_request_channel_id == i64::from(before.id.0) {
        return Err(ApiError::bad_request("The channel for reports has to be private."));
    }
    let is_default = tx.state.realm.settings.default_channels.contains(&before.id);
    if wanted.is_private && is_default && patch.is_default != Some(false) {
        return Err(ApiError::bad_request("A default channel cannot be private."));
    }
    Ok(wanted)
}

fn check_default(
    tx: &Tx<'_>,
    actor: &UserRow,
    after: &ChannelRow,
    patch: &ChannelPatch,
) -> Result<Option<bool>, ApiError> {
    let Some(is_default) = patch.is_default else { return Ok(None) };
    check_is_admin(actor)?;
    let stays_archived = patch.is_archived.unwrap_or(after.is_archived);
    if is_default && after.is_private {
        return Err(ApiError::bad_request("A default channel cannot be private."));
    }
    if is_default && stays_archived {
        return Err(ApiError::bad_request("A default channel cannot be archived."));
    }
    let known = tx.state.realm.settings.default_channels.contains(&after.id);
    Ok((known != is_default).then_some(is_default))
}

/// Makes the change and tells of it: those who see the channel before and after, of the properties; those who see it
/// only before or only after, of that.
fn change(tx: &mut Tx<'_>, before: &Arc<ChannelRow>, after: &Arc<ChannelRow>) {
    if before == after {
        return;
    }
    let updates = updates(tx, before, after);
    let regroups = Privacy::of(before) != Privacy::of(after) || before.permissions != after.permissions;
    if !regroups {
        tx.change(Change::Channel(Arc::clone(after)));
        let audience = tx.state.who_sees_channel(after);
        tell_updates(tx, after, updates, &audience);
        return tell_bots(tx, before, after);
    }
    let saw = viewers(&tx.state, before);
    tx.change(Change::Channel(Arc::clone(after)));
    let see = viewers(&tx.state, after);
    let (stay, gained, lost) = (audience_of(&(&saw & &see)), &see - &saw, &saw - &see);
    tell_updates(tx, after, updates, &stay);
    if after.is_private {
        default_groups::forget_channel(tx, after.id);
    }
    let channel = [Arc::clone(after)];
    if !gained.is_empty() {
        visibility::emit_channels_gained(tx, &channel, &audience_of(&gained));
    }
    if !lost.is_empty() {
        visibility::emit_channels_lost(tx, &channel, &audience_of(&lost));
    }
    tell_bots(tx, before, after);
}

fn tell_bots(tx: &mut Tx<'_>, before: &ChannelRow, after: &ChannelRow) {
    if before.name != after.name {
        bots::tell_renamed_default(tx, after.id);
    }
}

fn tell_updates(tx: &mut Tx<'_>, channel: &ChannelRow, updates: Vec<StreamUpdate>, audience: &Audience) {
    for update in updates {
        tx.emit_gated(Event::StreamUpdate(update), audience.clone(), gate(channel));
    }
}

/// One event for each property that differs; the deprecated forms of a permission before the permission.
fn updates(tx: &Tx<'_>, before: &ChannelRow, after: &ChannelRow) -> Vec<StreamUpdate> {
    let mut updates = Vec::new();
    let one = |name: &str, value| property(before.id, &before.name, name, value);
    if before.name != after.name {
        updates.push(one("name", json!(after.name)));
    }
    if before.description != after.description || before.rendered_description != after.rendered_description {
        let mut update = one("description", json!(after.description));
        update.rendered_description = Some(after.rendered_description.clone());
        updates.push(update);
    }
    if Privacy::of(before) != Privacy::of(after) {
        let mut update = one("invite_only", json!(after.is_private));
        update.history_public_to_subscribers = Some(Privacy::of(after).history_public);
        update.is_web_public = Some(after.is_web_public);
        updates.push(update);
    }
    if before.message_retention_days != after.message_retention_days {
        updates.push(one("message_retention_days", json!(after.message_retention_days)));
    }
    if before.topics_policy != after.topics_policy {
        updates.push(one("topics_policy", json!(after.topics_policy)));
    }
    if before.folder != after.folder {
        updates.push(one("folder_id", json!(after.folder)));
    }
    let (old, new) = (tx.state.channel_view(before), tx.state.channel_view(after));
    if old.stream_post_policy != new.stream_post_policy {
        updates.push(one("stream_post_policy", json!(new.stream_post_policy)));
    }
    if old.is_announcement_only != new.is_announcement_only {
        updates.push(one("is_announcement_only", json!(new.is_announcement_only)));
    }
    for name in ChannelPermissions::NAMES {
        if before.permissions.get(name) != after.permissions.get(name) {
            let shown = after.permissions.get(name).map(|setting| tx.state.shown_setting(setting));
            updates.push(one(name, json!(shown)));
        }
    }
    updates
}

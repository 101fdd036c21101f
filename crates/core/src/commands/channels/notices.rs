//! Messages in a channel that say what became of it, in the name of the server.

use super::Privacy;
use crate::commands::{Tx, notify};
use crate::state::channels::ChannelRow;
use crate::state::groups::title;
use crate::state::users::UserRow;
use tidings_types::ApiError;
use tidings_types::channel::TopicsPolicy;
use tidings_types::group::GroupSetting;

/// Their topic, as elsewhere.
const TOPIC: &str = "channel events";

/// Groups that a notice names; more are counted.
const NAMED_MAX: usize = 10;

/// Says in the channel what of it changed, if it is in use.
///
/// # Errors
/// The store fails.
pub(super) fn tell_changes(
    tx: &mut Tx<'_>,
    actor: &UserRow,
    before: &ChannelRow,
    after: &ChannelRow,
) -> Result<(), ApiError> {
    if after.is_archived {
        return Ok(());
    }
    let (old, new) = (before, after);
    if old.name != new.name {
        let (old, new) = (notify::in_brackets(&old.name), notify::in_brackets(&new.name));
        say(tx, actor, after, &format!("renamed this channel from **{old}** to **{new}**."))?;
    }
    if old.description != new.description {
        let (old, new) = (quoted(&old.description), quoted(&new.description));
        say(tx, actor, after, &format!("changed the description of this channel.\n\nBefore:\n{old}\n\nNow:\n{new}"))?;
    }
    if Privacy::of(old) != Privacy::of(new) {
        let (old, new) = (Privacy::of(old).name(), Privacy::of(new).name());
        say(tx, actor, after, &format!("changed who may see this channel, from **{old}** to **{new}**."))?;
    }
    let posting = |row: &ChannelRow| row.permissions.get("can_send_message_group").cloned();
    if let (Some(old), Some(new)) = (posting(old), posting(new))
        && old != new
    {
        let (old, new) = (named(tx, &old), named(tx, &new));
        say(tx, actor, after, &format!("changed who may send messages to this channel, from {old} to {new}."))?;
    }
    if old.message_retention_days != new.message_retention_days {
        let (old, new) = (kept(old), kept(new));
        say(tx, actor, after, &format!("changed how long messages of this channel are kept, from {old} to {new}."))?;
    }
    Ok(())
}

/// Says in the channel what somebody did.
///
/// # Errors
/// The store fails.
pub(super) fn say(tx: &mut Tx<'_>, actor: &UserRow, channel: &ChannelRow, what: &str) -> Result<(), ApiError> {
    let topic = if channel.topics_policy == TopicsPolicy::EmptyOnly { "" } else { TOPIC };
    let text = format!("{} {what}", notify::mention(actor));
    notify::send(tx, actor, channel.id, topic, text, &[actor.id]).map(drop)
}

fn quoted(text: &str) -> String {
    if text.is_empty() {
        return "*nothing*".to_owned();
    }
    let (text, fence) = (notify::quiet(text), notify::fence_for(text));
    format!("{fence}quote\n{text}\n{fence}")
}

/// Who a permission is given to. People are counted: there may be guests in the channel who may not know of them.
fn named(tx: &Tx<'_>, setting: &GroupSetting) -> String {
    let group = |id| match title(id) {
        Some(title) => Some(format!("**{title}**")),
        None => tx.state.groups.get(id).map(|group| notify::group_name(&group.row.name)),
    };
    let (users, groups) = match tx.state.shown_setting(setting) {
        GroupSetting::Named(id) => return group(id).unwrap_or_else(|| "nobody".to_owned()),
        GroupSetting::Anonymous { direct_members, direct_subgroups } => (direct_members, direct_subgroups),
    };
    let mut names: Vec<String> = groups.into_iter().filter_map(group).collect();
    let more = names.len().saturating_sub(NAMED_MAX);
    names.truncate(NAMED_MAX);
    if more > 0 {
        names.push(format!("{more} more groups"));
    }
    match users.len() {
        0 => {}
        1 => names.push("1 person".to_owned()),
        count => names.push(format!("{count} people")),
    }
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}

fn kept(channel: &ChannelRow) -> String {
    match channel.message_retention_days {
        None => "**as long as the organization has it**".to_owned(),
        Some(1) => "**1 day**".to_owned(),
        Some(days) if days > 0 => format!("**{days} days**"),
        Some(_) => "**for ever**".to_owned(),
    }
}

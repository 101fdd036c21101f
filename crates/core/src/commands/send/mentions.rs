//! Whom a message mentions, and whether its sender may mention them.

use super::Place;
use crate::commands::Tx;
use crate::limits;
use crate::state::flags::MentionBits;
use crate::state::groups::Group;
use crate::state::users::UserRow;
use tidings_markdown::Rendered;
use tidings_types::{ApiError, GroupId, MessageId, UserId, permission};

pub(in crate::commands) fn check_wildcards(
    tx: &Tx<'_>,
    sender: &UserRow,
    place: &Place,
    rendered: &Rendered,
) -> Result<(), ApiError> {
    let Place::Topic { channel, .. } = place else { return Ok(()) };
    if tx.state.may(sender, &permission::realm::can_mention_many_users_group) {
        return Ok(());
    }
    let many = limits::WILDCARD_FREE_SUBSCRIBERS_MAX;
    if rendered.topic_wildcard && topic_participants(tx, place, sender.id)?.len() > many {
        return Err(ApiError::TopicWildcardNotAllowed {});
    }
    if tx.state.channels.subscriber_count(channel.id) <= many {
        return Ok(());
    }
    if rendered.channel_wildcard {
        return Err(ApiError::ChannelWildcardNotAllowed {});
    }
    // A group that has everybody of a role in it is as good as a wildcard.
    let mut groups = rendered.mentioned_groups.iter().filter_map(|id| tx.state.groups.get(GroupId(*id)));
    if groups.any(Group::has_role) {
        return Err(ApiError::ChannelWildcardNotAllowed {});
    }
    Ok(())
}

/// Built-in groups are mentioned silently only; of the others, each says who may mention it.
pub(in crate::commands) fn check_groups(tx: &Tx<'_>, sender: &UserRow, rendered: &Rendered) -> Result<(), ApiError> {
    for id in rendered.mentioned_groups.iter().copied().map(GroupId) {
        let may =
            tx.state.groups.get(id).is_some_and(|group| {
                tx.state.has(sender, &permission::group::can_mention_group, &group.row.permissions)
            });
        if !may {
            let name = tx.state.group_name(id).unwrap_or_default();
            return Err(ApiError::bad_request(format!("You are not allowed to mention user group '{name}'.")));
        }
    }
    Ok(())
}

/// Whom a message concerns in particular: of these, who gets it, or `holds` it already, and bots that may read it.
pub(in crate::commands) fn mentions(
    tx: &Tx<'_>,
    place: &Place,
    sender: UserId,
    rendered: &Rendered,
    alerted: &[UserId],
    holds: impl Fn(UserId) -> bool,
) -> Result<Vec<(UserId, MentionBits)>, ApiError> {
    let mut found: Vec<(UserId, MentionBits)> =
        rendered.mentioned_users.iter().map(|id| (UserId(*id), MentionBits::USER)).collect();
    let is_bot = |user: UserId| tx.state.active_user(user).is_some_and(|row| row.is_bot());
    found.retain(|(user, _)| {
        place.is_recipient(tx, *user) || holds(*user) || (is_bot(*user) && place.may_read(tx, *user))
    });
    let mut others: Vec<(UserId, MentionBits)> = alerted.iter().map(|user| (*user, MentionBits::ALERT_WORD)).collect();
    if rendered.topic_wildcard {
        let participants = topic_participants(tx, place, sender)?;
        others.extend(participants.into_iter().map(|user| (user, MentionBits::TOPIC_WILDCARD)));
    }
    for group in rendered.mentioned_groups.iter().copied().map(GroupId) {
        others.extend(members_there(tx, place, group).into_iter().map(|user| (user, MentionBits::USER)));
    }
    others.retain(|(user, _)| place.is_recipient(tx, *user) || holds(*user));
    found.extend(others);
    Ok(merge_mentions(found))
}

/// Who takes part in a topic, ascending: who sends, sent, or reacted to one of its newest messages. Nobody in a direct
/// conversation.
fn topic_participants(tx: &Tx<'_>, place: &Place, sender: UserId) -> Result<Vec<UserId>, ApiError> {
    let Place::Topic { channel, topic } = place else { return Ok(Vec::new()) };
    let mut participants = vec![sender];
    let known = tx.state.messages.topic(channel.id, topic).and_then(|topic| tx.state.messages.ids(topic.conversation));
    if let Some(ids) = known {
        let newest: Vec<MessageId> = ids.newest_first().take(limits::REACTED_MESSAGES_MAX).collect();
        participants.extend(tx.reactors_of(&newest)?);
        let ids = ids.to_bitmap();
        let sent_there = |user: &UserId| tx.state.messages.sent_by(*user).is_some_and(|sent| sent.has_any_of(&ids));
        participants.extend(tx.state.users.iter().map(|row| row.id).filter(sent_there));
    }
    participants.sort_unstable();
    participants.dedup();
    Ok(participants)
}

/// Members of a group among those who get what is sent to a place; of both the fewer are looked through.
fn members_there(tx: &Tx<'_>, place: &Place, group: GroupId) -> Vec<UserId> {
    let has_role = tx.state.groups.get(group).is_none_or(Group::has_role);
    match place {
        Place::Topic { channel, .. } if has_role => {
            let subscribers = tx.state.channels.subscribers(channel.id).into_iter();
            let is_member =
                |user: &UserId| tx.state.active_user(*user).is_some_and(|row| tx.state.in_group(row, group));
            subscribers.filter(is_member).collect()
        }
        _ => tx.state.group_members(group, false),
    }
}

/// One row for each user, ascending.
fn merge_mentions(mut found: Vec<(UserId, MentionBits)>) -> Vec<(UserId, MentionBits)> {
    found.sort_unstable_by_key(|(user, _)| *user);
    found.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 = kept.1.with(next.1);
        }
        same
    });
    found
}

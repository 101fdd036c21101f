//! Messages that the server itself sends, in the name of its [`NOTIFICATION_BOT`].

use super::Tx;
use super::send::{self, NewMessage, Place};
use crate::state::channels::ChannelRow;
use crate::state::messages::ConversationKind;
use crate::state::users::{NOTIFICATION_BOT, UserRow};
use std::fmt::Write as _;
use std::sync::Arc;
use tidings_markdown::Rendered;
use tidings_types::{ApiError, ChannelId, MessageId, UserId};

/// Sends a short text to a topic, rendered as `actor` would have it. It is read at once for `read_by`.
///
/// # Errors
/// The store fails.
pub fn send(
    tx: &mut Tx<'_>,
    actor: &UserRow,
    channel: ChannelId,
    topic: &str,
    content: String,
    read_by: &[UserId],
) -> Result<MessageId, ApiError> {
    let bot = tx.state.users.sender(NOTIFICATION_BOT).cloned().ok_or(ApiError::Internal {})?;
    let channel = tx.state.channels.get(channel).cloned().ok_or(ApiError::Internal {})?;
    let new = message(tx, actor, content, read_by);
    let place = Place::Topic { channel, topic: topic.to_owned() };
    Ok(send::deliver(tx, &bot, &place, new)?.id)
}

/// Sends a text to one user.
///
/// # Errors
/// The store fails.
pub fn send_direct(tx: &mut Tx<'_>, to: &UserRow, content: String) -> Result<MessageId, ApiError> {
    let bot = tx.state.users.sender(NOTIFICATION_BOT).cloned().ok_or(ApiError::Internal {})?;
    let mut users = vec![bot.id, to.id];
    users.sort_unstable();
    let new = message(tx, to, content, &[]);
    Ok(send::deliver(tx, &bot, &Place::Direct { users }, new)?.id)
}

/// The channel that the organization has for something, if it has one that is in use; -1 stands for none.
#[must_use]
pub fn channel_for(tx: &Tx<'_>, id: i64) -> Option<ChannelId> {
    let channel = u32::try_from(id).ok().and_then(|id| tx.state.channels.get(ChannelId(id)));
    channel.filter(|channel| !channel.is_archived).map(|channel| channel.id)
}

/// A text as HTML, with what `viewer` sees.
#[must_use]
pub fn render(tx: &Tx<'_>, viewer: &UserRow, content: &str) -> Rendered {
    tx.rendered(viewer, content)
}

fn message(tx: &Tx<'_>, viewer: &UserRow, content: String, read_by: &[UserId]) -> NewMessage {
    NewMessage {
        rendered: render(tx, viewer, &content),
        content,
        alerted: Vec::new(),
        client: "Internal".to_owned(),
        read_by_sender: false,
        read_by: read_by.to_vec(),
        sent_from: None,
        widget: None,
        keys: Vec::new(),
    }
}

/// A time as messages have it: shown to each reader in their time zone.
#[must_use]
pub fn time(unix_secs: i64) -> String {
    format!("<time:{unix_secs}>")
}

/// Names a user without mentioning them.
#[must_use]
pub fn mention(user: &UserRow) -> String {
    format!("@_**{}|{}**", user.full_name, user.id)
}

/// A group by its name, without a mention that counts.
#[must_use]
pub fn group_name(name: &str) -> String {
    if is_plain(name) { format!("@_*{name}*") } else { in_brackets(name) }
}

/// A link to a topic, in the syntax that messages have for it where the names allow that.
#[must_use]
pub fn topic_link(channel: &ChannelRow, topic: &str) -> String {
    if is_plain(&channel.name) && is_plain(topic) && !topic.is_empty() {
        return format!("#**{}>{topic}**", channel.name);
    }
    format!("[{}]({})", in_brackets(&format!("#{} > {topic}", channel.name)), topic_url(channel, topic))
}

/// A link to a channel, in the syntax that messages have for it where the name allows that.
#[must_use]
pub fn channel_link(channel: &ChannelRow) -> String {
    if is_plain(&channel.name) {
        return format!("#**{}**", channel.name);
    }
    format!("[{}]({})", in_brackets(&format!("#{}", channel.name)), channel_url(channel))
}

/// Whether a name means itself in the syntax for links.
fn is_plain(text: &str) -> bool {
    !text.contains(['`', '>', '*', '&', '[', ']', '$', '\\', '<'])
}

/// Text without anything that means more than itself between brackets, or asterisks.
pub(super) fn in_brackets(text: &str) -> String {
    let shown = |c: char| if c.is_alphanumeric() || " #>-_.,:!?'".contains(c) { c } else { '·' };
    text.chars().map(shown).collect::<String>().trim_end().to_owned()
}

fn channel_url(channel: &ChannelRow) -> String {
    format!("#narrow/channel/{}-{}", channel.id, in_hash(&channel.name.replace(' ', "-")))
}

fn topic_url(channel: &ChannelRow, topic: &str) -> String {
    format!("{}/topic/{}", channel_url(channel), in_hash(topic))
}

/// Where clients show a message.
#[must_use]
pub fn message_url(tx: &Tx<'_>, id: MessageId) -> String {
    match tx.state.messages.kind_of_message(id).map(|kind| &**kind) {
        Some(ConversationKind::Topic { channel, topic }) => match tx.state.channels.get(*channel) {
            Some(channel) => format!("{}/near/{id}", topic_url(channel, topic)),
            None => String::new(),
        },
        Some(ConversationKind::Direct { users }) => {
            let ids: Vec<String> = users.iter().map(UserId::to_string).collect();
            format!("#narrow/dm/{}-{}/near/{id}", ids.join(","), if users.len() > 2 { "group" } else { "dm" })
        }
        None => String::new(),
    }
}

/// Text as the part of an address behind `#` has it: percent-encoded, with dots for percent signs, since some browsers
/// decode the latter.
fn in_hash(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, ".{byte:02X}");
        }
    }
    out
}

/// Text of somebody in which nobody is mentioned: mentions become silent ones.
#[must_use]
pub fn quiet(text: &str) -> String {
    text.replace("@**", "@_**").replace("@*", "@_*")
}

/// A row of backquotes that is in no line of a text.
#[must_use]
pub fn fence_for(text: &str) -> String {
    let longest = text.lines().map(|line| line.trim_start().chars().take_while(|c| *c == '`').count()).max();
    "`".repeat(longest.unwrap_or(0).max(2) + 1)
}

/// The channel a message is in; none for direct messages.
pub(super) fn channel_of(tx: &Tx<'_>, id: MessageId) -> Option<Arc<ChannelRow>> {
    let conversation = tx.state.messages.conversation_of(id)?;
    tx.state.channels.get(tx.state.messages.channel_of(conversation)?).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_dots_for_percent_signs() {
        assert_eq!(in_hash("a b.c/é"), "a.20b.2Ec.2F.C3.A9");
    }

    #[test]
    fn quoted_mentions_are_silent() {
        assert_eq!(quiet("@**all** @_**Iago** @*staff*"), "@_**all** @_**Iago** @_*staff*");
    }

    #[test]
    fn a_fence_is_longer_than_any_in_the_text() {
        assert_eq!(fence_for("plain"), "```");
        assert_eq!(fence_for("x\n  ````\n"), "`````");
    }
}

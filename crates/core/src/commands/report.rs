//! Reports of messages: told in the channel that the organization has for them.

use super::{Tx, notify};
use crate::change::MessageRow;
use crate::limits;
use crate::state::messages::ConversationKind;
use crate::state::users::UserRow;
use tidings_types::channel::TopicsPolicy;
use tidings_types::endpoints::messages::change::ReportType;
use tidings_types::{ApiError, ChannelId, MessageId, UserId};

/// Why somebody reports a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The reason they chose.
    pub reason: ReportType,
    /// In their own words; may be empty.
    pub description: String,
}

fn text_of(reason: ReportType) -> &'static str {
    match reason {
        ReportType::Spam => "Spam",
        ReportType::Harassment => "Harassment",
        ReportType::Inappropriate => "Inappropriate content",
        ReportType::Norms => "Violates community norms",
        ReportType::Other => "Other reason",
    }
}

/// `report-message`.
///
/// # Errors
/// 400 where there is no channel for reports, for a message that may not be read, and for a description that is missing
/// or too long.
pub fn report_message(tx: &mut Tx<'_>, actor: UserId, id: MessageId, report: &Report) -> Result<(), ApiError> {
    let reporter = tx.actor(actor)?;
    let channel = u32::try_from(tx.state.realm.settings.moderation_request_channel_id).ok().map(ChannelId);
    let channel =
        channel.and_then(|id| tx.state.channels.get(id)).filter(|channel| channel.is_private && !channel.is_archived);
    let channel = channel.cloned();
    let channel = channel.ok_or_else(|| {
        ApiError::bad_request("Moderation request channel must be specified to enable message reporting.")
    })?;
    tx.state.check_can_read(&reporter, id)?;
    let message = tx.message(id)?.ok_or_else(|| ApiError::bad_request("Invalid message(s)"))?;
    if report.reason == ReportType::Other && report.description.trim().is_empty() {
        return Err(ApiError::bad_request("For reports of this type, a description is required."));
    }
    if report.description.chars().count() > limits::REPORT_CHARS_MAX {
        let limit = limits::REPORT_CHARS_MAX;
        return Err(ApiError::bad_request(format!("description is too long (limit: {limit} characters)")));
    }
    let sender = tx.state.users.sender(message.sender).cloned().ok_or(ApiError::Internal {})?;
    let text = text(tx, &reporter, &sender, &message, report);
    let topic = match channel.topics_policy {
        TopicsPolicy::EmptyOnly => String::new(),
        _ => super::send::check_topic(&format!("{} moderation", sender.full_name))?,
    };
    notify::send(tx, &reporter, channel.id, &topic, text, &[]).map(drop)
}

fn text(tx: &Tx<'_>, reporter: &UserRow, sender: &UserRow, message: &MessageRow, report: &Report) -> String {
    let (who, whose) = (notify::mention(reporter), notify::mention(sender));
    let time = jiff::Timestamp::from_second(message.timestamp).unwrap_or_default();
    let to = recipients(tx, message, sender.id);
    // What people wrote is quoted, so that it is nothing but text of theirs, and mentions nobody.
    let description = notify::quiet(report.description.trim());
    let room = limits::MESSAGE_CHARS_MAX - limits::REPORT_CHARS_MAX - 500 - to.len();
    let mut reported: String = message.content.chars().take(room).collect();
    if reported.len() < message.content.len() {
        reported.push_str("\n[message truncated]");
    }
    let (reason, link) = (text_of(report.reason), notify::message_url(tx, message.id));
    let (outer, inner) = (notify::fence_for(&description), notify::fence_for(&reported));
    format!(
        "{who} reported a message sent by {whose}{to} at <time:{time}>.\n\n\
         {outer}quote\n**{reason}**. {description}\n{outer}\n\n\
         {inner}spoiler [Original message]({link})\n{}\n{inner}",
        notify::quiet(&reported)
    )
}

/// Of a direct message, to whom else it was sent.
fn recipients(tx: &Tx<'_>, message: &MessageRow, sender: UserId) -> String {
    let Some(ConversationKind::Direct { users }) = tx.state.messages.kind(message.conversation).map(|kind| &**kind)
    else {
        return String::new();
    };
    let others = users.iter().filter(|user| **user != sender).take(10).filter_map(|user| tx.state.users.get(*user));
    let names: Vec<String> = others.map(|user| notify::mention(user)).collect();
    if names.is_empty() { String::new() } else { format!(" to {}", names.join(", ")) }
}

//! Which messages a queue with a narrow gets: pairs of operator and operand, all of which must match.

use crate::event::MessagePayload;
use crate::limits;
use crate::shape::Shape;
use tidings_types::message::RESOLVED_TOPIC_PREFIX;
use tidings_types::narrow::QueueNarrow;
use tidings_types::{ApiError, UserId};

/// One term, ready to be compared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Term {
    Channel(String),
    Topic(String),
    Sender(String),
    IsDirect,
    Flag { name: &'static str, present: bool },
    IsResolved,
    Anything,
}

/// A narrow that was checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Narrow(Vec<Term>);

impl Narrow {
    /// Checks a narrow.
    ///
    /// # Errors
    /// 400 for an operator that queues do not support, for `is:followed`, and for a narrow that is too long.
    pub fn parse(pairs: &QueueNarrow) -> Result<Self, ApiError> {
        let bytes: usize = pairs.0.iter().map(|(_, operand)| operand.len()).sum();
        if pairs.0.len() > limits::NARROW_TERMS_MAX || bytes > limits::NARROW_BYTES_MAX {
            return Err(ApiError::bad_request("narrow is too long"));
        }
        pairs.0.iter().map(|(operator, operand)| parse_term(operator, operand)).collect::<Result<_, _>>().map(Narrow)
    }

    /// Whether it lets everything through.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a message with these flags passes, which a user reads. `shape` decides by which name an empty topic is
    /// compared.
    #[must_use]
    pub fn matches(&self, payload: &MessagePayload, user: UserId, flags: &[&'static str], shape: Shape) -> bool {
        self.0.iter().all(|term| term.matches(payload, user, flags, shape))
    }
}

fn parse_term(operator: &str, operand: &str) -> Result<Term, ApiError> {
    let flag = |name, present| Ok(Term::Flag { name, present });
    match (operator, operand) {
        ("stream" | "channel", name) => Ok(Term::Channel(name.to_lowercase())),
        ("topic", name) => Ok(Term::Topic(name.to_lowercase())),
        ("sender", email) => Ok(Term::Sender(email.to_lowercase())),
        ("is", "dm" | "private") => Ok(Term::IsDirect),
        ("is", "mentioned") => flag("mentioned", true),
        ("is", "alerted") => flag("has_alert_word", true),
        ("is", "starred") => flag("starred", true),
        ("is", "unread") => flag("read", false),
        ("is", "resolved") => Ok(Term::IsResolved),
        ("is", "followed") => Err(ApiError::bad_request("Operand followed not supported.")),
        // Servers of this API let every other operand pass, and clients in use rely on it.
        ("is", _) => Ok(Term::Anything),
        (operator, _) => {
            let operator: String = operator.chars().take(100).collect();
            Err(ApiError::bad_request(format!("Operator {operator} not supported.")))
        }
    }
}

impl Term {
    fn matches(&self, payload: &MessagePayload, user: UserId, flags: &[&'static str], shape: Shape) -> bool {
        use tidings_types::message::DisplayRecipient;
        let message = &payload.message;
        match self {
            Term::Channel(name) => {
                matches!(&message.display_recipient, DisplayRecipient::Channel(channel) if channel.to_lowercase() == *name)
            }
            Term::Topic(name) => message.stream_id.is_some() && shape.topic(&message.subject).to_lowercase() == *name,
            Term::Sender(email) => payload.sender_email_for(user).to_lowercase() == *email,
            Term::IsDirect => message.stream_id.is_none(),
            Term::Flag { name, present } => flags.contains(name) == *present,
            Term::IsResolved => message.stream_id.is_some() && message.subject.starts_with(RESOLVED_TOPIC_PREFIX),
            Term::Anything => true,
        }
    }
}

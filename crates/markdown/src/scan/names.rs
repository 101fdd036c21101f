//! Mentions (`@**name**`, `@*group*`) and channel links (`#**channel>topic@message**`).

use super::{Scanner, Token};
use crate::directory::UserRef;

/// Longest text tried between the asterisks, in bytes: a channel, a topic, a message id and some room.
const NAME_BYTES_MAX: usize = 1000;

/// The names that reach everyone in a channel, and the one that reaches everyone in a topic.
const CHANNEL_WILDCARDS: [&str; 4] = ["all", "everyone", "channel", "stream"];
const TOPIC_WILDCARD: &str = "topic";

impl Scanner<'_, '_> {
    pub(super) fn mention(&mut self) -> bool {
        if !self.may_mention() {
            return false;
        }
        let rest = &self.rest()[1..];
        let (silent, rest) = match rest.strip_prefix('_') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let prefix = 1 + usize::from(silent);
        if let Some(name) = between(rest, "**") {
            let Some(token) = self.person(name, silent) else {
                return false;
            };
            return self.token(token, prefix + name.len() + 4);
        }
        let Some(name) = between(rest, "*") else {
            return false;
        };
        let Some(group) = self.directory.group_by_name(name) else {
            return false;
        };
        self.token(
            Token::Group { id: group.id, name: group.name, silent: silent || !group.is_active },
            prefix + name.len() + 2,
        )
    }

    fn person(&self, name: &str, silent: bool) -> Option<Token> {
        if let Some(word) = CHANNEL_WILDCARDS.into_iter().find(|word| *word == name) {
            return Some(Token::ChannelWildcard { word, silent });
        }
        if name == TOPIC_WILDCARD {
            return Some(Token::TopicWildcard { silent });
        }
        let user = self.user(name)?;
        Some(Token::User { id: user.id, name: user.full_name, silent: silent || !user.is_active })
    }

    /// The user meant by `name`, `name|id` or `|id`; beside an id the name has to be spelled as it is. A name alone says nobody if several users in use share it, or if none in
    /// use has it and several others do.
    fn user(&self, name: &str) -> Option<UserRef> {
        if let Some((full_name, id)) = name.rsplit_once('|')
            && let Ok(id) = id.parse()
        {
            return self.directory.user_by_id(id).filter(|user| full_name.is_empty() || user.full_name == full_name);
        }
        let mut users = self.directory.users_by_name(name);
        if users.iter().any(|user| user.is_active) {
            users.retain(|user| user.is_active);
        }
        if users.len() == 1 { users.pop() } else { None }
    }

    pub(super) fn channel_link(&mut self) -> bool {
        let Some(text) = self.rest().strip_prefix('#').and_then(|rest| between(rest, "**")) else {
            return false;
        };
        if !self.may_mention() {
            return false;
        }
        let (name, topic) = match text.split_once('>') {
            Some((name, topic)) => (name, Some(topic)),
            None => (text, None),
        };
        let Some(channel) = self.directory.channel_by_name(name) else {
            return false;
        };
        let token = match topic {
            None => Token::Channel(channel),
            Some(topic) => match message_id(topic) {
                Some((topic, id)) => Token::Message { channel, topic: topic.to_owned(), message_id: id.to_owned() },
                None => {
                    let newest = self.directory.newest_in_topic(channel.id, topic);
                    Token::Topic { channel, topic: topic.to_owned(), newest }
                }
            },
        };
        self.token(token, text.len() + 5)
    }
}

/// Splits `topic@123`.
fn message_id(topic: &str) -> Option<(&str, &str)> {
    let (topic, id) = topic.rsplit_once('@')?;
    let is_id = !id.is_empty() && id.len() <= 19 && id.bytes().all(|b| b.is_ascii_digit());
    is_id.then_some((topic, id))
}

/// The text between two `fence`s at the start of `rest`: on one line, not empty, without asterisks.
fn between<'a>(rest: &'a str, fence: &str) -> Option<&'a str> {
    let inner = rest.strip_prefix(fence)?;
    let end = inner.bytes().take(NAME_BYTES_MAX).position(|b| matches!(b, b'*' | b'\n'))?;
    (end > 0 && inner[end..].starts_with(fence)).then(|| &inner[..end])
}

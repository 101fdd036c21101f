//! A narrow as conditions for the store: places and flags become sets of message ids from memory, the rest is asked
//! of the database.

use roaring::RoaringBitmap;
use serde_json::Value;
use std::sync::Arc;
use tidings_core::shape::EMPTY_TOPIC_DISPLAY_NAME;
use tidings_core::state::RealmState;
use tidings_core::state::channels::ChannelRow;
use tidings_core::state::flags::Flag;
use tidings_core::state::ids::IdSet;
use tidings_core::state::messages::{ConversationKind, Topic};
use tidings_core::state::users::UserRow;
use tidings_store::query::{Bounds, Condition, MessageQuery, Page};
use tidings_types::message::RESOLVED_TOPIC_PREFIX;
use tidings_types::narrow::NarrowTerm;
use tidings_types::{ApiError, ChannelId, ConversationId, MessageId, UserId};

/// What a message must be to match, for one user.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// One of these, all of which the user may read.
    pub ids: RoaringBitmap,
    /// And this.
    pub conditions: Vec<Condition>,
    /// What was searched for, to be marked: words, and phrases of several; none where nothing was.
    pub words: Option<Vec<String>>,
    /// How many words are searched for in all.
    pub words_count: usize,
    /// The narrow names one channel.
    pub names_channel: bool,
}

/// Which messages a narrow is applied to.
#[derive(Clone, Debug)]
pub enum Scope {
    /// The user's own history, or what they may read of the channels that the narrow names.
    Usual,
    /// Of these, what the user may read.
    Ids(Vec<MessageId>),
}

/// Terms of a narrow at most; no client needs a tenth of it.
const TERMS_MAX: usize = 100;

/// Words of a search at most: each is looked up by itself.
const WORDS_MAX: usize = 100;

/// A narrow as a filter.
///
/// # Errors
/// 400 `BAD_NARROW` for what is not understood, and for names of channels and users that the viewer may not know.
pub fn filter(state: &RealmState, viewer: &UserRow, terms: &[NarrowTerm], scope: &Scope) -> Result<Filter, ApiError> {
    if terms.len() > TERMS_MAX {
        return Err(bad("too many terms"));
    }
    let narrower = Narrower { state, viewer };
    let terms: Vec<NarrowTerm> = terms.iter().map(without_minus).collect();
    let terms = narrower.replace_with(&terms)?;
    check_one_kind(&terms)?;
    let names_channel = terms.iter().any(|term| is_channel(&term.operator));
    let mut filter = Filter { ids: narrower.scope(&terms, scope)?, names_channel, ..Filter::default() };
    for term in &terms {
        narrower.apply(&mut filter, term)?;
    }
    Ok(filter)
}

/// A minus before the operator negates, as people write it in a search box.
fn without_minus(term: &NarrowTerm) -> NarrowTerm {
    match term.operator.strip_prefix('-') {
        Some(operator) => {
            NarrowTerm { operator: operator.to_owned(), operand: term.operand.clone(), negated: !term.negated }
        }
        None => term.clone(),
    }
}

fn bad(desc: impl Into<String>) -> ApiError {
    ApiError::BadNarrow { desc: desc.into() }
}

fn is_channel(operator: &str) -> bool {
    matches!(operator, "channel" | "stream")
}

fn is_channels(operator: &str) -> bool {
    matches!(operator, "channels" | "streams")
}

fn is_topic(operator: &str) -> bool {
    matches!(operator, "topic" | "subject")
}

fn is_direct(operator: &str) -> bool {
    matches!(operator, "dm" | "pm-with" | "pm_with")
}

fn includes_direct(operator: &str) -> bool {
    matches!(operator, "dm-including" | "dm-with" | "group-pm-with" | "group_pm_with")
}

/// Whether these terms say which conversation is meant.
fn name_conversation(terms: &[NarrowTerm]) -> bool {
    let any = |test: fn(&str) -> bool| terms.iter().any(|term| test(&term.operator));
    any(is_direct) || any(is_channel) && any(is_topic)
}

/// Refuses a narrow that asks for channel messages and for direct messages. All terms must hold, so that is a mistake.
fn check_one_kind(terms: &[NarrowTerm]) -> Result<(), ApiError> {
    let is_dm = |term: &&NarrowTerm| term.operator == "is" && matches!(term.operand.as_str(), Some("dm" | "private"));
    let of_channels = |term: &&NarrowTerm| match term.negated {
        false => is_channel(&term.operator) || is_channels(&term.operator) || is_topic(&term.operator),
        true => is_dm(term),
    };
    let of_users = |term: &&NarrowTerm| {
        !term.negated && (is_direct(&term.operator) || includes_direct(&term.operator) || is_dm(term))
    };
    match (terms.iter().find(of_channels), terms.iter().find(of_users)) {
        (Some(_), Some(_)) => Err(bad("No message can be both a channel message and direct message")),
        _ => Ok(()),
    }
}

struct Narrower<'a> {
    state: &'a RealmState,
    viewer: &'a UserRow,
}

impl Narrower<'_> {
    /// `with` names a message; its conversation takes the place of the conversation that the narrow names.
    fn replace_with(&self, terms: &[NarrowTerm]) -> Result<Vec<NarrowTerm>, ApiError> {
        let (with, mut rest): (Vec<NarrowTerm>, Vec<NarrowTerm>) =
            terms.iter().cloned().partition(|term| term.operator == "with");
        let with = match with.as_slice() {
            [] => return Ok(rest),
            [with] => with,
            _ => return Err(ApiError::BadNarrowCombination { desc: "Duplicate 'with' operators.".to_owned() }),
        };
        let invalid = || bad("Invalid 'with' operator");
        let id = number_of(&with.operand).ok_or_else(invalid)?;
        let id = u32::try_from(id).ok().map(MessageId).filter(|id| self.state.can_read_message(self.viewer, *id));
        let Some(kind) = id.and_then(|id| self.state.messages.kind_of_message(id)) else {
            return if name_conversation(&rest) { Ok(rest) } else { Err(invalid()) };
        };
        rest.retain(|term| !(is_channel(&term.operator) || is_topic(&term.operator) || is_direct(&term.operator)));
        let term = |operator: &str, operand| NarrowTerm { operator: operator.to_owned(), operand, negated: false };
        match &**kind {
            ConversationKind::Topic { channel, topic } => {
                rest.push(term("channel", Value::from(channel.0)));
                rest.push(term("topic", Value::from(topic.as_str())));
            }
            ConversationKind::Direct { users } => {
                rest.push(term("dm", users.iter().map(|user| Value::from(user.0)).collect()));
            }
        }
        Ok(rest)
    }

    /// The messages that the terms choose from.
    fn scope(&self, terms: &[NarrowTerm], scope: &Scope) -> Result<RoaringBitmap, ApiError> {
        if let Scope::Ids(ids) = scope {
            let readable = ids.iter().filter(|id| self.state.can_read_message(self.viewer, **id));
            return Ok(readable.map(|id| id.0).collect());
        }
        for term in terms.iter().filter(|term| !term.negated) {
            if is_channel(&term.operator) {
                return Ok(self.state.readable_in_channel(self.viewer, self.channel(&term.operand)?));
            }
            if is_channels(&term.operator) {
                return self.channels(&term.operand);
            }
        }
        Ok(self.state.history_of(self.viewer))
    }

    fn apply(&self, filter: &mut Filter, term: &NarrowTerm) -> Result<(), ApiError> {
        let NarrowTerm { operator, operand, negated } = term;
        match operator.as_str() {
            operator if is_channel(operator) => {
                let channel = self.channel(operand)?;
                filter.keep(self.state.readable_in_channel(self.viewer, channel), *negated);
            }
            operator if is_channels(operator) => filter.keep(self.channels(operand)?, *negated),
            operator if is_topic(operator) => {
                filter.keep(self.ids_of(self.topics_named(text(term)?)), *negated);
            }
            operator if is_direct(operator) => filter.keep(self.direct_among(operand)?, *negated),
            operator if includes_direct(operator) => {
                let groups_only = matches!(operator, "group-pm-with" | "group_pm_with");
                filter.keep(self.direct_including(operand, groups_only)?, *negated);
            }
            "sender" | "from" => {
                let user = self.user(operand)?;
                let sent = self.state.messages.sent_by(user).map(IdSet::to_bitmap).unwrap_or_default();
                filter.keep(sent, *negated);
            }
            "is" => self.apply_is(filter, text(term)?, *negated)?,
            "in" => match text(term)? {
                "all" => {}
                "home" => filter.keep(self.ids_of(self.muted_topics()), !*negated),
                other => return Err(bad(format!("unknown 'in' operand {other}"))),
            },
            "has" => match text(term)? {
                "attachment" => filter.keep(self.state.files.messages().to_bitmap(), *negated),
                operand => filter.conditions.push(has(operand, *negated)?),
            },
            "id" => {
                let id = number_of(operand).filter(|id| *id >= 0).ok_or_else(|| bad("Invalid message ID"))?;
                filter.keep(u32::try_from(id).into_iter().collect(), *negated);
            }
            // Says where a client starts to show; not a condition.
            "near" => {}
            "search" => {
                let words = words(text(term)?);
                filter.words_count += words.len();
                if filter.words_count > WORDS_MAX {
                    return Err(bad("too many words"));
                }
                if !*negated {
                    filter.words.get_or_insert_default().extend(words.iter().cloned());
                }
                if !words.is_empty() {
                    filter.conditions.push(Condition::Words { words, negated: *negated });
                }
            }
            other => return Err(bad(format!("unknown operator {other}"))),
        }
        Ok(())
    }

    fn apply_is(&self, filter: &mut Filter, operand: &str, negated: bool) -> Result<(), ApiError> {
        let flags = self.state.flags.of(self.viewer.id);
        match operand {
            "dm" | "private" => filter.keep(self.state.direct_ids_of(self.viewer.id), negated),
            "starred" => filter.keep(flags.map(|own| own.with(Flag::Starred).clone()).unwrap_or_default(), negated),
            "unread" => filter.keep(self.state.unread_ids(self.viewer), negated),
            "mentioned" => filter.keep(self.mentioned(), negated),
            "alerted" => filter.keep(flags.map(|own| own.alerted().clone()).unwrap_or_default(), negated),
            "resolved" => {
                let resolved = self.topics_that(|topic| topic.name.starts_with(RESOLVED_TOPIC_PREFIX));
                filter.keep(self.ids_of(resolved), negated);
            }
            "followed" => filter.keep(self.ids_of(self.topics_with_policy(3)), negated),
            "muted" => filter.keep(self.ids_of(self.muted_topics()), negated),
            other => return Err(bad(format!("unknown 'is' operand {other}"))),
        }
        Ok(())
    }

    fn mentioned(&self) -> RoaringBitmap {
        let wildcards = self.state.flags.channel_wildcards().to_bitmap();
        let received = |id: &u32| self.state.received(self.viewer.id, MessageId(*id));
        let mut ids: RoaringBitmap = wildcards.iter().filter(received).collect();
        if let Some(own) = self.state.flags.of(self.viewer.id) {
            ids |= own.mentioned();
            ids |= own.topic_wildcards();
        }
        ids
    }

    fn channel(&self, operand: &Value) -> Result<&Arc<ChannelRow>, ApiError> {
        let channels = &self.state.channels;
        let found = match operand {
            Value::String(name) => channels.find_by_name(name),
            Value::Number(_) => number(operand).and_then(|id| channels.get(ChannelId(id))),
            _ => None,
        };
        let visible = found.filter(|channel| self.state.can_see_channel(self.viewer, channel));
        visible.ok_or_else(|| bad(format!("unknown channel {}", shown(operand))))
    }

    fn channels(&self, operand: &Value) -> Result<RoaringBitmap, ApiError> {
        let is_meant: fn(&ChannelRow) -> bool = match operand.as_str() {
            Some("public") => |channel| !channel.is_private,
            Some("web-public") => |channel| channel.is_web_public,
            _ => return Err(bad(format!("unknown channels operand {}", shown(operand)))),
        };
        let mut ids = RoaringBitmap::new();
        for channel in self.state.channels.iter().filter(|channel| is_meant(channel)) {
            ids |= self.state.readable_in_channel(self.viewer, channel);
        }
        Ok(ids)
    }

    /// The messages of these conversations.
    fn ids_of(&self, conversations: Vec<ConversationId>) -> RoaringBitmap {
        IdSet::union_of(conversations.into_iter().filter_map(|conversation| self.state.messages.ids(conversation)))
    }

    fn topics_named(&self, name: &str) -> Vec<ConversationId> {
        let name = if name == EMPTY_TOPIC_DISPLAY_NAME { "" } else { name };
        let topics = self.state.channels.iter().filter_map(|channel| self.state.messages.topic(channel.id, name));
        topics.map(|topic| topic.conversation).collect()
    }

    fn topics_that(&self, test: impl Fn(&Topic) -> bool) -> Vec<ConversationId> {
        let topics = self.state.channels.iter().flat_map(|channel| self.state.messages.topics(channel.id));
        topics.filter(|topic| test(topic)).map(|topic| topic.conversation).collect()
    }

    fn topics_with_policy(&self, policy: u8) -> Vec<ConversationId> {
        let chosen = self.state.personal.user_topics(self.viewer.id).filter(|(_, topic)| topic.policy.policy == policy);
        chosen
            .filter_map(|(channel, topic)| self.state.messages.topic(channel, &topic.name))
            .map(|topic| topic.conversation)
            .collect()
    }

    fn muted_topics(&self) -> Vec<ConversationId> {
        let mut muted = self.topics_with_policy(1);
        for (channel, row) in self.state.channels.subscriptions_of(self.viewer.id) {
            if row.is_active && row.settings.is_muted {
                let topics = self.state.messages.topics(channel);
                let quiet = topics.filter(|topic| self.state.is_muted_topic(self.viewer.id, channel, &topic.name));
                muted.extend(quiet.map(|topic| topic.conversation));
            }
        }
        muted.sort_unstable();
        muted.dedup();
        muted
    }

    /// The direct messages among exactly these users and the viewer.
    fn direct_among(&self, operand: &Value) -> Result<RoaringBitmap, ApiError> {
        let mut users = self.users(operand).map_err(|_| bad(format!("unknown user in {}", shown(operand))))?;
        if users.is_empty() {
            return Ok(RoaringBitmap::new());
        }
        users.push(self.viewer.id);
        users.sort_unstable();
        users.dedup();
        let messages = &self.state.messages;
        let ids = messages.direct(&users).and_then(|conversation| messages.ids(conversation));
        Ok(ids.map(|ids| ids.to_bitmap()).unwrap_or_default())
    }

    /// The viewer's direct messages in which all of these users take part.
    fn direct_including(&self, operand: &Value, groups_only: bool) -> Result<RoaringBitmap, ApiError> {
        let mut wanted = self.users(operand)?;
        wanted.sort_unstable();
        wanted.dedup();
        let messages = &self.state.messages;
        let mut all = RoaringBitmap::new();
        for conversation in messages.direct_of(self.viewer.id) {
            let Some(ConversationKind::Direct { users }) = messages.kind(conversation).map(|kind| &**kind) else {
                continue;
            };
            let fits = wanted.iter().all(|user| users.contains(user)) && (!groups_only || users.len() > 2);
            if let Some(ids) = messages.ids(conversation).filter(|_| fits) {
                ids.union_range_into(0, u32::MAX, &mut all);
            }
        }
        Ok(all)
    }

    /// One user, a list of them, or addresses joined by commas.
    fn users(&self, operand: &Value) -> Result<Vec<UserId>, ApiError> {
        match operand {
            Value::Array(list) => list.iter().map(|one| self.user(one)).collect(),
            Value::String(emails) => emails.split(',').map(|email| self.user(&Value::from(email.trim()))).collect(),
            one => Ok(vec![self.user(one)?]),
        }
    }

    fn user(&self, operand: &Value) -> Result<UserId, ApiError> {
        // As people write it in a search box; no address is like it.
        if operand == "me" {
            return Ok(self.viewer.id);
        }
        let users = &self.state.users;
        let found = match operand {
            // Nobody finds out by asking whose an address is.
            Value::String(email) if self.viewer.is_spectator() => {
                users.find_by_made_up_email(email, &self.state.realm.host)
            }
            Value::String(email) => users.find_by_api_email(email, &self.state.realm.host).or_else(|| {
                users.find_by_delivery_email(email).filter(|user| self.state.can_see_email(self.viewer, user))
            }),
            Value::Number(_) => number(operand).and_then(|id| users.sender(UserId(id))),
            _ => None,
        };
        let visible = found.filter(|user| self.state.can_see_user(self.viewer, user));
        visible.map(|user| user.id).ok_or_else(|| bad(format!("unknown user {}", shown(operand))))
    }
}

impl Filter {
    /// What the store is asked for, in this state.
    #[must_use]
    pub fn query(&self, state: &RealmState, page: Page) -> MessageQuery {
        let mut conditions = self.conditions.clone();
        conditions.push(Condition::Ids(Arc::new(self.ids.clone())));
        MessageQuery { conditions, page, index: state.messages.clone(), bounds: Bounds::PAGE }
    }

    fn keep(&mut self, ids: RoaringBitmap, negated: bool) {
        if negated {
            self.ids -= ids;
        } else {
            self.ids &= ids;
        }
    }

    /// Without what the viewer has muted. Where the narrow names a channel, somebody looks into that channel, and it
    /// does not count that all of it is muted.
    pub fn leave_out_muted(&mut self, state: &RealmState, viewer: &UserRow) {
        let narrower = Narrower { state, viewer };
        let muted = if self.names_channel { narrower.topics_with_policy(1) } else { narrower.muted_topics() };
        self.keep(narrower.ids_of(muted), true);
    }
}

fn has(operand: &str, negated: bool) -> Result<Condition, ApiError> {
    match operand {
        "link" => Ok(Condition::HasLink { negated }),
        "image" => Ok(Condition::HasImage { negated }),
        "reaction" => Ok(Condition::HasReaction { negated }),
        other => Err(bad(format!("unknown 'has' operand {other}"))),
    }
}

fn text(term: &NarrowTerm) -> Result<&str, ApiError> {
    term.operand.as_str().ok_or_else(|| bad(format!("invalid operand of {}", term.operator)))
}

fn number(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|number| u32::try_from(number).ok())
}

/// A number, also as text.
fn number_of(operand: &Value) -> Option<i64> {
    match operand {
        Value::Number(id) => id.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn shown(operand: &Value) -> String {
    operand.as_str().map_or_else(|| operand.to_string(), str::to_owned)
}

/// The words of a search; what stands in quotes belongs together. What has neither letter nor digit is no word, unless
/// there is nothing else.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, part) in text.split('"').enumerate() {
        if at % 2 == 1 && !part.trim().is_empty() {
            words.push(part.trim().to_owned());
        } else if at % 2 == 0 {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    let has_word = |word: &String| word.chars().any(char::is_alphanumeric);
    if words.iter().any(has_word) {
        words.retain(has_word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_phrases() {
        let check = |text: &str, expect: &[&str]| assert_eq!(words(text), expect, "{text}");
        check("", &[]);
        check("  one two ", &["one", "two"]);
        check("one \"two three\" four", &["one", "two three", "four"]);
        check("\"open end", &["open end"]);
        check("\"\" x", &["x"]);
        check("R & D :)", &["R", "D"]);
        check("\"- -\" foo - bar", &["foo", "bar"]);
        check("! ?", &["!", "?"]);
    }
}

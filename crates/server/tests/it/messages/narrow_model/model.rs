//! What a narrow means, said for one message at a time.

use super::world::{CHANNELS, Channel, Numbers, PEOPLE, TOPICS, World, has_flag, words};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const END: i64 = 10_000_000_000_000_000;

/// A term as it is sent.
#[derive(Clone, Debug)]
pub(super) struct Term {
    pub(super) operator: &'static str,
    pub(super) operand: Value,
    pub(super) negated: bool,
}

/// A page as it is asked for.
#[derive(Clone, Debug)]
pub(super) struct Page {
    pub(super) anchor: String,
    pub(super) before: usize,
    pub(super) after: usize,
    pub(super) include_anchor: bool,
}

/// A page as it should be.
pub(super) struct Expected {
    pub(super) ids: Vec<i64>,
    pub(super) anchor: i64,
    pub(super) found_oldest: bool,
    pub(super) found_newest: bool,
    pub(super) found_anchor: bool,
}

/// The realm as one person sees it.
pub(super) struct View<'a> {
    pub(super) world: &'a World,
    pub(super) viewer: &'static str,
    /// All they may read, by id.
    messages: Vec<Value>,
}

impl<'a> View<'a> {
    pub(super) async fn fetch(world: &'a World, viewer: &'static str) -> Self {
        let ids = json!(world.ids()).to_string();
        let params = [("message_ids", ids.as_str()), ("apply_markdown", "false"), ("allow_empty_topic_name", "true")];
        let answer = world.server.client(viewer).get("/messages", &params).await.ok();
        let messages = answer["messages"].as_array().expect("a list").clone();
        let view = View { world, viewer, messages };
        let given: Vec<i64> = view.messages.iter().map(|message| view.id(message)).collect();
        let readable: Vec<i64> = world.ids().into_iter().filter(|id| view.may_read(*id)).collect();
        assert_eq!(given, readable, "{viewer}");
        view
    }

    fn id(&self, message: &Value) -> i64 {
        message["id"].as_i64().expect("an id")
    }

    fn channel(&self, message: &Value) -> Option<Channel> {
        let name = message["display_recipient"].as_str()?;
        CHANNELS.into_iter().find(|channel| channel.name == name)
    }

    fn received(&self, message: &Value) -> bool {
        self.world.received[&self.id(message)].contains(self.viewer)
    }

    /// Participants read direct messages. In channels that they may read, people read all, or what they received.
    fn may_read(&self, id: i64) -> bool {
        let received = self.world.received[&id].contains(self.viewer);
        match self.world.channels.get(&id) {
            None => received,
            Some(channel) => self.world.may_enter(self.viewer, *channel) && (channel.shows_history || received),
        }
    }

    /// Whether it is in the viewer's own history.
    fn is_own(&self, message: &Value) -> bool {
        self.received(message) || self.world.took_part.contains(&(self.id(message), self.viewer))
    }

    fn policy(&self, message: &Value) -> u8 {
        let Some(channel) = self.channel(message) else { return 0 };
        let topic = message["subject"].as_str().expect("a topic").to_lowercase();
        self.world.policies.get(&(self.viewer, channel, topic)).copied().unwrap_or(0)
    }

    fn in_muted_channel(&self, message: &Value) -> bool {
        self.channel(message).is_some_and(|channel| {
            self.world.is_subscribed(self.viewer, channel)
                && self.world.muted_channels.contains(&(self.viewer, channel))
        })
    }

    fn is_muted(&self, message: &Value) -> bool {
        let policy = self.policy(message);
        policy == 1 || policy == 0 && self.in_muted_channel(message)
    }

    fn participants(&self, message: &Value) -> Option<BTreeSet<i64>> {
        let users = message["display_recipient"].as_array()?;
        Some(users.iter().map(|user| user["id"].as_i64().expect("an id")).collect())
    }

    fn user_id(&self, operand: &Value) -> i64 {
        let by_name = |name: &str| i64::from(self.world.server.user_id(name).0);
        match operand {
            Value::String(text) if text == "me" => by_name(self.viewer),
            Value::String(email) => by_name(email.split('@').next().expect("a name")),
            id => id.as_i64().expect("an id"),
        }
    }

    fn user_ids(&self, operand: &Value) -> BTreeSet<i64> {
        match operand {
            Value::Array(list) => list.iter().map(|one| self.user_id(one)).collect(),
            Value::String(list) => list.split(',').map(|one| self.user_id(&json!(one))).collect(),
            one => BTreeSet::from([self.user_id(one)]),
        }
    }

    fn meets(&self, message: &Value, operator: &str, operand: &Value) -> bool {
        let text = operand.as_str().unwrap_or_default();
        let (content, topic) = (message["content"].as_str().expect("text"), message["subject"].as_str().expect("text"));
        let channel = self.channel(message);
        match operator {
            "channel" | "stream" => channel.is_some_and(|channel| match operand {
                Value::String(name) => channel.name.to_lowercase() == name.to_lowercase(),
                id => json!(self.world.server.channel_id(channel.name)) == *id,
            }),
            "channels" | "streams" => match text {
                "public" => channel.is_some_and(|channel| !channel.is_private),
                _ => channel.is_some_and(|channel| channel.is_web_public),
            },
            "topic" | "subject" => {
                let wanted = if text == "general chat" { "" } else { text };
                channel.is_some() && topic.to_lowercase() == wanted.to_lowercase()
            }
            "sender" | "from" => message["sender_id"] == self.user_id(operand),
            "dm" | "pm-with" => {
                let mut wanted = self.user_ids(operand);
                wanted.insert(self.user_id(&json!("me")));
                self.participants(message) == Some(wanted)
            }
            "dm-including" | "dm-with" => self
                .participants(message)
                .is_some_and(|users| self.user_ids(operand).iter().all(|user| users.contains(user))),
            "group-pm-with" => self
                .participants(message)
                .is_some_and(|users| users.len() > 2 && users.contains(&self.user_id(operand))),
            "is" => match text {
                "dm" | "private" => channel.is_none(),
                "starred" => has_flag(message, "starred"),
                "unread" => !has_flag(message, "read"),
                "mentioned" => has_flag(message, "mentioned") || has_flag(message, "wildcard_mentioned"),
                "alerted" => has_flag(message, "has_alert_word"),
                "resolved" => topic.starts_with("✔ "),
                "followed" => self.policy(message) == 3,
                "muted" => self.is_muted(message),
                other => panic!("is:{other}"),
            },
            "in" => text == "all" || !self.is_muted(message),
            "has" => match text {
                "reaction" => message["reactions"] != json!([]),
                "link" => content.contains("https://") || content.contains("](/"),
                "attachment" => content.contains("/user_uploads/"),
                other => panic!("has:{other}"),
            },
            "search" => {
                let has = |text: &str, phrase: &[String]| words(text).windows(phrase.len()).any(|part| part == phrase);
                phrases(text).iter().all(|phrase| has(content, phrase) || has(topic, phrase))
            }
            "id" => {
                operand.as_str().map_or_else(|| operand.clone(), |id| json!(id.parse::<i64>().ok())) == message["id"]
            }
            "near" => true,
            other => panic!("{other}"),
        }
    }

    /// With `with` replaced by the conversation it names; none for a narrow that is refused.
    fn resolve(&self, terms: &[Term]) -> Option<Vec<Term>> {
        let (with, mut rest): (Vec<Term>, Vec<Term>) = terms.iter().cloned().partition(|term| term.operator == "with");
        if let [with, more @ ..] = with.as_slice() {
            if !more.is_empty() {
                return None;
            }
            match self.messages.iter().find(|message| message["id"] == with.operand) {
                Some(message) => {
                    rest.retain(|term| {
                        !["channel", "stream", "topic", "subject", "dm", "pm-with"].contains(&term.operator)
                    });
                    let term = |operator, operand| Term { operator, operand, negated: false };
                    match self.participants(message) {
                        Some(users) => rest.push(term("dm", json!(users))),
                        None => {
                            rest.push(term("channel", message["display_recipient"].clone()));
                            rest.push(term("topic", message["subject"].clone()));
                        }
                    }
                }
                None => {
                    let any = |operators: &[&str]| rest.iter().any(|term| operators.contains(&term.operator));
                    let is_conversation =
                        any(&["dm", "pm-with"]) || any(&["channel", "stream"]) && any(&["topic", "subject"]);
                    if !is_conversation {
                        return None;
                    }
                }
            }
        }
        let is_dm = |term: &Term| term.operator == "is" && (term.operand == "dm" || term.operand == "private");
        let names = |operators: &[&str], term: &Term| operators.contains(&term.operator) && !term.negated;
        let of_channels = |term: &Term| {
            names(&["channel", "stream", "channels", "streams", "topic", "subject"], term)
                || is_dm(term) && term.negated
        };
        let of_users = |term: &Term| {
            names(&["dm", "pm-with", "dm-including", "dm-with", "group-pm-with"], term) || is_dm(term) && !term.negated
        };
        let is_both = rest.iter().any(of_channels) && rest.iter().any(of_users);
        (!is_both && rest.iter().all(|term| self.knows(term))).then_some(rest)
    }

    /// Whether the viewer may know of the channel that a term names.
    fn knows(&self, term: &Term) -> bool {
        let Some(channel) = CHANNELS.iter().find(|channel| {
            ["channel", "stream"].contains(&term.operator)
                && (term.operand.as_str().is_some_and(|name| name.eq_ignore_ascii_case(channel.name))
                    || term.operand == json!(self.world.server.channel_id(channel.name)))
        }) else {
            return true;
        };
        ["desdemona", "iago"].contains(&self.viewer) || self.world.may_enter(self.viewer, *channel)
    }

    fn matches(&self, message: &Value, terms: &[Term]) -> bool {
        terms.iter().all(|term| self.meets(message, term.operator, &term.operand) != term.negated)
    }

    /// What a narrow finds, by id; none where it is refused. Where it names a channel, or channels, it looks at all that
    /// the viewer may read there; else at their own history.
    pub(super) fn matching(&self, terms: &[Term]) -> Option<Vec<i64>> {
        let terms = self.resolve(terms)?;
        let names_channels =
            |term: &Term| !term.negated && ["channel", "stream", "channels", "streams"].contains(&term.operator);
        let is_wide = terms.iter().any(names_channels);
        let found =
            self.messages.iter().filter(|message| (is_wide || self.is_own(message)) && self.matches(message, &terms));
        Some(found.map(|message| self.id(message)).collect())
    }

    /// What of all messages matches; none where the narrow is refused.
    pub(super) fn matching_by_id(&self, terms: &[Term]) -> Option<Vec<i64>> {
        let terms = self.resolve(terms)?;
        let found = self.messages.iter().filter(|message| self.matches(message, &terms));
        Some(found.map(|message| self.id(message)).collect())
    }

    /// The oldest unread message that matches and is not muted. In a channel that is named, only topics are muted.
    fn first_unread(&self, terms: &[Term], matching: &[i64]) -> Option<i64> {
        let terms = self.resolve(terms)?;
        let names_channel = terms.iter().any(|term| ["channel", "stream"].contains(&term.operator));
        let is_quiet = |message: &Value| match names_channel {
            true => self.policy(message) == 1,
            false => self.is_muted(message),
        };
        let wanted =
            |message: &&Value| matching.contains(&self.id(message)) && !has_flag(message, "read") && !is_quiet(message);
        self.messages.iter().find(wanted).map(|message| self.id(message))
    }

    pub(super) fn page(&self, terms: &[Term], page: &Page) -> Option<Expected> {
        let matching = self.matching(terms)?;
        let anchor = match page.anchor.as_str() {
            "newest" => END,
            "oldest" => 0,
            "first_unread" => self.first_unread(terms, &matching).unwrap_or(END),
            id => id.parse::<i64>().expect("an id").clamp(0, END),
        };
        let older: Vec<i64> = matching.iter().copied().filter(|id| *id < anchor).collect();
        let newer: Vec<i64> = matching.iter().copied().filter(|id| *id > anchor).collect();
        let found_anchor = page.include_anchor && matching.contains(&anchor);
        let mut ids = older[older.len().saturating_sub(page.before)..].to_vec();
        ids.extend(found_anchor.then_some(anchor));
        ids.extend(newer.iter().take(page.after));
        Some(Expected {
            ids,
            anchor,
            found_oldest: anchor == 0 || older.len() < page.before,
            found_newest: anchor == END || newer.len() < page.after,
            found_anchor,
        })
    }
}

/// The words of a search: what stands in quotes belongs together, as do words that are not apart.
fn phrases(text: &str) -> Vec<Vec<String>> {
    let mut phrases = Vec::new();
    for (at, part) in text.split('"').enumerate() {
        match at % 2 {
            1 => phrases.push(words(part)),
            _ => phrases.extend(part.split_whitespace().map(words)),
        }
    }
    phrases
}

pub(super) fn random_page(numbers: &mut Numbers, view: &View<'_>) -> Page {
    let ids = view.world.ids();
    let anchor = match numbers.below(8) {
        0 => "newest".to_owned(),
        1 => "oldest".to_owned(),
        2..=4 => "first_unread".to_owned(),
        _ => (numbers.one_of(&ids) + i64::from(numbers.below(10) == 0)).to_string(),
    };
    let (before, after) = (numbers.one_of(&[0, 1, 3, 10, 1_000]), numbers.one_of(&[0, 1, 3, 10, 1_000]));
    let include_anchor = before > 0 && after > 0 || numbers.below(3) > 0;
    Page { anchor, before, after, include_anchor }
}

pub(super) fn random_terms(numbers: &mut Numbers, view: &View<'_>) -> Vec<Term> {
    (0..numbers.below(4)).map(|_| random_term(numbers, view)).collect()
}

fn random_term(numbers: &mut Numbers, view: &View<'_>) -> Term {
    let server = &view.world.server;
    let id = numbers.one_of(&view.world.ids());
    let (one, other) = (numbers.one_of(&PEOPLE), numbers.one_of(&PEOPLE));
    let email = |name: &str| format!("{name}@example.com");
    let mut negated = numbers.below(10) < 3;
    let (operator, operand) = match numbers.below(16) {
        0 | 1 => {
            let channel = numbers.one_of(&CHANNELS);
            match numbers.below(3) {
                0 => ("channel", json!(channel.name.to_uppercase())),
                1 => ("stream", json!(channel.name)),
                _ => ("channel", json!(server.channel_id(channel.name))),
            }
        }
        2 => (numbers.one_of(&["channels", "streams"]), json!(numbers.one_of(&["public", "public", "web-public"]))),
        3 | 4 => match numbers.one_of(&TOPICS) {
            "" => ("topic", json!(numbers.one_of(&["", "general chat"]))),
            topic => (numbers.one_of(&["topic", "subject"]), json!(topic.to_lowercase())),
        },
        5 => match numbers.below(3) {
            0 => ("sender", json!("me")),
            1 => ("sender", json!(email(one))),
            _ => ("from", json!(server.user_id(one))),
        },
        6 => match numbers.below(4) {
            0 => ("dm", json!(email(one))),
            1 => ("pm-with", json!(format!("{},{}", email(one), email(other)))),
            2 => ("dm", json!([server.user_id(one)])),
            _ => ("dm", json!([server.user_id(one), server.user_id(other)])),
        },
        7 => match numbers.below(4) {
            0 => ("dm-including", json!(email(one))),
            1 => ("dm-including", json!(server.user_id(one))),
            2 => ("dm-with", json!([server.user_id(one), server.user_id(other)])),
            _ => ("group-pm-with", json!(server.user_id(one))),
        },
        8..=10 => {
            let all = [
                "dm",
                "private",
                "starred",
                "unread",
                "mentioned",
                "alerted",
                "resolved",
                "followed",
                "muted",
                "unread",
            ];
            ("is", json!(numbers.one_of(&all)))
        }
        // There are no images where there are no files.
        11 => ("has", json!(numbers.one_of(&["link", "attachment", "reaction"]))),
        12 | 13 => {
            let all = [
                "fish",
                "FISH chips",
                "\"fish and chips\"",
                "play",
                "lunch",
                "castle chips",
                "dinner fish",
                "chips-fish",
            ];
            ("search", json!(numbers.one_of(&all)))
        }
        14 => match numbers.below(3) {
            0 => ("id", json!(id)),
            1 => ("id", json!(id.to_string())),
            _ => ("near", json!(id)),
        },
        _ => match numbers.below(2) {
            0 => ("in", json!(numbers.one_of(&["home", "all"]))),
            _ => ("with", json!(id)),
        },
    };
    // What does not restrict cannot be turned around.
    negated &= !["near", "with"].contains(&operator) && operand != "all";
    Term { operator, operand, negated }
}

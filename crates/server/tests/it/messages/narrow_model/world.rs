//! Random messages of a realm in which people come and go, move, mark, mute and delete.

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use tidings_testkit::TestServer;

/// Everybody but the bot.
pub(super) const PEOPLE: [&str; 7] = ["desdemona", "iago", "shiva", "hamlet", "cordelia", "othello", "polonius"];

/// Numbers that look random and are the same every time.
pub(super) struct Numbers(u64);

impl Numbers {
    pub(super) fn new(seed: u64) -> Self {
        Numbers(seed)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % bound
    }

    pub(super) fn one_of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
}

/// A channel of the fixture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Channel {
    pub(super) name: &'static str,
    pub(super) is_private: bool,
    pub(super) is_web_public: bool,
    pub(super) shows_history: bool,
}

const fn channel(name: &'static str, is_private: bool, is_web_public: bool, shows_history: bool) -> Channel {
    Channel { name, is_private, is_web_public, shows_history }
}

pub(super) const CHANNELS: [Channel; 5] = [
    channel("Denmark", false, false, true),
    channel("Verona", false, false, true),
    channel("secret", true, false, false),
    channel("history", true, false, true),
    channel("web", false, true, true),
];

pub(super) const TOPICS: [&str; 6] = ["lunch", "Dinner fish", "✔ castle", "play", "", "Übung"];

/// `FILE` stands for a file of who writes.
const CONTENTS: [&str; 12] = [
    "fish and chips",
    "the play",
    "Fish, **chips** & more",
    "see https://example.com/fish",
    "[plan](FILE)",
    "[fish](FILE)",
    "@**Hamlet** the play",
    "@**Othello** @**Polonius** chips",
    "@**all** lunch",
    "nothing at all",
    "über chips-fish",
    "/me plays",
];

/// As `CONTENTS`, without mentions: what is edited concerns nobody new.
const EDITED: [&str; 4] = ["fish again", "plain", "see https://example.com/", "[p](FILE) chips"];

pub(super) struct World {
    pub(super) server: TestServer,
    /// The address of a file of each person.
    files: BTreeMap<&'static str, String>,
    subscribers: BTreeMap<Channel, BTreeSet<&'static str>>,
    /// For each message that is left, who was told of it when it was sent.
    pub(super) received: BTreeMap<i64, BTreeSet<&'static str>>,
    /// Where it is, unless it is a direct message. Only its topic ever changes.
    pub(super) channels: BTreeMap<i64, Channel>,
    /// For each of them, who took part in it afterwards.
    pub(super) took_part: BTreeSet<(i64, &'static str)>,
    pub(super) muted_channels: BTreeSet<(&'static str, Channel)>,
    /// By user, channel and topic without regard to case: 1 muted, 2 unmuted, 3 followed.
    pub(super) policies: BTreeMap<(&'static str, Channel, String), u8>,
}

impl World {
    pub(super) async fn random(numbers: &mut Numbers, steps: usize) -> Self {
        let of = |names: &[&'static str]| names.iter().copied().collect::<BTreeSet<_>>();
        let subscribers = BTreeMap::from([
            (CHANNELS[0], of(&["desdemona", "iago", "shiva", "hamlet", "cordelia", "polonius"])),
            (CHANNELS[1], of(&[])),
            (CHANNELS[2], of(&["hamlet", "cordelia"])),
            (CHANNELS[3], of(&["hamlet"])),
            (CHANNELS[4], of(&[])),
        ]);
        let mut world = World {
            server: TestServer::start().await,
            files: BTreeMap::new(),
            subscribers,
            received: BTreeMap::new(),
            channels: BTreeMap::new(),
            took_part: BTreeSet::new(),
            muted_channels: BTreeSet::new(),
            policies: BTreeMap::new(),
        };
        for name in PEOPLE {
            let file = world.server.client(name).upload("plan.txt", "a plan").await;
            world.files.insert(name, file);
        }
        for name in ["hamlet", "polonius"] {
            let client = world.server.client(name);
            client.post("/users/me/alert_words", &[("alert_words", r#"["play", "fish"]"#)]).await.done();
        }
        for _ in 0..steps {
            world.step(numbers).await;
        }
        // Choices that meet each other are rare otherwise.
        for _ in 0..40 {
            world.mute_channel(numbers).await;
            world.choose(numbers).await;
            world.choose(numbers).await;
        }
        world
    }

    pub(super) fn ids(&self) -> Vec<i64> {
        self.received.keys().copied().collect()
    }

    pub(super) fn is_subscribed(&self, name: &str, channel: Channel) -> bool {
        self.subscribers[&channel].contains(name)
    }

    async fn step(&mut self, numbers: &mut Numbers) {
        let ids = self.ids();
        if ids.len() < 5 {
            return self.send(numbers).await;
        }
        let id = numbers.one_of(&ids);
        match numbers.below(20) {
            0 => self.subscribe(numbers).await,
            1 => self.unsubscribe(numbers).await,
            2 => self.edit(numbers, id).await,
            3 => self.change_topic(numbers, id).await,
            4 if numbers.below(2) == 0 => self.delete(id).await,
            5 | 6 => self.react(numbers, id).await,
            7 => self.mute_channel(numbers).await,
            8..=10 => self.choose(numbers).await,
            11 | 12 => self.flag(numbers, id).await,
            _ => self.send(numbers).await,
        }
    }

    async fn send(&mut self, numbers: &mut Numbers) {
        let sender = numbers.one_of(&PEOPLE);
        let (content, read) = (numbers.one_of(&CONTENTS), numbers.one_of(&["true", "false"]));
        let content = content.replace("FILE", &self.files[sender]);
        let content = content.as_str();
        let client = self.server.client(sender);
        if numbers.below(3) == 0 {
            let mut users: BTreeSet<&'static str> = (0..numbers.below(3)).map(|_| numbers.one_of(&PEOPLE)).collect();
            users.insert(sender);
            let to: Vec<_> = users.iter().map(|name| self.server.user_id(name)).collect();
            let to = json!(to).to_string();
            let params = [("type", "direct"), ("to", &to), ("content", content), ("read_by_sender", read)];
            let id = client.post("/messages", &params).await.ok()["id"].as_i64().expect("an id");
            self.received.insert(id, users);
            return;
        }
        let (channel, topic) = (numbers.one_of(&CHANNELS), numbers.one_of(&TOPICS));
        let params = [
            ("type", "channel"),
            ("to", channel.name),
            ("topic", topic),
            ("content", content),
            ("read_by_sender", read),
        ];
        let Some(id) = client.post("/messages", &params).await.json["id"].as_i64() else { return };
        self.received.insert(id, self.subscribers[&channel].clone());
        self.channels.insert(id, channel);
    }

    /// Whether somebody may read a channel at all.
    pub(super) fn may_enter(&self, name: &str, channel: Channel) -> bool {
        let is_open = channel.is_web_public || !channel.is_private && name != "polonius";
        is_open || self.is_subscribed(name, channel)
    }

    async fn subscribe(&mut self, numbers: &mut Numbers) {
        let (name, channel) = (numbers.one_of(&PEOPLE), numbers.one_of(&CHANNELS));
        let principals = json!([self.server.user_id(name)]).to_string();
        let list = json!([{"name": channel.name}]).to_string();
        // The model knows of no messages but those that it sends.
        let quiet = ("send_new_subscription_messages", "false");
        let params = [("subscriptions", list.as_str()), ("principals", principals.as_str()), quiet];
        // An owner may bring anybody into what they see; into secret channels, those who are in.
        for helper in ["desdemona", "hamlet"] {
            let reply = self.server.client(helper).post("/users/me/subscriptions", &params).await;
            if reply.status == 200 && reply.json["subscribed"] != json!({}) {
                self.subscribers.get_mut(&channel).expect("a channel").insert(name);
                return;
            }
        }
    }

    async fn unsubscribe(&mut self, numbers: &mut Numbers) {
        let (name, channel) = (numbers.one_of(&PEOPLE), numbers.one_of(&CHANNELS));
        // Somebody has to be left who brings others in.
        if name == "hamlet" {
            return;
        }
        let list = json!([channel.name]).to_string();
        let client = self.server.client(name);
        let reply = client.delete("/users/me/subscriptions", &[("subscriptions", list.as_str())]).await;
        if reply.status == 200 {
            self.subscribers.get_mut(&channel).expect("a channel").remove(name);
        }
    }

    async fn edit(&mut self, numbers: &mut Numbers, id: i64) {
        let path = format!("/messages/{id}");
        let content = numbers.one_of(&EDITED);
        for name in PEOPLE {
            let client = self.server.client(name);
            let message = client.get(&path, &[("apply_markdown", "false")]).await.json;
            if message["raw_content"].as_str().is_some_and(|text| text.contains("@**")) {
                return;
            }
            if client.patch(&path, &[("content", &content.replace("FILE", &self.files[name]))]).await.status == 200 {
                return;
            }
        }
    }

    async fn change_topic(&mut self, numbers: &mut Numbers, id: i64) {
        let topic = numbers.one_of(&TOPICS);
        let quiet = [("send_notification_to_old_thread", "false"), ("send_notification_to_new_thread", "false")];
        let params = [&[("topic", topic), ("propagate_mode", "change_one")][..], &quiet].concat();
        for name in ["hamlet", "iago"] {
            let client = self.server.client(name);
            let message = client.get(&format!("/messages/{id}"), &[]).await.json["message"].clone();
            let of_topic = json!([["channel", message["stream_id"]], ["topic", message["subject"]]]).to_string();
            // What people chose for a topic goes along with the last message of it; choices are known here by topic.
            if message["stream_id"].is_number() && super::super::found(&client, &of_topic).await.len() > 1 {
                client.patch(&format!("/messages/{id}"), &params).await;
            }
        }
    }

    async fn delete(&mut self, id: i64) {
        if self.server.client("iago").delete(&format!("/messages/{id}"), &[]).await.status == 200 {
            self.received.remove(&id);
        }
    }

    async fn react(&mut self, numbers: &mut Numbers, id: i64) {
        let name = numbers.one_of(&PEOPLE);
        let emoji = [("emoji_name", numbers.one_of(&["tada", "smile"]))];
        let client = self.server.client(name);
        if client.post(&format!("/messages/{id}/reactions"), &emoji).await.status == 200 {
            self.took_part.insert((id, name));
        }
    }

    async fn flag(&mut self, numbers: &mut Numbers, id: i64) {
        let name = numbers.one_of(&PEOPLE);
        let (flag, op) = (numbers.one_of(&["read", "read", "starred"]), numbers.one_of(&["add", "add", "remove"]));
        let ids = json!([id]).to_string();
        let params = [("messages", ids.as_str()), ("op", op), ("flag", flag)];
        let reply = self.server.client(name).post("/messages/flags", &params).await;
        if reply.json["messages"] == json!([id]) && op == "add" {
            self.took_part.insert((id, name));
        }
    }

    async fn mute_channel(&mut self, numbers: &mut Numbers) {
        let (name, channel) = (numbers.one_of(&PEOPLE), numbers.one_of(&CHANNELS[..3]));
        let value = numbers.below(4) > 0;
        if !self.is_subscribed(name, channel) {
            return;
        }
        let id = self.server.channel_id(channel.name);
        let data = json!([{"stream_id": id, "property": "is_muted", "value": value}]).to_string();
        let client = self.server.client(name);
        client.post("/users/me/subscriptions/properties", &[("subscription_data", data.as_str())]).await.done();
        if value {
            self.muted_channels.insert((name, channel));
        } else {
            self.muted_channels.remove(&(name, channel));
        }
    }

    async fn choose(&mut self, numbers: &mut Numbers) {
        let (name, channel, topic) = (numbers.one_of(&PEOPLE), numbers.one_of(&CHANNELS[..3]), numbers.one_of(&TOPICS));
        let policy = u8::try_from(numbers.below(4)).expect("a small number");
        let (id, text) = (self.server.channel_id(channel.name).to_string(), policy.to_string());
        let params = [("stream_id", id.as_str()), ("topic", topic), ("visibility_policy", text.as_str())];
        if self.server.client(name).post("/user_topics", &params).await.status == 200 {
            self.policies.insert((name, channel, topic.to_lowercase()), policy);
        }
    }
}

/// Words of a text: runs of letters and digits, in lower case.
pub(super) fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// The flags of a message as it was fetched.
pub(super) fn has_flag(message: &Value, flag: &str) -> bool {
    message["flags"].as_array().is_some_and(|flags| flags.contains(&json!(flag)))
}

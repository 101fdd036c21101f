//! Unread, starred and recent messages.

use super::{State, insert_ids, remove_ids};
use serde_json::{Value, json};
use tidings_types::events::message::{
    DeleteMessage, FlagsAdd, FlagsRemove, MessageDetails, MessageEvent, UpdateMessage,
};
use tidings_types::message::{DisplayRecipient, Message};
use tidings_types::{ChannelId, MessageId, UserId};

/// Where an unread message is.
enum Place {
    Topic(ChannelId, String),
    /// The other participants, ascending; none for messages to oneself.
    Direct(Vec<UserId>),
}

impl State {
    pub(super) fn add_message(&mut self, event: &MessageEvent) {
        let message = &event.message;
        let newest = self.get("max_message_id").and_then(Value::as_i64).unwrap_or(-1);
        self.replace("max_message_id", json!(newest.max(i64::from(message.id.0))));
        let place = self.place_of(message);
        if let Place::Direct(others) = &place {
            self.note_recent(message.id, others);
        }
        let has = |flag: &str| event.flags.iter().any(|known| known == flag);
        if !has("read") {
            let loud_wildcard = has("wildcard_mentioned") && !self.is_muted(&place);
            self.add_unread(message.id, &place, has("mentioned") || loud_wildcard);
        }
    }

    fn place_of(&self, message: &Message) -> Place {
        match (&message.display_recipient, message.stream_id) {
            (DisplayRecipient::Users(users), _) => {
                let own = self.own_id();
                let mut others: Vec<UserId> = users.iter().map(|user| user.id).filter(|id| Some(*id) != own).collect();
                others.sort_unstable();
                Place::Direct(others)
            }
            (_, channel) => Place::Topic(channel.unwrap_or_default(), message.subject.clone()),
        }
    }

    fn note_recent(&mut self, id: MessageId, others: &[UserId]) {
        let Some(recent) = self.list_mut("recent_private_conversations") else { return };
        recent.retain(|conversation| conversation["user_ids"] != json!(others));
        recent.insert(0, json!({ "max_message_id": id, "user_ids": others }));
    }

    fn add_unread(&mut self, id: MessageId, place: &Place, mentioned: bool) {
        let own = self.own_id();
        let Some(unread) = self.fields.get_mut("unread_msgs") else { return };
        if mentioned {
            insert_ids(&mut unread["mentions"], [id.0]);
        }
        let (section, key) = match place {
            Place::Topic(channel, topic) => ("streams", json!({ "stream_id": channel, "topic": topic })),
            Place::Direct(others) if others.len() <= 1 => {
                let other = others.first().copied().or(own).unwrap_or_default();
                ("pms", json!({ "other_user_id": other, "sender_id": other }))
            }
            Place::Direct(others) => {
                let mut all: Vec<UserId> = others.iter().copied().chain(own).collect();
                all.sort_unstable();
                let ids: Vec<String> = all.iter().map(UserId::to_string).collect();
                ("huddles", json!({ "user_ids_string": ids.join(",") }))
            }
        };
        let Some(groups) = unread[section].as_array_mut() else { return };
        let fields = key.as_object().cloned().unwrap_or_default();
        let same = |group: &&mut Value| fields.iter().all(|(name, value)| same_key(name, &group[name], value));
        match groups.iter_mut().find(same) {
            Some(group) => insert_ids(&mut group["unread_message_ids"], [id.0]),
            None => {
                let mut group = key;
                group["unread_message_ids"] = json!([id]);
                groups.push(group);
            }
        }
        self.recount_unread();
    }

    /// Forgets unread messages; without a list, all of them.
    fn drop_unread(&mut self, ids: Option<&[MessageId]>) {
        let Some(unread) = self.fields.get_mut("unread_msgs") else { return };
        let ids: Option<Vec<u32>> = ids.map(|ids| ids.iter().map(|id| id.0).collect());
        let forget = |list: &mut Value| match &ids {
            Some(ids) => remove_ids(list, ids),
            None => *list = json!([]),
        };
        forget(&mut unread["mentions"]);
        for section in ["pms", "streams", "huddles"] {
            if let Some(groups) = unread[section].as_array_mut() {
                groups.iter_mut().for_each(|group| forget(&mut group["unread_message_ids"]));
                groups.retain(|group| group["unread_message_ids"] != json!([]));
            }
        }
        self.recount_unread();
    }

    /// Messages of a channel one has left are not unread.
    pub(super) fn forget_unread_channel(&mut self, channel: ChannelId) {
        let gone: Vec<MessageId> = self.fields.get("unread_msgs").map_or_else(Vec::new, |unread| {
            let topics =
                unread["streams"].as_array().into_iter().flatten().filter(|topic| topic["stream_id"] == json!(channel));
            topics.flat_map(|topic| ids_of(&topic["unread_message_ids"])).collect()
        });
        if !gone.is_empty() {
            self.drop_unread(Some(&gone));
        }
    }

    /// Counts direct messages and messages of topics that are not muted.
    pub(super) fn recount_unread(&mut self) {
        let Some(unread) = self.fields.get("unread_msgs") else { return };
        let mut count = 0;
        for section in ["pms", "streams", "huddles"] {
            for group in unread[section].as_array().into_iter().flatten() {
                let channel = group["stream_id"].as_u64().and_then(|id| u32::try_from(id).ok()).map(ChannelId);
                let topic = group["topic"].as_str().unwrap_or_default();
                let muted = channel.is_some_and(|channel| self.is_muted(&Place::Topic(channel, topic.to_owned())));
                if !muted {
                    count += group["unread_message_ids"].as_array().map_or(0, Vec::len);
                }
            }
        }
        if let Some(unread) = self.fields.get_mut("unread_msgs") {
            unread["count"] = json!(count);
        }
    }

    fn is_muted(&self, place: &Place) -> bool {
        let Place::Topic(channel, topic) = place else { return false };
        let policy = self.list("user_topics").iter().find(|known| {
            known["stream_id"] == json!(channel) && same_key("topic", &known["topic_name"], &json!(topic))
        });
        match policy.and_then(|known| known["visibility_policy"].as_u64()) {
            Some(1) => true,
            Some(2 | 3) => false,
            _ => {
                let mut subscriptions = self.list("subscriptions").iter();
                subscriptions.any(|row| row["stream_id"] == json!(channel) && row["is_muted"] == json!(true))
            }
        }
    }

    fn is_unread(&self, id: MessageId) -> bool {
        let Some(unread) = self.get("unread_msgs") else { return false };
        ["pms", "streams", "huddles"].iter().any(|section| {
            unread[section]
                .as_array()
                .into_iter()
                .flatten()
                .any(|group| ids_of(&group["unread_message_ids"]).any(|known| known == id))
        })
    }

    pub(super) fn update_message(&mut self, event: &UpdateMessage) {
        self.move_unread(event);
        if event.rendering_only || event.content.is_none() || !self.is_unread(event.message_id) {
            return;
        }
        let mentioned = event.flags.iter().any(|flag| flag == "mentioned" || flag == "wildcard_mentioned");
        if let Some(unread) = self.fields.get_mut("unread_msgs") {
            if mentioned {
                insert_ids(&mut unread["mentions"], [event.message_id.0]);
            } else {
                remove_ids(&mut unread["mentions"], &[event.message_id.0]);
            }
        }
    }

    /// Unread messages that moved are unread where they are now.
    fn move_unread(&mut self, event: &UpdateMessage) {
        let (Some(from), true) = (event.stream_id, event.subject.is_some() || event.new_stream_id.is_some()) else {
            return;
        };
        let topic = event.subject.clone().or_else(|| event.orig_subject.clone()).unwrap_or_default();
        let place = Place::Topic(event.new_stream_id.unwrap_or(from), topic);
        let unread: Vec<MessageId> = event.message_ids.iter().copied().filter(|id| self.is_unread(*id)).collect();
        let mentions: Vec<MessageId> =
            self.get("unread_msgs").map_or_else(Vec::new, |unread| ids_of(&unread["mentions"]).collect());
        self.drop_unread(Some(&unread));
        for id in unread {
            self.add_unread(id, &place, mentions.contains(&id));
        }
    }

    pub(super) fn delete_messages(&mut self, event: &DeleteMessage) {
        let ids: Vec<MessageId> = event.message_ids.iter().flatten().copied().chain(event.message_id).collect();
        self.drop_unread(Some(&ids));
        let ids: Vec<u32> = ids.iter().map(|id| id.0).collect();
        if let Some(starred) = self.fields.get_mut("starred_messages") {
            remove_ids(starred, &ids);
        }
    }

    pub(super) fn add_flag(&mut self, event: &FlagsAdd) {
        match event.flag.as_str() {
            "read" => self.drop_unread((!event.all).then_some(&event.messages)),
            "starred" => {
                if let Some(starred) = self.fields.get_mut("starred_messages") {
                    insert_ids(starred, event.messages.iter().map(|id| id.0));
                }
            }
            _ => {}
        }
    }

    pub(super) fn remove_flag(&mut self, event: &FlagsRemove) {
        match event.flag.as_str() {
            "read" => {
                for (id, details) in event.message_details.iter().flatten() {
                    let place = place_in(details);
                    self.add_unread(*id, &place, details.mentioned == Some(true));
                }
            }
            "starred" => {
                if let Some(starred) = self.fields.get_mut("starred_messages") {
                    let ids: Vec<u32> = event.messages.iter().map(|id| id.0).collect();
                    remove_ids(starred, &ids);
                }
            }
            _ => {}
        }
    }
}

fn place_in(details: &MessageDetails) -> Place {
    match (&details.user_ids, details.stream_id) {
        (Some(others), _) => Place::Direct(others.clone()),
        (None, channel) => Place::Topic(channel.unwrap_or_default(), details.topic.clone().unwrap_or_default()),
    }
}

/// Topics are the same without regard to case.
fn same_key(name: &str, known: &Value, value: &Value) -> bool {
    match (name, known.as_str(), value.as_str()) {
        ("topic", Some(known), Some(value)) => known.to_lowercase() == value.to_lowercase(),
        _ => known == value,
    }
}

fn ids_of(list: &Value) -> impl Iterator<Item = MessageId> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_u64)
        .filter_map(|id| u32::try_from(id).ok())
        .map(MessageId)
}

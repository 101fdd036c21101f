//! Polls and lists of tasks: a message with parts that people add. The first part says what the message is; it is made
//! with the message. What later parts mean is between clients; here is checked that they have the right form.

use super::{Tx, follow};
use crate::change::{Change, SubmessageRow};
use crate::limits;
use serde_json::{Value, json};
use tidings_types::events::Event;
use tidings_types::events::message::SubmessageEvent;
use tidings_types::params::FromJson;
use tidings_types::{ApiError, MessageId, UserId};

/// What makes a new message more than text, as its first part holds it: what the request says, or else what the text
/// begins with.
///
/// # Errors
/// 400 where the request says something that cannot be.
pub fn widget_of(content: &str, requested: Option<&str>) -> Result<Option<String>, ApiError> {
    match requested {
        Some(requested) => check_requested(requested).map(Some),
        None => Ok(written(content).map(|widget| widget.to_string())),
    }
}

/// `/poll` and `/todo`, what follows on the same line, and a line for each option or task.
fn written(content: &str) -> Option<Value> {
    let (command, rest) = content.split_at(content.find(char::is_whitespace).unwrap_or(content.len()));
    let mut lines = rest.split('\n').map(str::trim);
    let title = lines.next().unwrap_or_default();
    let items = lines.map(without_bullet).filter(|item| !item.is_empty());
    match command {
        "/poll" => {
            let options: Vec<&str> = items.collect();
            Some(json!({ "widget_type": "poll", "extra_data": { "question": title, "options": options } }))
        }
        "/todo" => {
            let task = |item: &str| match item.split_once(": ") {
                Some((task, desc)) => json!({ "task": task.trim(), "desc": desc.trim() }),
                None => json!({ "task": item, "desc": "" }),
            };
            let tasks: Vec<Value> = items.map(task).collect();
            Some(json!({ "widget_type": "todo", "extra_data": { "task_list_title": title, "tasks": tasks } }))
        }
        _ => None,
    }
}

fn without_bullet(line: &str) -> &str {
    line.strip_prefix(['-', '*']).unwrap_or(line).trim_start()
}

fn check_requested(text: &str) -> Result<String, ApiError> {
    let wrong = |what: &str| ApiError::bad_request(format!("Widgets: {what}"));
    if text.len() > limits::SUBMESSAGE_BYTES_MAX {
        return Err(wrong("too long"));
    }
    let value: Value = serde_json::from_str(text).map_err(|_| wrong("API programmer sent invalid JSON content"))?;
    let widget = Part::of("widget_content", &value)?;
    let widget_type = widget.text("widget_type")?;
    let data = Part::of("extra_data", widget.field("extra_data")?)?;
    match widget_type.as_str() {
        "poll" => {
            data.text("question")?;
            Vec::<String>::from_json("options", data.field("options")?)?;
        }
        "todo" => {
            data.text("task_list_title")?;
            for task in Vec::<Value>::from_json("tasks", data.field("tasks")?)? {
                let task = Part::of("tasks", &task)?;
                task.text("task")?;
                task.text("desc")?;
            }
        }
        "zform" => {
            if data.text("type")? != "choices" {
                return Err(wrong("unknown zform type"));
            }
            data.text("heading")?;
            for choice in Vec::<Value>::from_json("choices", data.field("choices")?)? {
                let choice = Part::of("choices", &choice)?;
                ["type", "short_name", "long_name", "reply"].iter().try_for_each(|name| choice.text(name).map(drop))?;
            }
        }
        _ => return Err(wrong("unknown widget type")),
    }
    Ok(value.to_string())
}

/// A part to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSubmessage {
    /// What clients call the kind.
    pub msg_type: String,
    /// JSON.
    pub content: String,
}

/// `add-submessage`.
///
/// # Errors
/// 400 for a message that may not be read or has no parts, for parts that cannot be, and for too many.
pub fn add(tx: &mut Tx<'_>, actor: UserId, id: MessageId, new: &NewSubmessage) -> Result<(), ApiError> {
    let user = tx.actor(actor)?;
    tx.state.check_can_change(&user, id)?;
    let message = tx.message(id)?.ok_or_else(|| ApiError::bad_request("Invalid message(s)"))?;
    let is_author = message.sender == actor;
    if message.submessages.is_empty() && !is_author {
        return Err(ApiError::bad_request("You cannot attach a submessage to this message."));
    }
    if new.content.len() > limits::SUBMESSAGE_BYTES_MAX || new.msg_type.len() > limits::LOCAL_ID_BYTES_MAX {
        return Err(ApiError::bad_request("Submessage is too long"));
    }
    if message.submessages.len() >= limits::SUBMESSAGES_PER_MESSAGE_MAX {
        return Err(ApiError::bad_request("Too many submessages"));
    }
    let bytes: usize = message.submessages.iter().map(|part| part.content.len()).sum();
    if bytes + new.content.len() > limits::SUBMESSAGES_BYTES_MAX {
        return Err(ApiError::bad_request("Too many submessages"));
    }
    let value = serde_json::from_str(&new.content);
    let value: Value = value.map_err(|_| ApiError::bad_request("Invalid json for submessage"))?;
    match message.submessages.first().and_then(widget_type).as_deref() {
        Some("poll") => check_poll(&value, is_author)?,
        Some("todo") => check_todo(&value, is_author)?,
        _ => {}
    }
    let submessage_id = tx.state.messages.next_submessage();
    let NewSubmessage { msg_type, content } = new.clone();
    let row = SubmessageRow { id: submessage_id, sender: actor, msg_type: msg_type.clone(), content: content.clone() };
    tx.change(Change::SubmessageAdded { message: id, row });
    let audience = tx.state.who_holds_message(id).plus([actor]);
    let event = SubmessageEvent { msg_type, message_id: id, submessage_id, sender_id: actor, content };
    tx.emit(Event::Submessage(event), audience);
    follow::takes_part(tx, &user, id);
    Ok(())
}

fn widget_type(first: &SubmessageRow) -> Option<String> {
    let content: Value = serde_json::from_str(&first.content).ok()?;
    content["widget_type"].as_str().map(str::to_owned)
}

fn check_poll(value: &Value, is_author: bool) -> Result<(), ApiError> {
    let poll = Part::of("poll data", value)?;
    match poll.text("type")?.as_str() {
        "vote" => {
            poll.text("key")?;
            match poll.number("vote")? {
                1 | -1 => Ok(()),
                _ => Err(ApiError::bad_request("Invalid vote")),
            }
        }
        "question" if !is_author => Err(ApiError::bad_request("You can't edit a question unless you are the author.")),
        "question" => poll.text("question").map(drop),
        "new_option" => {
            poll.text("option")?;
            poll.number("idx").map(drop)
        }
        other => Err(ApiError::bad_request(format!("Unknown type for poll data: {other}"))),
    }
}

fn check_todo(value: &Value, is_author: bool) -> Result<(), ApiError> {
    let todo = Part::of("todo data", value)?;
    match todo.text("type")?.as_str() {
        "new_task" => {
            todo.number("key")?;
            todo.text("task")?;
            todo.text("desc")?;
            bool::from_json("completed", todo.field("completed")?).map(drop)
        }
        "strike" => todo.text("key").map(drop),
        "new_task_list_title" if !is_author => {
            Err(ApiError::bad_request("You can't edit the task list title unless you are the author."))
        }
        "new_task_list_title" => todo.text("title").map(drop),
        other => Err(ApiError::bad_request(format!("Unknown type for todo data: {other}"))),
    }
}

/// An object with fields of known types.
struct Part<'a>(&'a str, &'a serde_json::Map<String, Value>);

impl<'a> Part<'a> {
    fn of(name: &'a str, value: &'a Value) -> Result<Self, ApiError> {
        let fields = value.as_object().ok_or_else(|| ApiError::bad_request(format!("{name} is not a dict")))?;
        Ok(Part(name, fields))
    }

    fn field(&self, name: &str) -> Result<&'a Value, ApiError> {
        let missing = || ApiError::bad_request(format!("{name} key is missing from {}", self.0));
        self.1.get(name).ok_or_else(missing)
    }

    fn text(&self, name: &str) -> Result<String, ApiError> {
        String::from_json(name, self.field(name)?)
    }

    fn number(&self, name: &str) -> Result<i64, ApiError> {
        i64::from_json(name, self.field(name)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polls_and_lists_of_tasks_are_written_as_text() {
        let check = |content: &str, expect: Value| {
            let widget =
                widget_of(content, None).unwrap().map_or(Value::Null, |text| serde_json::from_str(&text).unwrap());
            assert_eq!(widget, expect, "{content}");
        };
        check("plain /poll", Value::Null);
        check("/pollen", Value::Null);
        check("/poll", json!({"widget_type": "poll", "extra_data": {"question": "", "options": []}}));
        let poll =
            json!({"widget_type": "poll", "extra_data": {"question": "Lunch?", "options": ["soup", "a-b", "c"]}});
        check("/poll Lunch?\n- soup\n\n  * a-b\nc", poll);
        let tasks = json!([{"task": "buy", "desc": "milk: two"}, {"task": "sleep", "desc": ""}]);
        let todo = json!({"widget_type": "todo", "extra_data": {"task_list_title": "Today", "tasks": tasks}});
        check("/todo Today\nbuy: milk: two\nsleep", todo);
    }

    #[test]
    fn what_is_asked_for_is_checked() {
        let zform = r#"{"widget_type":"zform","extra_data":{"type":"choices","heading":"h","choices":[
            {"type":"multiple_choice","short_name":"A","long_name":"Ay","reply":"a"}]}}"#;
        assert!(widget_of("x", Some(zform)).unwrap().is_some());
        for bad in [
            "x",
            "[]",
            "{}",
            r#"{"widget_type":"poll"}"#,
            r#"{"widget_type":"poll","extra_data":{"question":1,"options":[]}}"#,
            r#"{"widget_type":"zform","extra_data":{"type":"other"}}"#,
            r#"{"widget_type":"unheard","extra_data":{}}"#,
        ] {
            assert!(widget_of("x", Some(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn parts_have_a_form() {
        let poll = |value: Value, is_author| check_poll(&value, is_author).is_ok();
        assert!(poll(json!({"type": "vote", "key": "canned,0", "vote": 1}), false));
        assert!(!poll(json!({"type": "vote", "key": "canned,0", "vote": 2}), false));
        assert!(poll(json!({"type": "new_option", "idx": 1, "option": "x"}), false));
        assert!(poll(json!({"type": "question", "question": "?"}), true));
        assert!(!poll(json!({"type": "question", "question": "?"}), false));
        assert!(!poll(json!({"type": "other"}), true) && !poll(json!(["vote"]), true));
        let todo = |value: Value, is_author| check_todo(&value, is_author).is_ok();
        assert!(todo(json!({"type": "new_task", "key": 2, "task": "a", "desc": "", "completed": false}), false));
        assert!(!todo(json!({"type": "new_task", "key": 2, "task": "a", "desc": ""}), false));
        assert!(todo(json!({"type": "strike", "key": "0,canned"}), false));
        assert!(todo(json!({"type": "new_task_list_title", "title": "t"}), true));
        assert!(!todo(json!({"type": "new_task_list_title", "title": "t"}), false));
    }
}

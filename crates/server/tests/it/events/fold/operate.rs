//! What people do, at random.

use super::{CHANNELS, VIEWERS, comings};
use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use tidings_testkit::TestServer;
use tidings_testkit::client::TestClient;

/// One random operation; refusals are part of life. Returns what it was.
pub(super) async fn operate(server: &TestServer, rng: &mut StdRng) -> (String, u16) {
    let mut pick = |list: &[&'static str]| *list.choose(rng).expect("not empty");
    let (actor, other, channel) = (pick(&VIEWERS), pick(&VIEWERS), pick(&CHANNELS));
    let kind = pick(&[
        "send",
        "send",
        "send",
        "send",
        "send",
        "send",
        "direct",
        "direct",
        "group",
        "read",
        "unread",
        "star",
        "react",
        "edit",
        "delete",
        "subscribe",
        "subscribe_other",
        "unsubscribe",
        "unsubscribe_other",
        "private",
        "public",
        "rename",
        "describe",
        "archive",
        "mute_channel",
        "pin",
        "mute_topic",
        "alert",
        "mute_user",
        "status",
        "there",
        "there",
        "visible",
        "presence_disabled",
        "setting",
        "name",
        "role",
        "deactivate",
        "reactivate",
        "bot",
        "default",
        "new_user",
        "mark_channel",
        "picture",
        "realm_picture",
        "emoji",
        "move_topic",
        "move_channel",
        "move_channel",
        "delete_topic",
        "poll",
        "vote",
        "realm",
        "realm_groups",
        "email_visibility",
        "new_group",
        "members",
        "members",
        "subgroups",
        "change_group",
        "channel_rights",
        "follow",
        "follow",
        "linkifier",
        "playground",
        "folder",
        "folder",
        "profile_field",
        "profile_field",
        "domain",
        "channel_group",
        "onboarding",
        "profile",
        "profile",
        "file",
        "draft",
        "edit_draft",
        "snippet",
        "view",
        "later",
        "join",
        "join",
        "sign_up",
        "sign_up",
        "expire",
        "expire",
    ]);
    let topic = pick(&["plans", "Plans", "", "lunch"]);
    let (small, flag) = (rng.random_range(1..60).to_string(), rng.random_bool(0.5));
    let state = server.app.realm.snapshot();
    let other_id = server.user_id(other).to_string();
    let id = state.channels.find_by_name(channel).map_or(99, |channel| channel.id.0).to_string();
    let message = rng.random_range(1..=state.messages.last_id().max(1)).to_string();
    let add = if flag { "add" } else { "remove" };
    let client: TestClient = server.client(actor).with_agent(if flag { "website" } else { "bot/1" });
    let administrator = server.client(if flag { "iago" } else { "desdemona" });
    let group = 100 + rng.random_range(0..4);
    let on = if flag { "true" } else { "false" };
    let content = format!(
        "hello @**{}** number {small} {}",
        tidings_testkit::fixture::full_name(other),
        if flag { "word" } else { "" }
    );
    let subscription =
        |property: &str, value: &str| format!(r#"[{{"stream_id":{id},"property":"{property}","value":{value}}}]"#);
    let what = format!(
        "{kind} by {actor} (other {other}, channel {channel}, topic {topic:?}, message {message}, {on}, {small})"
    );
    if let Some(status) = comings::operate(server, kind, &id, group, flag, rng).await {
        return (what, status);
    }
    let reply = match kind {
        "send" => {
            client
                .post("/messages", &[("type", "channel"), ("to", channel), ("topic", topic), ("content", &content)])
                .await
        }
        "direct" => {
            client
                .post("/messages", &[("type", "direct"), ("to", &format!("[{other_id}]")), ("content", &content)])
                .await
        }
        "group" => {
            client
                .post("/messages", &[("type", "direct"), ("to", &format!("[{other_id},1,4]")), ("content", &content)])
                .await
        }
        "read" | "unread" | "star" => {
            let (op, name) = match kind {
                "read" => ("add", "read"),
                "unread" => ("remove", "read"),
                _ => (add, "starred"),
            };
            client.post("/messages/flags", &[("messages", &format!("[{message}]")), ("op", op), ("flag", name)]).await
        }
        "move_topic" | "move_channel" => {
            let mode = ["change_one", "change_later", "change_all"][(small.len() + usize::from(flag)) % 3];
            let mut params = vec![("propagate_mode", mode), ("send_notification_to_old_thread", on)];
            params.push(("send_notification_to_new_thread", on));
            if kind == "move_channel" {
                params.push(("stream_id", id.as_str()));
            }
            if kind == "move_topic" || flag {
                params.push(("topic", if small.ends_with('1') { "✔ plans" } else { topic }));
            }
            client.patch(&format!("/messages/{message}"), &params).await
        }
        // For administrators; the others are refused often enough.
        "delete_topic" => administrator.post(&format!("/streams/{id}/delete_topic"), &[("topic_name", topic)]).await,
        "poll" => {
            let content = format!("/poll {small}\nyes\nno");
            client
                .post("/messages", &[("type", "channel"), ("to", channel), ("topic", topic), ("content", &content)])
                .await
        }
        "vote" => {
            let vote = r#"{"type":"vote","key":"canned,0","vote":1}"#;
            client.post("/submessage", &[("message_id", &message), ("msg_type", "widget"), ("content", vote)]).await
        }
        "realm" => {
            let limit = if flag { "\"unlimited\"" } else { "86400" };
            let some = format!(r#"{{"direct_members":[{other_id}],"direct_subgroups":[5]}}"#);
            let group = format!(r#"{{"new":{}}}"#, if flag { "3" } else { &some });
            administrator
                .patch(
                    "/realm",
                    &[
                        ("allow_message_editing", on),
                        ("message_content_edit_limit_seconds", limit),
                        ("move_messages_between_streams_limit_seconds", limit),
                        ("can_delete_any_message_group", &group),
                        ("can_create_public_channel_group", &group),
                        ("topics_policy", if flag { "allow_empty_topic" } else { "disable_empty_topic" }),
                    ],
                )
                .await
        }
        // For owners. The group may not exist.
        "realm_groups" => {
            let days = if flag { "\"unlimited\"" } else { "30" };
            let address = if flag { r#""default""# } else { r#""https://meet.example.com""# };
            let calls = [
                ("message_retention_days", days),
                ("enable_spectator_access", on),
                ("jitsi_server_url", address),
                ("video_chat_provider", "1"),
            ];
            server.client("desdemona").patch("/realm", &calls).await.done();
            let some = format!(r#"{{"new":{{"direct_members":[{other_id}],"direct_subgroups":[{group}]}}}}"#);
            server.client("desdemona").patch("/realm", &[("can_manage_all_groups", &some)]).await
        }
        "react" => client.post(&format!("/messages/{message}/reactions"), &[("emoji_name", "tada")]).await,
        "edit" => client.patch(&format!("/messages/{message}"), &[("content", &content)]).await,
        "delete" => client.delete(&format!("/messages/{message}"), &[]).await,
        "subscribe" => {
            let private = if channel == "closed" { "true" } else { "false" };
            let list = format!(r#"[{{"name":"{channel}"}}]"#);
            client.post("/users/me/subscriptions", &[("subscriptions", &list), ("invite_only", private)]).await
        }
        "subscribe_other" => {
            let list = format!(r#"[{{"name":"{channel}"}}]"#);
            let principals = format!("[{other_id}]");
            client.post("/users/me/subscriptions", &[("subscriptions", &list), ("principals", &principals)]).await
        }
        "unsubscribe" => {
            client.delete("/users/me/subscriptions", &[("subscriptions", &format!(r#"["{channel}"]"#))]).await
        }
        "unsubscribe_other" => {
            let principals = format!("[{other_id}]");
            client
                .delete(
                    "/users/me/subscriptions",
                    &[("subscriptions", &format!(r#"["{channel}"]"#)), ("principals", &principals)],
                )
                .await
        }
        "private" => {
            client
                .patch(&format!("/streams/{id}"), &[("is_private", "true"), ("history_public_to_subscribers", on)])
                .await
        }
        "public" => client.patch(&format!("/streams/{id}"), &[("is_private", "false")]).await,
        "rename" => {
            client.patch(&format!("/streams/{id}"), &[("new_name", if flag { "Renamed" } else { "Verona" })]).await
        }
        "describe" => client.patch(&format!("/streams/{id}"), &[("description", &format!("*number* {small}"))]).await,
        "archive" if small.ends_with('7') => client.delete(&format!("/streams/{id}"), &[]).await,
        "mute_channel" => {
            client
                .post("/users/me/subscriptions/properties", &[("subscription_data", &subscription("is_muted", on))])
                .await
        }
        "pin" => {
            client
                .post("/users/me/subscriptions/properties", &[("subscription_data", &subscription("pin_to_top", on))])
                .await
        }
        "mute_topic" => {
            let policy = (small.len() + usize::from(flag)).to_string();
            client.post("/user_topics", &[("stream_id", &id), ("topic", topic), ("visibility_policy", &policy)]).await
        }
        "alert" => {
            let words = ("alert_words", r#"["word","other"]"#);
            if flag {
                client.post("/users/me/alert_words", &[words]).await
            } else {
                client.delete("/users/me/alert_words", &[words]).await
            }
        }
        "mute_user" => {
            let path = format!("/users/me/muted_users/{other_id}");
            if flag { client.post(&path, &[]).await } else { client.delete(&path, &[]).await }
        }
        "status" => {
            client
                .post(
                    "/users/me/status",
                    &[("status_text", if flag { "away" } else { "" }), ("emoji_name", if flag { "car" } else { "" })],
                )
                .await
        }
        "follow" => {
            let (follow, unmute) = (small.len().to_string(), (small.len() + 1).to_string());
            let params = [
                ("automatically_follow_topics_policy", follow.as_str()),
                ("automatically_unmute_topics_in_muted_streams_policy", unmute.as_str()),
                ("automatically_follow_topics_where_mentioned", on),
            ];
            client.patch("/settings", &params).await
        }
        "there" => {
            // Whoever is there all the time, others are not told of.
            server.clock.advance(200);
            let params = [("status", "active"), ("new_user_input", on), ("ping_only", "true")];
            client.post("/users/me/presence", &params).await
        }
        "visible" => client.patch("/settings", &[("presence_enabled", on)]).await,
        "presence_disabled" => administrator.patch("/realm", &[("presence_disabled", on)]).await,
        "setting" => {
            client.patch("/settings", &[("enter_sends", on), ("color_scheme", if flag { "2" } else { "3" })]).await
        }
        "picture" if flag => client.post_file("/users/me/avatar", "x.png", crate::files::png(9, 9)).await,
        "picture" => client.delete("/users/me/avatar", &[]).await,
        "realm_picture" => {
            let path = if small.len() == 1 { "/realm/icon" } else { "/realm/logo" };
            if flag {
                administrator.post_file(path, "x.png", crate::files::png(9, 9)).await
            } else {
                administrator.delete(path, &[]).await
            }
        }
        "emoji" => {
            let path = format!("/realm/emoji/custom{}", small.len());
            if flag {
                client.post_file(&path, "x.png", crate::files::png(9, 9)).await
            } else {
                client.delete(&path, &[]).await
            }
        }
        "name" => client.patch("/settings", &[("full_name", &format!("{actor} {small}"))]).await,
        "email_visibility" => {
            client
                .patch(
                    "/settings",
                    &[("email_address_visibility", ["1", "2", "3", "4"][small.len() + usize::from(flag)])],
                )
                .await
        }
        "new_group" => {
            let members = format!("[{other_id}]");
            client
                .post(
                    "/user_groups/create",
                    &[("name", &format!("g{small}")), ("description", ""), ("members", &members)],
                )
                .await
        }
        "members" => {
            let (op, users) = (if flag { "add" } else { "delete" }, format!("[{other_id}]"));
            administrator.post(&format!("/user_groups/{group}/members"), &[(op, &users)]).await
        }
        "subgroups" => {
            let inner = if small.ends_with('2') { 3 } else { 100 + small.len() };
            let (op, groups) = (if flag { "add" } else { "delete" }, format!("[{inner}]"));
            administrator.post(&format!("/user_groups/{group}/subgroups"), &[(op, &groups)]).await
        }
        "change_group" => match small.len() {
            1 => administrator.post(&format!("/user_groups/{group}/deactivate"), &[]).await,
            _ => {
                let name = format!("h{small}");
                let params = [("name", name.as_str()), ("can_join_group", r#"{"new":5}"#), ("deactivated", "false")];
                administrator.patch(&format!("/user_groups/{group}"), if flag { &params } else { &params[..2] }).await
            }
        },
        "channel_rights" => {
            let value = if flag { group.to_string() } else { "8".to_owned() };
            administrator
                .patch(&format!("/streams/{id}"), &[("can_administer_channel_group", &format!(r#"{{"new":{value}}}"#))])
                .await
        }
        "role" => {
            let role = ["200", "300", "400", "600"][(small.len() + usize::from(flag)) % 4];
            client.patch(&format!("/users/{other_id}"), &[("role", role)]).await
        }
        "deactivate" if small.ends_with('3') => client.delete(&format!("/users/{other_id}"), &[]).await,
        "reactivate" => client.post(&format!("/users/{other_id}/reactivate"), &[]).await,
        "bot" => {
            client.post("/bots", &[("full_name", &format!("Bot {small}")), ("short_name", &format!("b{small}"))]).await
        }
        "default" => {
            if flag {
                client.post("/default_streams", &[("stream_id", &id)]).await
            } else {
                client.delete("/default_streams", &[("stream_id", &id)]).await
            }
        }
        "linkifier" => {
            let linkifier =
                [("pattern", format!("#{small}")), ("url_template", format!("https://issues.example/{topic}"))];
            let linkifier = linkifier.each_ref().map(|(name, value)| (*name, value.as_str()));
            let known: Vec<u32> = state.linkifiers.list().items.iter().map(|known| known.id).collect();
            match known.first() {
                Some(first) if flag => client.delete(&format!("/realm/filters/{first}"), &[]).await,
                Some(first) if small.len() == 1 => client.patch(&format!("/realm/filters/{first}"), &linkifier).await,
                Some(_) if small.ends_with(['0', '1', '2']) => {
                    let order = format!("{:?}", known.iter().rev().collect::<Vec<_>>());
                    client.patch("/realm/linkifiers", &[("ordered_linkifier_ids", &order)]).await
                }
                _ => client.post("/realm/filters", &linkifier).await,
            }
        }
        "playground" => match state.playgrounds.items.first() {
            Some(first) if flag => client.delete(&format!("/realm/playgrounds/{}", first.id), &[]).await,
            _ => {
                let new = [("name", small.as_str()), ("pygments_language", "C"), ("url_template", "https://x/{code}")];
                client.post("/realm/playgrounds", &new).await
            }
        },
        "folder" => {
            let known: Vec<u32> = state.organization.folders.items.iter().map(|known| known.id).collect();
            match known.choose(rng) {
                Some(_) if small.ends_with('3') => {
                    let order = format!("{:?}", known.iter().rev().collect::<Vec<_>>());
                    administrator.patch("/channel_folders", &[("order", &order)]).await
                }
                Some(one) if flag => {
                    let params = [("name", small.as_str()), ("description", &content), ("is_archived", on)];
                    let some = if small.len() == 1 { &params[..2] } else { &params[2..] };
                    administrator.patch(&format!("/channel_folders/{one}"), some).await
                }
                _ => administrator.post("/channel_folders/create", &[("name", &small)]).await,
            }
        }
        "domain" => {
            let owner = server.client("desdemona");
            let domain = format!("x{}.example", small.len());
            let path = format!("/realm/domains/{domain}");
            match small.chars().last() {
                Some('0' | '1') => owner.delete(&path, &[]).await,
                Some('2' | '3' | '4') => owner.patch(&path, &[("allow_subdomains", on)]).await,
                _ => owner.post("/realm/domains", &[("domain", &domain)]).await,
            }
        }
        "channel_group" => {
            let names = format!(r#"["{channel}"]"#);
            match state.organization.default_groups.items.choose(rng).map(|group| group.id) {
                Some(id) if small.ends_with('1') => {
                    administrator.delete(&format!("/default_stream_groups/{id}"), &[]).await
                }
                Some(id) => {
                    let params = [("op", add), ("stream_names", &names)];
                    administrator.patch(&format!("/default_stream_groups/{id}/streams"), &params).await
                }
                None => {
                    let params = [("group_name", &*small), ("description", ""), ("stream_names", &names)];
                    administrator.post("/default_stream_groups/create", &params).await
                }
            }
        }
        "onboarding" => {
            let step = tidings_types::signup::ONBOARDING_STEPS[small.len()];
            client.post("/users/me/onboarding_steps", &[("onboarding_step", step)]).await
        }
        "profile_field" => {
            let known: Vec<u32> = state.organization.profile_fields.items.iter().map(|known| known.id).collect();
            let kind = ["1", "2", "3", "8"][small.len() + usize::from(flag)];
            let choices = if flag { r#"{"a":{"text":"A","order":"1"}}"# } else { r#"{"b":{"text":"B","order":"1"}}"# };
            match known.choose(rng) {
                Some(_) if small.ends_with('3') => {
                    let order = format!("{:?}", known.iter().rev().collect::<Vec<_>>());
                    administrator.patch("/realm/profile_fields", &[("order", &order)]).await
                }
                Some(one) if small.ends_with('4') => {
                    administrator.delete(&format!("/realm/profile_fields/{one}"), &[]).await
                }
                Some(one) if flag => {
                    let params = [("field_data", choices), ("required", on)];
                    administrator.patch(&format!("/realm/profile_fields/{one}"), &params).await
                }
                _ => {
                    let params = [("name", small.as_str()), ("field_type", kind), ("field_data", choices)];
                    administrator.post("/realm/profile_fields", &params).await
                }
            }
        }
        "profile" => {
            let field = state.organization.profile_fields.items.choose(rng).map_or(1, |field| field.id);
            let value = if state.organization.profile_field(field).is_some_and(|field| field.kind.has_data()) {
                if flag { "a" } else { "b" }
            } else {
                &small
            };
            let data = format!(r#"[{{"id": {field}, "value": "{value}"}}]"#);
            match small.len() {
                1 if flag => client.delete("/users/me/profile_data", &[("data", &format!("[{field}]"))]).await,
                1 => administrator.patch(&format!("/users/{other_id}"), &[("profile_data", &data)]).await,
                _ => client.patch("/users/me/profile_data", &[("data", &data)]).await,
            }
        }
        "file" => {
            let folder = state.organization.folders.items.choose(rng).map_or(1, |folder| folder.id).to_string();
            let folder = if flag { "null" } else { &folder };
            administrator.patch(&format!("/streams/{id}"), &[("folder_id", folder)]).await
        }
        "draft" => {
            let place =
                if flag { format!(r#""stream", "to": [{id}]"#) } else { format!(r#""private", "to": [{other_id}]"#) };
            let draft =
                format!(r#"[{{"type": {place}, "topic": "{topic}", "content": "{content}", "timestamp": {small}}}]"#);
            client.post("/drafts", &[("drafts", &draft)]).await
        }
        "edit_draft" => {
            let first = state.prepared.drafts.of(server.user_id(actor)).next().map_or(0, |draft| draft.id.0);
            let draft =
                format!(r#"{{"type": "", "to": [], "topic": "", "content": "{content}", "timestamp": {small}}}"#);
            let path = format!("/drafts/{first}");
            if first == 0 {
                let draft = format!("[{draft}]");
                client.post("/drafts", &[("drafts", &draft)]).await
            } else if small.ends_with('1') {
                client.patch("/settings", &[("enable_drafts_synchronization", on)]).await
            } else if flag {
                client.patch(&path, &[("draft", &draft)]).await
            } else {
                client.delete(&path, &[]).await
            }
        }
        "snippet" => {
            let first = state.prepared.snippets.of(server.user_id(actor)).next().map_or(0, |snippet| snippet.id.0);
            let path = format!("/saved_snippets/{first}");
            match (flag, small.len()) {
                _ if first == 0 => client.post("/saved_snippets", &[("title", &small), ("content", &content)]).await,
                (true, _) => client.post("/saved_snippets", &[("title", &small), ("content", &content)]).await,
                (false, 1) => client.delete(&path, &[]).await,
                _ => client.patch(&path, &[("content", &content)]).await,
            }
        }
        "later" => {
            let owned = state.prepared.later.of(server.user_id(actor)).next();
            let at = (server.clock.now() + 10_000 + i64::from(flag)).to_string();
            let to = format!("[{other_id}]");
            match owned.map(|row| (row.id, row.reminder().is_some())) {
                None if flag => {
                    let params = [("message_id", &*message), ("scheduled_delivery_timestamp", &at), ("note", &small)];
                    client.post("/reminders", &params).await
                }
                Some((id, true)) => client.delete(&format!("/reminders/{id}"), &[]).await,
                Some((id, false)) if flag => {
                    let params = [("topic", topic), ("content", &*content), ("scheduled_delivery_timestamp", &at)];
                    client.patch(&format!("/scheduled_messages/{id}"), &params).await
                }
                Some((id, false)) if small.len() == 1 => client.delete(&format!("/scheduled_messages/{id}"), &[]).await,
                _ => {
                    let (kind, to) = if small.ends_with(['0', '5']) { ("direct", &to) } else { ("channel", &id) };
                    let params = [("type", kind), ("to", to), ("topic", topic), ("content", &content)];
                    let params = [&params[..], &[("scheduled_delivery_timestamp", &at)]].concat();
                    client.post("/scheduled_messages", &params).await
                }
            }
        }
        "view" => {
            let fragment = if small.ends_with(['0', '3', '6']) { "inbox" } else { "narrow/is/alerted" };
            let path = format!("/navigation_views/{}", fragment.replace('/', "%2F"));
            let name: &[(&str, &str)] = if fragment == "inbox" { &[] } else { &[("name", &small)] };
            let params = [&[("fragment", fragment), ("is_pinned", on)], name].concat();
            match small.len() {
                1 => client.delete(&path, &[]).await,
                _ if flag => client.post("/navigation_views", &params).await,
                _ => client.patch(&path, &params[1..]).await,
            }
        }
        "new_user" if flag => {
            let email = format!("new{small}@example.com");
            client
                .post(
                    "/users",
                    &[("email", &email), ("full_name", &format!("New {small}")), ("password", "correct horse battery")],
                )
                .await
        }
        _ => client.post("/mark_stream_as_read", &[("stream_id", &id)]).await,
    };
    assert!(
        reply.status < 500 && reply.json["msg"] != "There is no such endpoint" && reply.status != 405,
        "{kind} {actor}: {} {}",
        reply.status,
        reply.json
    );
    (what, reply.status)
}

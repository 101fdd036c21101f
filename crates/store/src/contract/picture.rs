//! A state as text, so that two can be compared and a difference be read.

use roaring::RoaringBitmap;
use std::collections::BTreeSet;
use std::fmt::Debug;
use tidings_core::state::RealmState;
use tidings_core::state::flags::Flag;
use tidings_core::state::ids::IdSet;
use tidings_types::{ConversationId, MessageId, UserId};

/// Everything that can be asked of a state, but for what is not kept across restarts.
#[must_use]
pub fn picture(state: &RealmState) -> Vec<String> {
    let mut lines = vec![format!("seq {}, {:?}", state.seq, state.realm)];
    line(&mut lines, "linkifiers", state.linkifiers.list());
    line(&mut lines, "playgrounds", &state.playgrounds);
    line(&mut lines, "organization", &state.organization);
    line(&mut lines, "invites", &state.invites);
    accounts(state, &mut lines);
    groups(state, &mut lines);
    channels(state, &mut lines);
    messages(state, &mut lines);
    flags(state, &mut lines);
    personal(state, &mut lines);
    files(state, &mut lines);
    lines
}

fn line(lines: &mut Vec<String>, what: impl Debug, value: impl Debug) {
    lines.push(format!("{what:?}: {value:?}"));
}

fn accounts(state: &RealmState, lines: &mut Vec<String>) {
    line(lines, "next user", state.users.next_id());
    for user in state.users.iter() {
        line(lines, user.id, user);
        line(lines, "profile", state.users.profile(user.id));
        line(lines, "not seen", state.personal.onboarding_steps(user.id));
        let found = state.users.find_by_delivery_email(&user.delivery_email.to_uppercase()).map(|user| user.id);
        line(lines, "by address", found);
        let keys: Vec<_> = state.users.keys_of(user.id).map(|key| (key, state.users.by_key(key))).collect();
        line(lines, "keys", keys);
        line(lines, "devices", state.push_tokens.of(user.id).collect::<Vec<_>>());
        line(lines, "stored", state.bot_storage.of(user.id));
    }
}

fn groups(state: &RealmState, lines: &mut Vec<String>) {
    line(lines, "next group", state.groups.next_id());
    for group in state.groups.iter() {
        let id = group.row.id;
        line(lines, id, (&group.row, &group.members, &group.subgroups));
        line(lines, "by name", state.groups.find_by_name(&group.row.name.to_uppercase()).map(|group| group.row.id));
        line(lines, "in it", state.group_members(id, false));
    }
}

fn channels(state: &RealmState, lines: &mut Vec<String>) {
    line(lines, "next channel", state.channels.next_id());
    for channel in state.channels.iter() {
        line(lines, channel.id, channel);
        line(lines, "by name", state.channels.find_by_name(&channel.name.to_uppercase()).map(|channel| channel.id));
        line(lines, "subscribers", state.channels.subscribers(channel.id));
    }
    for user in state.users.iter() {
        line(lines, ("subscriptions of", user.id), state.channels.subscriptions_of(user.id).collect::<Vec<_>>());
    }
}

fn messages(state: &RealmState, lines: &mut Vec<String>) {
    let index = &state.messages;
    line(lines, "next ids", (index.next_id(), index.next_conversation(), index.next_submessage()));
    for id in (1..index.next_conversation().0).map(ConversationId) {
        line(lines, id, (index.kind(id), ids(index.ids(id))));
    }
    for channel in state.channels.iter() {
        line(lines, ("topics of", channel.id), index.topics(channel.id).collect::<Vec<_>>());
        line(lines, "messages", ids(index.channel_ids(channel.id)));
        let came = index.came_into(channel.id).map(|(way, moved)| (way, moved.to_bitmap()));
        line(lines, "moved here", came.collect::<Vec<_>>());
    }
    for user in state.users.iter() {
        line(lines, ("direct conversations of", user.id), index.direct_of(user.id).collect::<Vec<_>>());
        // What is gone may be in there or not.
        let sent = ids(index.sent_by(user.id));
        let sent: RoaringBitmap = sent.iter().filter(|id| index.conversation_of(MessageId(*id)).is_some()).collect();
        line(lines, ("sent by", user.id), sent);
    }
    for id in (1..=index.last_id()).map(MessageId) {
        if let Some(conversation) = index.conversation_of(id) {
            line(lines, ("message", id), (conversation, index.way_of(id)));
        }
    }
}

fn ids(set: Option<&IdSet>) -> RoaringBitmap {
    set.map(IdSet::to_bitmap).unwrap_or_default()
}

fn flags(state: &RealmState, lines: &mut Vec<String>) {
    let flags = &state.flags;
    let users: BTreeSet<UserId> = flags.users().map(|(user, _)| user).collect();
    for (user, own) in users.into_iter().filter_map(|user| Some((user, flags.of(user)?))) {
        let kept = [Flag::Read, Flag::Starred, Flag::Collapsed, Flag::Historical].map(|flag| own.with(flag));
        let sets = kept.into_iter().chain([own.mentioned(), own.topic_wildcards(), own.alerted()]);
        // Having no marks is the same whether one had some or not.
        for (at, set) in sets.enumerate().filter(|(_, set)| !set.is_empty()) {
            line(lines, ("marks", user, at), set.iter().collect::<Vec<_>>());
        }
    }
    line(lines, "channel wildcards", flags.channel_wildcards().to_bitmap());
    for id in (1..=state.messages.last_id()).map(MessageId) {
        if !flags.mentions(id).is_empty() {
            line(lines, ("mentions of", id), flags.mentions(id));
        }
    }
}

fn files(state: &RealmState, lines: &mut Vec<String>) {
    let files = &state.files;
    line(lines, "files", (files.bytes(), files.messages().to_bitmap()));
    line(lines, "unused files", files.unused(i64::MAX).map(|row| row.id).collect::<Vec<_>>());
    for row in files.iter() {
        line(lines, row, files.uses(row.id).collect::<Vec<_>>());
        line(lines, files.find(&row.path).map(|row| row.id), files.by_key(&row.key).map(|row| row.id));
    }
    line(lines, "pictures", state.pictures.iter().collect::<Vec<_>>());
    for row in state.pictures.emoji() {
        let known = (state.pictures.emoji_by_name(&row.name).map(|row| row.id), state.pictures.has_file(&row.file));
        line(lines, row, known);
    }
    for user in state.users.iter().map(|user| user.id) {
        line(lines, ("files", user), files.of(user).map(|row| row.id).collect::<Vec<_>>());
    }
    for id in (1..=state.messages.last_id()).map(MessageId).filter(|id| !files.of_message(*id).is_empty()) {
        line(lines, ("files", id), files.of_message(id));
    }
}

fn personal(state: &RealmState, lines: &mut Vec<String>) {
    let personal = &state.personal;
    for user in state.users.iter().map(|user| user.id) {
        line(lines, ("alert words", user), personal.alert_words(user));
        line(lines, ("muted users", user), personal.muted_users(user));
        line(lines, ("topics", user), personal.user_topics(user).collect::<Vec<_>>());
        line(lines, ("presence", user), personal.presence(user).map(|row| row.presence));
    }
    for user in state.users.iter().map(|user| user.id) {
        line(lines, ("drafts", user), state.prepared.drafts.of(user).collect::<Vec<_>>());
        line(lines, ("snippets", user), state.prepared.snippets.of(user).collect::<Vec<_>>());
        line(lines, ("views", user), state.prepared.views.of(user).collect::<Vec<_>>());
        line(lines, ("later", user), state.prepared.later.of(user).collect::<Vec<_>>());
    }
    line(lines, "exports", state.exports.iter().collect::<Vec<_>>());
    line(lines, "webhooks", state.webhooks.due(i64::MAX).collect::<Vec<_>>());
    line(lines, "due", state.prepared.due(i64::MAX).map(|row| row.id).collect::<Vec<_>>());
    line(lines, "statuses", personal.statuses().collect::<Vec<_>>());
}

//! Groups of users, and what the user may do by them.

use super::{State, channels, insert_ids, remove_ids};
use serde_json::{Value, json};
use std::collections::HashSet;
use tidings_types::UserId;
use tidings_types::events::group::{GroupSubgroups, GroupUpdate};
use tidings_types::events::user::GroupMembers;
use tidings_types::permission::deprecated;

const GROUPS: &str = "realm_user_groups";

impl State {
    pub(super) fn update_group(&mut self, event: &GroupUpdate) {
        if let Some(group) = self.find_mut(GROUPS, "id", &json!(event.group_id)) {
            for (name, value) in json!(event.data).as_object().into_iter().flatten() {
                group[name] = value.clone();
            }
        }
    }

    pub(super) fn change_group(&mut self, event: &GroupMembers, add: bool) {
        if let Some(group) = self.find_mut(GROUPS, "id", &json!(event.group_id)) {
            let ids: Vec<u32> = event.user_ids.iter().map(|user| user.0).collect();
            if add {
                insert_ids(&mut group["members"], ids);
            } else {
                remove_ids(&mut group["members"], &ids);
            }
        }
        if event.user_ids.iter().any(|user| self.is_self(*user)) {
            self.update_own_permissions();
        }
    }

    pub(super) fn change_subgroups(&mut self, event: &GroupSubgroups, add: bool) {
        if let Some(group) = self.find_mut(GROUPS, "id", &json!(event.group_id)) {
            let ids: Vec<u32> = event.direct_subgroup_ids.iter().map(|group| group.0).collect();
            if add {
                insert_ids(&mut group["direct_subgroup_ids"], ids);
            } else {
                remove_ids(&mut group["direct_subgroup_ids"], &ids);
            }
        }
        self.update_own_permissions();
    }

    /// A setting of the organization, with the deprecated one that follows from it.
    pub(super) fn change_realm(&mut self, name: &str, value: &Value) {
        self.replace(&format!("realm_{name}"), value.clone());
        if let Some((name, number)) = deprecated::of(name, value) {
            self.replace(&format!("realm_{name}"), json!(number));
        }
        if name == "jitsi_server_url" {
            let of_server = self.get("server_jitsi_server_url").cloned().unwrap_or_default();
            let used = [value.clone(), of_server].into_iter().find(Value::is_string);
            self.replace("jitsi_server_url", used.unwrap_or_else(|| json!("")));
        }
        if name == "enable_spectator_access" {
            self.update_own_permissions();
        }
        if name == "presence_disabled" && *value == json!(true) {
            self.replace("presences", json!({}));
        }
    }

    /// Permissions do not name accounts that are deactivated.
    pub(super) fn take_from_permissions(&mut self, user: UserId) {
        for (name, value) in &mut self.fields {
            let is_place = name.starts_with("realm_can_")
                || name.starts_with("realm_direct_")
                || name.starts_with("realm_create_");
            if is_place || name == GROUPS || channels::ALL.contains(&name.as_str()) {
                take_from(value, user);
            }
        }
    }

    /// What the user may do follows from groups and the realm's settings; no event says it. Without the list of groups it
    /// stays as it was.
    pub(super) fn update_own_permissions(&mut self) {
        if self.get(GROUPS).is_none() {
            return;
        }
        let is_guest = self.get("is_guest") == Some(&json!(true));
        for (name, setting) in [
            ("can_create_public_streams", "realm_can_create_public_channel_group"),
            ("can_create_private_streams", "realm_can_create_private_channel_group"),
            ("can_create_web_public_streams", "realm_can_create_web_public_channel_group"),
            ("can_subscribe_other_users", "realm_can_add_subscribers_group"),
            ("can_invite_others_to_realm", "realm_can_invite_users_group"),
        ] {
            if let Some(value) = self.get(setting) {
                // None of these is ever for guests.
                let may = !is_guest && self.is_meant(value);
                self.replace(name, json!(may));
            }
        }
        let any = |name| self.get(name) == Some(&json!(true));
        let may = any("can_create_public_streams") || any("can_create_private_streams");
        self.replace("can_create_streams", json!(may));
        // Web-public channels besides need a server that has them, and an organization that wants them.
        for needed in ["server_web_public_streams_enabled", "realm_enable_spectator_access"] {
            if self.get(needed) == Some(&json!(false)) {
                self.replace("can_create_web_public_streams", json!(false));
            }
        }
    }

    /// Whether the value of a permission means the user: by name, or by a group they are in.
    fn is_meant(&self, setting: &Value) -> bool {
        let Some(own) = self.get("user_id") else { return false };
        let has = |list: &Value| list.as_array().is_some_and(|list| list.contains(own));
        if has(&setting["direct_members"]) {
            return true;
        }
        let mut wave: Vec<Value> = match setting["direct_subgroups"].as_array() {
            Some(groups) => groups.clone(),
            None => vec![setting.clone()],
        };
        let mut seen: HashSet<Option<i64>> = HashSet::new();
        while let Some(id) = wave.pop() {
            let group = self.list(GROUPS).iter().find(|group| group["id"] == id);
            let Some(group) = group.filter(|_| seen.insert(id.as_i64())) else { continue };
            if has(&group["members"]) {
                return true;
            }
            wave.extend(group["direct_subgroup_ids"].as_array().into_iter().flatten().cloned());
        }
        false
    }
}

/// Takes a user from every permission in a list of channels or groups, or from one.
fn take_from(value: &mut Value, user: UserId) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| take_from(item, user)),
        Value::Object(fields) => {
            if let Some(members) = fields.get_mut("direct_members") {
                remove_ids(members, &[user.0]);
            }
            fields.values_mut().filter(|field| field.is_object()).for_each(|field| take_from(field, user));
        }
        _ => {}
    }
}

//! Accounts, bots, presence and status.

use super::{State, remove_ids};
use serde_json::{Value, json};
use tidings_types::UserId;
use tidings_types::events::user::{
    BotChange, ChangedProfileValue, PresenceEvent, UserAspect, UserChange, UserStatusEvent,
};
use tidings_types::user::{Bot, ProfileValue, Role, User};

/// Where accounts are.
pub(super) const LISTS: [&str; 2] = ["realm_users", "realm_non_active_users"];

impl State {
    pub(super) fn is_self(&self, user: UserId) -> bool {
        self.get("user_id") == Some(&json!(user))
    }

    pub(super) fn add_user(&mut self, person: &User) {
        let list = if person.is_active == Some(false) { LISTS[1] } else { LISTS[0] };
        let mut person = json!(person);
        if let Some(fields) = person.as_object_mut() {
            fields.remove("is_active");
        }
        self.put_by(list, "user_id", person);
    }

    pub(super) fn remove_user(&mut self, user: UserId) {
        self.forget_presence(user);
        if let Some(statuses) = self.fields.get_mut("user_status").and_then(Value::as_object_mut) {
            statuses.remove(&user.to_string());
        }
        for list in LISTS {
            self.remove_by(list, "user_id", &json!(user));
        }
    }

    /// Takes away when somebody was there, by id or by address, whichever it is known by.
    fn forget_presence(&mut self, user: UserId) {
        let email = self.known_email(user);
        if let Some(presences) = self.fields.get_mut("presences").and_then(Value::as_object_mut) {
            presences.remove(&user.to_string());
            email.and_then(|email| presences.remove(&email));
        }
    }

    /// Older clients know by address who is there.
    fn rename_presence(&mut self, user: UserId, email: &str) {
        let Some(before) = self.known_email(user) else { return };
        if let Some(presences) = self.fields.get_mut("presences").and_then(Value::as_object_mut)
            && let Some(known) = presences.remove(&before)
        {
            presences.insert(email.to_owned(), known);
        }
    }

    fn known_email(&self, user: UserId) -> Option<String> {
        let rows = LISTS.iter().filter_map(|list| self.get(list)?.as_array()).flatten();
        let row = rows.into_iter().find(|row| row["user_id"] == json!(user))?;
        row["email"].as_str().map(str::to_owned)
    }

    pub(super) fn update_user(&mut self, change: &UserChange) {
        let user = change.user_id;
        if let UserAspect::Active { is_active } = change.aspect {
            self.set_active(user, is_active);
            return;
        }
        if let UserAspect::ProfileValue { custom_profile_field } = &change.aspect {
            self.update_profile(user, custom_profile_field);
            return;
        }
        if let UserAspect::NewEmail { new_email } = &change.aspect {
            self.rename_presence(user, new_email);
        }
        let mut fields = aspect_fields(&change.aspect);
        if self.is_self(user) {
            self.update_self(&change.aspect, &fields);
        }
        // The source of a picture is told of oneself only.
        fields.retain(|(name, _)| !matches!(*name, "avatar_source" | "avatar_url_medium"));
        for list in LISTS {
            if let Some(row) = self.find_mut(list, "user_id", &json!(user)) {
                for (name, value) in &fields {
                    row[*name] = value.clone();
                }
            }
        }
    }

    fn update_profile(&mut self, user: UserId, changed: &ChangedProfileValue) {
        let ChangedProfileValue { id, value, rendered_value } = changed;
        for list in LISTS {
            let row = self.find_mut(list, "user_id", &json!(user));
            let Some(values) = row.and_then(|row| row.get_mut("profile_data")).and_then(Value::as_object_mut) else {
                continue;
            };
            match value.clone() {
                Some(value) => {
                    let value = ProfileValue { value, rendered_value: rendered_value.clone() };
                    values.insert(id.to_string(), json!(value))
                }
                None => values.remove(&id.to_string()),
            };
        }
    }

    fn update_self(&mut self, aspect: &UserAspect, fields: &[(&'static str, Value)]) {
        for (name, value) in fields {
            self.replace(name, value.clone());
        }
        if let UserAspect::Role { role } = aspect {
            self.replace("is_moderator", json!(*role <= Role::Moderator));
            self.update_own_permissions();
        }
    }

    fn set_active(&mut self, user: UserId, is_active: bool) {
        let (from, to) = if is_active { (LISTS[1], LISTS[0]) } else { (LISTS[0], LISTS[1]) };
        if let Some(row) = self.take_by(from, "user_id", &json!(user)) {
            self.put_by(to, "user_id", row);
        }
        if !is_active {
            self.forget_presence(user);
            for group in self.list_mut("realm_user_groups").into_iter().flatten() {
                remove_ids(&mut group["members"], &[user.0]);
            }
            self.take_from_permissions(user);
        }
    }

    pub(super) fn add_bot(&mut self, bot: &Bot) {
        // A key is told once, when it is made; the state has none.
        let bot = Bot { api_key: String::new(), ..bot.clone() };
        self.put_by("realm_bots", "user_id", json!(bot));
    }

    pub(super) fn update_bot(&mut self, change: &BotChange) {
        if let Some(bot) = self.find_mut("realm_bots", "user_id", &json!(change.user_id)) {
            for (name, value) in json!(change).as_object().into_iter().flatten() {
                bot[name] = value.clone();
            }
        }
    }

    pub(super) fn apply_presence(&mut self, event: &PresenceEvent) {
        let Some(presences) = self.fields.get_mut("presences").and_then(Value::as_object_mut) else { return };
        match event {
            PresenceEvent::Modern { presences: changed } => {
                for (user, presence) in changed {
                    presences.insert(user.to_string(), json!(presence));
                }
            }
            PresenceEvent::Legacy { user_id, email, presence, .. } => {
                let Some(website) = presence.get("website") else { return };
                let value = match email {
                    Some(_) => {
                        json!({ "aggregated": { "client": "website", "status": website.status, "timestamp": website.timestamp },
                        "website": website })
                    }
                    None => json!({ format!("{}_timestamp", website.status): website.timestamp }),
                };
                presences.insert(email.clone().unwrap_or_else(|| user_id.to_string()), value);
            }
        }
    }

    pub(super) fn apply_status(&mut self, event: &UserStatusEvent) {
        let Some(statuses) = self.fields.get_mut("user_status").and_then(Value::as_object_mut) else { return };
        let user = event.user_id.to_string();
        let mut status = statuses.remove(&user).unwrap_or_else(|| json!({}));
        if let (Value::Object(changes), Some(parts)) = (json!(event.status), status.as_object_mut()) {
            for (name, value) in changes {
                if value == json!("") || value == json!(false) {
                    parts.remove(&name);
                } else {
                    parts.insert(name, value);
                }
            }
            // The kind of an emoji says nothing without one.
            if !parts.contains_key("emoji_name") {
                parts.remove("reaction_type");
            }
        }
        if status != json!({}) {
            statuses.insert(user, status);
        }
    }
}

fn aspect_fields(aspect: &UserAspect) -> Vec<(&'static str, Value)> {
    match aspect {
        UserAspect::Avatar { avatar_url, avatar_source, avatar_url_medium, avatar_version } => vec![
            ("avatar_url", json!(avatar_url)),
            ("avatar_source", json!(avatar_source)),
            ("avatar_url_medium", json!(avatar_url_medium)),
            ("avatar_version", json!(avatar_version)),
        ],
        UserAspect::Timezone { timezone, .. } => vec![("timezone", json!(timezone))],
        UserAspect::FullName { full_name } => vec![("full_name", json!(full_name))],
        UserAspect::BotOwner { bot_owner_id } => vec![("bot_owner_id", json!(bot_owner_id))],
        UserAspect::Role { role } => vec![
            ("role", json!(role)),
            ("is_owner", json!(*role == Role::Owner)),
            ("is_admin", json!(role.is_admin())),
            ("is_guest", json!(*role == Role::Guest)),
        ],
        UserAspect::NewEmail { new_email } => vec![("email", json!(new_email))],
        UserAspect::DeliveryEmail { delivery_email } => vec![("delivery_email", json!(delivery_email))],
        UserAspect::Active { .. } | UserAspect::ProfileValue { .. } => Vec::new(),
    }
}

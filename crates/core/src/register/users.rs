//! Accounts, bots and groups.

use super::{Fields, View};
use crate::commands::bots;
use crate::shape::Shape;
use crate::state::users::{NOTIFICATION_BOT, RenderedUser, ShownTo, UserRow};
use std::borrow::Cow;
use tidings_types::group::UserGroup;
use tidings_types::initial_state::field;
use tidings_types::permission::realm as permission;
use tidings_types::user::{Bot, Role, User};

pub(super) fn write(view: &View<'_>, fields: &mut Fields) {
    let fetch = &view.request.fetch;
    if fetch.wants("realm_user") {
        write_accounts(view, fields);
        write_own_account(view, fields);
        write_own_rights(view, fields);
    }
    if fetch.wants("realm_bot") {
        fields.put(field::realm_bots, &view.bots());
    }
    if fetch.wants("realm_embedded_bots") {
        fields.put(field::realm_embedded_bots, &[(); 0]);
    }
    if fetch.wants("realm_incoming_webhook_bots") {
        fields.put(field::realm_incoming_webhook_bots, &bots::integrations());
    }
    if fetch.wants("realm_user_groups") {
        fields.put(field::realm_user_groups, &view.groups());
    }
}

fn write_accounts(view: &View<'_>, fields: &mut Fields) {
    fields.put_rendered(field::realm_users, view.accounts(true));
    fields.put_rendered(field::realm_non_active_users, view.accounts(false));
    let bot = view.state.users.sender(NOTIFICATION_BOT).map(|bot| view.state.system_bot_view(bot));
    fields.put(field::cross_realm_bots, &bot.as_slice());
}

fn write_own_account(view: &View<'_>, fields: &mut Fields) {
    let (state, user) = (view.state, view.user);
    fields.put(field::avatar_source, state.avatar_source(user));
    fields.put(field::avatar_url_medium, &state.avatar_url_medium(user));
    fields.put(field::avatar_url, &state.avatar_url(user));
    fields.put(field::is_admin, &user.role.is_admin());
    fields.put(field::is_owner, &(user.role == Role::Owner));
    fields.put(field::is_moderator, &(user.role <= Role::Moderator));
    fields.put(field::is_guest, &user.is_guest());
    fields.put(field::user_id, &user.id);
    fields.put(field::email, &state.api_email(user));
    fields.put(field::delivery_email, &user.delivery_email);
    fields.put(field::full_name, &user.full_name);
}

fn write_own_rights(view: &View<'_>, fields: &mut Fields) {
    let may = |permission| view.state.may(view.user, permission);
    let public = may(&permission::can_create_public_channel_group);
    let private = may(&permission::can_create_private_channel_group);
    let has_spectators = view.state.realm.settings.enable_spectator_access;
    let web_public = has_spectators && may(&permission::can_create_web_public_channel_group);
    fields.put(field::can_create_streams, &(public || private));
    fields.put(field::can_create_public_streams, &public);
    fields.put(field::can_create_private_streams, &private);
    fields.put(field::can_create_web_public_streams, &web_public);
    fields.put(field::can_subscribe_other_users, &may(&permission::can_add_subscribers_group));
    fields.put(field::can_invite_others_to_realm, &may(&permission::can_invite_users_group));
}

impl<'a> View<'a> {
    /// Active or deactivated accounts, by id. An account the user may not see is left out; clients that expect to
    /// find everybody have it among the active ones, as unknown, whatever it is.
    fn accounts(&self, active: bool) -> impl Iterator<Item = Cow<'a, str>> {
        let (state, user) = (self.state, self.user);
        let sees_all = state.sees_all_users(user);
        let lists_unknown = active && !self.request.shape.has(Shape::USER_LIST_INCOMPLETE);
        state.users.iter_rendered().filter_map(move |(row, rendered)| {
            if sees_all || state.can_see_user(user, row) {
                return (row.is_active == active).then(|| Cow::Borrowed(self.account(row, rendered)));
            }
            lists_unknown.then(|| Cow::Owned(to_json(&state.unknown_user_view(row)).into()))
        })
    }

    /// Spectators see the built-in ones, which settings name, and not who is in them.
    fn groups(&self) -> Vec<UserGroup> {
        let mut groups = self.state.list_groups(self.request.shape.has(Shape::INCLUDE_DEACTIVATED_GROUPS));
        if self.user.is_spectator() {
            groups.retain(|group| group.is_system_group);
            groups.iter_mut().for_each(|group| group.members.clear());
        }
        groups
    }

    fn account(&self, row: &'a UserRow, rendered: &'a RenderedUser) -> &'a str {
        let to = match self.user.is_spectator() {
            true => ShownTo::Spectators,
            false if self.state.can_see_email(self.user, row) => ShownTo::WhoSeesEmail,
            false => ShownTo::Most,
        };
        rendered.form(to, || to_json(&self.state.user_view(self.user, row)))
    }

    /// The bots the user manages, by id, deactivated ones included.
    fn bots(&self) -> Vec<Bot> {
        let managed = self.state.users.iter().filter(|row| self.state.lists_bot(self.user, row));
        managed.filter_map(|row| self.state.bot_view(row)).collect()
    }
}

fn to_json(user: &User) -> Box<str> {
    serde_json::to_string(user).expect("an account is plain data").into_boxed_str()
}

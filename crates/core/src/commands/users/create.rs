//! New accounts.

use super::{administrator_required, check_email, check_full_name};
use crate::audience::Audience;
use crate::change::Change;
use crate::commands::Tx;
use crate::commands::exports;
use crate::commands::signup;
use crate::commands::subscriptions::{self, Joining};
use crate::commands::visibility::{self, Membership};
use crate::state::users::{BotRow, UserRow};
use std::sync::Arc;
use tidings_types::settings::UserSettings;
use tidings_types::user::Role;
use tidings_types::{ApiError, ChannelId, UserId};

/// An account to be created.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The real address.
    pub delivery_email: String,
    /// Display name.
    pub full_name: String,
    /// What it may do.
    pub role: Role,
    /// None for people.
    pub bot: Option<BotRow>,
    /// The password as an Argon2 PHC string, if it has one.
    pub password: Option<String>,
    /// What it is subscribed to from the start.
    pub channels: Vec<ChannelId>,
}

/// Creates an account. Nobody has to ask for it: this is also how a realm gets its first owner.
///
/// # Errors
/// 400 for a name or an address that cannot be, or an address that is taken.
pub fn create_account(tx: &mut Tx<'_>, new: NewAccount) -> Result<UserId, ApiError> {
    let settings = first_settings(tx, new.bot.is_some());
    let row = Arc::new(UserRow {
        id: tx.state.users.next_id(),
        delivery_email: check_email(&tx.state, &new.delivery_email, None)?,
        full_name: check_full_name(&tx.state, &new.full_name, None)?,
        role: new.role,
        is_active: true,
        date_joined: tx.now,
        bot: new.bot,
        avatar_version: 1,
        settings,
    });
    tx.change(Change::User(Arc::clone(&row)));
    if let Some(phc) = new.password {
        tx.change(Change::Password { user: row.id, phc });
    }
    visibility::emit_new_user(tx, &row);
    let groups = visibility::groups_of(&tx.state, &row);
    visibility::emit_group_members(tx, row.id, &groups, Membership::Joined, &Audience::realm());
    exports::tell_consent(tx, &row);
    subscribe(tx, row.id, &new.channels);
    if row.is_bot() {
        visibility::emit_bot_add(tx, &row, tx.state.who_manages_bot(&row));
    }
    Ok(row.id)
}

/// People start with what the organization has chosen, and in its language.
fn first_settings(tx: &Tx<'_>, is_bot: bool) -> UserSettings {
    let realm = &tx.state.realm;
    if is_bot {
        return UserSettings::default();
    }
    UserSettings { default_language: realm.settings.default_language.clone(), ..realm.defaults.clone() }
}

/// Archived channels have no new subscribers by default.
fn subscribe(tx: &mut Tx<'_>, user: UserId, channels: &[ChannelId]) {
    let in_use = |id: &&ChannelId| tx.state.channels.get(**id).is_some_and(|channel| !channel.is_archived);
    let channels: Vec<Joining> =
        channels.iter().filter(in_use).map(|id| Joining { channel: *id, color: None }).collect();
    subscriptions::join(tx, &channels, &[user]);
}

/// What an administrator wants to create.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The real address.
    pub email: String,
    /// Display name.
    pub full_name: String,
    /// The password as an Argon2 PHC string.
    pub password: String,
}

/// Whether an account may create others; to be asked before the work of hashing a password.
///
/// # Errors
/// `UNAUTHORIZED_PRINCIPAL` for all but administrators.
pub fn check_may_create(actor: &UserRow) -> Result<(), ApiError> {
    if actor.role.is_admin() { Ok(()) } else { Err(administrator_required()) }
}

/// `create-user`.
///
/// # Errors
/// As [`check_may_create`] and [`create_account`].
pub fn create_user(tx: &mut Tx<'_>, actor: UserId, new: NewUser) -> Result<UserId, ApiError> {
    check_may_create(&*tx.actor(actor)?)?;
    signup::domains::check_allowed(&tx.state, new.email.trim())?;
    let account = NewAccount {
        delivery_email: new.email,
        full_name: new.full_name,
        role: Role::Member,
        bot: None,
        password: Some(new.password),
        channels: tx.state.realm.settings.default_channels.clone(),
    };
    let id = create_account(tx, account)?;
    signup::welcome(tx, id, None)?;
    Ok(id)
}

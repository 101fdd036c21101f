//! Bots.

use super::Tx;
use super::pictures::{self, Obsolete};
use super::users::activity::set_active;
use super::users::create::{NewAccount, create_account};
use super::users::update::change_full_name;
use super::visibility::{self, user_update};
use crate::change::Change;
use crate::state::users::{BotRow, UserRow};
use std::sync::Arc;
use tidings_types::events::Event;
use tidings_types::events::user::{BotChange, RealmBotUpdate, UserAspect};
use tidings_types::permission::realm as permission;
use tidings_types::user::{BotType, Role};
use tidings_types::{ApiError, ChannelId, UserId};

/// A bot to be created.
#[derive(Clone, Debug, PartialEq)]
pub struct NewBot {
    /// Display name.
    pub full_name: String,
    /// What its address starts with.
    pub short_name: String,
    /// The number of its kind.
    pub bot_type: i64,
    /// Name of the channel it sends to by default; empty for none.
    pub default_sending_channel: String,
    /// Name of the channel its queues are narrowed to by default; empty for none.
    pub default_events_channel: String,
    /// Whether its queues get all public channels by default.
    pub default_all_public: bool,
}

/// `create-bot`. Its key is added separately.
///
/// # Errors
/// 400 where the actor may not create bots, and for names and channels that cannot be.
pub fn create_bot(tx: &mut Tx<'_>, actor: UserId, new: NewBot) -> Result<UserId, ApiError> {
    let actor = tx.actor(actor)?;
    let bot_type = check_bot_type(new.bot_type)?;
    // Who may create any kind of bot may create this one.
    let may = tx.state.may(&actor, &permission::can_create_bots_group)
        || (bot_type == BotType::IncomingWebhook
            && tx.state.may(&actor, &permission::can_create_write_only_bots_group));
    if actor.is_bot() || !may {
        return Err(ApiError::bad_request("Insufficient permission"));
    }
    let bot = BotRow {
        bot_type,
        owner: Some(actor.id),
        default_sending_channel: check_channel(tx, &actor, &new.default_sending_channel)?,
        default_events_channel: check_channel(tx, &actor, &new.default_events_channel)?,
        default_all_public: new.default_all_public,
    };
    let delivery_email = bot_address(tx, &new.short_name)?;
    let account = NewAccount {
        delivery_email,
        full_name: new.full_name,
        role: Role::Member,
        bot: Some(bot),
        password: None,
        channels: Vec::new(),
    };
    create_account(tx, account)
}

/// Outgoing and embedded bots need services that there are none of.
fn check_bot_type(number: i64) -> Result<BotType, ApiError> {
    let bot_type = u16::try_from(number).ok().and_then(|number| BotType::try_from(number).ok());
    bot_type
        .filter(|bot_type| matches!(bot_type, BotType::Generic | BotType::IncomingWebhook))
        .ok_or_else(|| ApiError::bad_request("Invalid bot type"))
}

fn bot_address(tx: &Tx<'_>, short_name: &str) -> Result<String, ApiError> {
    let short_name = short_name.trim().trim_end_matches("-bot");
    if short_name.is_empty() || !short_name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) {
        return Err(ApiError::bad_request("Bad name or username"));
    }
    let email = format!("{short_name}-bot@{}", tx.state.realm.host);
    if tx.state.users.is_taken(&email) {
        return Err(ApiError::bad_request("Username already in use"));
    }
    Ok(email)
}

fn check_channel(tx: &Tx<'_>, actor: &UserRow, name: &str) -> Result<Option<ChannelId>, ApiError> {
    if name.is_empty() {
        return Ok(None);
    }
    tx.state.access_channel_by_name(actor, name).map(|channel| Some(channel.id))
}

/// An active bot that the actor manages.
///
/// # Errors
/// 400 "No such bot", or "Insufficient permission".
pub fn access_bot(tx: &Tx<'_>, actor: &UserRow, bot: UserId) -> Result<Arc<UserRow>, ApiError> {
    let found = tx.state.active_user(bot).filter(|row| row.is_bot());
    let bot = found.ok_or_else(|| ApiError::bad_request("No such bot"))?;
    if !tx.state.can_manage_bot(actor, bot) {
        return Err(ApiError::bad_request("Insufficient permission"));
    }
    Ok(Arc::clone(bot))
}

/// What is to change of a bot; the rest stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BotChanges {
    /// Display name.
    pub full_name: Option<String>,
    /// Who owns it.
    pub owner: Option<UserId>,
    /// Name of the channel it sends to by default; empty for none.
    pub default_sending_channel: Option<String>,
    /// Name of the channel its queues are narrowed to by default; empty for none.
    pub default_events_channel: Option<String>,
    /// Whether its queues get all public channels by default.
    pub default_all_public: Option<bool>,
    /// What its new picture is called.
    pub picture: Option<String>,
}

/// `update-bot`: returns the bot as it is now, and the picture that it does not need any more.
///
/// # Errors
/// 400 where the actor may not, and for names, owners and channels that cannot be.
pub fn update_bot(tx: &mut Tx<'_>, actor: UserId, bot: UserId, changes: &BotChanges) -> Result<Obsolete, ApiError> {
    let actor = tx.actor(actor)?;
    let bot = access_bot(tx, &actor, bot)?.id;
    if let Some(name) = &changes.full_name {
        change_full_name(tx, bot, name)?;
    }
    change_defaults(tx, &actor, bot, changes)?;
    if let Some(owner) = changes.owner {
        check_owner(tx, owner)?;
        change_owner(tx, bot, owner);
    }
    match (&changes.picture, tx.state.users.get(bot).cloned()) {
        (Some(file), Some(row)) => Ok(pictures::set_of_user(tx, &row, Some(file.clone()))),
        _ => Ok(None),
    }
}

/// Gives a bot its first picture.
///
/// # Errors
/// As [`access_bot`].
pub fn set_picture(tx: &mut Tx<'_>, actor: UserId, bot: UserId, file: String) -> Result<(), ApiError> {
    let actor = tx.actor(actor)?;
    let bot = access_bot(tx, &actor, bot)?;
    pictures::set_of_user(tx, &bot, Some(file));
    Ok(())
}

fn check_owner(tx: &Tx<'_>, owner: UserId) -> Result<(), ApiError> {
    let refused = |why: &str| Err(ApiError::bad_request(format!("Failed to change owner, {why}")));
    match tx.state.users.get(owner) {
        None => refused("no such user"),
        Some(row) if !row.is_active => refused("user is deactivated"),
        Some(row) if row.is_bot() => refused("bots can't own other bots"),
        Some(_) => Ok(()),
    }
}

fn change_defaults(tx: &mut Tx<'_>, actor: &UserRow, bot: UserId, changes: &BotChanges) -> Result<(), ApiError> {
    let Some(was) = tx.state.users.get(bot).cloned() else { return Ok(()) };
    let Some(mut row) = was.bot.clone() else { return Ok(()) };
    if let Some(name) = &changes.default_sending_channel {
        row.default_sending_channel = check_channel(tx, actor, name)?;
    }
    if let Some(name) = &changes.default_events_channel {
        row.default_events_channel = check_channel(tx, actor, name)?;
    }
    row.default_all_public = changes.default_all_public.unwrap_or(row.default_all_public);
    if was.bot.as_ref() == Some(&row) {
        return Ok(());
    }
    let before = tx.state.bot_view(&was);
    let is = Arc::new(UserRow { bot: Some(row), ..UserRow::clone(&was) });
    tx.change(Change::User(Arc::clone(&is)));
    let Some((before, after)) = before.zip(tx.state.bot_view(&is)) else { return Ok(()) };
    let change = BotChange {
        user_id: bot,
        default_sending_stream: (before.default_sending_stream != after.default_sending_stream)
            .then_some(after.default_sending_stream),
        default_events_register_stream: (before.default_events_register_stream != after.default_events_register_stream)
            .then_some(after.default_events_register_stream),
        default_all_public_streams: (before.default_all_public_streams != after.default_all_public_streams)
            .then_some(after.default_all_public_streams),
        ..BotChange::default()
    };
    let audience = tx.state.who_manages_bot(&is);
    tx.emit(Event::RealmBotUpdate(RealmBotUpdate { bot: change }), audience);
    Ok(())
}

/// A channel has another name: lists of bots show the names of their default channels.
pub(super) fn tell_renamed_default(tx: &mut Tx<'_>, channel: ChannelId) {
    let bots = tx.state.users.iter().filter(|user| {
        let row = user.bot.as_ref();
        row.is_some_and(|row| [row.default_sending_channel, row.default_events_channel].contains(&Some(channel)))
    });
    for bot in bots.cloned().collect::<Vec<_>>() {
        let (Some(row), Some(view)) = (&bot.bot, tx.state.bot_view(&bot)) else { continue };
        let change = BotChange {
            user_id: bot.id,
            default_sending_stream: (row.default_sending_channel == Some(channel))
                .then_some(view.default_sending_stream),
            default_events_register_stream: (row.default_events_channel == Some(channel))
                .then_some(view.default_events_register_stream),
            ..BotChange::default()
        };
        let audience = tx.state.who_manages_bot(&bot);
        tx.emit(Event::RealmBotUpdate(RealmBotUpdate { bot: change }), audience);
    }
}

/// Gives a bot to somebody else: it leaves the list of who owned it, unless they are administrators, and comes into
/// that of the new owner.
pub(super) fn change_owner(tx: &mut Tx<'_>, bot: UserId, owner: UserId) {
    let Some(was) = tx.state.users.get(bot).cloned() else { return };
    let Some(row) = was.bot.clone().filter(|row| row.owner != Some(owner)) else { return };
    let is = Arc::new(UserRow { bot: Some(BotRow { owner: Some(owner), ..row }), ..UserRow::clone(&was) });
    tx.change(Change::User(Arc::clone(&is)));
    let state = &tx.state;
    let lose = state.who(|viewer| state.lists_bot(viewer, &was) && !state.lists_bot(viewer, &is));
    let gain = state.who(|viewer| !state.lists_bot(viewer, &was) && state.lists_bot(viewer, &is));
    let keep = state.who(|viewer| state.lists_bot(viewer, &was) && state.lists_bot(viewer, &is));
    let everybody = state.who_sees_user(&is);
    if !lose.is_empty() {
        visibility::emit_bot_delete(tx, bot, lose);
    }
    if !gain.is_empty() {
        visibility::emit_bot_add(tx, &is, gain);
    }
    let change = BotChange { user_id: bot, owner_id: Some(owner), ..BotChange::default() };
    tx.emit(Event::RealmBotUpdate(RealmBotUpdate { bot: change }), keep);
    tx.emit(user_update(bot, UserAspect::BotOwner { bot_owner_id: owner }), everybody);
}

/// `deactivate-bot`. Its queues are to be ended.
///
/// # Errors
/// As [`access_bot`].
pub fn deactivate_bot(tx: &mut Tx<'_>, actor: UserId, bot: UserId) -> Result<(), ApiError> {
    let actor = tx.actor(actor)?;
    let bot = access_bot(tx, &actor, bot)?;
    set_active(tx, &bot, false);
    Ok(())
}

//! Bots.

use super::Tx;
use super::pictures::{self, Obsolete};
use super::subscriptions::unsubscribe;
use super::users::activity::set_active;
use super::users::create::{NewAccount, create_account};
use super::users::update::{change_full_name, give_role};
use super::users::{check_is_member, owner_required};
use super::visibility::{self, user_update};
use crate::change::Change;
use crate::state::users::{BotRow, UserRow};
use std::sync::Arc;
use tidings_types::events::Event;
use tidings_types::events::user::{BotChange, RealmBotUpdate, UserAspect};
use tidings_types::permission::realm as permission;
use tidings_types::user::{BotService, BotType, IncomingIntegration, Role, WebhookInterface};
use tidings_types::{ApiError, ChannelId, UserId};

/// Services whose requests the server understands, by the last part of their address, with names for people.
const INTEGRATIONS: &[(&str, &str)] = &[("json", "JSON"), ("slack_incoming", "Slack-compatible webhook")];

/// The same, as clients are told.
#[must_use]
pub fn integrations() -> Vec<IncomingIntegration> {
    let one = |(name, display_name): &(&str, &str)| IncomingIntegration {
        name: (*name).to_owned(),
        display_name: (*display_name).to_owned(),
        all_event_types: None,
        config_options: Vec::new(),
        url_options: Vec::new(),
    };
    INTEGRATIONS.iter().map(one).collect()
}

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
    /// Of an outgoing webhook: where its requests go.
    pub service: NewService,
    /// Of an incoming webhook: which service it is for; none for all.
    pub integration: Option<String>,
}

/// Where requests are to go, as it was asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewService {
    /// The address, which is known to be one; empty if none was given.
    pub base_url: String,
    /// The number of its form.
    pub interface: i64,
    /// 32 random letters and digits.
    pub token: String,
}

/// `create-bot`. Its key is added separately.
///
/// # Errors
/// 400 where the actor may not create bots, and for names and channels that cannot be.
pub fn create_bot(tx: &mut Tx<'_>, actor: UserId, new: NewBot) -> Result<UserId, ApiError> {
    let actor = tx.actor(actor)?;
    let bot_type = check_bot_type(new.bot_type)?;
    check_may_create(tx, &actor, bot_type)?;
    check_integration(bot_type, new.integration.as_deref())?;
    let bot = BotRow {
        default_sending_channel: check_channel(tx, &actor, &new.default_sending_channel)?,
        default_events_channel: check_channel(tx, &actor, &new.default_events_channel)?,
        default_all_public: new.default_all_public,
        service: (bot_type == BotType::OutgoingWebhook).then(|| check_service(new.service)).transpose()?,
        ..BotRow::new(bot_type, Some(actor.id))
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

/// Whether an account may create bots of a kind; to be asked before the work of decoding a picture.
///
/// # Errors
/// 400 where it may not, and for kinds that there are not.
pub fn check_may_create_kind(tx: &Tx<'_>, actor: UserId, bot_type: i64) -> Result<(), ApiError> {
    check_may_create(tx, &*tx.actor(actor)?, check_bot_type(bot_type)?)
}

/// Whether an account may change a bot; to be asked before the work of decoding a picture.
///
/// # Errors
/// As [`access_bot`].
pub fn check_may_update(tx: &Tx<'_>, actor: UserId, bot: UserId) -> Result<(), ApiError> {
    access_bot(tx, &*tx.actor(actor)?, bot).map(drop)
}

/// The server itself runs no bots.
fn check_bot_type(number: i64) -> Result<BotType, ApiError> {
    let bot_type = u16::try_from(number).ok().and_then(|number| BotType::try_from(number).ok());
    match bot_type {
        Some(BotType::Embedded) => Err(ApiError::bad_request("Embedded bots are not enabled.")),
        bot_type => bot_type.ok_or_else(|| ApiError::bad_request("Invalid bot type")),
    }
}

/// Refuses who may not create bots of a kind; one that only sends may be created by more people than others.
///
/// # Errors
/// 400 "Insufficient permission", or why it takes somebody else.
pub(super) fn check_may_create(tx: &Tx<'_>, actor: &UserRow, bot_type: BotType) -> Result<(), ApiError> {
    check_is_member(actor)?;
    let any = || tx.state.may(actor, &permission::can_create_bots_group);
    let only_sending =
        || bot_type == BotType::IncomingWebhook && tx.state.may(actor, &permission::can_create_write_only_bots_group);
    if any() || only_sending() {
        return Ok(());
    }
    Err(ApiError::bad_request("Insufficient permission"))
}

fn check_integration(bot_type: BotType, name: Option<&str>) -> Result<(), ApiError> {
    let Some(name) = name.filter(|name| bot_type == BotType::IncomingWebhook && !name.is_empty()) else {
        return Ok(());
    };
    let known = INTEGRATIONS.iter().any(|(known, _)| *known == name);
    if known { Ok(()) } else { Err(ApiError::bad_request(format!("Invalid integration '{name}'."))) }
}

fn check_service(new: NewService) -> Result<BotService, ApiError> {
    if new.base_url.is_empty() {
        return Err(ApiError::bad_request("payload_url is not a URL"));
    }
    Ok(BotService { base_url: new.base_url, interface: check_interface(new.interface)?, token: new.token })
}

fn check_interface(number: i64) -> Result<WebhookInterface, ApiError> {
    let interface = u16::try_from(number).ok().and_then(|number| WebhookInterface::try_from(number).ok());
    interface.ok_or_else(|| ApiError::bad_request("Invalid interface type"))
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

/// An active bot that the actor manages, who is neither a guest nor a bot: a bot may do more than they.
///
/// # Errors
/// 400 "No such bot", or "Insufficient permission"; for a bot that may do what owners may, of somebody else,
/// `UNAUTHORIZED_PRINCIPAL` to who is no owner.
pub fn access_bot(tx: &Tx<'_>, actor: &UserRow, bot: UserId) -> Result<Arc<UserRow>, ApiError> {
    check_is_member(actor)?;
    access_managed_bot(tx, actor, bot)
}

fn access_managed_bot(tx: &Tx<'_>, actor: &UserRow, bot: UserId) -> Result<Arc<UserRow>, ApiError> {
    let found = tx.state.active_user(bot).filter(|row| row.is_bot());
    let bot = found.ok_or_else(|| ApiError::bad_request("No such bot"))?;
    if !tx.state.can_manage_bot(actor, bot) {
        return Err(ApiError::bad_request("Insufficient permission"));
    }
    // Whoever has its key, or owns it, may do what it may.
    if bot.role == Role::Owner
        && actor.role != Role::Owner
        && bot.bot.as_ref().and_then(|bot| bot.owner) != Some(actor.id)
    {
        return Err(owner_required());
    }
    Ok(Arc::clone(bot))
}

/// What is to change of a bot; the rest stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BotChanges {
    /// Display name.
    pub full_name: Option<String>,
    /// The number of its role.
    pub role: Option<i64>,
    /// Who owns it.
    pub owner: Option<UserId>,
    /// Name of the channel it sends to by default; empty for none.
    pub default_sending_channel: Option<String>,
    /// Name of the channel its queues are narrowed to by default; empty for none.
    pub default_events_channel: Option<String>,
    /// Whether its queues get all public channels by default.
    pub default_all_public: Option<bool>,
    /// Of an outgoing webhook: where its requests go; known to be an address.
    pub service_url: Option<String>,
    /// Of an outgoing webhook: in which form.
    pub service_interface: Option<i64>,
    /// What its new picture is called.
    pub picture: Option<String>,
}

/// `update-bot`: returns the bot as it is now, and the picture that it does not need any more.
///
/// # Errors
/// 400 where the actor may not, and for names, roles, owners and channels that cannot be.
pub fn update_bot(tx: &mut Tx<'_>, actor: UserId, bot: UserId, changes: &BotChanges) -> Result<Obsolete, ApiError> {
    let actor = tx.actor(actor)?;
    let row = access_bot(tx, &actor, bot)?;
    let bot = row.id;
    if let Some(number) = changes.role {
        give_role(tx, &actor, &row, number)?;
    }
    if let Some(name) = &changes.full_name {
        change_full_name(tx, bot, name)?;
    }
    change_defaults(tx, &actor, bot, changes)?;
    change_service(tx, bot, changes)?;
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
    if was.bot.as_ref() != Some(&row) {
        put_defaults(tx, &was, row);
    }
    Ok(())
}

/// Gives a bot other default channels, and tells of those that differ.
fn put_defaults(tx: &mut Tx<'_>, was: &UserRow, row: BotRow) {
    let before = tx.state.bot_view(was);
    let is = Arc::new(UserRow { bot: Some(row), ..was.clone() });
    tx.change(Change::User(Arc::clone(&is)));
    let Some((before, after)) = before.zip(tx.state.bot_view(&is)) else { return };
    let change = BotChange {
        user_id: is.id,
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
}

fn change_service(tx: &mut Tx<'_>, bot: UserId, changes: &BotChanges) -> Result<(), ApiError> {
    if changes.service_url.is_none() && changes.service_interface.is_none() {
        return Ok(());
    }
    let Some(was) = tx.state.users.get(bot).cloned() else { return Ok(()) };
    let Some((row, before)) = was.bot.as_ref().and_then(|row| Some((row, row.service.as_ref()?))) else {
        return Err(ApiError::bad_request("This bot is not an outgoing webhook."));
    };
    let service = BotService {
        base_url: changes.service_url.clone().unwrap_or_else(|| before.base_url.clone()),
        interface: changes.service_interface.map_or(Ok(before.interface), check_interface)?,
        token: before.token.clone(),
    };
    if service == *before {
        return Ok(());
    }
    let services = Some(vec![service.clone()]);
    let is = Arc::new(UserRow { bot: Some(BotRow { service: Some(service), ..row.clone() }), ..UserRow::clone(&was) });
    tx.change(Change::User(Arc::clone(&is)));
    let audience = tx.state.who_manages_bot(&is);
    let change = BotChange { user_id: bot, services, ..BotChange::default() };
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
/// that of the new owner. It leaves the private channels that the new owner is not subscribed to, since who has its
/// key reads what it reads.
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
    leave_hidden_channels(tx, bot, owner);
    forget_hidden_defaults(tx, |id, _| id == bot);
}

fn leave_hidden_channels(tx: &mut Tx<'_>, bot: UserId, owner: UserId) {
    let state = &tx.state;
    let is_hidden = |id: &ChannelId| {
        state.channels.get(*id).is_some_and(|channel| channel.is_private) && !state.channels.is_subscribed(owner, *id)
    };
    let subscribed = state.channels.subscriptions_of(bot).filter(|(_, row)| row.is_active).map(|(id, _)| id);
    let hidden: Vec<ChannelId> = subscribed.filter(is_hidden).collect();
    unsubscribe(tx, &hidden, &[bot]);
}

/// Bots have no default channels that their owners may not know of, since lists of bots show their names. To be called
/// when an owner may have lost sight of a channel; `concerned` says which bots are looked at, by id and inner life.
pub(super) fn forget_hidden_defaults(tx: &mut Tx<'_>, concerned: impl Fn(UserId, &BotRow) -> bool) {
    let state = &tx.state;
    let hidden = |owner: &UserRow, id: Option<ChannelId>| {
        id.and_then(|id| state.channels.get(id)).is_some_and(|channel| !state.can_see_channel(owner, channel))
    };
    let changed = |was: &Arc<UserRow>| {
        let bot = was.bot.as_ref().filter(|bot| concerned(was.id, bot))?;
        let owner = state.users.get(bot.owner?)?;
        let kept = |id| if hidden(owner, id) { None } else { id };
        let row = BotRow {
            default_sending_channel: kept(bot.default_sending_channel),
            default_events_channel: kept(bot.default_events_channel),
            ..bot.clone()
        };
        (row != *bot).then(|| (Arc::clone(was), row))
    };
    let changed: Vec<(Arc<UserRow>, BotRow)> = state.users.iter().filter_map(changed).collect();
    for (was, row) in changed {
        put_defaults(tx, &was, row);
    }
}

/// `deactivate-bot`. Its queues are to be ended.
///
/// # Errors
/// As [`access_bot`], guests and bots apart.
pub fn deactivate_bot(tx: &mut Tx<'_>, actor: UserId, bot: UserId) -> Result<(), ApiError> {
    let actor = tx.actor(actor)?;
    let bot = access_managed_bot(tx, &actor, bot)?;
    set_active(tx, &bot, false);
    Ok(())
}

//! What users may ask for: to join, to bring others in, to leave, to send others out.

use super::{Joining, join, may_subscribe_others, unsubscribe};
use crate::commands::channels::create::{NewChannel, NewChannelSettings, check_may_create, create};
use crate::commands::channels::{announce, may_administer};
use crate::commands::send::UserRefIn;
use crate::commands::{Tx, notify};
use crate::limits;
use crate::state::channels::ChannelRow;
use crate::state::users::UserRow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tidings_types::permission::channel as permission;
use tidings_types::{ApiError, ChannelId, UserId};

/// A channel that somebody wants to join, or to create.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// As checked by [`check_name`](crate::commands::channels::check_name).
    pub name: String,
    /// For a new channel: as written, and as HTML.
    pub description: (String, String),
    /// `#rrggbb`.
    pub color: Option<String>,
}

/// A request to subscribe users.
#[derive(Clone, Debug)]
pub struct SubscribeRequest {
    /// To which channels; not too many ([`check_at_once`]).
    pub channels: Vec<Wanted>,
    /// Whom; the actor if nobody.
    pub users: Vec<UserRefIn>,
    /// Tell by message whom somebody else brings in.
    pub tell: bool,
    /// Refuse everything if one of the channels is not the actor's to use.
    pub refuse_unauthorized: bool,
    /// What channels are like that do not exist yet.
    pub new: NewChannelSettings,
}

impl SubscribeRequest {
    /// Whether it may have to tell others by message, which takes longer.
    #[must_use]
    pub fn may_tell(&self) -> bool {
        self.tell && !self.users.is_empty()
    }
}

/// Refuses to look at more channels than a request can name.
///
/// # Errors
/// 400.
pub fn check_at_once(channels: usize) -> Result<(), ApiError> {
    if channels <= limits::CHANNELS_AT_ONCE_MAX {
        return Ok(());
    }
    let most = limits::CHANNELS_AT_ONCE_MAX;
    Err(ApiError::bad_request(format!("Too many channels in one request (limit: {most}).")))
}

/// Names of channels by user.
pub type NamesByUser = BTreeMap<UserId, Vec<String>>;

/// What became of a [`SubscribeRequest`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscribed {
    /// New subscriptions.
    pub subscribed: NamesByUser,
    /// Subscriptions that were there.
    pub already_subscribed: NamesByUser,
    /// Channels that the actor may not use.
    pub unauthorized: Vec<String>,
    /// There were not too many new subscribers to tell each by message.
    pub told: bool,
}

/// `subscribe`: creates what does not exist, and subscribes.
///
/// # Errors
/// 400 where the actor may not create, reach, or bring others into a channel, or a user does not exist. Guests are
/// brought into channels by others: of whom they share a channel with they know.
pub fn subscribe(tx: &mut Tx<'_>, actor: UserId, request: SubscribeRequest) -> Result<Subscribed, ApiError> {
    let actor = tx.actor(actor)?;
    if actor.is_guest() {
        return Err(ApiError::bad_request("Not allowed for guest users"));
    }
    let users = find_users(tx, &actor, &request.users)?;
    let others = users.iter().any(|user| *user != actor.id);
    let mut result = Subscribed::default();
    let (mut joining, mut created): (Vec<Joining>, Vec<ChannelId>) = (Vec::new(), Vec::new());
    for wanted in request.channels {
        let (name, color) = (wanted.name.clone(), wanted.color.clone());
        let may_join = match tx.state.channels.find_by_name(&wanted.name).cloned() {
            Some(channel) => check_may_join(tx, &actor, &channel, &wanted.name, others).map(|()| channel),
            None => {
                check_created(created.len())?;
                let channel = create_wanted(tx, &actor, wanted, &request.new)?;
                created.push(channel.id);
                Ok(channel)
            }
        };
        match may_join {
            Ok(channel) if joining.iter().all(|known| known.channel != channel.id) => {
                joining.push(Joining { channel: channel.id, color });
            }
            Ok(_) => {}
            Err(refusal) if request.refuse_unauthorized => return Err(refusal),
            Err(_) => result.unauthorized.push(name),
        }
    }
    check_pairs(users.len() * joining.len())?;
    let added: BTreeSet<(UserId, ChannelId)> = join(tx, &joining, &users).into_iter().collect();
    if request.new.announce {
        announce(tx, &actor, &created)?;
    }
    if request.tell {
        result.told = tell_new_subscribers(tx, &actor, &added, &created)?;
    }
    for user in users {
        for channel in &joining {
            let Some(row) = tx.state.channels.get(channel.channel) else { continue };
            let is_new = added.contains(&(user, row.id));
            let list = if is_new { &mut result.subscribed } else { &mut result.already_subscribed };
            list.entry(user).or_default().push(row.name.clone());
        }
    }
    Ok(result)
}

/// Tells people by message which channels somebody else subscribed them to. Of channels that the same request created
/// they are not told, and of too many people at once nobody is. Returns whether they were told.
fn tell_new_subscribers(
    tx: &mut Tx<'_>,
    actor: &UserRow,
    added: &BTreeSet<(UserId, ChannelId)>,
    created: &[ChannelId],
) -> Result<bool, ApiError> {
    let mut by_user: BTreeMap<UserId, Vec<ChannelId>> = BTreeMap::new();
    for (user, channel) in added {
        by_user.entry(*user).or_default().push(*channel);
    }
    if by_user.len() > limits::SUBSCRIBER_NOTICES_MAX {
        return Ok(false);
    }
    for (user, channels) in by_user {
        let person = tx.state.active_user(user).filter(|row| row.id != actor.id && !row.is_bot()).cloned();
        let knows = person.as_ref().is_some_and(|person| tx.state.can_see_user(person, actor));
        let who = if knows { notify::mention(actor) } else { "Somebody".to_owned() };
        let known = channels.iter().filter(|id| !created.contains(*id)).filter_map(|id| tx.state.channels.get(*id));
        let links: Vec<String> = known.map(|channel| notify::channel_link(channel)).collect();
        if let (Some(person), Some(text)) = (person, notice(&who, &links)) {
            notify::send_direct(tx, &person, text)?;
        }
    }
    Ok(true)
}

fn notice(who: &str, links: &[String]) -> Option<String> {
    let [one] = links else {
        let shown = limits::SUBSCRIBER_NOTICE_CHANNELS_MAX.min(links.len());
        let list: Vec<String> = links.get(..shown)?.iter().map(|link| format!("* {link}")).collect();
        let more = links.len() - shown;
        let rest = if more > 0 { format!("\n\nand to {more} more.") } else { String::new() };
        return (shown > 0).then(|| format!("{who} subscribed you to these channels:\n\n{}{rest}", list.join("\n")));
    };
    Some(format!("{who} subscribed you to the channel {one}."))
}

/// Whether one more channel may be created besides those that a request created.
fn check_created(created: usize) -> Result<(), ApiError> {
    if created < limits::CHANNELS_CREATED_AT_ONCE_MAX {
        return Ok(());
    }
    let most = limits::CHANNELS_CREATED_AT_ONCE_MAX;
    Err(ApiError::bad_request(format!("Too many new channels in one request (limit: {most}).")))
}

fn check_pairs(subscriptions: usize) -> Result<(), ApiError> {
    if subscriptions <= limits::SUBSCRIBED_AT_ONCE_MAX {
        return Ok(());
    }
    let most = limits::SUBSCRIBED_AT_ONCE_MAX;
    Err(ApiError::bad_request(format!("Too many subscriptions in one request (limit: {most}).")))
}

/// The accounts a request is about, ascending: the actor if it names nobody.
fn find_users(tx: &Tx<'_>, actor: &UserRow, wanted: &[UserRefIn]) -> Result<Vec<UserId>, ApiError> {
    if wanted.is_empty() {
        return Ok(vec![actor.id]);
    }
    let mut users = Vec::with_capacity(wanted.len());
    for one in wanted {
        let found = match one {
            UserRefIn::Id(id) => u32::try_from(*id).ok().and_then(|id| tx.state.users.get(UserId(id))),
            UserRefIn::Email(email) => tx.state.users.find_by_api_email(email, &tx.state.realm.host).or_else(|| {
                tx.state.users.find_by_delivery_email(email).filter(|user| tx.state.can_see_email(actor, user))
            }),
        };
        let user = found.filter(|user| tx.state.can_see_user(actor, user));
        let user = user.ok_or_else(|| ApiError::bad_request("No such user"))?;
        if !user.is_active {
            return Err(ApiError::bad_request("User is deactivated"));
        }
        users.push(user.id);
    }
    users.sort_unstable();
    users.dedup();
    Ok(users)
}

/// Creates a channel that was asked for by name. Whoever creates one may bring people in.
fn create_wanted(
    tx: &mut Tx<'_>,
    actor: &UserRow,
    wanted: Wanted,
    settings: &NewChannelSettings,
) -> Result<Arc<ChannelRow>, ApiError> {
    let (description, rendered_description) = wanted.description;
    let new = NewChannel { name: wanted.name, description, rendered_description, settings: settings.clone() };
    check_may_create(tx, actor, &new)?;
    let id = create(tx, Some(actor.id), new);
    tx.state.channels.get(id).cloned().ok_or(ApiError::Internal {})
}

/// Refuses by the name that was asked for: how the channel itself writes it may be a secret.
fn check_may_join(
    tx: &Tx<'_>,
    actor: &UserRow,
    channel: &ChannelRow,
    name: &str,
    others: bool,
) -> Result<(), ApiError> {
    if !tx.state.can_read_channel(actor, channel) {
        return Err(ApiError::bad_request(format!("Unable to access channel ({name}).")));
    }
    if others && !may_subscribe_others(&tx.state, actor, channel) {
        return Err(ApiError::bad_request("Insufficient permission"));
    }
    Ok(())
}

/// What became of a request to unsubscribe users: names of channels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unsubscribed {
    /// Somebody left.
    pub removed: Vec<String>,
    /// Somebody was not there.
    pub not_removed: Vec<String>,
}

/// `unsubscribe`.
///
/// # Errors
/// 400 for channels the actor may not know of, and where the actor may not remove others.
pub fn leave(tx: &mut Tx<'_>, actor: UserId, names: &[String], users: &[UserRefIn]) -> Result<Unsubscribed, ApiError> {
    let actor = tx.actor(actor)?;
    check_at_once(names.len())?;
    let users = find_users(tx, &actor, users)?;
    let mut channels: Vec<Arc<ChannelRow>> = Vec::new();
    for name in names {
        let found = tx.state.channels.find_by_name(name.trim());
        let found = found.filter(|channel| tx.state.can_see_channel(&actor, channel));
        let channel = found.ok_or_else(|| ApiError::NoSuchChannelName { stream: name.clone() })?;
        check_may_remove(tx, &actor, channel, &users)?;
        if channels.iter().all(|known| known.id != channel.id) {
            channels.push(Arc::clone(channel));
        }
    }
    let ids: Vec<ChannelId> = channels.iter().map(|channel| channel.id).collect();
    let removed = unsubscribe(tx, &ids, &users);
    let mut result = Unsubscribed::default();
    for channel in channels {
        let left = removed.iter().filter(|(_, id)| *id == channel.id).count();
        if left > 0 {
            result.removed.push(channel.name.clone());
        }
        if left < users.len() {
            result.not_removed.push(channel.name.clone());
        }
    }
    Ok(result)
}

/// One may leave, and take one's bots out; others may be removed by who has that permission and is no guest.
fn check_may_remove(tx: &Tx<'_>, actor: &UserRow, channel: &ChannelRow, users: &[UserId]) -> Result<(), ApiError> {
    let has = || tx.state.has(actor, &permission::can_remove_subscribers_group, &channel.permissions);
    let permitted = may_administer(&tx.state, actor, channel) || !actor.is_guest() && has();
    let own = |user: &UserId| {
        let bot = tx.state.users.get(*user).and_then(|row| row.bot.as_ref());
        *user == actor.id || bot.is_some_and(|bot| bot.owner == Some(actor.id))
    };
    if permitted || users.iter().all(own) { Ok(()) } else { Err(ApiError::bad_request("Insufficient permission")) }
}

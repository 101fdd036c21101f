//! Accounts and API keys.

use super::realm::RealmRow;
use imbl::{HashMap, OrdMap};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use tidings_types::settings::UserSettings;
use tidings_types::user::{BotService, BotType, ProfileValue, Role};
use tidings_types::{ChannelId, UserId};

/// SHA-256 of an API key. Keys are 32 random characters, so a fast hash is enough.
pub type KeyHash = [u8; 32];

/// The values in a user's profile, by field.
pub type Profile = BTreeMap<u32, ProfileValue>;

/// The account in whose name the server itself writes. It is no account of the realm: it is in no list, no group and
/// no count of accounts, cannot log in, and has an id that no other account gets.
pub const NOTIFICATION_BOT: UserId = UserId(2_000_000_000);

/// An account as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct UserRow {
    /// Its id.
    pub id: UserId,
    /// The real address; unique without regard to case.
    pub delivery_email: String,
    /// Display name.
    pub full_name: String,
    /// What it may do.
    pub role: Role,
    /// Whether it may be used.
    pub is_active: bool,
    /// UNIX seconds of sign-up.
    pub date_joined: i64,
    /// None for people.
    pub bot: Option<BotRow>,
    /// Changes with the picture.
    pub avatar_version: u32,
    /// Personal settings.
    pub settings: UserSettings,
}

/// What only bots have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BotRow {
    /// Its kind.
    pub bot_type: BotType,
    /// Who owns it.
    pub owner: Option<UserId>,
    /// Where it sends by default.
    pub default_sending_channel: Option<ChannelId>,
    /// What its queues are narrowed to by default.
    pub default_events_channel: Option<ChannelId>,
    /// Whether its queues get all public channels by default.
    pub default_all_public: bool,
    /// Where its requests go; of outgoing webhooks only.
    pub service: Option<BotService>,
}

impl BotRow {
    /// A bot of somebody, without defaults and services.
    #[must_use]
    pub fn new(bot_type: BotType, owner: Option<UserId>) -> Self {
        BotRow {
            bot_type,
            owner,
            default_sending_channel: None,
            default_events_channel: None,
            default_all_public: false,
            service: None,
        }
    }
}

impl UserRow {
    /// Whether a program uses the account.
    #[must_use]
    pub fn is_bot(&self) -> bool {
        self.bot.is_some()
    }

    /// Whether the account is a bot that may only send.
    #[must_use]
    pub fn only_sends(&self) -> bool {
        self.bot.as_ref().is_some_and(|bot| bot.bot_type == BotType::IncomingWebhook)
    }

    /// Where an outgoing webhook's requests go.
    #[must_use]
    pub fn service(&self) -> Option<&BotService> {
        self.bot.as_ref()?.service.as_ref()
    }

    /// Whether the account is a guest's.
    #[must_use]
    pub fn is_guest(&self) -> bool {
        self.role == Role::Guest
    }

    /// The address used in the API: the real one only where everyone may see it.
    #[must_use]
    pub fn api_email(&self, host: &str) -> String {
        if self.is_bot() || self.settings.email_address_visibility == 1 {
            self.delivery_email.clone()
        } else {
            format!("user{}@{host}", self.id)
        }
    }
}

/// An account's JSON in the forms in which the initial state lists it, each rendered when it is first wanted.
///
/// Snapshots share it, and it goes with the row it was rendered from, so it is never stale: a picture changes
/// with the row, too. What else it depends on, the realm's host, never changes while the server runs.
#[derive(Debug, Default)]
pub struct RenderedUser([OnceLock<Box<str>>; 3]);

/// To whom an account is shown in the same form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShownTo {
    /// Those who do not see the real address.
    Most,
    /// Those who see it.
    WhoSeesEmail,
    /// People without an account.
    Spectators,
}

impl RenderedUser {
    /// The form for some.
    pub fn form(&self, to: ShownTo, render: impl FnOnce() -> Box<str>) -> &str {
        self.0[to as usize].get_or_init(render)
    }
}

/// An account with what was rendered from it.
#[derive(Clone, Debug)]
struct Kept {
    row: Arc<UserRow>,
    profile: Arc<Profile>,
    rendered: Arc<RenderedUser>,
}

/// All accounts of a realm.
#[derive(Clone, Debug, Default)]
pub struct Users {
    rows: OrdMap<UserId, Kept>,
    by_email: HashMap<String, UserId>,
    by_name: HashMap<String, imbl::OrdSet<UserId>>,
    keys: HashMap<KeyHash, UserId>,
    keys_of: HashMap<UserId, imbl::Vector<KeyHash>>,
    notification_bot: Option<Arc<UserRow>>,
    active: usize,
}

/// See [`NOTIFICATION_BOT`].
fn notification_bot(host: &str, date_joined: i64) -> UserRow {
    UserRow {
        id: NOTIFICATION_BOT,
        delivery_email: format!("notification-bot@{host}"),
        full_name: "Notification Bot".to_owned(),
        role: Role::Member,
        is_active: true,
        date_joined,
        bot: Some(BotRow::new(BotType::Generic, None)),
        avatar_version: 1,
        settings: UserSettings::default(),
    }
}

impl Users {
    /// The account with this id.
    #[must_use]
    pub fn get(&self, id: UserId) -> Option<&Arc<UserRow>> {
        self.rows.get(&id).map(|kept| &kept.row)
    }

    /// Who may have sent a message: an account of the realm, or the server's own.
    #[must_use]
    pub fn sender(&self, id: UserId) -> Option<&Arc<UserRow>> {
        self.get(id).or_else(|| self.notification_bot.as_ref().filter(|bot| bot.id == id))
    }

    /// The values in a user's profile; empty for who is not there.
    #[must_use]
    pub fn profile(&self, id: UserId) -> &Profile {
        static EMPTY: Profile = Profile::new();
        self.rows.get(&id).map_or(&EMPTY, |kept| &kept.profile)
    }

    /// Whether an account has this real address, the server's own included, without regard to case.
    #[must_use]
    pub fn is_taken(&self, email: &str) -> bool {
        let own = self.notification_bot.as_ref();
        self.find_by_delivery_email(email).is_some()
            || own.is_some_and(|bot| bot.delivery_email.eq_ignore_ascii_case(email))
    }

    /// The server's own accounts have addresses at the realm's host, and are as old as the realm.
    pub(super) fn set_realm(&mut self, realm: &RealmRow) {
        self.notification_bot = Some(Arc::new(notification_bot(&realm.host, realm.date_created)));
    }

    /// All accounts, by id, inactive ones included.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<UserRow>> {
        self.rows.values().map(|kept| &kept.row)
    }

    /// All accounts, by id, each with what was rendered from it.
    pub fn iter_rendered(&self) -> impl Iterator<Item = (&Arc<UserRow>, &RenderedUser)> {
        self.rows.values().map(|kept| (&kept.row, &*kept.rendered))
    }

    /// How many accounts there are, inactive ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// How many accounts are in use.
    #[must_use]
    pub fn active_count(&self) -> usize {
        self.active
    }

    /// Whether there are no accounts.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The account with this real address, without regard to case.
    #[must_use]
    pub fn find_by_delivery_email(&self, email: &str) -> Option<&Arc<UserRow>> {
        self.by_email.get(&email.to_lowercase()).and_then(|id| self.get(*id))
    }

    /// Accounts with this name, which is given in lower case.
    pub fn find_by_name(&self, lowercase_name: &str) -> impl Iterator<Item = &Arc<UserRow>> {
        self.by_name.get(lowercase_name).into_iter().flatten().filter_map(|id| self.get(*id))
    }

    /// The account with this API address: the real one, or a made-up `user9@host`.
    #[must_use]
    pub fn find_by_api_email(&self, email: &str, host: &str) -> Option<&Arc<UserRow>> {
        let row = match self.find_by_delivery_email(email) {
            Some(row) => row,
            None => self.find_by_made_up_email(email, host)?,
        };
        row.api_email(host).eq_ignore_ascii_case(email).then_some(row)
    }

    /// The account that a made-up `user9@host` stands for, whether or not it is shown with that.
    #[must_use]
    pub fn find_by_made_up_email(&self, email: &str, host: &str) -> Option<&Arc<UserRow>> {
        let (name, at_host) = email.split_once('@')?;
        let id = name.strip_prefix("user")?.parse::<UserId>().ok()?;
        self.sender(id).filter(|_| at_host.eq_ignore_ascii_case(host))
    }

    /// Whose key this is.
    #[must_use]
    pub fn by_key(&self, hash: &KeyHash) -> Option<UserId> {
        self.keys.get(hash).copied()
    }

    /// The keys of an account, oldest first.
    pub fn keys_of(&self, user: UserId) -> impl Iterator<Item = &KeyHash> {
        self.keys_of.get(&user).into_iter().flatten()
    }

    /// The id the next account gets.
    #[must_use]
    pub fn next_id(&self) -> UserId {
        UserId(self.rows.get_max().map_or(1, |(id, _)| id.0 + 1))
    }

    pub(super) fn put(&mut self, row: Arc<UserRow>) {
        self.active += usize::from(row.is_active);
        if let Some(before) = self.rows.get(&row.id).map(|kept| &kept.row) {
            self.active -= usize::from(before.is_active);
            self.by_email.remove(&before.delivery_email.to_lowercase());
            if let Some(same) = self.by_name.get_mut(&before.full_name.to_lowercase()) {
                same.remove(&before.id);
            }
        }
        self.by_name.entry(row.full_name.to_lowercase()).or_default().insert(row.id);
        self.by_email.insert(row.delivery_email.to_lowercase(), row.id);
        let profile = self.rows.get(&row.id).map(|kept| Arc::clone(&kept.profile)).unwrap_or_default();
        self.rows.insert(row.id, Kept { row, profile, rendered: Arc::default() });
    }

    pub(super) fn put_profile(&mut self, user: UserId, profile: Arc<Profile>) {
        if let Some(kept) = self.rows.get_mut(&user) {
            (kept.profile, kept.rendered) = (profile, Arc::default());
        }
    }

    /// Drops values of fields that do not pass.
    pub(super) fn keep_profile_values(&mut self, keeps: impl Fn(u32) -> bool) {
        let keeps_all = |kept: &Kept| kept.profile.keys().all(|field| keeps(*field));
        let changed: Vec<UserId> = self.rows.iter().filter(|(_, kept)| !keeps_all(kept)).map(|(id, _)| *id).collect();
        for user in changed {
            let mut values = self.profile(user).clone();
            values.retain(|field, _| keeps(*field));
            self.put_profile(user, Arc::new(values));
        }
    }

    pub(super) fn put_key(&mut self, hash: KeyHash, user: UserId) {
        self.keys.insert(hash, user);
        self.keys_of.entry(user).or_default().push_back(hash);
    }

    pub(super) fn remove_key(&mut self, hash: &KeyHash, user: UserId) {
        self.keys.remove(hash);
        if let Some(keys) = self.keys_of.get_mut(&user) {
            keys.retain(|known| known != hash);
        }
    }
}

//! What each administrative request does. The same code runs in the server and, when none runs, in the command.

use super::{Account, Credentials, GENERATE_MAX, Generated, NewChannel, NewUser, Request, seed};
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use tidings_core::change::Change;
use tidings_core::commands::Tx;
use tidings_core::state::RealmState;
use tidings_core::state::users::{BotRow, UserRow};
use tidings_server::http::auth::{hash_key, new_key};
use tidings_server::realm::Realm;
use tidings_types::settings::UserSettings;
use tidings_types::user::{BotType, Role};
use tidings_types::{ApiError, UserId};

/// Does what is asked; it is durable when this returns.
pub(crate) async fn execute(realm: &Realm, request: Request) -> Result<Value, ApiError> {
    match request {
        Request::CreateUser(new) => json(&create_user(realm, new).await?),
        Request::ListUsers => {
            let state = realm.snapshot();
            json(&state.users.iter().map(|row| account(&state, row)).collect::<Vec<_>>())
        }
        Request::ShowUser { user } => {
            let state = realm.snapshot();
            json(&account(&state, find(&state, &user)?))
        }
        Request::NewKey { user, label } => json(&new_key_for(realm, user, label).await?),
        Request::Subscribe { channel, users } => json(&subscribe(realm, &channel, users).await?),
        Request::Generate { count, channel } => json(&generate(realm, count, channel).await?),
    }
}

fn json(value: &impl Serialize) -> Result<Value, ApiError> {
    serde_json::to_value(value).map_err(|_| ApiError::Internal {})
}

fn account(state: &RealmState, row: &UserRow) -> Account {
    Account {
        user_id: row.id,
        email: row.delivery_email.clone(),
        full_name: row.full_name.clone(),
        role: row.role,
        is_bot: row.is_bot(),
        is_active: row.is_active,
        api_keys: state.users.keys_of(row.id).count(),
    }
}

fn find<'a>(state: &'a RealmState, user: &str) -> Result<&'a Arc<UserRow>, ApiError> {
    let found = match user.parse::<UserId>() {
        Ok(id) => state.users.get(id),
        Err(_) => state.users.find_by_delivery_email(user),
    };
    found.ok_or_else(|| ApiError::bad_request(format!("there is no account {user}; `tidings user list` shows all")))
}

async fn create_user(realm: &Realm, new: NewUser) -> Result<Credentials, ApiError> {
    let key = new_key();
    let site = realm.state().realm.url.clone();
    let email = new.email.trim().to_owned();
    let create = {
        let (key, email) = (key.clone(), email.clone());
        move |tx: &mut Tx<'_>| add_account(tx, email, new.full_name, new.role, new.bot, &key)
    };
    let user_id = realm.run(create).await?;
    Ok(Credentials { user_id, email, api_key: key, site })
}

fn add_account(
    tx: &mut Tx<'_>,
    email: String,
    full_name: String,
    role: Role,
    bot: bool,
    key: &str,
) -> Result<UserId, ApiError> {
    if tx.state.users.find_by_delivery_email(&email).is_some() {
        return Err(ApiError::bad_request(format!("Email '{email}' already in use")));
    }
    let id = tx.state.users.next_id();
    let bot = bot.then_some(BotRow {
        bot_type: BotType::Generic,
        owner: None,
        default_sending_channel: None,
        default_events_channel: None,
        default_all_public: false,
    });
    tx.change(Change::User(Arc::new(UserRow {
        id,
        delivery_email: email,
        full_name,
        role,
        is_active: true,
        date_joined: tx.now,
        bot,
        avatar_version: 1,
        settings: UserSettings::default(),
    })));
    let created_at = tx.now;
    tx.change(Change::ApiKey { hash: hash_key(key), user: id, created_at, label: "tidings".to_owned() });
    Ok(id)
}

async fn new_key_for(realm: &Realm, user: String, label: String) -> Result<Credentials, ApiError> {
    let key = new_key();
    let site = realm.state().realm.url.clone();
    let hash = hash_key(&key);
    let add = move |tx: &mut Tx<'_>| {
        let row = Arc::clone(find(&tx.state, &user)?);
        if tx.state.users.keys_of(row.id).count() >= tidings_core::limits::API_KEYS_PER_USER_MAX {
            return Err(ApiError::bad_request("the account has too many API keys; revoke some first"));
        }
        let created_at = tx.now;
        tx.change(Change::ApiKey { hash, user: row.id, created_at, label });
        Ok((row.id, row.delivery_email.clone()))
    };
    let (user_id, email) = realm.run(add).await?;
    Ok(Credentials { user_id, email, api_key: key, site })
}

async fn subscribe(realm: &Realm, channel: &NewChannel, users: Vec<String>) -> Result<(), ApiError> {
    let channel = seed::prepare(&realm.snapshot(), channel)?;
    let subscribe = move |tx: &mut Tx<'_>| {
        let found = users.iter().map(|user| find(&tx.state, user).map(|row| row.id));
        let ids = found.collect::<Result<Vec<UserId>, ApiError>>()?;
        seed::subscribe(tx, channel, &ids);
        Ok(())
    };
    realm.run(subscribe).await
}

async fn generate(realm: &Realm, count: usize, channel: String) -> Result<Vec<Generated>, ApiError> {
    if count > GENERATE_MAX {
        return Err(ApiError::bad_request(format!("at most {GENERATE_MAX} accounts at a time")));
    }
    let new = NewChannel { name: channel, description: String::new(), private: false };
    let channel = seed::prepare(&realm.snapshot(), &new)?;
    let keys: Vec<String> = (0..count).map(|_| new_key()).collect();
    let create = move |tx: &mut Tx<'_>| {
        let mut all = Vec::with_capacity(keys.len());
        for api_key in keys {
            let number = tx.state.users.next_id();
            let email = format!("member{number}@{}", tx.state.realm.host);
            let name = format!("Member {number}");
            let user_id = add_account(tx, email.clone(), name, Role::Member, false, &api_key)?;
            all.push(Generated { email, api_key, user_id });
        }
        let ids: Vec<UserId> = all.iter().map(|one: &Generated| one.user_id).collect();
        seed::subscribe(tx, channel, &ids);
        Ok(all)
    };
    realm.run(create).await
}

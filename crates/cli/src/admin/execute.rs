//! What each administrative request does. The same code runs in the server and, when none runs, in the command.

use super::{Account, Credentials, GENERATE_MAX, Generated, NewChannel, NewUser, Noted, Request, seed};
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use tidings_core::audit::AuditRow;
use tidings_core::change::Change;
use tidings_core::commands::realm::reload_clients;
use tidings_core::commands::send::UserRefIn;
use tidings_core::commands::users::activity;
use tidings_core::commands::users::create::{NewAccount, create_account};
use tidings_core::commands::users::update::{UserChanges, update_user};
use tidings_core::commands::{Tx, api_keys, bots, signup};
use tidings_core::state::RealmState;
use tidings_core::state::users::{BotRow, UserRow};
use tidings_server::http::auth::{hash_key, new_key};
use tidings_server::realm::Realm;
use tidings_server::{passwords, queues};
use tidings_types::user::{BotType, Role};
use tidings_types::{ApiError, UserId};

/// Does what is asked; it is durable when this returns.
pub(crate) async fn execute(realm: &Arc<Realm>, request: Request) -> Result<Value, ApiError> {
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
        Request::SetActive { user, active } => {
            json(&change(realm, user, move |tx, actor, target| set_active(tx, actor, target, active)).await?)
        }
        Request::SetRole { user, role } => {
            json(&change(realm, user, move |tx, actor, target| set_role(tx, actor, target, role)).await?)
        }
        Request::SetPassword { user, password } => json(&set_password(realm, user, password).await?),
        Request::Export { .. } => Err(ApiError::bad_request("an archive is no single answer")),
        Request::NewKey { user, label } => json(&new_key_for(realm, user, label).await?),
        Request::Subscribe { channel, users } => json(&subscribe(realm, &channel, users).await?),
        Request::ReloadClients { immediate } => {
            let reload = move |tx: &mut Tx<'_>| {
                reload_clients(tx, immediate);
                Ok(())
            };
            json(&operate(realm, reload).await?)
        }
        Request::Audit { limit } => json(&audit(realm, limit).await?),
        Request::OpenOrganization => json(&operate(realm, |tx| Ok(signup::reactivate_realm(tx))).await?),
        Request::Generate { count, channel } => json(&generate(realm, count, channel).await?),
    }
}

/// Runs a command of an operator.
async fn operate<T: Send + 'static>(
    realm: &Realm,
    command: impl FnOnce(&mut Tx<'_>) -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    let as_operator = move |tx: &mut Tx<'_>| {
        tx.by_operator = true;
        command(tx)
    };
    realm.run(as_operator).await
}

fn json(value: &impl Serialize) -> Result<Value, ApiError> {
    serde_json::to_value(value).map_err(|_| ApiError::Internal {})
}

async fn audit(realm: &Arc<Realm>, limit: usize) -> Result<Vec<Noted>, ApiError> {
    let store = Arc::clone(realm);
    let rows = tokio::task::spawn_blocking(move || store.store.audit(limit)).await;
    let rows = rows.map_err(|_| ApiError::Internal {})?.map_err(|error| {
        tracing::error!(%error, "what administrators did could not be read");
        ApiError::Internal {}
    })?;
    let state = realm.snapshot();
    let noted = |row: AuditRow| Noted {
        at: row.at,
        actor_id: row.actor,
        actor: row.actor.and_then(|id| state.users.get(id)).map(|user| user.full_name.clone()),
        what: row.what,
        detail: serde_json::from_str(&row.detail).unwrap_or_default(),
    };
    Ok(rows.into_iter().map(noted).collect())
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
    let password = match new.password {
        Some(password) => {
            passwords::check(&password)?;
            Some(passwords::hash(password).await?)
        }
        None => None,
    };
    let key = new_key();
    let hash = hash_key(&key);
    let create = move |tx: &mut Tx<'_>| {
        let account = NewAccount {
            delivery_email: new.email.trim().to_owned(),
            full_name: new.full_name,
            role: new.role,
            bot: new.bot.then(|| bot_of(acting_owner(&tx.state, None))),
            password,
            channels: if new.bot { Vec::new() } else { tx.state.realm.settings.default_channels.clone() },
        };
        let id = create_account(tx, account)?;
        signup::welcome(tx, id, None)?;
        api_keys::add_key(tx, id, hash, "tidings user create".to_owned());
        Ok(id)
    };
    let user_id = operate(realm, create).await?;
    credentials(realm, user_id, key)
}

fn bot_of(owner: Option<UserId>) -> BotRow {
    BotRow::new(BotType::Generic, owner)
}

/// The owner in whose name operators act, so that the same rules hold as for them: not the account itself, if
/// there is another.
fn acting_owner(state: &RealmState, target: Option<UserId>) -> Option<UserId> {
    let owners = state.users.iter().filter(|row| row.role == Role::Owner && row.is_active && !row.is_bot());
    owners.map(|row| row.id).min_by_key(|id| (Some(*id) == target, *id))
}

fn credentials(realm: &Realm, user_id: UserId, api_key: String) -> Result<Credentials, ApiError> {
    let state = realm.state();
    let row = state.users.get(user_id).ok_or(ApiError::Internal {})?;
    Ok(Credentials { user_id, email: state.api_email(row), api_key, site: state.realm.url.clone() })
}

async fn new_key_for(realm: &Realm, user: String, label: String) -> Result<Credentials, ApiError> {
    let key = new_key();
    let hash = hash_key(&key);
    let add = move |tx: &mut Tx<'_>| {
        let user = find(&tx.state, &user)?.id;
        api_keys::log_in(tx, user, hash, label)?;
        Ok(user)
    };
    let user_id = operate(realm, add).await?;
    credentials(realm, user_id, key)
}

async fn set_password(realm: &Realm, user: String, password: String) -> Result<Account, ApiError> {
    passwords::check(&password)?;
    let phc = passwords::hash(password).await?;
    let set = move |tx: &mut Tx<'_>| {
        let user = find(&tx.state, &user)?.id;
        tx.change(Change::Password { user, phc });
        Ok(user)
    };
    let user = realm.run(set).await?;
    let state = realm.state();
    let row = state.users.get(user).ok_or(ApiError::Internal {})?;
    Ok(account(&state, row))
}

/// Changes an account in the name of an owner; answers with the account as it is then.
async fn change(
    realm: &Arc<Realm>,
    user: String,
    how: impl FnOnce(&mut Tx<'_>, UserId, &UserRow) -> Result<Vec<UserId>, ApiError> + Send + 'static,
) -> Result<Account, ApiError> {
    let ending = Arc::clone(realm);
    let changed = operate(realm, move |tx| {
        let target = Arc::clone(find(&tx.state, &user)?);
        let actor = acting_owner(&tx.state, Some(target.id));
        let actor =
            actor.ok_or_else(|| ApiError::bad_request("nobody is an owner; `tidings owner create` makes one"))?;
        let ended = how(tx, actor, &target)?;
        queues::record_end(tx, &ending, &ended);
        Ok((target.id, ended))
    });
    let (id, ended) = changed.await?;
    for user in ended {
        realm.registry.remove_all(user);
    }
    let state = realm.state();
    let row = state.users.get(id).ok_or(ApiError::Internal {})?;
    Ok(account(&state, row))
}

/// Returns whose event queues end.
fn set_active(tx: &mut Tx<'_>, actor: UserId, target: &UserRow, active: bool) -> Result<Vec<UserId>, ApiError> {
    if active {
        activity::reactivate_user(tx, actor, target.id)?;
        return Ok(Vec::new());
    }
    if target.is_bot() {
        bots::deactivate_bot(tx, actor, target.id)?;
        return Ok(vec![target.id]);
    }
    activity::deactivate_user(tx, actor, &UserRefIn::Id(target.id.0.into()))
}

fn set_role(tx: &mut Tx<'_>, actor: UserId, target: &UserRow, role: Role) -> Result<Vec<UserId>, ApiError> {
    let changes = UserChanges { role: Some(u16::from(role).into()), ..UserChanges::default() };
    update_user(tx, actor, &UserRefIn::Id(target.id.0.into()), changes)?;
    Ok(Vec::new())
}

async fn subscribe(realm: &Realm, channel: &NewChannel, users: Vec<String>) -> Result<(), ApiError> {
    let channel = seed::prepare(&realm.snapshot(), channel)?;
    let subscribe = move |tx: &mut Tx<'_>| {
        let found = users.iter().map(|user| find(&tx.state, user).map(|row| row.id));
        let ids = found.collect::<Result<Vec<UserId>, ApiError>>()?;
        seed::subscribe(tx, channel, &ids);
        Ok(())
    };
    operate(realm, subscribe).await
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
            let full_name = format!("Member {number}");
            let (delivery_email, channels) = (email.clone(), Vec::new());
            let new = NewAccount { delivery_email, full_name, role: Role::Member, bot: None, password: None, channels };
            let user_id = create_account(tx, new)?;
            api_keys::add_key(tx, user_id, hash_key(&api_key), "tidings user generate".to_owned());
            all.push(Generated { email, api_key, user_id });
        }
        let ids: Vec<UserId> = all.iter().map(|one: &Generated| one.user_id).collect();
        seed::subscribe(tx, channel, &ids);
        Ok(all)
    };
    operate(realm, create).await
}

//! Writing a batch: every change as rows, then the events, then the new position, in one transaction.
//!
//! The other interpreter of changes is `RealmState::apply`; the contract suite holds that both agree.

mod account;
mod channel;
mod files;
mod flags;
mod group;
mod invites;
mod message;
mod organization;
mod prepared;

pub(crate) use channel::CHANNEL_COLUMNS;
pub(crate) use group::GROUP_COLUMNS;

use crate::named_send;
use crate::row::{Error, bad_row, int, to_json};
use flags::DirtyFlags;
use rusqlite::{Connection, Params, Transaction, TransactionBehavior, params};
use tidings_core::change::Change;
use tidings_core::event::StoredEntry;
use tidings_core::state::realm::RealmRow;
use tidings_store::Batch;

/// A batch being written.
struct Writing<'a> {
    transaction: &'a Transaction<'a>,
    flags: DirtyFlags,
    /// The largest id given to a message in this batch; 0 if none was.
    last_message: u32,
    /// The same of submessages.
    last_submessage: u32,
}

pub(crate) fn commit(connection: &mut Connection, batch: &Batch<'_>) -> Result<(), Error> {
    // Takes the write lock at once: there is nothing to read first that could be outdated by then.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut writing =
        Writing { transaction: &transaction, flags: DirtyFlags::default(), last_message: 0, last_submessage: 0 };
    for change in batch.changes {
        writing.change(change)?;
    }
    let Writing { flags, last_message, last_submessage, .. } = writing;
    flags.write(&transaction)?;
    write_events(&transaction, batch.events)?;
    advance(&transaction, batch, last_message, last_submessage)?;
    transaction.commit()?;
    Ok(())
}

impl Writing<'_> {
    fn change(&mut self, change: &Change) -> Result<(), Error> {
        match change {
            Change::Realm(row) => self.realm(row),
            Change::Linkifiers(list) => self.linkifiers(list),
            Change::ChannelFolders(list) => self.channel_folders(list),
            Change::Invite { id, row } => self.invite(*id, row.as_deref()),
            Change::InvitesSent { user, sent } => self.invites_sent(*user, *sent),
            Change::EmailChange { user, row } => self.email_change(*user, row.as_deref()),
            Change::Mail { id, row } => self.mail(*id, row.as_deref()),
            Change::Audit(row) => self.run(
                "INSERT INTO audit (at, actor_id, what, detail) VALUES (?1, ?2, ?3, ?4)",
                params![row.at, row.actor.map(|id| id.0), row.what, row.detail],
            ),
            Change::Domains(list) => self.domains(list),
            Change::DefaultGroups(list) => self.default_groups(list),
            Change::OnboardingStep { user, step, seen_at } => self.run(
                "INSERT OR IGNORE INTO onboarding_steps (user_id, step, seen_at) VALUES (?1, ?2, ?3)",
                params![user.0, step, seen_at],
            ),
            Change::Deactivated(closed) => self.run("UPDATE realm SET is_deactivated = ?1", params![closed]),
            Change::ProfileFields(list) => self.profile_fields(list),
            Change::Profile { user, values } => self.profile(*user, values),
            Change::Playgrounds(list) => self.playgrounds(list),
            Change::User(row) => self.user(row),
            Change::Group(row) => self.group(row),
            Change::GroupMembers { group, users, add } => self.group_members(*group, users, *add),
            Change::GroupSubgroups { group, subgroups, add } => self.group_subgroups(*group, subgroups, *add),
            Change::ApiKey { hash, user, created_at, label } => self.run(
                "INSERT INTO api_keys (hash, user_id, created_at, label) VALUES (?1, ?2, ?3, ?4)",
                params![hash, user.0, created_at, label],
            ),
            Change::ApiKeyRevoked { hash, .. } => self.run("DELETE FROM api_keys WHERE hash = ?1", params![hash]),
            Change::Password { user, phc } => self.run(
                "INSERT INTO passwords (user_id, phc) VALUES (?1, ?2)
                 ON CONFLICT (user_id) DO UPDATE SET phc = excluded.phc",
                params![user.0, phc],
            ),
            Change::BotStorage { user, key, value } => self.bot_storage(*user, key, value.as_deref()),
            Change::Channel(row) => self.channel(row),
            Change::Subscription { user, channel, row } => self.subscription(*user, *channel, row),
            Change::Conversation { id, kind } => self.conversation(*id, kind),
            Change::MessageInserted { row, mentions } => self.message_inserted(row, mentions),
            Change::MessageUpdated { row, mentions, edit } => self.message_updated(row, mentions, edit),
            Change::MessagesMoved { ids, to, edit, seq } => self.messages_moved(ids, *to, edit, *seq),
            Change::SubmessageAdded { message, row } => self.submessage_added(*message, row),
            Change::MessageDeleted { id } => self.message_deleted(*id),
            Change::ReactionAdded { message, reaction } => self.reaction_added(*message, reaction),
            Change::ReactionRemoved { message, reaction } => self.reaction_removed(*message, reaction),
            Change::NamedSend { sender, name, send } => named_send::write(self.transaction, *sender, name, send),
            Change::Flags { user, flag, add, ids } => self.flags.set(self.transaction, *user, *flag, *add, ids),
            Change::AlertWords { user, words } => self.alert_words(*user, words),
            Change::MutedUsers { user, muted } => self.muted_users(*user, muted),
            Change::UserTopic { user, channel, topic, policy } => self.user_topic(*user, *channel, topic, *policy),
            Change::Status { user, status } => self.status(*user, status),
            Change::Presence { user, presence } => self.run(
                "INSERT INTO presence (user_id, active_timestamp, idle_timestamp) VALUES (?1, ?2, ?3)
                 ON CONFLICT (user_id) DO UPDATE SET
                     active_timestamp = excluded.active_timestamp, idle_timestamp = excluded.idle_timestamp",
                params![user.0, presence.active_timestamp, presence.idle_timestamp],
            ),
            Change::Draft { user, id, draft } => self.draft(*user, *id, draft.as_deref()),
            Change::Snippet { user, id, snippet } => self.snippet(*user, *id, snippet.as_deref()),
            Change::View { user, fragment, view } => self.view(*user, fragment, view.as_deref()),
            Change::Later { id, row, .. } => self.later(*id, row.as_ref()),
            Change::PushToken { user, kind, token, row } => self.push_token(*user, *kind, token, row.as_deref()),
            Change::Export(row) => self.export(row),
            Change::Webhook { message, bot, row } => self.webhook(*message, *bot, row.as_deref()),
            Change::Picture { of, picture } => self.picture(*of, picture),
            Change::Emoji(row) => self.emoji(row),
            Change::File(row) => self.file(row),
            Change::FileRemoved(id) => self.file_removed(*id),
            Change::FileUses { message, files, .. } => self.file_uses(*message, files),
            Change::Queue(row) => self.run(
                "INSERT INTO queues (id, user_id, options, start, idle_timeout_secs, created_at, name)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (id) DO UPDATE SET
                     user_id = excluded.user_id, options = excluded.options, start = excluded.start,
                     idle_timeout_secs = excluded.idle_timeout_secs, created_at = excluded.created_at,
                     name = excluded.name",
                params![
                    row.id.to_string(),
                    row.user.0,
                    to_json("queues", &*row.options)?,
                    row.start.0,
                    row.idle_timeout_secs,
                    row.created_at,
                    row.name.as_deref()
                ],
            ),
            Change::QueueStart { id, start } => {
                self.run("UPDATE queues SET start = ?2 WHERE id = ?1", params![id.to_string(), start.0])
            }
            Change::QueueDeleted(id) => self.run("DELETE FROM queues WHERE id = ?1", params![id.to_string()]),
        }
    }

    fn run(&self, sql: &str, params: impl Params) -> Result<(), Error> {
        self.transaction.prepare_cached(sql)?.execute(params)?;
        Ok(())
    }

    /// As [`Writing::run`], where exactly one row must be concerned.
    fn run_on_one(&self, table: &'static str, sql: &str, params: impl Params) -> Result<(), Error> {
        match self.transaction.prepare_cached(sql)?.execute(params)? {
            1 => Ok(()),
            count => Err(bad_row(table, format!("a change concerned {count} rows instead of one"))),
        }
    }

    fn realm(&self, row: &RealmRow) -> Result<(), Error> {
        self.run(
            "INSERT INTO realm (id, string_id, name, description, date_created, host, url, settings, settled_until, settings_defaults,
                 imported_at)
             VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT (id) DO UPDATE SET
                 string_id = excluded.string_id, name = excluded.name, description = excluded.description,
                 date_created = excluded.date_created, host = excluded.host, url = excluded.url,
                 settings = excluded.settings, settled_until = excluded.settled_until,
                 settings_defaults = excluded.settings_defaults, imported_at = excluded.imported_at",
            params![
                row.string_id,
                row.name,
                row.description,
                row.date_created,
                row.host,
                row.url,
                to_json("realm", &row.settings)?,
                row.settled_until,
                to_json("realm", &row.defaults)?,
                row.imported_at
            ],
        )
    }
}

/// A statement that writes a row of these columns, of which the first is the key: new or changed.
fn upsert(table: &str, columns: &[&str]) -> String {
    let places: Vec<String> = (1..=columns.len()).map(|at| format!("?{at}")).collect();
    let updates: Vec<String> = columns[1..].iter().map(|name| format!("{name} = excluded.{name}")).collect();
    format!(
        "INSERT INTO {table} ({}) VALUES ({}) ON CONFLICT ({}) DO UPDATE SET {}",
        columns.join(", "),
        places.join(", "),
        columns[0],
        updates.join(", ")
    )
}

fn write_events(transaction: &Transaction<'_>, events: &[StoredEntry]) -> Result<(), Error> {
    let mut insert =
        transaction.prepare_cached("INSERT INTO events (seq, created_at, event_type, body) VALUES (?1, ?2, ?3, ?4)")?;
    for event in events {
        insert.execute(params![int(event.seq), event.created_at, event.event_type, event.body])?;
    }
    Ok(())
}

/// Moves the position, which must not go back: a batch that was built on an older state must not be written.
fn advance(
    transaction: &Transaction<'_>,
    batch: &Batch<'_>,
    last_message: u32,
    last_submessage: u32,
) -> Result<(), Error> {
    let before: i64 = transaction.prepare_cached("SELECT seq FROM realm")?.query_row([], |row| row.get(0))?;
    let bounds = batch.events.first().zip(batch.events.last());
    let in_order = bounds.is_none_or(|(first, last)| before < int(first.seq) && last.seq <= batch.seq);
    if int(batch.seq) < before || !in_order {
        return Err(bad_row("realm", format!("a batch up to {} cannot follow position {before}", batch.seq)));
    }
    transaction
        .prepare_cached(
            "UPDATE realm SET seq = ?1, updated_at = ?2, last_message_id = max(last_message_id, ?3),
                 last_submessage_id = max(last_submessage_id, ?4)
             WHERE id = 1",
        )?
        .execute(params![int(batch.seq), batch.now, last_message, last_submessage])?;
    Ok(())
}

//! The schema and its versions. The database says in `user_version` how many migrations it has been through.
//!
//! A released migration is never edited; a new one is a new file and a new line here.

use crate::row::Error;
use rusqlite::Connection;
use tidings_store::StoreError;

const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_initial.sql"),
    include_str!("../migrations/0002_message_words.sql"),
    include_str!("../migrations/0003_queue_names.sql"),
    include_str!("../migrations/0004_linkifiers.sql"),
    include_str!("../migrations/0005_narrows.sql"),
    include_str!("../migrations/0007_moves.sql"),
    include_str!("../migrations/0008_submessages.sql"),
    include_str!("../migrations/0009_prepared.sql"),
    include_str!("../migrations/0010_files.sql"),
    include_str!("../migrations/0011_pictures.sql"),
    include_str!("../migrations/0013_user_groups.sql"),
    include_str!("../migrations/0014_full_members.sql"),
    include_str!("../migrations/0015_settings_defaults.sql"),
    include_str!("../migrations/0016_folders.sql"),
    include_str!("../migrations/0017_profiles.sql"),
    include_str!("../migrations/0018_signup.sql"),
    include_str!("../migrations/0019_invites.sql"),
    include_str!("../migrations/0020_bots.sql"),
    include_str!("../migrations/0021_webhooks.sql"),
    include_str!("../migrations/0022_push.sql"),
    include_str!("../migrations/0023_exports.sql"),
    include_str!("../migrations/0026_email_changes.sql"),
    include_str!("../migrations/0029_messages_by_time.sql"),
    include_str!("../migrations/0033_traffic.sql"),
    include_str!("../migrations/0027_imported_at.sql"),
    include_str!("../migrations/0034_links_of_links.sql"),
    include_str!("../migrations/0035_invites_sent.sql"),
];

/// Brings the schema up to date, all of it or nothing.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), Error> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = i64::try_from(MIGRATIONS.len()).expect("there are not that many");
    if found > known {
        return Err(StoreError::TooNew { found, known }.into());
    }
    for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        transaction.execute_batch(migration)?;
    }
    if found < known {
        transaction.pragma_update(None, "user_version", known)?;
    }
    transaction.commit()?;
    Ok(())
}

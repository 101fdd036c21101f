//! Exports: asked for here, made by the server in the background.

use super::Tx;
use crate::change::Change;
use crate::limits;
use crate::state::RealmState;
use crate::state::exports::{ExportRow, Outcome};
use crate::state::users::UserRow;
use std::sync::Arc;
use tidings_types::events::Event;
use tidings_types::events::realm::{RealmExportConsent, RealmExports};
use tidings_types::export::{ExportConsent, ExportType, RealmExport};
use tidings_types::{ApiError, UserId};

/// `export-realm`: returns its id.
///
/// # Errors
/// As [`check_may_export`]; 400 for other types than there are, and for too many in a week.
pub fn begin(tx: &mut Tx<'_>, actor: UserId, kind: i64) -> Result<u32, ApiError> {
    check_may_export(&*tx.actor(actor)?)?;
    let kind = u8::try_from(kind).ok().and_then(|number| ExportType::try_from(number).ok());
    let kind = kind.ok_or_else(|| ApiError::invalid("export_type"))?;
    let since = tx.now - limits::EXPORTS_SECS;
    if tx.state.exports.iter().filter(|row| row.started_at > since).count() >= limits::EXPORTS_MAX {
        return Err(ApiError::bad_request("Exceeded rate limit."));
    }
    let id = tx.state.exports.next_id();
    put(tx, ExportRow { id, user: actor, kind, started_at: tx.now, outcome: Outcome::Pending });
    Ok(id)
}

/// `delete-realm-export`: returns the key of its file, which is to be removed.
///
/// # Errors
/// As [`check_may_export`]; 400 where there is no file.
pub fn delete(tx: &mut Tx<'_>, actor: UserId, id: u32) -> Result<String, ApiError> {
    check_may_export(&*tx.actor(actor)?)?;
    let row = tx.state.exports.get(id).cloned();
    let row = row.ok_or_else(|| ApiError::bad_request("Invalid data export ID"))?;
    match &row.outcome {
        Outcome::Pending => Err(ApiError::bad_request("Export still in progress")),
        Outcome::Failed(_) => Err(ApiError::bad_request("Export failed, nothing to delete")),
        Outcome::Deleted(_) => Err(ApiError::bad_request("Export already deleted")),
        Outcome::Done { key } => {
            put(tx, ExportRow { outcome: Outcome::Deleted(tx.now), ..ExportRow::clone(&row) });
            Ok(key.clone())
        }
    }
}

/// Notes that an export was made, or could not be.
///
/// # Errors
/// None; commands may have some.
pub fn finish(tx: &mut Tx<'_>, id: u32, key: Option<String>) -> Result<(), ApiError> {
    let Some(row) = tx.state.exports.get(id).filter(|row| row.outcome == Outcome::Pending).cloned() else {
        return Ok(());
    };
    let outcome = key.map_or(Outcome::Failed(tx.now), |key| Outcome::Done { key });
    put(tx, ExportRow { outcome, ..ExportRow::clone(&row) });
    Ok(())
}

/// Exports are for administrators.
///
/// # Errors
/// `UNAUTHORIZED_PRINCIPAL` for all others.
pub fn check_may_export(user: &UserRow) -> Result<(), ApiError> {
    if user.role.is_admin() { Ok(()) } else { Err(super::users::administrator_required()) }
}

fn put(tx: &mut Tx<'_>, row: ExportRow) {
    tx.change(Change::Export(Arc::new(row)));
    let exports = list(&tx.state);
    tx.emit(Event::RealmExports(RealmExports { exports }), tx.state.who_administers());
}

/// All exports, as administrators see them.
#[must_use]
pub fn list(state: &RealmState) -> Vec<RealmExport> {
    #[expect(clippy::cast_precision_loss, reason = "seconds are far from 2^53")]
    let time = |secs: i64| secs as f64;
    let one = |row: &Arc<ExportRow>| RealmExport {
        id: row.id,
        acting_user_id: row.user,
        export_time: time(row.started_at),
        deleted_timestamp: if let Outcome::Deleted(at) = row.outcome { Some(time(at)) } else { None },
        failed_timestamp: if let Outcome::Failed(at) = row.outcome { Some(time(at)) } else { None },
        export_url: match &row.outcome {
            Outcome::Done { key } => Some(format!("{}/{key}", state.realm.url)),
            _ => None,
        },
        pending: row.outcome == Outcome::Pending,
        export_type: row.kind,
    };
    state.exports.iter().map(one).collect()
}

/// Whether each person in use agrees to the export of their private messages.
#[must_use]
pub fn consents(state: &RealmState) -> Vec<ExportConsent> {
    let people = state.users.iter().filter(|row| row.is_active && !row.is_bot());
    people.map(|row| ExportConsent { user_id: row.id, consented: row.settings.allow_private_data_export }).collect()
}

/// Tells administrators whether somebody agrees.
pub(super) fn tell_consent(tx: &mut Tx<'_>, user: &UserRow) {
    if user.is_bot() {
        return;
    }
    let consent = ExportConsent { user_id: user.id, consented: user.settings.allow_private_data_export };
    tx.emit(Event::RealmExportConsent(RealmExportConsent { consent }), tx.state.who_administers());
}

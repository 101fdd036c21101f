//! Exports of the organization's data.

use imbl::OrdMap;
use std::sync::Arc;
use tidings_types::UserId;
use tidings_types::export::ExportType;

/// An export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportRow {
    /// Its id.
    pub id: u32,
    /// Who asked for it.
    pub user: UserId,
    /// What is in it.
    pub kind: ExportType,
    /// UNIX seconds.
    pub started_at: i64,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is being made.
    Pending,
    /// It is there, under this key, which nobody can guess.
    Done {
        /// The key.
        key: String,
    },
    /// It failed at this time, in UNIX seconds.
    Failed(i64),
    /// Its file was deleted at this time, in UNIX seconds.
    Deleted(i64),
}

/// All exports.
#[derive(Clone, Debug, Default)]
pub struct Exports(OrdMap<u32, Arc<ExportRow>>);

impl Exports {
    /// All, by id.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<ExportRow>> {
        self.0.values()
    }

    /// The one with this id.
    #[must_use]
    pub fn get(&self, id: u32) -> Option<&Arc<ExportRow>> {
        self.0.get(&id)
    }

    /// The one whose file has this key.
    #[must_use]
    pub fn by_key(&self, key: &str) -> Option<&Arc<ExportRow>> {
        self.iter().find(|row| matches!(&row.outcome, Outcome::Done { key: known } if known == key))
    }

    /// The first that is being made, or is to be.
    #[must_use]
    pub fn pending(&self) -> Option<&Arc<ExportRow>> {
        self.iter().find(|row| row.outcome == Outcome::Pending)
    }

    /// The id that the next one gets.
    #[must_use]
    pub fn next_id(&self) -> u32 {
        self.0.get_max().map_or(1, |(id, _)| id + 1)
    }

    pub(super) fn put(&mut self, row: Arc<ExportRow>) {
        self.0.insert(row.id, row);
    }
}

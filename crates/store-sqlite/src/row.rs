//! How values look in columns, and what goes wrong with them.

use rusqlite::types::FromSql;
use rusqlite::{ErrorCode, Row};
use serde::Serialize;
use serde::de::{DeserializeOwned, IntoDeserializer};
use std::sync::LazyLock;
use tidings_store::StoreError;
use tidings_types::settings::UserSettings;

/// What went wrong inside this crate; callers see a [`StoreError`].
#[derive(Debug)]
pub(crate) enum Error {
    Sqlite(rusqlite::Error),
    Store(StoreError),
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Error::Sqlite(error)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Error::Store(error)
    }
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match error {
            Error::Sqlite(error) if is_damage(&error) => StoreError::Broken(error.to_string()),
            Error::Sqlite(error) => StoreError::Database(error.to_string()),
            Error::Store(error) => error,
        }
    }
}

/// What does not go away by itself, as a full disk may (<https://sqlite.org/rescode.html>).
fn is_damage(error: &rusqlite::Error) -> bool {
    let damage = [ErrorCode::DatabaseCorrupt, ErrorCode::NotADatabase, ErrorCode::SystemIoFailure];
    error.sqlite_error_code().is_some_and(|code| damage.contains(&code))
}

/// A row that cannot be what we wrote.
pub(crate) fn bad_row(table: &'static str, what: impl ToString) -> Error {
    Error::Store(StoreError::BadRow { table, what: what.to_string() })
}

/// A column by its place; a failure names the table.
pub(crate) fn get<T: FromSql>(row: &Row<'_>, at: usize, table: &'static str) -> Result<T, Error> {
    row.get(at).map_err(|error| bad_row(table, error))
}

/// A position in the log as a column: SQLite's integers are signed.
pub(crate) fn int(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

/// A position in the log from a column.
pub(crate) fn seq(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// A value as JSON.
pub(crate) fn to_json<T: Serialize>(table: &'static str, value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| bad_row(table, error))
}

/// A value from JSON.
pub(crate) fn from_json<T: DeserializeOwned>(table: &'static str, json: &str) -> Result<T, Error> {
    serde_json::from_str(json).map_err(|error| bad_row(table, error))
}

/// An enum from the text or number it is on the wire.
pub(crate) fn from_plain<'de, T, V>(table: &'static str, value: V) -> Result<T, Error>
where
    T: serde::Deserialize<'de>,
    V: IntoDeserializer<'de, serde::de::value::Error>,
{
    T::deserialize(value.into_deserializer()).map_err(|error| bad_row(table, error))
}

static DEFAULTS: LazyLock<Vec<(&'static str, serde_json::Value)>> = LazyLock::new(|| {
    let defaults = UserSettings::default();
    UserSettings::NAMES.iter().filter_map(|(name, _)| Some((*name, defaults.get(name)?))).collect()
});

/// Settings as JSON of what differs from the defaults: most users change little.
pub(crate) fn settings_to_json(settings: &UserSettings) -> String {
    if *settings == UserSettings::default() {
        return "{}".to_owned();
    }
    let changed = DEFAULTS.iter().filter_map(|(name, default)| {
        let value = settings.get(name).filter(|value| value != default)?;
        Some(((*name).to_owned(), value))
    });
    serde_json::Value::Object(changed.collect()).to_string()
}

//! Tables of an archive, row by row: of tables that are wanted, only one row is in memory. Archives come from anywhere,
//! so every value is looked at before it is believed.

use super::problem::{ImportError, Place};
use serde::Deserializer as _;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes of one row: messages have some ten thousand characters, and their history may be hundreds of times that.
const ROW_BYTES_MAX: u64 = 32 << 20;

/// The largest id of a channel, a group and so on: others follow.
const ID_MAX: u32 = 4_000_000_000;

/// The end of the year 9999, in UNIX seconds.
const TIME_MAX: i64 = 253_402_300_799;

/// One row.
pub(super) struct Row {
    place: Place,
    columns: Map<String, Value>,
}

impl Row {
    /// What is wrong with it.
    pub(super) fn wrong(&self, what: impl Into<String>) -> ImportError {
        ImportError::Archive { place: self.place.clone(), what: what.into() }
    }

    /// A value that is there, and not null. References to other tables may have `_id` at their end.
    pub(super) fn get(&self, column: &str) -> Option<&Value> {
        let found = self.columns.get(column).or_else(|| self.columns.get(&format!("{column}_id")));
        found.filter(|value| !value.is_null())
    }

    /// Whether there is such a column, null or not.
    pub(super) fn has(&self, column: &str) -> bool {
        self.columns.contains_key(column)
    }

    fn bad(&self, column: &str, what: &str) -> ImportError {
        self.wrong(format!("`{column}` is not {what}"))
    }

    fn required<T>(&self, column: &str, value: Option<T>) -> Result<T, ImportError> {
        value.ok_or_else(|| self.wrong(format!("`{column}` is missing")))
    }

    /// A whole number.
    pub(super) fn number(&self, column: &str) -> Result<Option<i64>, ImportError> {
        let Some(value) = self.get(column) else { return Ok(None) };
        value.as_i64().map(Some).ok_or_else(|| self.bad(column, "a whole number"))
    }

    /// A positive number, far enough from the end of its 32 bits that others can follow.
    pub(super) fn opt_id(&self, column: &str) -> Result<Option<u32>, ImportError> {
        let Some(number) = self.number(column)? else { return Ok(None) };
        let id = u32::try_from(number).ok().filter(|id| (1..=ID_MAX).contains(id));
        id.map(Some).ok_or_else(|| self.bad(column, "an id (a number from 1 to 4000000000)"))
    }

    /// As [`Row::opt_id`], but it has to be there.
    pub(super) fn id(&self, column: &str) -> Result<u32, ImportError> {
        self.required(column, self.opt_id(column)?)
    }

    /// Ids of messages may be larger elsewhere.
    pub(super) fn long_id(&self, column: &str) -> Result<u64, ImportError> {
        let number = self.required(column, self.number(column)?)?;
        u64::try_from(number).ok().filter(|id| *id > 0).ok_or_else(|| self.bad(column, "an id (a positive number)"))
    }

    /// A number of 32 bits; `default` if it is not there.
    pub(super) fn small(&self, column: &str, default: u32) -> Result<u32, ImportError> {
        let Some(number) = self.number(column)? else { return Ok(default) };
        u32::try_from(number).map_err(|_| self.bad(column, "a number from 0 to 4294967295"))
    }

    /// A text.
    pub(super) fn opt_text(&self, column: &str) -> Result<Option<&str>, ImportError> {
        let Some(value) = self.get(column) else { return Ok(None) };
        let text = value.as_str().ok_or_else(|| self.bad(column, "a text"))?;
        if text.contains('\0') {
            return Err(self.wrong(format!("`{column}` has a null character in it")));
        }
        Ok(Some(text))
    }

    /// As [`Row::opt_text`], but it has to be there.
    pub(super) fn text(&self, column: &str) -> Result<&str, ImportError> {
        self.required(column, self.opt_text(column)?)
    }

    /// Yes or no; `default` if it is not there.
    pub(super) fn flag(&self, column: &str, default: bool) -> Result<bool, ImportError> {
        self.opt_flag(column).map(|flag| flag.unwrap_or(default))
    }

    /// Yes, no, or neither.
    pub(super) fn opt_flag(&self, column: &str) -> Result<Option<bool>, ImportError> {
        let Some(value) = self.get(column) else { return Ok(None) };
        value.as_bool().map(Some).ok_or_else(|| self.bad(column, "true or false"))
    }

    /// UNIX seconds, which archives may have with a fraction.
    pub(super) fn time(&self, column: &str) -> Result<Option<i64>, ImportError> {
        let Some(value) = self.get(column) else { return Ok(None) };
        #[expect(clippy::cast_possible_truncation, reason = "what is too large is refused")]
        let seconds = value.as_i64().or_else(|| value.as_f64().map(|time| time.floor() as i64));
        let known = seconds.filter(|seconds| (0..=TIME_MAX).contains(seconds));
        known.map(Some).ok_or_else(|| self.bad(column, "a time in UNIX seconds"))
    }

    /// That there is room for one more of something that has a bound here, and that other rows may name.
    pub(super) fn check_room(&self, count: usize, most: usize, what: &str) -> Result<(), ImportError> {
        if count < most { Ok(()) } else { Err(self.wrong(format!("there are more than {most} {what}"))) }
    }

    /// A list of positive numbers; empty if it is not there.
    pub(super) fn ids(&self, column: &str) -> Result<Vec<u64>, ImportError> {
        let Some(value) = self.get(column) else { return Ok(Vec::new()) };
        let ids = value.as_array().and_then(|list| list.iter().map(Value::as_u64).collect::<Option<Vec<u64>>>());
        ids.ok_or_else(|| self.bad(column, "a list of ids"))
    }
}

/// Rows of tables that are not known, by table, over all files.
pub(super) type Unknown = BTreeMap<String, u64>;

/// Unknown tables that are told of.
const UNKNOWN_MAX: usize = 200;

/// A table's name as it can be shown on a terminal, wherever it comes from.
fn shown(table: &str) -> String {
    table.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(100).collect()
}

/// A file of tables, or with one list, which is a table without a name.
pub(super) struct TableFile {
    folder: PathBuf,
    name: Arc<str>,
}

impl TableFile {
    pub(super) fn new(folder: &Path, name: impl Into<Arc<str>>) -> Self {
        TableFile { folder: folder.to_owned(), name: name.into() }
    }

    /// Whether there is such a file.
    pub(super) fn exists(&self) -> bool {
        self.folder.join(&*self.name).is_file()
    }

    /// Hands over each row of some tables, as they come in the file, with the table's name.
    pub(super) fn each(
        &self,
        wanted: &[&str],
        mut each: impl FnMut(&str, &Row) -> Result<(), ImportError>,
    ) -> Result<(), ImportError> {
        self.read(wanted, &mut each, None)
    }

    /// Counts the rows of tables that are none of these.
    pub(super) fn survey(&self, known: &[&str], unknown: &mut Unknown) -> Result<(), ImportError> {
        self.read(known, &mut |_, _| Ok(()), Some(unknown))
    }

    fn read(
        &self,
        wanted: &[&str],
        each: &mut dyn FnMut(&str, &Row) -> Result<(), ImportError>,
        unknown: Option<&mut Unknown>,
    ) -> Result<(), ImportError> {
        let open = |error| ImportError::Io { what: "an unpacked file cannot be read", error };
        if !self.exists() {
            return Err(ImportError::file(&self.name, "it is missing in the archive"));
        }
        let file = File::open(self.folder.join(&*self.name)).map_err(open)?;
        let left = Cell::new(u64::MAX);
        let budgeted = Budgeted { inner: BufReader::with_capacity(1 << 16, file), left: &left };
        let mut reading = Reading { file: &self.name, wanted, left: &left, each, unknown, problem: None };
        let mut json = serde_json::Deserializer::from_reader(budgeted);
        let read = json.deserialize_any(Tables(&mut reading)).and_then(|()| json.end());
        match (read, reading.problem.take()) {
            (_, Some(problem)) => Err(problem),
            (Ok(()), None) => Ok(()),
            (Err(_), None) if left.get() == 0 => {
                Err(ImportError::file(&self.name, format!("a row has more than {ROW_BYTES_MAX} bytes")))
            }
            (Err(error), None) => Err(ImportError::file(&self.name, format!("it is not the JSON of tables: {error}"))),
        }
    }
}

/// Bytes of a file, but only so many for one row.
struct Budgeted<'a, R> {
    inner: R,
    left: &'a Cell<u64>,
}

impl<R: Read> Read for Budgeted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let most = usize::try_from(self.left.get()).unwrap_or(usize::MAX).min(buffer.len());
        if most == 0 && !buffer.is_empty() {
            return Err(std::io::Error::other("a row is too long"));
        }
        let count = self.inner.read(&mut buffer[..most])?;
        self.left.set(self.left.get() - count as u64);
        Ok(count)
    }
}

struct Reading<'a> {
    file: &'a Arc<str>,
    wanted: &'a [&'a str],
    left: &'a Cell<u64>,
    each: &'a mut dyn FnMut(&str, &Row) -> Result<(), ImportError>,
    unknown: Option<&'a mut Unknown>,
    /// Why it ended early.
    problem: Option<ImportError>,
}

/// A file's tables.
struct Tables<'a, 'r>(&'a mut Reading<'r>);

impl<'de> Visitor<'de> for Tables<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object of tables, or a list of rows")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut tables: A) -> Result<(), A::Error> {
        loop {
            // A name has an end, too, and so has what is left out: a text or brackets in brackets take memory.
            self.0.left.set(ROW_BYTES_MAX);
            let Some(table) = tables.next_key::<String>()? else { break };
            let is_wanted = self.0.wanted.contains(&table.as_str());
            if is_wanted && self.0.unknown.is_none() {
                tables.next_value_seed(Rows { reading: self.0, table: &table })?;
                continue;
            }
            let count = tables.next_value_seed(Counted(self.0.left))?;
            if !is_wanted {
                let is_new = |unknown: &Unknown| count > 0 && unknown.len() < UNKNOWN_MAX;
                if let Some(unknown) = self.0.unknown.as_deref_mut().filter(|unknown| is_new(unknown)) {
                    *unknown.entry(shown(&table)).or_default() += count;
                }
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, rows: A) -> Result<(), A::Error> {
        Rows { reading: self.0, table: "" }.visit_seq(rows)
    }
}

/// A table's rows.
struct Rows<'a, 'r> {
    reading: &'a mut Reading<'r>,
    table: &'a str,
}

impl<'de> DeserializeSeed<'de> for Rows<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a list of rows in {}", self.table)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        let reading = self.reading;
        let table: Arc<str> = self.table.into();
        for number in 1.. {
            reading.left.set(ROW_BYTES_MAX);
            let Some(value) = rows.next_element::<Value>()? else { break };
            let place = Place { file: Arc::clone(reading.file), table: Arc::clone(&table), row: number };
            let done = match value {
                Value::Object(columns) => (reading.each)(self.table, &Row { place, columns }),
                _ => Err(ImportError::Archive { place, what: "it is not an object of columns".to_owned() }),
            };
            if let Err(problem) = done {
                reading.problem = Some(problem);
                return Err(serde::de::Error::custom("a row is wrong"));
            }
        }
        reading.left.set(ROW_BYTES_MAX);
        Ok(())
    }
}

/// Counts the rows of a table that nobody wants; none for what is no table. Each row may have as many bytes as are left.
struct Counted<'a>(&'a Cell<u64>);

impl Counted<'_> {
    fn next(&self) {
        self.0.set(ROW_BYTES_MAX);
    }
}

impl<'de> DeserializeSeed<'de> for Counted<'_> {
    type Value = u64;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<u64, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Counted<'_> {
    type Value = u64;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("anything")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<u64, A::Error> {
        let mut count = 0;
        self.next();
        while rows.next_element::<IgnoredAny>()?.is_some() {
            count += 1;
            self.next();
        }
        Ok(count)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<u64, A::Error> {
        self.next();
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
            self.next();
        }
        Ok(0)
    }

    fn visit_str<E>(self, _: &str) -> Result<u64, E> {
        Ok(0)
    }

    fn visit_bool<E>(self, _: bool) -> Result<u64, E> {
        Ok(0)
    }

    fn visit_i64<E>(self, _: i64) -> Result<u64, E> {
        Ok(0)
    }

    fn visit_u64<E>(self, _: u64) -> Result<u64, E> {
        Ok(0)
    }

    fn visit_f64<E>(self, _: f64) -> Result<u64, E> {
        Ok(0)
    }

    fn visit_unit<E>(self) -> Result<u64, E> {
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, wanted: &[&str]) -> Result<Vec<(String, Option<u32>)>, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("x.json"), text).unwrap();
        let mut found = Vec::new();
        let file = TableFile::new(folder.path(), "x.json");
        let read = file.each(wanted, |table, row| {
            found.push((table.to_owned(), row.opt_id("id")?));
            Ok(())
        });
        read.map(|()| found).map_err(|error| error.to_string())
    }

    #[test]
    fn rows_of_wanted_tables_come_in_their_order() {
        let text = r#"{"a": [{"id": 1}, {"id": null}], "b": 5, "c": [{"id": 7}], "a": [{}]}"#;
        let rows = read(text, &["a", "c"]).unwrap();
        let expected = [("a", Some(1)), ("a", None), ("c", Some(7)), ("a", None)];
        assert_eq!(rows, expected.map(|(table, id)| (table.to_owned(), id)));
        assert_eq!(read(r#"[{"id": 3}]"#, &[]).unwrap(), [(String::new(), Some(3))]);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let check = |text: &str, expect: &str| {
            let error = read(text, &["a"]).unwrap_err();
            assert!(error.starts_with(expect), "{text}: {error}");
        };
        check(r#"{"a": [{}, {"id": "x"}]}"#, "x.json, a, row 2: `id` is not a whole number");
        check(r#"{"a": [{"id": -1}]}"#, "x.json, a, row 1: `id` is not an id");
        check(r#"{"a": [{"id": 4294967296}]}"#, "x.json, a, row 1: `id` is not an id");
        check(r#"{"a": [5]}"#, "x.json, a, row 1: it is not an object of columns");
        check(r#"{"a": {"id": 1}}"#, "x.json: it is not the JSON of tables: invalid type: map");
        check(r#"{"a": [{"id": 1}"#, "x.json: it is not the JSON of tables: EOF");
        check(r#"{"a": []} trailing"#, "x.json: it is not the JSON of tables: trailing characters");
        check("5", "x.json: it is not the JSON of tables: invalid type: integer");
        let deep = format!(r#"{{"a": [{}1{}]}}"#, "[".repeat(100_000), "]".repeat(100_000));
        check(&deep, "x.json: it is not the JSON of tables: recursion limit exceeded");
        let long = format!(r#"{{"a": [{{"id": 1, "x": "{}"}}]}}"#, "y".repeat(33 << 20));
        check(&long, "x.json: a row has more than 33554432 bytes");
        check(&format!(r#"{{"{}": []}}"#, "y".repeat(33 << 20)), "x.json: a row has more than 33554432 bytes");
        // What nobody wants has a bound as well: it may be a text, or brackets in brackets, or a name in an object.
        for unwanted in
            ["\"".to_owned() + &"y".repeat(33 << 20), "[".repeat(33 << 20), format!("{{\"{}", "y".repeat(33 << 20))]
        {
            check(&format!(r#"{{"b": {unwanted}"#), "x.json: a row has more than 33554432 bytes");
        }
        // All of it may be longer.
        let row = format!("\"{}\",", "y".repeat(9 << 20));
        assert_eq!(read(&format!(r#"{{"b": [{}0]}}"#, row.repeat(4)), &["a"]), Ok(Vec::new()));
    }

    #[test]
    fn times_may_have_fractions_and_must_be_times() {
        let row = |json: &str| Row {
            place: Place { file: "f".into(), table: "t".into(), row: 1 },
            columns: serde_json::from_str(json).unwrap(),
        };
        assert_eq!(row(r#"{"at": 1500000000.75}"#).time("at").unwrap(), Some(1_500_000_000));
        for bad in ["-1", "1e300", "\"x\"", "253402300800"] {
            assert!(row(&format!(r#"{{"at": {bad}}}"#)).time("at").is_err(), "{bad}");
        }
        assert_eq!(row(r#"{"stream_id": 5}"#).id("stream").unwrap(), 5);
    }

    #[test]
    fn unknown_tables_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("x.json"),
            r#"{"a": [{}], "b\u001b[0m": [1, {}, [2]], "c": "text", "d": []}"#,
        )
        .unwrap();
        let mut unknown = Unknown::new();
        TableFile::new(folder.path(), "x.json").survey(&["a"], &mut unknown).unwrap();
        assert_eq!(unknown, [("b0m".to_owned(), 3)].into());
    }
}

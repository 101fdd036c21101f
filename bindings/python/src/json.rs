//! JSON to Python objects, in one pass and with nothing in between.
//!
//! Events repeat themselves: the same keys in the same order, the same names and addresses. What was read before is
//! therefore looked at first: [`strings`] keeps short strings, which saves their making, and Python the hashing of
//! keys; a [`shape`] keeps what an object looked like where the next one is expected, which is then a copy of it with
//! what differs put in. Nothing that is handed out is kept, unless it cannot be changed.
//!
//! # Layout
//! - this file: whole texts, and events one by one. [`reader`]: the grammar. [`strings`], [`shape`]: the two memories.

mod reader;
mod shape;
mod strings;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use reader::{Memory, Reader};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::cell::Cell;

thread_local! {
    /// Taken out while it is in use: making an object can run anybody's code, and that can come back here.
    static MEMORY: Cell<Option<Box<Memory>>> = const { Cell::new(None) };
}

fn with_memory<T>(read: impl FnOnce(&mut Memory) -> T) -> T {
    let mut memory = MEMORY.take().unwrap_or_default();
    let done = read(&mut memory);
    MEMORY.set(Some(memory));
    done
}

/// Reads a text; none if it is no JSON.
pub(crate) fn parse<'py>(py: Python<'py>, text: &[u8]) -> Option<Bound<'py, PyAny>> {
    let text = std::str::from_utf8(text).ok()?;
    with_memory(|memory| Reader::new(py, text, 0, memory).whole())
}

/// Turns an object into a dict.
pub(crate) fn object<'py>(py: Python<'py>, fields: &Map<String, Value>) -> PyResult<Bound<'py, PyAny>> {
    let text =
        serde_json::to_vec(fields).map_err(|error| pyo3::exceptions::PyValueError::new_err(error.to_string()))?;
    parse(py, &text).ok_or_else(|| pyo3::exceptions::PyValueError::new_err("an answer is nested too deeply"))
}

/// Events of an answer, read one by one: what is not asked for yet costs no memory but its text.
pub(crate) struct EventTexts {
    text: String,
    at: usize,
    is_first: bool,
}

/// How both servers that are in use begin an answer with events; every other beginning costs a look through all of it.
const USUAL_BEGINNING: &str = r#"{"result":"success","msg":"","events":["#;

impl EventTexts {
    /// Gives the answer back if it is not one with events.
    pub(crate) fn open(answer: Vec<u8>) -> Result<Self, Vec<u8>> {
        let text = String::from_utf8(answer).map_err(std::string::FromUtf8Error::into_bytes)?;
        if text.starts_with(USUAL_BEGINNING) {
            return Ok(EventTexts { text, at: USUAL_BEGINNING.len(), is_first: true });
        }
        match events_of(&text) {
            Some(events) => Ok(EventTexts { text: events.to_owned(), at: 1, is_first: true }),
            None => Err(text.into_bytes()),
        }
    }

    /// The next event: none at the end, and an error where the text is no list of objects.
    pub(crate) fn next<'py>(&mut self, py: Python<'py>) -> Result<Option<Bound<'py, PyDict>>, Unreadable> {
        let is_first = std::mem::take(&mut self.is_first);
        with_memory(|memory| {
            let mut reader = Reader::new(py, &self.text, self.at, memory);
            let event = reader.event(is_first);
            self.at = reader.at();
            event
        })
    }
}

fn events_of(text: &str) -> Option<&str> {
    #[derive(serde::Deserialize)]
    struct Answer<'a> {
        result: &'a str,
        #[serde(borrow)]
        events: &'a RawValue,
    }
    let answer: Answer<'_> = serde_json::from_str(text).ok()?;
    (answer.result == "success" && answer.events.get().starts_with('[')).then_some(answer.events.get())
}

/// What is not JSON.
#[derive(Debug)]
pub(crate) struct Unreadable;

impl From<PyErr> for Unreadable {
    /// Of memory that ran out.
    fn from(_: PyErr) -> Self {
        Unreadable
    }
}

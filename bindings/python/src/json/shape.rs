//! What an object looked like, where the next one is expected to look the same.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

/// Objects with more keys are tables rather than records, and their keys differ.
const FIELDS_MAX: usize = 64;

/// Longer texts are content, which does not repeat itself.
const STEADY_BYTES_MAX: usize = 256;

/// A value that differed so often in a row is not compared any more.
const MISSES_MAX: u8 = 4;

/// The keys of an object in their order, and a dict of its values.
#[derive(Default)]
pub(super) struct Shape {
    pub(super) fields: Vec<Field>,
    /// A value for each field: that of its `steady` text, or nothing in particular. Never handed out itself.
    pub(super) like: Option<Py<PyDict>>,
}

/// A key, and what was behind it.
pub(super) struct Field {
    /// The text from the end of the value before to the start of this one, as in `,"name":`.
    pub(super) lead: Box<str>,
    pub(super) name: Py<PyString>,
    /// The text of the value in `like`.
    steady: String,
    misses: u8,
    /// Of the object that is the value, or of those in the list that is it.
    pub(super) below: Option<Box<Shape>>,
}

impl Field {
    /// The value's text, if it is worth comparing.
    pub(super) fn steady(&self) -> Option<&str> {
        (self.misses < MISSES_MAX).then_some(&self.steady)
    }

    /// The value's text is another one. Whether that is the steady one from now on.
    pub(super) fn changed(&mut self, text: &str) -> bool {
        if self.misses >= MISSES_MAX {
            return false;
        }
        self.misses += 1;
        if text.len() > STEADY_BYTES_MAX || text.starts_with(['{', '[']) {
            // Lists and dicts can be changed by whoever has them: each event has its own.
            self.misses = MISSES_MAX;
            return false;
        }
        self.steady.clear();
        self.steady.push_str(text);
        true
    }

    /// The value's text is the same.
    pub(super) fn same(&mut self) {
        self.misses = 0;
    }
}

impl Shape {
    /// Whether another field can be noted.
    pub(super) fn has_room(&self) -> bool {
        self.fields.len() < FIELDS_MAX
    }

    /// Notes a field that was not expected.
    pub(super) fn push(&mut self, lead: &str, name: Py<PyString>, value: &str, below: Option<Box<Shape>>) {
        let mut field = Field { lead: lead.into(), name, steady: String::new(), misses: 0, below };
        field.changed(value);
        self.fields.push(field);
    }

    /// Takes over the values of an object that has these fields; forgets all if it has others.
    pub(super) fn learn(&mut self, py: Python<'_>, dict: &Bound<'_, PyDict>) -> PyResult<()> {
        self.like = None;
        // Keys that come twice are one in the dict.
        if self.fields.len() != dict.len() {
            self.fields.clear();
            return Ok(());
        }
        let like = dict.copy()?;
        for field in &self.fields {
            let value = dict.get_item(&field.name)?;
            if value.is_some_and(|value| value.is_instance_of::<PyDict>() || value.is_instance_of::<PyList>()) {
                like.set_item(&field.name, py.None())?;
            }
        }
        self.like = Some(like.unbind());
        Ok(())
    }
}

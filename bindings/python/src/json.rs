//! JSON to Python objects, without anything in between.
//!
//! Events repeat themselves: the same keys, addresses and names in each. Short strings are therefore looked up in a
//! small cache first, which saves their making, and Python the hashing of keys.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::fmt;

/// Longer strings are content, which does not repeat itself.
const CACHED_BYTES_MAX: usize = 40;

/// How many strings are kept; each has one place only, where it replaces the one before.
const PLACES: usize = 4096;

type Place = Option<(Box<str>, Py<PyString>)>;

thread_local! {
    static CACHE: RefCell<Vec<Place>> = RefCell::new((0..PLACES).map(|_| None).collect());
}

/// Reads a text; none if it is no JSON.
pub(crate) fn parse<'py>(py: Python<'py>, text: &[u8]) -> Option<Bound<'py, PyAny>> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = CACHE.with(|cache| Making { py, cache }.deserialize(&mut reader)).ok()?;
    reader.end().ok().map(|()| value)
}

/// Turns an object into a dict.
pub(crate) fn object<'py>(py: Python<'py>, fields: &Map<String, Value>) -> PyResult<Bound<'py, PyAny>> {
    let dict = PyDict::new(py);
    for (key, value) in fields {
        let made = CACHE.with(|cache| Making { py, cache }.deserialize(value));
        dict.set_item(key, made.map_err(|error| pyo3::exceptions::PyValueError::new_err(error.to_string()))?)?;
    }
    Ok(dict.into_any())
}

#[derive(Clone, Copy)]
struct Making<'py, 'c> {
    py: Python<'py>,
    cache: &'c RefCell<Vec<Place>>,
}

impl<'py> Making<'py, '_> {
    fn string(self, text: &str) -> Bound<'py, PyString> {
        if text.len() > CACHED_BYTES_MAX {
            return PyString::new(self.py, text);
        }
        let mut cache = self.cache.borrow_mut();
        let Some(place) = cache.get_mut(place_of(text.as_bytes())) else { return PyString::new(self.py, text) };
        match place {
            Some((known, string)) if **known == *text => string.bind(self.py).clone(),
            _ => {
                let string = PyString::new(self.py, text);
                *place = Some((text.into(), string.clone().unbind()));
                string
            }
        }
    }
}

/// Not a hash against attackers: who chooses bad strings makes the cache useless, and nothing else.
fn place_of(text: &[u8]) -> usize {
    let (words, rest) = text.as_chunks::<8>();
    let mut hash = text.len() as u64;
    for word in words.iter().copied().chain(std::iter::once(last_word(rest))) {
        hash = (hash ^ u64::from_le_bytes(word)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        hash ^= hash >> 32;
    }
    usize::try_from(hash % PLACES as u64).unwrap_or_default()
}

fn last_word(rest: &[u8]) -> [u8; 8] {
    let mut word = [0; 8];
    for (to, from) in word.iter_mut().zip(rest) {
        *to = *from;
    }
    word
}

impl<'de, 'py> DeserializeSeed<'de> for Making<'py, '_> {
    type Value = Bound<'py, PyAny>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de, 'py> Visitor<'de> for Making<'py, '_> {
    type Value = Bound<'py, PyAny>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(self.py.None().into_bound(self.py))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(PyBool::new(self.py, value).to_owned().into_any())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(PyInt::new(self.py, value).into_any())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(PyInt::new(self.py, value).into_any())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        Ok(PyFloat::new(self.py, value).into_any())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        Ok(self.string(value).into_any())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let list = PyList::empty(self.py);
        while let Some(item) = items.next_element_seed(self)? {
            list.append(item).map_err(A::Error::custom)?;
        }
        Ok(list.into_any())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
        let dict = PyDict::new(self.py);
        while let Some(key) = fields.next_key_seed(Key(self))? {
            let value = fields.next_value_seed(self)?;
            dict.set_item(key, value).map_err(A::Error::custom)?;
        }
        Ok(dict.into_any())
    }
}

/// The key of an object.
struct Key<'py, 'c>(Making<'py, 'c>);

impl<'de, 'py> DeserializeSeed<'de> for Key<'py, '_> {
    type Value = Bound<'py, PyString>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_str(self)
    }
}

impl<'py> Visitor<'_> for Key<'py, '_> {
    type Value = Bound<'py, PyString>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        Ok(self.0.string(value))
    }
}

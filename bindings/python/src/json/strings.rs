//! Short strings, which are the same again and again.

use pyo3::prelude::*;
use pyo3::types::PyString;

/// Longer strings are content, which does not repeat itself.
const CACHED_BYTES_MAX: usize = 40;

/// How many strings are kept; each has one place only, where it replaces the one before.
const PLACES: usize = 4096;

/// Strings that were made before.
pub(super) struct Strings(Vec<Option<(Box<str>, Py<PyString>)>>);

impl Default for Strings {
    fn default() -> Self {
        Strings((0..PLACES).map(|_| None).collect())
    }
}

impl Strings {
    pub(super) fn make<'py>(&mut self, py: Python<'py>, text: &str) -> Bound<'py, PyString> {
        if text.len() > CACHED_BYTES_MAX {
            return PyString::new(py, text);
        }
        let Some(place) = self.0.get_mut(place_of(text.as_bytes())) else { return PyString::new(py, text) };
        match place {
            Some((known, string)) if **known == *text => string.bind(py).clone(),
            _ => {
                let string = PyString::new(py, text);
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

//! The grammar.

use super::Unreadable;
use super::shape::Shape;
use super::strings::Strings;
use memchr::memchr2;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString};

/// How deep lists and objects may be in each other.
const DEPTH_MAX: u32 = 128;

/// How many kinds of events are remembered.
const KINDS_MAX: usize = 16;

type Read<T> = Result<T, Unreadable>;

/// What was read before.
#[derive(Default)]
pub(super) struct Memory {
    strings: Strings,
    kinds: Vec<Shape>,
    /// Values that differ from those of the shape, with the number of their field; of the objects that are being read.
    differing: Vec<(usize, Py<PyAny>)>,
}

/// A place in a text.
pub(super) struct Reader<'t, 'm, 'py> {
    py: Python<'py>,
    text: &'t str,
    at: usize,
    depth: u32,
    memory: &'m mut Memory,
}

impl<'t, 'm, 'py> Reader<'t, 'm, 'py> {
    pub(super) fn new(py: Python<'py>, text: &'t str, at: usize, memory: &'m mut Memory) -> Self {
        memory.differing.clear();
        Reader { py, text, at, depth: 0, memory }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// All of the text as one value.
    pub(super) fn whole(&mut self) -> Option<Bound<'py, PyAny>> {
        self.space();
        let value = self.value(&mut None).ok()?;
        self.space();
        (self.at == self.text.len()).then_some(value)
    }

    /// The next item of a list of events, or none at its end.
    pub(super) fn event(&mut self, is_first: bool) -> Read<Option<Bound<'py, PyDict>>> {
        self.space();
        match self.peek() {
            Some(b']') => return Ok(None),
            Some(b',') if !is_first => {
                self.at += 1;
                self.space();
            }
            _ if is_first => {}
            _ => return Err(Unreadable),
        }
        if self.peek() != Some(b'{') {
            return Err(Unreadable);
        }
        let mut kind = self.kind();
        // Half learnt, after an error, it would be of no use.
        let event = self.object(&mut kind)?;
        self.memory.kinds.push(kind);
        Ok(Some(event))
    }

    /// What events that begin like the next one look like: they say their type first. The one used longest ago makes
    /// place for a new one.
    fn kind(&mut self) -> Shape {
        let rest = self.rest();
        let begins = |shape: &Shape| {
            let field = shape.fields.first()?;
            let value = rest.strip_prefix(&*field.lead)?;
            Some(value.starts_with(field.steady()?))
        };
        match self.memory.kinds.iter().rposition(|shape| begins(shape) == Some(true)) {
            Some(at) => self.memory.kinds.remove(at),
            None => {
                if self.memory.kinds.len() >= KINDS_MAX {
                    self.memory.kinds.remove(0);
                }
                Shape::default()
            }
        }
    }

    fn value(&mut self, below: &mut Option<Box<Shape>>) -> Read<Bound<'py, PyAny>> {
        match self.peek().ok_or(Unreadable)? {
            b'"' => Ok(self.string()?.into_any()),
            b'{' => Ok(self.object(below.get_or_insert_default())?.into_any()),
            b'[' => Ok(self.list(below)?.into_any()),
            b't' => self.word("true").map(|()| PyBool::new(self.py, true).to_owned().into_any()),
            b'f' => self.word("false").map(|()| PyBool::new(self.py, false).to_owned().into_any()),
            b'n' => self.word("null").map(|()| self.py.None().into_bound(self.py)),
            _ => self.number(),
        }
    }

    fn list(&mut self, below: &mut Option<Box<Shape>>) -> Read<Bound<'py, PyList>> {
        self.deeper()?;
        self.at += 1;
        self.space();
        let list = PyList::empty(self.py);
        if self.peek() != Some(b']') {
            loop {
                self.space();
                list.append(self.value(below)?)?;
                self.space();
                match self.peek() {
                    Some(b',') => self.at += 1,
                    Some(b']') => break,
                    _ => return Err(Unreadable),
                }
            }
        }
        self.at += 1;
        self.depth -= 1;
        Ok(list)
    }

    fn object(&mut self, shape: &mut Shape) -> Read<Bound<'py, PyDict>> {
        self.deeper()?;
        let start = self.memory.differing.len();
        let mut known = 0;
        while let Some(field) = shape.fields.get_mut(known) {
            if !self.skip(&field.lead) {
                break;
            }
            if field.steady().is_some_and(|text| self.skip_value(text)) {
                field.same();
            } else {
                let from = self.at;
                let value = self.value(&mut field.below)?;
                match &shape.like {
                    Some(like) if field.changed(self.since(from)) => like.bind(self.py).set_item(&field.name, value)?,
                    _ => self.memory.differing.push((known, value.unbind())),
                }
            }
            known += 1;
        }
        let dict = match &shape.like {
            Some(like) => {
                let from = self.at;
                self.space();
                let is_alike = known == shape.fields.len() && self.peek() == Some(b'}');
                let dict = if is_alike { like.bind(self.py).copy()? } else { self.first_of(shape, known)? };
                for (field, value) in self.memory.differing.drain(start..) {
                    if let Some(field) = shape.fields.get(field) {
                        dict.set_item(&field.name, value)?;
                    }
                }
                if !is_alike {
                    self.at = from;
                    self.others(shape, known, &dict)?;
                }
                dict
            }
            None => {
                let dict = PyDict::new(self.py);
                self.others(shape, 0, &dict)?;
                dict
            }
        };
        self.at += 1;
        self.depth -= 1;
        Ok(dict)
    }

    /// A dict of the shape's first fields, in their order.
    fn first_of(&self, shape: &Shape, known: usize) -> Read<Bound<'py, PyDict>> {
        let dict = PyDict::new(self.py);
        if let Some(like) = &shape.like {
            for field in shape.fields.iter().take(known) {
                dict.set_item(&field.name, like.bind(self.py).get_item(&field.name)?)?;
            }
        }
        Ok(dict)
    }

    /// The fields after those that are known, up to the object's end. The shape is as this object from now on.
    fn others(&mut self, shape: &mut Shape, known: usize, dict: &Bound<'py, PyDict>) -> Read<()> {
        shape.fields.truncate(known);
        let mut is_first = known == 0;
        // The values of a table are alike, if they are objects.
        let mut below_table = None;
        let mut is_table = false;
        loop {
            let lead_from = self.at;
            if is_first {
                self.at += 1;
            }
            self.space();
            match self.peek() {
                Some(b'}') => break,
                Some(b',') if !is_first => {
                    self.at += 1;
                    self.space();
                }
                _ if is_first => {}
                _ => return Err(Unreadable),
            }
            is_first = false;
            let name = match self.peek() {
                Some(b'"') => self.string()?,
                _ => return Err(Unreadable),
            };
            self.space();
            self.word(":")?;
            self.space();
            let value_from = self.at;
            let lead = self.text.get(lead_from..value_from).unwrap_or_default();
            is_table |= !shape.has_room();
            if is_table {
                dict.set_item(&name, self.value(&mut below_table)?)?;
            } else {
                let mut below = None;
                dict.set_item(&name, self.value(&mut below)?)?;
                shape.push(lead, name.unbind(), self.since(value_from), below);
            }
        }
        Ok(shape.learn(self.py, dict)?)
    }

    fn string(&mut self) -> Read<Bound<'py, PyString>> {
        let from = self.at + 1;
        let mut end = from;
        let mut is_plain = true;
        loop {
            let rest = self.text.as_bytes().get(end..).ok_or(Unreadable)?;
            end += memchr2(b'"', b'\\', rest).ok_or(Unreadable)?;
            if self.text.as_bytes().get(end) == Some(&b'"') {
                break;
            }
            is_plain = false;
            end += 2;
        }
        self.at = end + 1;
        if is_plain {
            let text = self.text.get(from..end).ok_or(Unreadable)?;
            return Ok(self.memory.strings.make(self.py, text));
        }
        let quoted = self.text.get(from - 1..=end).ok_or(Unreadable)?;
        let text: String = serde_json::from_str(quoted).map_err(|_| Unreadable)?;
        Ok(self.memory.strings.make(self.py, &text))
    }

    fn number(&mut self) -> Read<Bound<'py, PyAny>> {
        let rest = self.rest();
        let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let length = rest.bytes().position(|byte| !is_part(&byte)).unwrap_or(rest.len());
        let text = rest.get(..length).ok_or(Unreadable)?;
        self.at += length;
        let digits = text.strip_prefix('-').unwrap_or(text);
        if digits.is_empty() || (digits.starts_with('0') && digits.as_bytes().get(1).is_some_and(u8::is_ascii_digit)) {
            return Err(Unreadable);
        }
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(PyFloat::new(self.py, serde_json::from_str(text).map_err(|_| Unreadable)?).into_any());
        }
        match text.parse::<i64>() {
            Ok(number) => Ok(PyInt::new(self.py, number).into_any()),
            // Python's have no end.
            Err(_) => Ok(self.py.get_type::<PyInt>().call1((text,))?),
        }
    }

    fn word(&mut self, word: &str) -> Read<()> {
        if self.skip(word) { Ok(()) } else { Err(Unreadable) }
    }

    fn deeper(&mut self) -> Read<()> {
        self.depth += 1;
        if self.depth > DEPTH_MAX { Err(Unreadable) } else { Ok(()) }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn since(&self, from: usize) -> &'t str {
        self.text.get(from..self.at).unwrap_or_default()
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    /// Goes behind this text, if it is here.
    fn skip(&mut self, text: &str) -> bool {
        let is_here = self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(text.as_bytes()));
        if is_here {
            self.at += text.len();
        }
        is_here
    }

    /// As `skip`, for a whole value: `12` is not the start of `123`.
    fn skip_value(&mut self, text: &str) -> bool {
        let is_here = self.skip(text);
        if is_here && !matches!(self.peek(), Some(b',' | b'}')) {
            self.at -= text.len();
            return false;
        }
        is_here
    }
}

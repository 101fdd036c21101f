//! Parameters of an untyped call.

use serde_json::{Map, Value};

/// Parameters by name. Strings travel as they are, everything else as JSON; null is left out.
///
/// Made from a JSON object, a map, or a list of pairs:
///
/// ```
/// use tidings_client::Params;
/// let params = Params::from([("to", "Denmark"), ("topic", "castle")]).with("read_by_sender", true);
/// let same = Params::from(serde_json::json!({"to": "Denmark", "topic": "castle", "read_by_sender": true}));
/// assert_eq!(params, same);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Params(Map<String, Value>);

impl Params {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces one.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    /// Takes over all of `other`.
    pub fn extend(&mut self, other: Params) {
        self.0.extend(other.0);
    }

    /// The texts that are sent.
    pub(crate) fn texts(self) -> Vec<(String, String)> {
        let text = |value| match value {
            Value::Null => None,
            Value::String(text) => Some(text),
            other => Some(other.to_string()),
        };
        self.0.into_iter().filter_map(|(name, value)| Some((name, text(value)?))).collect()
    }
}

impl From<()> for Params {
    /// None.
    fn from((): ()) -> Self {
        Params::default()
    }
}

impl From<Map<String, Value>> for Params {
    fn from(fields: Map<String, Value>) -> Self {
        Params(fields)
    }
}

impl From<Value> for Params {
    /// An object; anything else is no parameters at all.
    fn from(value: Value) -> Self {
        match value {
            Value::Object(fields) => Params(fields),
            _ => Params::default(),
        }
    }
}

impl<K: Into<String>, V: Into<Value>, const N: usize> From<[(K, V); N]> for Params {
    fn from(pairs: [(K, V); N]) -> Self {
        pairs.into_iter().collect()
    }
}

impl<K: Into<String>, V: Into<Value>> FromIterator<(K, V)> for Params {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Params(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn strings_travel_as_they_are_and_null_does_not() {
        let params = Params::from(json!({"a": "x y", "b": [1, "z"], "c": null, "d": true}));
        let texts = params.texts();
        let texts: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        assert_eq!(texts, [("a", "x y"), ("b", r#"[1,"z"]"#), ("d", "true")]);
    }
}

//! Filters over messages as clients write them: for queues (pairs) and for searches (terms).

use crate::error::ApiError;
use crate::params::FromJson;
use serde_json::Value;

/// The narrow of an event queue: pairs of operator and operand, all of which must match.
///
/// Older documentation showed one pair without the outer list; that means one term.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct QueueNarrow(#[schemars(with = "Vec<[String; 2]>")] pub Vec<(String, String)>);

impl FromJson for QueueNarrow {
    fn from_json(path: &str, value: &Value) -> Result<Self, ApiError> {
        let items = value.as_array().ok_or_else(|| ApiError::bad_request(format!("{path} is not a list")))?;
        if let [Value::String(operator), Value::String(operand)] = items.as_slice() {
            return Ok(QueueNarrow(vec![(operator.clone(), operand.clone())]));
        }
        let pair = |(at, item): (usize, &Value)| {
            let path = format!("{path}[{at}]");
            let pair = Vec::<String>::from_json(&path, item)?;
            <[String; 2]>::try_from(pair)
                .map(|[operator, operand]| (operator, operand))
                .map_err(|_| ApiError::bad_request(format!("{path} should have exactly 2 items")))
        };
        items.iter().enumerate().map(pair).collect::<Result<_, _>>().map(QueueNarrow)
    }

    /// Generated clients send one parameter for each pair.
    fn from_texts(name: &str, values: &[&str]) -> Result<Self, ApiError> {
        let mut pairs = Vec::new();
        for text in values {
            pairs.push(Self::from_json(name, &crate::params::parse_value(name, text)?)?);
        }
        if pairs.len() > 1 && pairs.iter().all(|narrow| narrow.0.len() == 1) {
            return Ok(QueueNarrow(pairs.into_iter().flat_map(|narrow| narrow.0).collect()));
        }
        pairs.pop().ok_or_else(|| ApiError::bad_request(format!("{name} is not a list")))
    }

    fn to_json(&self) -> Value {
        self.0.iter().map(|(operator, operand)| Value::from_iter([operator.as_str(), operand.as_str()])).collect()
    }
}

/// One term of a message search.
#[derive(Clone, Debug, PartialEq, schemars::JsonSchema)]
pub struct NarrowTerm {
    /// As in `channel`, `topic`, `is`.
    pub operator: String,
    /// A string, an id, or a list of ids.
    pub operand: Value,
    /// Messages that do not match.
    #[schemars(skip_serializing_if = "unless_true")]
    pub negated: bool,
}

/// Operands that are a number or text.
const WITH_ID: &[&str] = &["channel", "stream", "id", "near", "sender", "from", "with"];
/// Operands that are a number, text, or a list.
const WITH_IDS: &[&str] = &["dm", "pm-with", "pm_with", "dm-including", "dm-with", "group-pm-with", "group_pm_with"];

impl NarrowTerm {
    /// Whether the operand is of a type that the operator takes. What it says is looked at later.
    fn check(self) -> Result<Self, ApiError> {
        let operator = self.operator.strip_prefix('-').unwrap_or(&self.operator);
        let is_text_or_number = self.operand.is_string() || self.operand.is_i64() || self.operand.is_u64();
        let wrong = |what: &str| Err(ApiError::bad_request(format!("operand {what}")));
        if WITH_ID.contains(&operator) {
            return if is_text_or_number { Ok(self) } else { wrong("is not a string or integer") };
        }
        if WITH_IDS.contains(&operator) {
            let is_ok = is_text_or_number || self.operand.is_array();
            return if is_ok { Ok(self) } else { wrong("is not a string or an integer list") };
        }
        match self.operand.as_str() {
            None => wrong("is not a string"),
            Some(words) if operator == "search" && words.trim().is_empty() => wrong("cannot be blank."),
            Some(_) => Ok(self),
        }
    }
}

/// In the words of other servers of this API, which clients show.
impl FromJson for NarrowTerm {
    fn from_json(path: &str, value: &Value) -> Result<Self, ApiError> {
        let fail = |what: &str| ApiError::bad_request(format!("Invalid {path}: Value error, {what}"));
        let term = match value {
            Value::Array(pair) => match pair.as_slice() {
                [Value::String(operator), operand] => {
                    NarrowTerm { operator: operator.clone(), operand: operand.clone(), negated: false }
                }
                _ => return Err(fail("element is not a string pair")),
            },
            Value::Object(term) => {
                let given = |name: &str| term.get(name).filter(|value| !value.is_null());
                let operand = given("operand").ok_or_else(|| fail("operand is missing"))?;
                let operator = given("operator").ok_or_else(|| fail("operator is missing"))?;
                let operator = operator.as_str().ok_or_else(|| ApiError::bad_request("operator is not a string"))?;
                let negated = given("negated").map_or(Ok(false), |negated| {
                    negated.as_bool().ok_or_else(|| ApiError::bad_request("negated is not bool"))
                })?;
                NarrowTerm { operator: operator.to_owned(), operand: operand.clone(), negated }
            }
            _ => return Err(fail("dict or list required")),
        };
        term.check()
    }

    fn to_json(&self) -> Value {
        serde_json::json!({ "operator": self.operator, "operand": self.operand, "negated": self.negated })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(texts: &[&str], expect: Result<&[(&str, &str)], &str>) {
        let got = QueueNarrow::from_texts("narrow", texts).map_err(|error| error.to_string());
        let pairs =
            |list: &[(&str, &str)]| QueueNarrow(list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect());
        assert_eq!(got, expect.map(pairs).map_err(str::to_owned), "{texts:?}");
    }

    #[test]
    fn queue_narrows_in_every_notation() {
        check(&[r#"[["stream","Denmark"]]"#], Ok(&[("stream", "Denmark")]));
        check(&[r#"["stream","Denmark"]"#], Ok(&[("stream", "Denmark")]));
        check(&["['stream', 'Denmark']", "['topic', 'x']"], Ok(&[("stream", "Denmark"), ("topic", "x")]));
        check(&["[]"], Ok(&[]));
        check(&[r#"[["stream"]]"#], Err("narrow[0] should have exactly 2 items"));
        check(&[r#"[{"operator":"stream"}]"#], Err("narrow[0] is not a list"));
        check(&["5"], Err("narrow is not a list"));
    }

    #[test]
    fn terms_are_refused_in_known_words() {
        let refused = |text: &str, expect: &str| {
            let value = serde_json::from_str(text).expect("JSON");
            let error = NarrowTerm::from_json("narrow[0]", &value).expect_err(text).to_string();
            assert_eq!(error, expect, "{text}");
        };
        refused("[]", "Invalid narrow[0]: Value error, element is not a string pair");
        refused(r#"["channel"]"#, "Invalid narrow[0]: Value error, element is not a string pair");
        refused(r#"[5, "channel"]"#, "Invalid narrow[0]: Value error, element is not a string pair");
        refused("5", "Invalid narrow[0]: Value error, dict or list required");
        refused("{}", "Invalid narrow[0]: Value error, operand is missing");
        refused(r#"{"operand": null, "operator": "is"}"#, "Invalid narrow[0]: Value error, operand is missing");
        refused(r#"{"operand": "x", "operator": null}"#, "Invalid narrow[0]: Value error, operator is missing");
        refused(r#"{"operand": "x", "operator": 1}"#, "operator is not a string");
        refused(r#"{"operand": "dm", "operator": "is", "negated": "no"}"#, "negated is not bool");
        refused(r#"{"operand": [1], "operator": "sender"}"#, "operand is not a string or integer");
        refused(r#"{"operand": 1.5, "operator": "channel"}"#, "operand is not a string or integer");
        refused(r#"{"operand": {}, "operator": "dm"}"#, "operand is not a string or an integer list");
        refused(r#"{"operand": 5, "operator": "topic"}"#, "operand is not a string");
        refused(r#"{"operand": ["a"], "operator": "-is"}"#, "operand is not a string");
        refused(r#"{"operand": " ", "operator": "search"}"#, "operand cannot be blank.");
    }
}

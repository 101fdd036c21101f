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

impl FromJson for NarrowTerm {
    fn from_json(path: &str, value: &Value) -> Result<Self, ApiError> {
        let fail = |what: &str| ApiError::bad_request(format!("{path} {what}"));
        match value {
            Value::Array(pair) => match pair.as_slice() {
                [Value::String(operator), operand] => {
                    Ok(NarrowTerm { operator: operator.clone(), operand: operand.clone(), negated: false })
                }
                _ => Err(fail("should be a pair of operator and operand")),
            },
            Value::Object(term) => {
                let operator = term.get("operator").and_then(Value::as_str).ok_or_else(|| fail("has no operator"))?;
                let operand = term.get("operand").ok_or_else(|| fail("has no operand"))?;
                let negated =
                    term.get("negated").map_or(Ok(false), |v| v.as_bool().ok_or_else(|| fail("has a bad negated")))?;
                Ok(NarrowTerm { operator: operator.to_owned(), operand: operand.clone(), negated })
            }
            _ => Err(fail("is not an object or a pair")),
        }
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
}

//! How parameters are decoded, and the `request!` macro that declares a request.
//!
//! A parameter arrives as text in the path, the query or a form body. Strings and enumerations are plain text;
//! everything else is JSON text. Three named leniencies exist for clients that cannot be changed:
//! - **null is absent**: `event_types=null` (a JavaScript client) is as if the parameter were not there, except in paths;
//! - **bare lists**: `event_types=a&event_types=b` and `event_types=a,b` (generated clients) are the list of both, and so
//!   are `messages=1&messages=2` and `messages=1,2`; a lone element is a list of one;
//! - **Python notation**: `True`, `['a', 'b']`, `{'x': True}` (generated clients) where the text is not JSON.
//!
//! # Errors
//! A value of the wrong type is 400 `BAD_REQUEST` and names the position, as in `narrow[0] is not a list`.

use crate::error::ApiError;
use crate::ids::{AttachmentId, ChannelId, GroupId, MessageId, PreparedId, UserId};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value};
use std::borrow::Cow;

mod nullable;
mod python;

pub use nullable::Nullable;

/// How a parameter travels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encoding {
    /// The text is the value.
    Plain,
    /// The text is JSON.
    Json,
}

/// What a parameter is, for documentation and for the unsupported-parameter list.
#[derive(Clone, Copy, Debug)]
pub struct ParamSpec {
    /// Name on the wire.
    pub name: &'static str,
    /// Whether a request without it is refused.
    pub required: bool,
    /// Plain text or JSON.
    pub encoding: Encoding,
    /// What it means, from the doc comment.
    pub doc: &'static str,
    /// What values it can have.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
    /// The value that an absent one stands for, if there is a fixed one.
    pub default: Option<fn() -> Value>,
}

impl ParamSpec {
    /// A parameter of type `T`; optional until [`ParamSpec::required`].
    #[must_use]
    pub const fn of<T: FromParam>(name: &'static str, doc: &'static str) -> Self {
        let schema = |generator: &mut SchemaGenerator| generator.subschema_for::<T>();
        ParamSpec { name, required: false, encoding: T::ENCODING, doc, schema, default: None }
    }

    /// The same, but requests without it are refused.
    #[must_use]
    pub const fn required(self) -> Self {
        ParamSpec { required: true, ..self }
    }

    /// The same, with what an absent one stands for.
    #[must_use]
    pub const fn or(self, default: fn() -> Value) -> Self {
        ParamSpec { default: Some(default), ..self }
    }
}

/// A parameter's default, as documentation shows it.
#[must_use]
pub fn default_value<T: FromParam>(default: &T) -> Value {
    let text = default.to_param();
    match T::ENCODING {
        Encoding::Plain => Value::from(text),
        Encoding::Json => serde_json::from_str(&text).unwrap_or_default(),
    }
}

/// The parameters of one request as they arrived, by name.
///
/// The last occurrence of a name wins (lists take all of them); the path wins over the body, the body over the query.
#[derive(Debug, Default)]
pub struct ParamSource {
    query: Vec<(String, String)>,
    body: Vec<(String, String)>,
    path: Vec<(String, String)>,
}

impl ParamSource {
    /// Parameters that came in the query string and in the body.
    #[must_use]
    pub fn new(query: Vec<(String, String)>, body: Vec<(String, String)>) -> Self {
        ParamSource { query, body, path: Vec::new() }
    }

    /// Adds a parameter that is part of the path.
    pub fn push_path(&mut self, name: &str, value: String) {
        self.path.push((name.to_owned(), value));
    }

    /// Every value given for `name`, in order, from the strongest place that has any.
    #[must_use]
    pub fn values(&self, name: &str) -> Vec<&str> {
        for place in [&self.path, &self.body, &self.query] {
            let found: Vec<&str> = place.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str()).collect();
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    /// The value that counts for `name`.
    #[must_use]
    pub fn last(&self, name: &str) -> Option<&str> {
        [&self.path, &self.body, &self.query]
            .into_iter()
            .find_map(|place| place.iter().rev().find(|(n, _)| n == name).map(|(_, v)| v.as_str()))
    }

    fn is_in_path(&self, name: &str) -> bool {
        self.path.iter().any(|(known, _)| known == name)
    }

    /// Names that were sent (query or body) and that `specs` does not know, sorted, each once.
    /// `client` names the client and is understood everywhere.
    #[must_use]
    pub fn unknown(&self, specs: &[ParamSpec]) -> Vec<String> {
        let mut names: Vec<String> = self
            .query
            .iter()
            .chain(&self.body)
            .map(|(name, _)| name)
            .filter(|name| name.as_str() != "client" && !specs.iter().any(|spec| spec.name == name.as_str()))
            .cloned()
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// A type that a parameter can have.
pub trait FromParam: Sized + JsonSchema {
    /// How the value travels.
    const ENCODING: Encoding;
    /// Whether JSON `null` is a value; if not, it is as if the parameter were absent.
    const NULL_IS_A_VALUE: bool = false;

    /// Decodes the values given for `name`; there is at least one.
    ///
    /// # Errors
    /// A text that says which part is wrong.
    fn from_param(name: &str, values: &[&str]) -> Result<Self, ApiError>;

    /// The value as text: what [`FromParam::from_param`] reads.
    fn to_param(&self) -> String;
}

/// A type that can stand inside a JSON parameter. `path` names the position, as in `narrow[0]`.
pub trait FromJson: Sized + JsonSchema {
    /// Decodes one JSON value.
    ///
    /// # Errors
    /// `BAD_REQUEST` with a text such as `{path} is not a list`.
    fn from_json(path: &str, value: &Value) -> Result<Self, ApiError>;

    /// The value as JSON: what [`FromJson::from_json`] reads.
    fn to_json(&self) -> Value;

    /// How several occurrences of one parameter are read; only lists take all of them.
    ///
    /// # Errors
    /// As [`FromJson::from_json`].
    fn from_texts(name: &str, values: &[&str]) -> Result<Self, ApiError> {
        let text = values.last().copied().unwrap_or_default();
        Self::from_json(name, &parse_value(name, text)?)
    }
}

fn wrong(path: &str, what: &str) -> ApiError {
    ApiError::bad_request(format!("{path} is not {what}"))
}

/// Parses JSON text, or Python notation where it is no JSON.
pub(crate) fn parse_value(name: &str, text: &str) -> Result<Value, ApiError> {
    serde_json::from_str(text)
        .ok()
        .or_else(|| python::parse(text))
        .ok_or_else(|| ApiError::bad_request(format!("{name} is not valid JSON")))
}

impl FromJson for bool {
    fn from_json(path: &str, value: &Value) -> Result<Self, ApiError> {
        value.as_bool().ok_or_else(|| wrong(path, "a boolean"))
    }

    fn to_json(&self) -> Value {
        Value::from(*self)
    }
}

impl FromJson for i64 {
    fn from_json(path: &str, value: &Value) -> Result<Self, ApiError> {
        if value.is_u64() && value.as_i64().is_none() {
            return Err(ApiError::bad_request(format!("{path} is too large")));
        }
        value.as_i64().ok_or_else(|| wrong(path, "an integer"))
    }

    fn to_json(&self) -> Value {
        Value::from(*self)
    }
}

impl FromJson for u32 {
    fn from_json(path: &str, value: &Value) -> Result<Self, ApiError> {
        let number = i64::from_json(path, value)?;
        if number < 0 {
            return Err(ApiError::bad_request(format!("{path} is too small")));
        }
        u32::try_from(number).map_err(|_| ApiError::bad_request(format!("{path} is too large")))
    }

    fn to_json(&self) -> Value {
        Value::from(*self)
    }
}

impl FromJson for String {
    fn from_json(path: &str, value: &Value) -> Result<Self, ApiError> {
        value.as_str().map(str::to_owned).ok_or_else(|| wrong(path, "a string"))
    }

    fn to_json(&self) -> Value {
        Value::from(self.as_str())
    }
}

impl FromJson for Value {
    fn from_json(_path: &str, value: &Value) -> Result<Self, ApiError> {
        Ok(value.clone())
    }

    fn to_json(&self) -> Value {
        self.clone()
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(path: &str, value: &Value) -> Result<Self, ApiError> {
        let items = value.as_array().ok_or_else(|| wrong(path, "a list"))?;
        items.iter().enumerate().map(|(at, item)| T::from_json(&format!("{path}[{at}]"), item)).collect()
    }

    fn from_texts(name: &str, values: &[&str]) -> Result<Self, ApiError> {
        let words: Vec<&str> = values.iter().flat_map(|text| text.split(',')).collect();
        if words.iter().all(|word| is_bare_word(word)) {
            let bare = Value::from_iter(words);
            if let Ok(list) = Self::from_json(name, &bare) {
                return Ok(list);
            }
        }
        let text = values.last().copied().unwrap_or_default();
        let whole = parse_value(name, text).and_then(|value| Self::from_json(name, &value));
        match whole {
            Ok(list) if values.len() == 1 => Ok(list),
            whole => bare_elements(name, values).map_or(whole, Ok),
        }
    }

    fn to_json(&self) -> Value {
        self.iter().map(T::to_json).collect()
    }
}

/// A list whose elements came as a parameter each, or as integers joined by commas; none if one of them is no element.
fn bare_elements<T: FromJson>(name: &str, values: &[&str]) -> Option<Vec<T>> {
    let is_integers = |text: &str| text.split(',').all(|part| part.parse::<i64>().is_ok());
    if values.iter().all(|text| is_integers(text)) {
        let integers = values.iter().flat_map(|text| text.split(','));
        return integers.map(|text| bare_element(name, text)).collect();
    }
    // One text with commas may be meant as several elements; better to ask than to guess.
    let is_clear = values.len() > 1 || !values.iter().any(|text| text.contains(','));
    if is_clear { values.iter().map(|text| bare_element(name, text)).collect() } else { None }
}

/// What is no JSON and does not begin like a list, an object or a quoted string is a string.
fn bare_element<T: FromJson>(name: &str, text: &str) -> Option<T> {
    let value = parse_value(name, text).ok().and_then(|value| T::from_json(name, &value).ok());
    let is_bare = !text.is_empty() && !text.starts_with(['[', '{', '"', '\'']);
    value.or_else(|| is_bare.then(|| T::from_json(name, &Value::from(text)).ok()).flatten())
}

/// A word that can only be meant as a string: no JSON value other than a string is written so.
fn is_bare_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !matches!(text, "true" | "false" | "null")
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(path: &str, value: &Value) -> Result<Self, ApiError> {
        if value.is_null() { Ok(None) } else { T::from_json(path, value).map(Some) }
    }

    fn to_json(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::to_json)
    }
}

/// The fields of a JSON object.
///
/// # Errors
/// 400 for what is no object.
pub fn object<'a>(path: &str, value: &'a Value) -> Result<&'a Map<String, Value>, ApiError> {
    value.as_object().ok_or_else(|| ApiError::bad_request(format!("{path} is not a dict")))
}

/// A field of an object that must be there.
///
/// # Errors
/// 400 where it is absent or of another type.
pub fn field<T: FromJson>(path: &str, object: &Map<String, Value>, name: &str) -> Result<T, ApiError> {
    let missing = || ApiError::bad_request(format!("{path}[\"{name}\"] is missing"));
    T::from_json(&format!("{path}[\"{name}\"]"), object.get(name).ok_or_else(missing)?)
}

/// A field of an object that may be absent or null.
///
/// # Errors
/// 400 where it is of another type.
pub fn optional_field<T: FromJson>(path: &str, object: &Map<String, Value>, name: &str) -> Result<Option<T>, ApiError> {
    object.get(name).map_or(Ok(None), |value| Option::<T>::from_json(&format!("{path}[\"{name}\"]"), value))
}

macro_rules! json_ids {
    ($($id:ident $what:literal),*) => {$(
        impl FromJson for $id {
            fn from_json(path: &str, value: &Value) -> Result<Self, ApiError> {
                let number = i64::from_json(path, value)?;
                number.try_into().map($id).map_err(|_| ApiError::bad_request(concat!("Invalid ", $what)))
            }

            fn to_json(&self) -> Value {
                Value::from(self.0)
            }
        }
    )*};
}

json_ids!(UserId "user ID", ChannelId "channel ID", MessageId "message(s)", GroupId "user group ID", PreparedId "ID", AttachmentId "attachment");

macro_rules! json_params {
    ($($t:ty),*) => {$(
        impl FromParam for $t {
            const ENCODING: Encoding = Encoding::Json;
            fn from_param(name: &str, values: &[&str]) -> Result<Self, ApiError> {
                <$t as FromJson>::from_texts(name, values)
            }
            fn to_param(&self) -> String {
                self.to_json().to_string()
            }
        }
    )*};
}

json_params!(bool, i64, u32, UserId, ChannelId, MessageId, GroupId, PreparedId, AttachmentId);

impl<T: FromJson> FromParam for Vec<T> {
    const ENCODING: Encoding = Encoding::Json;
    fn from_param(name: &str, values: &[&str]) -> Result<Self, ApiError> {
        Self::from_texts(name, values)
    }

    fn to_param(&self) -> String {
        self.to_json().to_string()
    }
}

impl FromParam for String {
    const ENCODING: Encoding = Encoding::Plain;
    fn from_param(name: &str, values: &[&str]) -> Result<Self, ApiError> {
        let text = values.last().copied().unwrap_or_default();
        if text.contains('\0') {
            return Err(ApiError::bad_request(format!("{name} must not contain null bytes")));
        }
        Ok(text.to_owned())
    }

    fn to_param(&self) -> String {
        self.clone()
    }
}

/// A value that is JSON on the wire, for types that only implement [`FromJson`].
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Json<T>(pub T);

impl<T: JsonSchema> JsonSchema for Json<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl<T: FromJson> FromParam for Json<T> {
    const ENCODING: Encoding = Encoding::Json;
    fn from_param(name: &str, values: &[&str]) -> Result<Self, ApiError> {
        T::from_texts(name, values).map(Json)
    }

    fn to_param(&self) -> String {
        self.0.to_json().to_string()
    }
}

/// A required parameter.
///
/// # Errors
/// `REQUEST_VARIABLE_MISSING` where it is absent; what the type says where it is wrong.
pub fn required<T: FromParam>(source: &ParamSource, name: &'static str) -> Result<T, ApiError> {
    optional(source, name)?.ok_or_else(|| ApiError::MissingParameter { var_name: name.to_owned() })
}

/// A parameter that may be absent; JSON `null` is absent too.
///
/// # Errors
/// What the type says where the value is wrong.
pub fn optional<T: FromParam>(source: &ParamSource, name: &'static str) -> Result<Option<T>, ApiError> {
    let values = source.values(name);
    let Some(last) = values.last() else { return Ok(None) };
    let is_null = T::ENCODING == Encoding::Json && matches!(last.trim(), "null" | "None");
    if is_null && !T::NULL_IS_A_VALUE && !source.is_in_path(name) {
        return Ok(None);
    }
    T::from_param(name, &values).map(Some)
}

/// A request: what can be decoded from parameters, and written as parameters.
pub trait Request: Sized {
    /// Its parameters, in the order of the documentation.
    const PARAMS: &'static [ParamSpec];

    /// Decodes all parameters.
    ///
    /// # Errors
    /// The first parameter that is missing or wrong.
    fn decode(source: &ParamSource) -> Result<Self, ApiError>;

    /// The parameters by name, as texts, those of the path included. What has its default is left out.
    fn encode(&self) -> Vec<(&'static str, String)>;
}

/// Adds a parameter.
#[doc(hidden)]
pub fn push<T: FromParam>(out: &mut Vec<(&'static str, String)>, name: &'static str, value: &T) {
    out.push((name, value.to_param()));
}

/// Adds a parameter, unless it has its default.
#[doc(hidden)]
pub fn push_unless<T: FromParam + PartialEq>(
    out: &mut Vec<(&'static str, String)>,
    name: &'static str,
    value: &T,
    default: &T,
) {
    if value != default {
        push(out, name, value);
    }
}

/// Declares a request: a struct, the list of its parameters, and how it is decoded and encoded.
///
/// `name: Type` is required, `name?: Type` is an `Option<Type>`, and `name: Type = value` has a default.
/// `as "wire_name"` gives the name on the wire where it is not the field's. `new` takes what is required.
#[macro_export]
macro_rules! request {
    ($(#[$meta:meta])* $name:ident { $($body:tt)* }) => {
        $crate::request_fields! { [$(#[$meta])* $name source this out] [] [] [] [] [] [] $($body)* }
    };
}

/// The work of [`request!`]: one field at a time, collecting fields, specs, decoders, encoders, and the arguments and
/// fields of `new`.
#[doc(hidden)]
#[macro_export]
macro_rules! request_fields {
    ([$(#[$meta:meta])* $name:ident $source:ident $this:ident $out:ident]
        [$($fields:tt)*] [$($specs:tt)*] [$($decode:tt)*] [$($encode:tt)*] [$($args:tt)*] [$($init:tt)*]) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name { $($fields)* }

        impl $name {
            /// With what is required; everything else has its default.
            #[must_use]
            #[allow(clippy::new_without_default, clippy::too_many_arguments, reason = "as many as are required")]
            #[allow(dead_code, unreachable_pub, reason = "servers only read requests")]
            pub fn new($($args)*) -> Self {
                $name { $($init)* }
            }
        }

        impl $crate::params::Request for $name {
            const PARAMS: &'static [$crate::params::ParamSpec] = &[$($specs)*];
            fn decode(#[allow(unused_variables, reason = "a request may have no parameters")] $source: &$crate::params::ParamSource) -> Result<Self, $crate::ApiError> {
                Ok($name { $($decode)* })
            }
            #[allow(unused_variables, unused_mut, reason = "a request may have no parameters")]
            fn encode(&self) -> Vec<(&'static str, String)> {
                let ($this, mut $out) = (self, Vec::new());
                $($encode)*
                $out
            }
        }
    };
    ([$(#[$meta:meta])* $name:ident $source:ident $this:ident $out:ident]
        [$($f:tt)*] [$($s:tt)*] [$($d:tt)*] [$($e:tt)*] [$($a:tt)*] [$($i:tt)*]
        $(#[doc = $doc:literal])* $field:ident : $ty:ty = $default:expr, $($rest:tt)*) => {
        $crate::request_fields! { [$(#[$meta])* $name $source $this $out]
            [$($f)* $(#[doc = $doc])* pub $field: $ty,]
            [$($s)* $crate::params::ParamSpec::of::<$ty>(stringify!($field), concat!($($doc, "\n"),*))
                .or(|| $crate::params::default_value::<$ty>(&$default)),]
            [$($d)* $field: $crate::params::optional($source, stringify!($field))?.unwrap_or($default),]
            [$($e)* $crate::params::push_unless(&mut $out, stringify!($field), &$this.$field, &$default);]
            [$($a)*]
            [$($i)* $field: $default,]
            $($rest)* }
    };
    ([$(#[$meta:meta])* $name:ident $source:ident $this:ident $out:ident]
        [$($f:tt)*] [$($s:tt)*] [$($d:tt)*] [$($e:tt)*] [$($a:tt)*] [$($i:tt)*]
        $(#[doc = $doc:literal])* $field:ident ? as $wire:literal : $ty:ty, $($rest:tt)*) => {
        $crate::request_fields! { [$(#[$meta])* $name $source $this $out]
            [$($f)* $(#[doc = $doc])* pub $field: Option<$ty>,]
            [$($s)* $crate::params::ParamSpec::of::<$ty>($wire, concat!($($doc, "\n"),*)),]
            [$($d)* $field: $crate::params::optional($source, $wire)?,]
            [$($e)* if let Some(value) = &$this.$field { $crate::params::push(&mut $out, $wire, value); }]
            [$($a)*]
            [$($i)* $field: None,]
            $($rest)* }
    };
    ([$(#[$meta:meta])* $name:ident $source:ident $this:ident $out:ident]
        [$($f:tt)*] [$($s:tt)*] [$($d:tt)*] [$($e:tt)*] [$($a:tt)*] [$($i:tt)*]
        $(#[doc = $doc:literal])* $field:ident ? : $ty:ty, $($rest:tt)*) => {
        $crate::request_fields! { [$(#[$meta])* $name $source $this $out]
            [$($f)* $(#[doc = $doc])* pub $field: Option<$ty>,]
            [$($s)* $crate::params::ParamSpec::of::<$ty>(stringify!($field), concat!($($doc, "\n"),*)),]
            [$($d)* $field: $crate::params::optional($source, stringify!($field))?,]
            [$($e)* if let Some(value) = &$this.$field { $crate::params::push(&mut $out, stringify!($field), value); }]
            [$($a)*]
            [$($i)* $field: None,]
            $($rest)* }
    };
    ([$(#[$meta:meta])* $name:ident $source:ident $this:ident $out:ident]
        [$($f:tt)*] [$($s:tt)*] [$($d:tt)*] [$($e:tt)*] [$($a:tt)*] [$($i:tt)*]
        $(#[doc = $doc:literal])* $field:ident as $wire:literal : $ty:ty, $($rest:tt)*) => {
        $crate::request_fields! { [$(#[$meta])* $name $source $this $out]
            [$($f)* $(#[doc = $doc])* pub $field: $ty,]
            [$($s)* $crate::params::ParamSpec::of::<$ty>($wire, concat!($($doc, "\n"),*)).required(),]
            [$($d)* $field: $crate::params::required($source, $wire)?,]
            [$($e)* $crate::params::push(&mut $out, $wire, &$this.$field);]
            [$($a)* $field: $ty,]
            [$($i)* $field,]
            $($rest)* }
    };
    ([$(#[$meta:meta])* $name:ident $source:ident $this:ident $out:ident]
        [$($f:tt)*] [$($s:tt)*] [$($d:tt)*] [$($e:tt)*] [$($a:tt)*] [$($i:tt)*]
        $(#[doc = $doc:literal])* $field:ident : $ty:ty, $($rest:tt)*) => {
        $crate::request_fields! { [$(#[$meta])* $name $source $this $out]
            [$($f)* $(#[doc = $doc])* pub $field: $ty,]
            [$($s)* $crate::params::ParamSpec::of::<$ty>(stringify!($field), concat!($($doc, "\n"),*)).required(),]
            [$($d)* $field: $crate::params::required($source, stringify!($field))?,]
            [$($e)* $crate::params::push(&mut $out, stringify!($field), &$this.$field);]
            [$($a)* $field: $ty,]
            [$($i)* $field,]
            $($rest)* }
    };
}

/// Declares an enumeration that travels as plain text (or, as a leniency, as a JSON string).
///
/// # Errors
/// `Invalid {name}` for any other text.
#[macro_export]
macro_rules! text_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal $(| $alias:literal)*),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[schemars(inline)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $text)] $variant),* }

        impl $name {
            /// The text on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text),* }
            }
        }

        impl $crate::params::FromParam for $name {
            const ENCODING: $crate::params::Encoding = $crate::params::Encoding::Plain;
            fn from_param(name: &str, values: &[&str]) -> Result<Self, $crate::ApiError> {
                let text = values.last().copied().unwrap_or_default();
                match text.trim_matches('"') {
                    $($text $(| $alias)* => Ok($name::$variant),)*
                    _ => Err($crate::ApiError::invalid(name)),
                }
            }
            fn to_param(&self) -> String {
                self.as_str().to_owned()
            }
        }
    };
}

#[cfg(test)]
mod tests;

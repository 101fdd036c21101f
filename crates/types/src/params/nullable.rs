//! Parameters for which JSON `null` is a value.

use super::{Encoding, FromJson, FromParam};
use crate::error::ApiError;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use std::borrow::Cow;

/// A value that can be taken away: `null` says so, while an absent parameter says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nullable<T>(pub Option<T>);

impl<T: JsonSchema> JsonSchema for Nullable<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Option::<T>::json_schema(generator)
    }
}

impl<T: FromJson> FromParam for Nullable<T> {
    const ENCODING: Encoding = Encoding::Json;
    const NULL_IS_A_VALUE: bool = true;

    fn from_param(name: &str, values: &[&str]) -> Result<Self, ApiError> {
        Option::<T>::from_texts(name, values).map(Nullable)
    }

    fn to_param(&self) -> String {
        self.0.to_json().to_string()
    }
}

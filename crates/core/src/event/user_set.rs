//! A set of users in JSON: base64 of its compressed form (<https://github.com/RoaringBitmap/RoaringFormatSpec>).
//! Ten thousand users take eleven kilobytes at most, and a run of ids a few bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use roaring::RoaringBitmap;
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize as _, Deserializer, Serializer};
use std::borrow::Borrow;

pub(super) fn serialize<S: Serializer>(users: &impl Borrow<RoaringBitmap>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut bytes = Vec::new();
    users.borrow().serialize_into(&mut bytes).map_err(S::Error::custom)?;
    serializer.serialize_str(&STANDARD_NO_PAD.encode(bytes))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>, T: From<RoaringBitmap>>(deserializer: D) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    let bytes = STANDARD_NO_PAD.decode(text).map_err(D::Error::custom)?;
    RoaringBitmap::deserialize_from(bytes.as_slice()).map(T::from).map_err(D::Error::custom)
}

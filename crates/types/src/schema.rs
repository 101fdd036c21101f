//! What the schemas of this crate's types say beyond JSON Schema.

/// Marks a property that can be absent and, where it is there, can be null. Others that can be absent are never null:
/// for them `Option` means absent.
pub const MAY_BE_NULL: &str = "x-may-be-null";

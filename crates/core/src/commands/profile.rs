//! Fields that the organization adds to profiles, and their values.
//!
//! # Layout
//! - [`fields`]: the fields; for administrators. [`definition`]: what a field can be. [`values`]: users' values.

pub mod definition;
pub mod fields;
pub mod values;

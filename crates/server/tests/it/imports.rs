//! Organizations from archives.

pub(crate) mod archives;
mod complete;
mod elsewhere;
mod refusals;
mod round_trip;

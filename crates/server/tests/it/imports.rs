//! Organizations from archives.

pub(crate) mod archives;
mod elsewhere;
mod refusals;
mod round_trip;

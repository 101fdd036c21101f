//! Organizations from archives.

mod archives;
mod elsewhere;
mod refusals;
mod round_trip;

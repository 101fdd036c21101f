//! The whole server in process, spoken to over HTTP. One module for each area, one file for each operation.

mod events;
mod messages;

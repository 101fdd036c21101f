//! The endpoints' handlers, one file per area: decode was done before, so each checks, calls one command or query,
//! and returns the answer.

pub mod authentication;
pub mod bots;
pub mod calls;
pub mod channels;
pub mod confirm;
pub mod emoji;
pub mod emoji_data;
pub mod events;
pub mod exports;
pub mod external;
pub mod files;
pub mod forms;
pub mod invites;
pub mod join;
pub mod later;
pub mod messages;
pub mod openapi;
pub mod operators;
pub mod organization;
pub mod pages;
pub mod personal;
pub mod pictures;
pub mod prepared;
pub mod profile;
pub mod push;
pub mod realm;
pub mod server;
pub mod sign_up;
pub mod signup;
pub mod user_groups;
pub mod users;

//! All endpoints, one file per area. Each definition is the one place for its route, its parameters, its answer and
//! its documentation.

pub mod authentication;
pub mod bots;
pub mod calls;
pub mod channels;
pub mod emoji;
pub mod events;
pub mod exports;
pub mod external;
pub mod files;
pub mod folders;
pub mod invites;
pub mod messages;
pub mod organization;
pub mod personal;
pub mod pictures;
pub mod prepared;
pub mod profile;
pub mod push;
pub mod realm;
pub mod server;
pub mod signup;
pub mod subscriptions;
pub mod user_groups;
pub mod users;

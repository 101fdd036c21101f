//! The whole server in process, spoken to over HTTP. One module for each area, one file for each operation.

mod authentication;
mod bots;
mod channels;
mod events;
mod exports;
mod files;
mod imports;
mod messages;
mod organization;
mod permissions;
mod personal;
mod pictures;
mod realm;
mod server;
mod subscriptions;
mod user_groups;
mod users;
mod webhooks;

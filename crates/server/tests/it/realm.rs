//! The organization.

mod guests_of_users;
mod message_retention;
mod reload_clients;
mod update_realm;
mod user_settings_defaults;
mod video_calls;
mod waiting_period;

//! The organization.

mod guests_of_users;
mod reload_clients;
mod update_realm;
mod user_settings_defaults;
mod waiting_period;

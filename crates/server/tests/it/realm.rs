//! The organization.

mod guests_of_users;
mod update_realm;
mod user_settings_defaults;
mod waiting_period;

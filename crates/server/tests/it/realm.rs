//! The organization.

mod update_realm;

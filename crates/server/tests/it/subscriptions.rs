//! Subscriptions.

mod get_subscriptions;
mod settings;
mod subscribe;
mod unsubscribe;

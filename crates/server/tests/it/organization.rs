//! What an organization lets text become, and how people come into it.

mod audit;
mod deactivation;
mod default_groups;
mod domains;
mod email_change;
mod formatting;
mod invites;
mod join;
mod linkifiers;
mod links_for_many;
mod mail;
mod playgrounds;
mod sign_up;
pub(crate) mod visits;
mod welcome;

//! What an organization lets text become, and how people come into it.

mod deactivation;
mod default_groups;
mod domains;
mod formatting;
mod linkifiers;
mod playgrounds;
mod welcome;

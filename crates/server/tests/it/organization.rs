//! What an organization lets text become.

mod formatting;
mod linkifiers;
mod playgrounds;

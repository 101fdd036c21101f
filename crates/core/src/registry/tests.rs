//! What queues promise, one rule a test; [`model`] holds all of it against a naive model.

mod model;
mod rules;
mod world;

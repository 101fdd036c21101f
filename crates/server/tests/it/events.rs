//! Event queues.

mod doors;
mod fold;
mod get_events;
mod register_queue;
mod retention;

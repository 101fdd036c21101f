//! Event queues.

mod get_events;
mod register_queue;

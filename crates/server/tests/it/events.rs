//! Event queues.

mod doors;
mod fold;
mod get_events;
mod named_queues;
mod register_queue;
mod retention;

//! Messages.

mod send_message;

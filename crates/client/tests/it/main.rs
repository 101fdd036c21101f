//! Against a real server in the same process, and against one that misbehaves by script.

mod common;
mod real;

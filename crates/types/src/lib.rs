//! tidings-types

//! tidings-store-sqlite

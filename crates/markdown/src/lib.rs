//! tidings-markdown

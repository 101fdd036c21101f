//! All endpoints, one file per area.

//! All Rust examples of the documentation: each in a module of its own, as a reader would copy it, and run by its
//! number. The modules are written by `conformance/examples/programs.py`.

include!(concat!(env!("OUT_DIR"), "/examples.rs"));

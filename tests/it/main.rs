//! The binary as a user would run it.

mod cli;
mod support;
mod tls;

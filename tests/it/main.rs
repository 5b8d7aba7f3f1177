//! The binary as a user would run it.
#![expect(clippy::unwrap_used, reason = "a test that can't go on fails where it stands")]

mod cli;
mod data;
mod exports;
mod otlp;
mod otlp_grpc;
mod shapes;
mod store;
mod support;
mod tls;

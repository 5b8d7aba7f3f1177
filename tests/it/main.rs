//! The binary as a user would run it.
#![expect(clippy::unwrap_used, reason = "a test that can't go on fails where it stands")]

mod auth;
mod before_load;
mod ceilings;
mod cli;
mod data;
mod documented;
mod environments;
mod errors;
mod examples;
mod exports;
mod help;
mod hostile_http1;
mod hostile_http2;
mod http;
mod http2;
mod init;
mod jsonrpc;
mod judged;
mod not_processed;
mod otlp;
mod otlp_grpc;
mod plan_text;
mod report;
mod report_files;
mod shapes;
mod sse;
mod stall;
mod store;
mod support;
mod tls;
mod traces;
mod users;
mod websocket;
mod workers;

//! OTLP, whatever the signal: addresses and OpenTelemetry's environment variables, requests, HTTP and gRPC, responses.
//!
//! gRPC is a POST over HTTP/2 with five bytes before the message and a status behind it, so that both go through the one
//! transport, with one TLS stack and with batches that stay frozen bytes.
//! Start with `address.rs` for what is read, `receiver.rs` for what is sent.

pub(super) mod address;
pub(super) mod conventions;
pub(super) mod endpoint;
mod grpc;
mod http;
pub(super) mod message;
pub(super) mod receiver;
pub(super) mod requests;
mod response;
pub(super) mod settings;
pub(super) mod variables;

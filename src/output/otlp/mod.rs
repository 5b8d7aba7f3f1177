//! OTLP over HTTP or gRPC. Metrics: counters as monotonic sums, gauges, trends as exponential histograms; cumulative or
//! deltas. Spans of sampled traces.
//!
//! Written by hand: the OpenTelemetry SDK exports only histograms that it recorded itself. gRPC is a POST over HTTP/2
//! with five bytes before the message and a status behind it, so that both go through the one transport, with one TLS
//! stack and with batches that stay frozen bytes.
//! Start with `encoder.rs` and `span_encoder.rs` for what is sent, `grpc.rs` and `http.rs` for what answers mean.

mod conventions;
mod encoder;
mod endpoint;
mod grpc;
mod http;
mod link;
mod message;
mod packer;
mod reply;
mod requests;
mod semconv;
mod settings;
mod span_encoder;
mod span_message;
#[cfg(test)]
mod span_tests;
#[cfg(test)]
mod tests;
mod tracing;
mod variables;

pub use self::{
    encoder::OtlpEncoder,
    endpoint::{Endpoint, Protocol},
    grpc::OtlpGrpc,
    http::OtlpHttp,
    link::Link,
    settings::{Settings, Temporality},
    span_encoder::SpanEncoder,
    tracing::Tracing,
    variables::{Signal, Variables},
};

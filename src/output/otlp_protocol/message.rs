//! What stands around every signal of OTLP: resource and scope, and attributes. Field numbers:
//! opentelemetry/proto/common/v1/common.proto, resource/v1/resource.proto.

use std::collections::BTreeMap;

use opentelemetry_semantic_conventions::attribute;

use super::settings::ExporterSettings;
use crate::output::encoding::protobuf::{put_bytes, put_double, put_int, put_message};

/// Resource and scope.
#[derive(Debug)]
pub(in crate::output) struct Envelope {
    resource: Vec<u8>,
    scope: Vec<u8>,
}

impl Envelope {
    /// Of a program's version, of the run that it made and of what the environment says.
    pub(in crate::output) fn of(settings: &ExporterSettings, version: &str, run_labels: &[(String, String)]) -> Self {
        let instance = run_labels.iter().find(|(name, _)| name == "instance").map_or("", |(_, value)| value);
        let own = [
            (attribute::SERVICE_NAME, "loadagent"),
            (attribute::SERVICE_VERSION, version),
            (attribute::SERVICE_INSTANCE_ID, instance),
        ];
        let further = settings.resource.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let resource: BTreeMap<&str, &str> = own.into_iter().chain(further).collect();
        let mut envelope = Self { resource: Vec::new(), scope: Vec::new() };
        put_message(&mut envelope.resource, 1, |message| {
            let known = resource.into_iter().filter(|(_, value)| !value.is_empty());
            known.for_each(|(name, value)| put_attribute(message, 1, name, value));
        });
        put_message(&mut envelope.scope, 1, |message| {
            put_bytes(message, 1, b"loadagent");
            put_bytes(message, 2, version.as_bytes());
        });
        envelope
    }

    /// Appends one part of a request: `content` within a scope within the resource. The numbers of these fields are the
    /// same in every signal.
    pub(in crate::output) fn put(&self, out: &mut Vec<u8>, content: impl FnOnce(&mut Vec<u8>)) {
        put_message(out, 1, |resource| {
            resource.extend_from_slice(&self.resource);
            put_message(resource, 2, |scope| {
                scope.extend_from_slice(&self.scope);
                content(scope);
            });
        });
    }
}

/// A pair of name and value, with a text for a value.
pub(in crate::output) fn put_attribute(out: &mut Vec<u8>, field: u32, name: &str, value: &str) {
    put_pair(out, field, name, |any| put_bytes(any, 1, value.as_bytes()));
}

/// With an integer.
pub(in crate::output) fn put_integer(out: &mut Vec<u8>, field: u32, name: &str, value: i64) {
    put_pair(out, field, name, |any| put_int(any, 3, value));
}

/// With a float.
pub(in crate::output) fn put_float(out: &mut Vec<u8>, field: u32, name: &str, value: f64) {
    put_pair(out, field, name, |any| put_double(any, 4, value));
}

fn put_pair(out: &mut Vec<u8>, field: u32, name: &str, value: impl FnOnce(&mut Vec<u8>)) {
    put_message(out, field, |pair| {
        put_bytes(pair, 1, name.as_bytes());
        put_message(pair, 2, value);
    });
}

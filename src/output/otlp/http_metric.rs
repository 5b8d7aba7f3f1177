//! `http.client.request.duration`, the metric of the semantic conventions that there is data for; on request, beside our
//! own names.

#[cfg(test)]
mod tests;

use opentelemetry_semantic_conventions::{attribute, metric::HTTP_CLIENT_REQUEST_DURATION};

use crate::{
    interval_log::frame::LoggedRequest,
    metric::Labels,
    output::{
        otlp_protocol::{
            conventions::{put_kept, put_request, put_server},
            message::put_attribute,
        },
        wire_labels::DUPLICATE,
    },
};

/// Its name there; its values are those of `http_req_duration`.
pub(super) const NAME: &str = HTTP_CLIENT_REQUEST_DURATION;

/// Attributes of a series, each in a `field` of its point: the conventions' and, under our own names, what distinguishes runs
/// and steps. The conventions have fewer of them than a series has labels: one that would be another gets a number above 0.
pub(super) fn attributes(
    field: u32,
    run_labels: &[(String, String)],
    labels: &Labels,
    requests: &[LoggedRequest],
    duplicate: u32,
) -> Vec<u8> {
    let mut out = Vec::new();
    let run = run_labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    put_kept(&mut out, field, "", run.filter(|(name, _)| labels.get(name).is_none()));
    put_kept(&mut out, field, "", labels.iter());
    put_request(&mut out, field, labels);
    if let Some(request) = server(labels, requests) {
        put_server(&mut out, field, &request.address, request.port);
        put_attribute(&mut out, field, attribute::URL_SCHEME, &request.scheme);
    }
    if duplicate > 0 {
        put_attribute(&mut out, field, DUPLICATE, &duplicate.to_string());
    }
    out
}

/// The request of a series; None when several of one name go to different servers.
fn server<'a>(labels: &Labels, requests: &'a [LoggedRequest]) -> Option<&'a LoggedRequest> {
    let is_own = |request: &&LoggedRequest| {
        let own = [("scenario", &request.scenario), ("name", &request.name), ("method", &request.method)];
        own.iter().all(|(label, value)| labels.get(label).unwrap_or_default() == *value)
    };
    let mut own = requests.iter().filter(is_own);
    let first = own.next()?;
    own.all(|other| other == first).then_some(first)
}

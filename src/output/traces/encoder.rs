//! Intervals → requests with the spans of sampled traces.

use super::message;
use crate::{
    metric::{Interval, Labels, Span},
    output::{
        batch::Batch,
        encoder::Encoder,
        otlp_protocol::{message::Envelope, requests::Requests, settings::ExporterSettings},
    },
};

/// Encodes spans. What it holds between two pushes is bounded by what workers may hand over.
#[derive(Debug)]
pub(crate) struct SpanEncoder {
    envelope: Envelope,
    of_run: Vec<u8>,
    /// By series of the run.
    labels: Vec<Labels>,
    spans: Vec<Span>,
}

impl SpanEncoder {
    /// An encoder without series; `run_labels` go with every span, `version` is that of the program that ran.
    #[must_use]
    pub(crate) fn new(settings: &ExporterSettings, version: &str, run_labels: &[(String, String)]) -> Self {
        let envelope = Envelope::of(settings, version, run_labels);
        Self { envelope, of_run: message::of_run(run_labels), labels: Vec::new(), spans: Vec::new() }
    }

    fn put_part(&self, requests: &mut Requests, count: u64, spans: &[u8]) {
        let mut part = Vec::with_capacity(spans.len() + 512);
        self.envelope.put(&mut part, |scope| scope.extend_from_slice(spans));
        requests.part(count, &part);
    }
}

impl Encoder for SpanEncoder {
    fn fold(&mut self, interval: &Interval) {
        self.labels.extend(interval.new_series.iter().map(|series| series.labels.clone()));
        self.spans.extend_from_slice(&interval.spans);
    }

    fn push(&mut self) -> Vec<Batch> {
        let mut requests = Requests::default();
        let (mut part, mut count) = (Vec::new(), 0);
        for span in std::mem::take(&mut self.spans) {
            let Some(labels) = self.labels.get(span.series as usize) else { continue };
            message::put_span(&mut part, &span, labels, &self.of_run);
            count += 1;
            if Requests::is_part(count, part.len()) {
                self.put_part(&mut requests, count, &part);
                part.clear();
                count = 0;
            }
        }
        if count > 0 {
            self.put_part(&mut requests, count, &part);
        }
        requests.finish()
    }
}

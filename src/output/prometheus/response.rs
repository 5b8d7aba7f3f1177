//! What responses of remote-write receivers say: headers that count, and phrases in bodies, for want of better.

use crate::output::receiver::{
    ProbeError,
    response::{Response, ResponseClass},
};

pub(super) const WRONG_PATH: &str = "start Prometheus with --web.enable-remote-write-receiver, and check the path";

/// What a 2.0 receiver says it wrote; a header that is missing means none of that kind.
pub(super) struct Written {
    pub samples: u64,
    pub histograms: u64,
    pub exemplars: u64,
}

impl Written {
    /// Samples and histograms.
    pub(super) fn all(&self) -> u64 {
        self.samples.saturating_add(self.histograms)
    }
}

/// The counts of a response; None when it has none.
pub(super) fn written(response: &Response) -> Option<Written> {
    let count = |kind: &str| {
        let value = response.header(&format!("x-prometheus-remote-write-{kind}-written"))?;
        Some(value.trim().parse().unwrap_or(0))
    };
    let (samples, histograms, exemplars): (Option<u64>, Option<u64>, Option<u64>) =
        (count("samples"), count("histograms"), count("exemplars"));
    let any = samples.or(histograms).or(exemplars).is_some();
    any.then(|| Written {
        samples: samples.unwrap_or(0),
        histograms: histograms.unwrap_or(0),
        exemplars: exemplars.unwrap_or(0),
    })
}

/// Why a success was not one of a receiver: receivers respond without a body, or with a word. None if it may have been.
pub(super) fn other_server(response: &Response) -> Option<String> {
    let is_success = (200..=299).contains(&response.status);
    (is_success && response.is_document() && written(response).is_none()).then(|| {
        format!(
            "{}: a receiver of remote write answers without a JSON or XML document (hint: another server may be there; \
             check address and path. If it is a receiver, `version=1` sends to it)",
            response.summary()
        )
    })
}

/// A response that shows nothing about capabilities.
pub(super) fn unexpected(response: &Response) -> ProbeError {
    match response.default_class(WRONG_PATH) {
        ResponseClass::Misconfigured(reason) => ProbeError::Misconfigured(reason),
        _ => ProbeError::UnexpectedResponse(response.summary()),
    }
}

/// Whether a sample is rejected for its time rather than for what it is.
pub(super) fn is_about_time(response: &Response) -> bool {
    response.is_out_of_order()
        || response.is_too_old()
        || response.body.to_ascii_lowercase().contains("duplicate sample")
}

/// Schemas by which histograms must be lowered, where the body says that they have too many buckets: by the numbers that
/// it names (Mimir: `buckets: 165, limit: 160`), else by one.
pub(super) fn too_many_buckets(response: &Response) -> Option<u32> {
    let body = response.body.to_ascii_lowercase();
    let is_histogram = body.contains("histogram") && body.contains("bucket");
    if !is_histogram || !(body.contains("limit") || body.contains("too many")) || body.contains("disabled") {
        return None;
    }
    let number = |name: &str| -> Option<u64> {
        let digits = body.rsplit(name).next()?.trim_start_matches([':', ' ', '=']);
        digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    };
    // Half as many a schema.
    let needed = |(buckets, limit): (u64, u64)| (0..u64::BITS).find(|steps| buckets >> steps <= limit);
    let steps = number("buckets:").zip(number("limit:")).and_then(needed);
    Some(steps.unwrap_or(1).max(1))
}

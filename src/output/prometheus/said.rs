//! What remote-write receivers say: headers that count, and words in bodies, for want of better.

use crate::output::delivery::answer::{Answer, Verdict};

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

/// What it says; None when it says nothing at all.
pub(super) fn written(answer: &Answer) -> Option<Written> {
    let count = |kind: &str| {
        let value = answer.header(&format!("x-prometheus-remote-write-{kind}-written"))?;
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

/// Nothing can be learnt from an answer: why.
pub(super) fn unlearnt(answer: &Answer) -> Result<(), String> {
    match answer.usual_verdict(WRONG_PATH) {
        Verdict::Hold(why) => Err(why),
        _ => Err(answer.line()),
    }
}

/// Whether a body, in lower case, says that something newer was written before.
pub(in crate::output) fn is_out_of_order(said: &str) -> bool {
    said.contains("out of order") || said.contains("out-of-order")
}

/// Whether a body, in lower case, says that nothing so old is taken.
pub(in crate::output) fn is_too_old(said: &str) -> bool {
    ["out of bounds", "too old"].iter().any(|word| said.contains(word))
}

/// Whether a sample is refused for its time rather than for what it is.
pub(super) fn is_about_time(said: &str) -> bool {
    is_out_of_order(said) || is_too_old(said) || said.contains("duplicate sample")
}

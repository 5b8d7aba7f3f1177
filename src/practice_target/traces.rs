//! Trace contexts (W3C `traceparent`) of the requests that one thread saw, so that a generator's word about what it
//! sampled can be checked.

use super::report::TraceReport;

/// Sampled contexts a thread keeps: 6 MB at worst. Further ones are counted.
const MOST_SAMPLED: usize = 50_000;
/// `00-` trace `-` span `-` flags.
const LENGTH: usize = 55;

/// What a thread saw since the last reset.
#[derive(Debug, Default)]
pub(super) struct TraceLog {
    sampled: Vec<[u8; LENGTH]>,
    counts: TraceReport,
}

impl TraceLog {
    /// Notes the header of a request; None when it has none.
    pub(super) fn note(&mut self, header: Option<&[u8]>) {
        let Some(header) = header else {
            self.counts.absent += 1;
            return;
        };
        match parse(header) {
            None => self.counts.malformed += 1,
            Some((_, false)) => self.counts.unsampled += 1,
            Some((text, true)) => {
                self.counts.sampled += 1;
                if self.sampled.len() < MOST_SAMPLED {
                    self.sampled.push(text);
                }
            }
        }
    }

    pub(super) fn merge_into(&self, report: &mut TraceReport) {
        report.absent += self.counts.absent;
        report.malformed += self.counts.malformed;
        report.unsampled += self.counts.unsampled;
        report.sampled += self.counts.sampled;
        let kept = self.sampled.iter().map(|text| String::from_utf8_lossy(text).into_owned());
        report.sampled_contexts.extend(kept);
    }
}

/// The context and whether it is sampled; None when it is not one of version 00.
fn parse(header: &[u8]) -> Option<([u8; LENGTH], bool)> {
    let text: [u8; LENGTH] = header.try_into().ok()?;
    let mut parts = text.split(|byte| *byte == b'-');
    let mut part = |length: usize| {
        let is_hex = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
        parts.next().filter(|part| part.len() == length && part.iter().all(is_hex))
    };
    let (version, trace, span, flags) = (part(2)?, part(32)?, part(16)?, part(2)?);
    let is_set = |part: &[u8]| part.iter().any(|byte| *byte != b'0');
    (version == b"00" && is_set(trace) && is_set(span))
        .then(|| (text, matches!(flags[1], b'1' | b'3' | b'5' | b'7' | b'9' | b'b' | b'd' | b'f')))
}

#[cfg(test)]
mod tests;

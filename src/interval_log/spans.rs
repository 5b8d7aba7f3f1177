//! Spans as bytes, behind the values of an interval and only where they or examples follow: logs from before there were
//! any read the same.

use crate::metric::{
    Span,
    varint::{VarintReader, put, put_text},
};

/// No span is shorter: seven numbers, two texts, and the identities of trace, span and parent.
const SHORTEST: usize = 9 + 16 + 2 * 8;

/// Appends spans, if there are some or something follows.
pub(super) fn put_spans(out: &mut Vec<u8>, spans: &[Span], is_followed: bool) {
    if spans.is_empty() && !is_followed {
        return;
    }
    put(out, spans.len() as u64);
    for span in spans {
        put(out, span.series.into());
        put(out, span.response_series.into());
        out.extend_from_slice(&span.trace.to_le_bytes());
        out.extend_from_slice(&span.id.to_le_bytes());
        out.extend_from_slice(&span.parent.to_le_bytes());
        for number in
            [span.start_unix_ns, span.duration_ns, span.response_ns, span.resends.into(), span.is_observed.into()]
        {
            put(out, number);
        }
        put_text(out, &span.url);
        put_text(out, &span.user_agent);
    }
}

/// Reads spans, if anything is left; None when it is something else.
pub(super) fn read_spans(input: &mut VarintReader<'_>) -> Option<Vec<Span>> {
    if input.rest().is_empty() {
        return Some(Vec::new());
    }
    let number = usize::try_from(input.number()?).ok()?;
    // A count larger than the entry can hold is corrupt, and nothing is allocated for it.
    let mut spans = Vec::with_capacity(Some(number).filter(|number| *number <= input.rest().len() / SHORTEST)?);
    for _ in 0..number {
        spans.push(read_span(input)?);
    }
    Some(spans)
}

fn read_span(input: &mut VarintReader<'_>) -> Option<Span> {
    let mut series = || u32::try_from(input.number()?).ok();
    Some(Span {
        series: series()?,
        response_series: series()?,
        trace: u128::from_le_bytes(input.bytes(16)?.try_into().ok()?),
        id: u64::from_le_bytes(input.bytes(8)?.try_into().ok()?),
        parent: u64::from_le_bytes(input.bytes(8)?.try_into().ok()?),
        start_unix_ns: input.number()?,
        duration_ns: input.number()?,
        response_ns: input.number()?,
        resends: u32::try_from(input.number()?).ok()?,
        is_observed: input.number()? != 0,
        url: input.text()?.to_owned(),
        user_agent: input.text()?.to_owned(),
    })
}

#[cfg(test)]
mod tests;

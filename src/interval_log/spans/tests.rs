//! Spans as bytes.

use proptest::prelude::*;

use super::*;
use crate::{interval_log::codec, metric::Interval};

prop_compose! {
    fn span()(
        (series, response_series) in any::<(u32, u32)>(),
        (trace, id, parent) in any::<(u128, u64, u64)>(),
        (start_unix_ns, duration_ns, response_ns) in any::<(u64, u64, u64)>(),
        (resends, is_observed) in any::<(u32, bool)>(),
        url in "[ -~]{0,40}",
        user_agent in "\\PC{0,9}",
    ) -> Span {
        Span {
            series, response_series, trace, id, parent, start_unix_ns, duration_ns, response_ns, resends, is_observed, url,
            user_agent,
        }
    }
}

proptest! {
    #[test]
    fn spans_come_back_and_damage_is_noticed(
        spans in prop::collection::vec(span(), 0..5),
        cut in any::<prop::sample::Index>(),
    ) {
        let interval = Interval { sequence: 3, spans, ..Interval::default() };
        let bytes = codec::encode(&interval);
        prop_assert_eq!(codec::decode(&bytes), Some(interval.clone()));
        let cut = cut.index(bytes.len());
        // All of it is needed, unless what is left is an interval without spans.
        let without = codec::encode(&Interval { spans: Vec::new(), ..interval });
        prop_assert_eq!(codec::decode(&bytes[..cut]).is_some(), bytes[..cut] == without[..]);
    }
}

#[test]
fn without_spans_nothing_is_added_to_the_log() {
    let (mut out, spans) = (Vec::new(), read_spans(&mut VarintReader::new(&[])));
    put_spans(&mut out, &[], false);
    assert_eq!((out.len(), spans), (0, Some(Vec::new())));
    assert_eq!(read_spans(&mut VarintReader::new(&[0xff, 0xff, 0xff, 0x7f])), None);
}

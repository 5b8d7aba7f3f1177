//! Examples as bytes.

use proptest::prelude::*;

use super::*;
use crate::{
    interval_log::{codec, merge},
    metric::{Interval, Span},
};

prop_compose! {
    fn example()(texts in prop::array::uniform6("\\PC{0,9}"), at in any::<u64>()) -> Example {
        let [class, status, scenario, name, method, reason] = texts;
        let place = Place { class, status, scenario, name, method };
        Example { place, at: Duration::from_nanos(at), reason }
    }
}

proptest! {
    #[test]
    fn examples_come_back_with_and_without_spans_and_survive_merging(
        examples in prop::collection::vec(example(), 0..5),
        later in prop::collection::vec(example(), 0..3),
        spans in prop::collection::vec(Just(Span::default()), 0..3),
        cut in any::<prop::sample::Index>(),
    ) {
        let interval = Interval { sequence: 3, spans, examples, ..Interval::default() };
        let bytes = codec::encode(&interval);
        prop_assert_eq!(codec::decode(&bytes), Some(interval.clone()));
        let cut = &bytes[..cut.index(bytes.len())];
        // All of it is needed, unless what is left is an interval without examples, or without both.
        let fewer = Interval { examples: Vec::new(), ..interval.clone() };
        let neither = Interval { spans: Vec::new(), ..fewer.clone() };
        let mut followed = codec::encode(&neither);
        spans_count(&mut followed, &fewer);
        let valid = [codec::encode(&fewer), codec::encode(&neither), followed];
        prop_assert_eq!(codec::decode(cut).is_some(), valid.iter().any(|valid| cut == &valid[..]));

        let mut merged = interval.clone();
        merge::absorb(&mut merged, Interval { sequence: 4, examples: later.clone(), ..Interval::default() });
        prop_assert_eq!(merged.examples, [interval.examples, later].concat());
    }
}

/// Spans of an interval as they stand before examples.
fn spans_count(out: &mut Vec<u8>, interval: &Interval) {
    super::super::spans::put_spans(out, &interval.spans, true);
}

#[test]
fn without_examples_nothing_is_added_to_the_log() {
    let (mut out, examples) = (Vec::new(), read_examples(&mut VarintReader::new(&[])));
    put_examples(&mut out, &[]);
    assert_eq!((out.len(), examples), (0, Some(Vec::new())));
    assert_eq!(read_examples(&mut VarintReader::new(&[0xff, 0xff, 0xff, 0x7f])), None);
}

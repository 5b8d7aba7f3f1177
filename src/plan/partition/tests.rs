//! Segments, and parts that add up to the whole.

use super::*;
use proptest::prelude::*;

#[test]
fn segments_are_read_both_ways() {
    for (text, index, of) in [
        ("1/1", 0, 1),
        ("3/3", 2, 3),
        ("0:1/3", 0, 3),
        ("1/3:2/3", 1, 3),
        ("2/3:1", 2, 3),
        ("0.25:50%", 1, 4),
        ("0:1", 0, 1),
    ] {
        assert_eq!(Partition::parse_segment(text), Ok(Partition::new(index, of)), "{text}");
    }
}

#[test]
fn errors_of_segments_have_examples() {
    let shape =
        |text: &str| format!("`{text}` is not a segment; write 2/3 for the second of three parts, or 1/3:2/3 as in k6");
    let unequal =
        |text: &str| format!("`{text}`: all segments must have the same length, such as 0:1/3, 1/3:2/3 and 2/3:1");
    for text in ["", "half", "1/0", "2", "1:", "2/3:1/3", "1/3:1/3", "-1/3", "0:1e9", "0:99999999999999999999/3"] {
        assert_eq!(Partition::parse_segment(text).unwrap_err().to_string(), shape(text));
    }
    assert_eq!(Partition::parse_segment("0/3").unwrap_err().to_string(), "`0/3`: the part must be from 1 to 3");
    assert_eq!(Partition::parse_segment("4/3").unwrap_err().to_string(), "`4/3`: the part must be from 1 to 3");
    for text in ["1/4:3/4", "0:2/3", "1/6:1/2"] {
        assert_eq!(Partition::parse_segment(text).unwrap_err().to_string(), unequal(text));
    }
}

proptest! {
    #[test]
    fn parts_make_the_whole(total in 0_u64..500, segments in 1_u64..5, threads in 1_u64..5) {
        let parts: Vec<_> = (0..segments)
            .flat_map(|s| (0..threads).map(move |t| Partition::new(s, segments).divided(t, threads)))
            .collect();
        for number in 0..total {
            prop_assert_eq!(parts.iter().filter(|part| part.owns(number)).count(), 1);
        }
        let mut all: Vec<u64> = parts.iter().flat_map(|part| (0..part.share_of(total)).map(|n| part.nth(n))).collect();
        all.sort_unstable();
        prop_assert_eq!(all, (0..total).collect::<Vec<_>>());
    }
}

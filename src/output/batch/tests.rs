//! Tests of halving.

use super::*;

#[test]
fn halves_keep_the_prefix_and_every_part() {
    let mut batch = Batch::new(b"head:".to_vec());
    for part in ["a;", "bb;", "ccc;"] {
        batch.part(|out| out.extend_from_slice(part.as_bytes()));
    }
    let (first, second) = batch.halves().unwrap();
    assert_eq!((first.content(), first.samples()), (&b"head:a;"[..], 1));
    assert_eq!((second.content(), second.samples()), (&b"head:bb;ccc;"[..], 2));
    let (third, fourth) = second.halves().unwrap();
    assert_eq!((third.content(), fourth.content()), (&b"head:bb;"[..], &b"head:ccc;"[..]));
    assert_eq!(first.halves(), None);
    assert!(second.can_be_halved() && !first.can_be_halved());
    assert_eq!(Batch::default().halves(), None);
}

#[test]
fn parts_of_several_samples_are_counted_and_never_cut() {
    let mut batch = Batch::default();
    batch.part_of(3, |out| out.extend_from_slice(b"aaa"));
    batch.part_of(2, |out| out.extend_from_slice(b"bb"));
    assert_eq!(batch.samples(), 5);
    let (first, second) = batch.halves().unwrap();
    assert_eq!((first.content(), first.samples()), (&b"aaa"[..], 3));
    assert_eq!((second.content(), second.samples()), (&b"bb"[..], 2));
    assert!(!first.can_be_halved());
}

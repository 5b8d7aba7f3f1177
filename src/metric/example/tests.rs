//! First examples: of a worker, and of a run.

use proptest::prelude::*;

use super::*;

fn labels(class: &str, name: &str) -> Labels {
    Labels::new([("error_class", class), ("name", name), ("scenario", "s"), ("stage", "0")])
}

#[test]
fn a_worker_keeps_the_first_of_a_place_and_no_more_than_the_limit() {
    let mut examples = Examples::default();
    let second = Duration::from_secs(1);
    examples.note(&labels("tls", "GET /"), || (second, "expired".repeat(100)));
    examples.note(&labels("tls", "GET /"), || unreachable!("it is known"));
    examples.note(&labels("tls", "GET /b"), || (second * 2, "other name".to_owned()));
    let new = examples.take_new();
    assert_eq!(new.iter().map(|example| example.place.name.as_str()).collect::<Vec<_>>(), ["GET /", "GET /b"]);
    assert_eq!(new.first().map(|example| example.reason.len()), Some(MAX_REASON));
    assert_eq!(examples.take_new(), []);
    for number in 0..10 * MAX_EXAMPLES {
        examples.note(&labels("body", &number.to_string()), || (second, String::new()));
    }
    assert_eq!(examples.take_new().len(), MAX_EXAMPLES - 2);
}

proptest! {
    /// Whichever worker delivers first, the earliest stays.
    #[test]
    fn a_run_keeps_the_earliest(times in prop::collection::vec((0_u64..50, 0_u8..3, 0_u8..3), 1..40)) {
        let example = |&(at, place, reason): &(u64, u8, u8)| Example {
            place: Place { class: place.to_string(), ..Place::default() },
            at: Duration::from_millis(at),
            reason: reason.to_string(),
        };
        let merged = |times: &mut dyn Iterator<Item = &(u64, u8, u8)>| {
            let mut examples = Examples::default();
            times.for_each(|time| examples.merge(&example(time)));
            examples.first
        };
        let first = merged(&mut times.iter());
        prop_assert_eq!(&first, &merged(&mut times.iter().rev()));
        for (place, kept) in first {
            let earliest = times.iter().map(example).filter(|example| example.place == place).map(|example| example.at).min();
            prop_assert_eq!(Some(kept.at), earliest);
        }
    }
}

//! Tests of labels on the wire.

use super::*;
use crate::metric::{Labels, catalogue};

fn labels(run: &[(&str, &str)], series: &[&[(&str, &str)]]) -> Vec<String> {
    let run = run.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let mut wire = WireLabels::new(run);
    let definition = |(id, labels): (u32, &&[(&str, &str)])| SeriesDef {
        id,
        metric: catalogue::HTTP_REQS.clone(),
        labels: Labels::new(labels.iter().copied()),
    };
    let series: Vec<SeriesDef> = (0..).zip(series).map(definition).collect();
    series.iter().for_each(|series| wire.add(series));
    let text = |series| {
        let pairs: Vec<String> = wire.of(series).iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join(",")
    };
    series.iter().map(text).collect()
}

#[test]
fn a_label_of_the_run_makes_no_series_another() {
    assert_eq!(
        labels(&[("region", "eu")], &[&[("region", "eu")], &[], &[("region", "us")]]),
        ["region=eu", "duplicate=1,region=eu", "region=us"]
    );
}

#[test]
fn a_tag_with_the_name_of_the_mark_does_no_harm() {
    let series: [&[(&str, &str)]; 3] = [&[("a", "1"), ("duplicate", "1")], &[("a", "1")], &[]];
    assert_eq!(labels(&[("a", "1")], &series), ["a=1,duplicate=1", "a=1", "a=1,duplicate=2"]);
}

#[test]
fn names_that_a_receiver_rewrites_are_two_series() {
    assert_eq!(labels(&[], &[&[("_a", "x")], &[("key_a", "x")]]), ["_a=x", "duplicate=1,key_a=x"]);
}

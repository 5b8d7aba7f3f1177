//! The table of metrics.

use super::*;

#[test]
fn families_stand_in_the_order_of_their_positions() {
    assert_eq!(HTTP_FAMILY[HttpMetric::Waiting as usize].name, "http_req_waiting");
    assert_eq!(HTTP_FAMILY[HttpMetric::DataReceived as usize].name, "data_received");
    assert_eq!(ITERATION_FAMILY[IterationMetric::ScheduleLag as usize].name, "schedule_lag");
}

#[test]
fn names_are_unique_and_helps_are_sentences() {
    let mut names: Vec<_> = ALL.iter().map(|metric| &metric.name).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), ALL.len());
    assert!(ALL.iter().all(|metric| !metric.help.ends_with('.') && metric.help.len() > 10));
}

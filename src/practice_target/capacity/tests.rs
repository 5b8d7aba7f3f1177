//! Tests of `capacity`.

use std::sync::{Arc, Mutex};

use super::*;
use crate::practice_target::shared::lock;

#[tokio::test]
async fn places_go_to_the_longest_waiting() {
    let capacity = Arc::new(Capacity::new(Some(Limit::AtOnce(1)), 3));
    let order = Arc::new(Mutex::new(Vec::new()));
    let held = capacity.enter().await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for visitor in 0..3 {
        let (capacity, order) = (Arc::clone(&capacity), Arc::clone(&order));
        tasks.spawn(async move {
            let _place = capacity.enter().await.unwrap();
            lock(&order).push(visitor);
            tokio::task::yield_now().await;
        });
        tokio::task::yield_now().await;
    }
    assert_eq!(capacity.depth(), 3);
    assert!(capacity.enter().await.is_err(), "a fourth was let wait");
    assert_eq!(capacity.depth(), 3);
    drop(held);
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    assert_eq!(*lock(&order), [0, 1, 2]);
    assert_eq!(capacity.depth(), 0);
}

#[tokio::test]
async fn a_client_that_disconnects_leaves_the_queue() {
    let capacity = Capacity::new(Some(Limit::AtOnce(1)), 0);
    let held = capacity.enter().await.unwrap();
    assert!(capacity.enter().await.is_err());
    drop(held);
    assert!(capacity.enter().await.is_ok());
    assert!(Capacity::new(None, 0).enter().await.unwrap().wait.is_zero());
}

#[test]
fn turns_are_at_equal_distances_and_the_queue_has_an_end() {
    let capacity = Capacity::new(Some(Limit::PerSecond(500.0)), 3);
    let turns = capacity.turns.as_ref().unwrap();
    let start = Instant::now() + Duration::from_secs(1);
    let waits: Vec<Duration> = (0..4).map(|_| turns.take(start, 3).unwrap()).collect();
    assert_eq!(waits, [0, 2, 4, 6].map(Duration::from_millis));
    assert!(turns.take(start, 3).is_err(), "a fifth was let wait");
    // Turns that were not used are gone.
    let later = start + Duration::from_secs(1);
    assert_eq!(turns.take(later, 3).unwrap(), Duration::ZERO);
    assert_eq!(turns.take(later, 3).unwrap(), Duration::from_millis(2));
}

#[test]
fn rates_are_read() {
    assert_eq!(Limit::per_second("500"), Ok(Limit::PerSecond(500.0)));
    for wrong in ["", "0", "-1", "x", "1e9", "NaN"] {
        assert!(Limit::per_second(wrong).is_err(), "{wrong}");
    }
}

//! Tests of `capacity`.

use std::sync::{Arc, Mutex};

use super::*;
use crate::practice_target::shared::lock;

#[tokio::test]
async fn places_go_to_the_longest_waiting() {
    let capacity = Arc::new(Capacity::new(Some(1), 3));
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
    let capacity = Capacity::new(Some(1), 0);
    let held = capacity.enter().await.unwrap();
    assert!(capacity.enter().await.is_err());
    drop(held);
    assert!(capacity.enter().await.is_ok());
    assert!(Capacity::new(None, 0).enter().await.unwrap().is_none());
}

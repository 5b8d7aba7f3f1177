//! What is left of the time to end.

use tokio::time::advance;

use super::*;

#[tokio::test(start_paused = true)]
async fn half_is_for_the_load_and_the_rest_to_deliver() {
    let mut grace = Grace::new(Some(Duration::from_secs(30)));
    assert_eq!((grace.load_end(), grace.drain(Duration::from_secs(60))), (None, Duration::from_secs(60)));
    grace.begin();
    assert_eq!(grace.load_end(), Some(Instant::now() + Duration::from_secs(15)));
    assert_eq!(grace.drain(Duration::from_secs(60)), Duration::from_secs(28));
    assert_eq!(grace.drain(Duration::from_secs(10)), Duration::from_secs(10));
    advance(Duration::from_secs(20)).await;
    // A second signal does not begin it anew.
    grace.begin();
    assert_eq!(grace.drain(Duration::from_secs(60)), Duration::from_secs(8));
    advance(Duration::from_secs(20)).await;
    assert_eq!(grace.drain(Duration::from_secs(60)), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn without_a_limit_nothing_ends_early() {
    let mut grace = Grace::new(None);
    grace.begin();
    assert_eq!((grace.load_end(), grace.drain(Duration::from_secs(5))), (None, Duration::from_secs(5)));
}

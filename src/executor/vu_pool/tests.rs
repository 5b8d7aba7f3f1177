//! Arrivals between workers.

use super::*;

#[test]
fn an_arrival_is_dropped_only_when_every_share_is_spent() {
    let pool = Pool::new(2, 1);
    let (here, there) = (VuPool::new(pool.clone(), 0), VuPool::new(pool, 1));
    assert!(there.may_make_user());
    let idle = Rc::new(IdleVu::default());
    assert!(there.park(idle.clone()));
    let now = Instant::now();
    assert_eq!(here.acquire(now), Acquired::User, "another worker's free user takes it");
    assert_eq!(here.acquire(now), Acquired::Dropped);
    assert_eq!(there.acquire(now), Acquired::Dropped, "a claimed user is not free");
    there.shut_down();
    assert!(!idle.closed.get(), "it waits for what was handed over");
}

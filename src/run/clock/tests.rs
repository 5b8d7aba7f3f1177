//! Steps of the wall clock are followed forward and reported in both directions, once each.

use super::*;

#[tokio::test]
async fn a_step_is_reported_once_and_followed_forward_only() {
    let mut clock = RunClock::starting_in(Duration::ZERO);
    let now = Instant::now();
    let own = clock.wall_of(now);
    for slewed in [-900, -1, 0, 1, 900] {
        assert_eq!(clock.step(own + slewed, now), None, "{slewed}");
    }
    assert_eq!(clock.step(own + 5_000, now), Some(ClockStep::Forward(Duration::from_secs(5))));
    assert_eq!(clock.wall_of(now), own + 5_000);
    assert_eq!(clock.step(own + 5_000, now), None);
    assert_eq!(clock.step(own + 2_000, now), Some(ClockStep::Back(Duration::from_secs(3))));
    assert_eq!(clock.wall_of(now), own + 5_000);
    assert_eq!(clock.step(own + 2_000, now), None);
    assert_eq!(clock.step(own + 9_000, now), Some(ClockStep::Forward(Duration::from_secs(4))));
    assert_eq!(clock.wall_of(now), own + 9_000);
}

//! Control commands that change much at once.

use std::{cell::Cell, rc::Rc};

use tokio::task::{LocalSet, yield_now};

use super::*;

#[tokio::test(start_paused = true)]
async fn an_open_scenario_goes_back_to_its_schedule() {
    let left = LocalSet::new()
        .run_until(conduct(plan(open_shape(2.0, seconds(30), 50), millis(10), seconds(30)), |control, _| async move {
            sleep(millis(9_900)).await;
            control.update(|state| state.rates[0] = Some(20.0));
            sleep(seconds(10)).await;
            control.update(|state| state.rates[0] = None);
            sleep(seconds(60)).await;
        }))
        .await;
    // Twenty, then two hundred, then twenty.
    assert!((239..=243).contains(&left.due) && left.ended.as_secs() == 30, "{} in {:?}", left.due, left.ended);
}

#[tokio::test(start_paused = true)]
async fn many_users_are_made_in_slices_between_which_others_get_the_core() {
    const MANY: u32 = 20_000;
    let most = Rc::new(Cell::new(0));
    let seen = most.clone();
    let shape = closed_shape(ClosedSchedule::constant(1, seconds(20)), None);
    LocalSet::new()
        .run_until(conduct(plan(shape, seconds(60), millis(100)), |control, run| async move {
            sleep(seconds(1)).await;
            control.update(|state| state.users[0] = Some(MANY));
            let mut before = run.made.get();
            while before < MANY.into() {
                yield_now().await;
                let now = run.made.get();
                most.set(most.get().max(now - before));
                before = now;
            }
            // Another command does not wait for all of the last one.
            control.update(|state| state.users[0] = Some(2 * MANY));
            while run.made.get() < u64::from(MANY) + 1_000 {
                yield_now().await;
            }
            control.update(|state| state.users[0] = Some(1));
            sleep(seconds(1)).await;
            assert!(run.made.get() < u64::from(MANY) + 2_000, "{}", run.made.get());
        }))
        .await;
    // Here the loop shares a task with the run of all others, so that several slices may pass.
    assert!((1..=u64::from(MANY) / 10).contains(&seen.get()), "{} in one go", seen.get());
}

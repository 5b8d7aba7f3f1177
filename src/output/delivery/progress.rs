//! The progress of the run, which outputs wait for, and the deadline that its end sets.

use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

/// Progress of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Grows whenever the logs have grown.
    pub turn: u64,
    /// Set once the run is over: until when to try.
    pub give_up: Option<Instant>,
}

impl Progress {
    /// Whether the deadline has passed.
    pub(super) fn is_past(self) -> bool {
        self.give_up.is_some_and(|at| at <= Instant::now())
    }
}

/// Waits for the end of the load: who has nothing more to try does not wait for the deadline.
pub(super) async fn load_ended(progress: &watch::Receiver<Progress>) {
    let mut progress = progress.clone();
    // An error here means that the run's side is gone.
    drop(progress.wait_for(|progress| progress.give_up.is_some()).await);
}

/// Waits for the deadline, which is set when the run ends and may be brought forward after that.
pub(super) async fn given_up(progress: &watch::Receiver<Progress>) {
    let mut progress = progress.clone();
    loop {
        let at = progress.borrow_and_update().give_up;
        let changed = async {
            if progress.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        match at {
            Some(at) => tokio::select! {
                () = sleep_until(at) => return,
                () = changed => {}
            },
            None => changed.await,
        }
    }
}

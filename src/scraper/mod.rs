//! The scraper: metrics of the system under test, read while the run lasts, so that they lie beside those of the load.
//!
//! Owns the targets, the thread that scrapes them, how pages and answers to queries are read, and which series are kept.
//! Never runs on a thread of the load and never judges. What a target serves comes from outside: pages, samples and series
//! are bounded, and an error is counted and reported.
//! Start with [`Scraper`], then [`series`] and [`exposition`].
//!
//! ```text
//!  thread `scrape`, one task a target             coordinator, once a second
//!  every interval: fetch ─ parse ─▶ TargetSeries ─▶ record ─▶ interval ─▶ log, outputs, analysis
//! ```

mod exposition;
mod fetch;
mod promql;
mod series;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::Duration,
};

use tokio::{
    runtime::{Builder, LocalOptions},
    sync::watch,
    task::spawn_local,
    time::{Instant, MissedTickBehavior, interval_at},
};

use self::{fetch::Fetcher, series::TargetSeries};
use crate::{
    metric::{Assembler, Kind},
    plan::targets::Target,
};

/// A sample of a target.
#[derive(Debug, Clone, PartialEq)]
struct Sample {
    name: String,
    labels: Vec<(String, String)>,
    value: f64,
    /// A counter has its value since its own start.
    kind: Kind,
}

/// Why targets can't be scraped at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ScrapeError {
    /// The client can't be set up.
    #[error("target {name}: {reason}")]
    Client { name: String, reason: String },
    /// The thread can't be started.
    #[error("the thread that scrapes targets could not be started")]
    Thread(#[from] std::io::Error),
}

/// Scrapes targets until it is dropped.
pub(crate) struct Scraper {
    series: Arc<Mutex<TargetSeries>>,
    /// One for each target, until it is started.
    fetchers: Vec<(Fetcher, Duration)>,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Scraper {
    /// A scraper of these targets, which is not started yet.
    ///
    /// # Errors
    /// When a client can't be set up.
    pub(crate) fn new(targets: Vec<Target>) -> Result<Self, ScrapeError> {
        let fetcher = |target: &Target| Ok((Fetcher::new(target)?, target.interval));
        let fetchers = targets.iter().map(fetcher).collect::<Result<Vec<_>, ScrapeError>>()?;
        let series = Arc::new(Mutex::new(TargetSeries::new(targets)));
        Ok(Self { series, fetchers, stop: watch::Sender::new(false), thread: None })
    }

    /// Starts to scrape, the first time after a delay.
    ///
    /// # Errors
    /// When the thread can't be set up; a target that can't be reached is no error.
    pub(crate) fn start(&mut self, delay: Duration) -> Result<(), ScrapeError> {
        let (fetchers, series) = (std::mem::take(&mut self.fetchers), self.series.clone());
        let stopped = self.stop.subscribe();
        self.thread = Some(std::thread::Builder::new().name("scrape".to_owned()).spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default());
            match runtime {
                Ok(runtime) => runtime.block_on(scrape_all(fetchers, delay, series, stopped)),
                Err(error) => (0..fetchers.len()).for_each(|place| locked(&series).fail(place, error.to_string())),
            }
        })?);
        Ok(())
    }

    /// Records what came since the last call.
    pub(crate) fn record(&self, assembler: &mut Assembler) {
        locked(&self.series).record(assembler);
    }

    /// What happened since the last call, a sentence each.
    #[must_use]
    pub(crate) fn take_notices(&self) -> Vec<String> {
        locked(&self.series).take_notices()
    }

    /// What to know when the run is over, a sentence each.
    #[must_use]
    pub(crate) fn warnings(&self) -> Vec<String> {
        locked(&self.series).warnings()
    }
}

impl Drop for Scraper {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take() {
            // Its tasks end where they wait; a panic of it has been printed.
            drop(thread.join());
        }
    }
}

fn locked(series: &Mutex<TargetSeries>) -> MutexGuard<'_, TargetSeries> {
    series.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn scrape_all(
    fetchers: Vec<(Fetcher, Duration)>,
    delay: Duration,
    series: Arc<Mutex<TargetSeries>>,
    mut stopped: watch::Receiver<bool>,
) {
    for (place, (fetcher, every)) in fetchers.into_iter().enumerate() {
        let series = series.clone();
        spawn_local(async move {
            let mut ticks = interval_at(Instant::now() + delay, every);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
            loop {
                ticks.tick().await;
                match fetcher.samples().await {
                    Ok(samples) => locked(&series).put(place, samples),
                    Err(error) => locked(&series).fail(place, error),
                }
            }
        });
    }
    // An error means that the scraper is gone.
    drop(stopped.changed().await);
}

#[cfg(test)]
mod tests;

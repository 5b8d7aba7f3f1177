//! Setup before the load and teardown after it, each on its own thread; a signal ends either.
//!
//! ```text
//!  setup ──▶ clock starts ══ load ══▶ teardown        setup fails: no load, no teardown
//!    └─ values ─────────┴───────────────┘             a stop or an abort ends the load: teardown runs
//! ```

use std::{sync::Arc, time::Duration};

use tokio::{task::spawn_blocking, time::Instant};

use super::{
    clock::{RunClock, wall_ms},
    collect::coordinator::Coordinator,
    error::CommandError,
    prepare::Prepared,
    signals::Signals,
};
use crate::{
    analysis::Reason,
    control::{Control, StopReason},
    executor::{
        PoolConfig, Resumed, Sampling,
        hook::{self, HookContext, HookRun},
    },
    exit::Exit,
    language,
    metric::{SeriesLimit, Value, WorkerInterval, catalogue::HTTP_REQ_FAILED},
    plan::Scenario,
    units::{show_count, show_several},
};

/// Failing requests of teardown that a warning names.
const NAMED: usize = 3;

/// Setup and teardown of a run.
#[derive(Debug)]
pub(crate) struct Hooks<'p> {
    prepared: &'p Prepared,
    recorders: Option<usize>,
    given: Arc<[(String, language::Value)]>,
    limit: SeriesLimit,
}

impl<'p> Hooks<'p> {
    /// The hooks of a run. `records`: whether an output wants raw records.
    #[must_use]
    pub(crate) fn new(prepared: &'p Prepared, records: bool) -> Self {
        let thresholds = prepared.plan.thresholds.iter();
        let limit = SeriesLimit::new(thresholds.flat_map(|threshold| threshold.selector.iter().cloned()));
        Self { prepared, recorders: records.then(|| prepared.recorders()), given: Arc::default(), limit }
    }

    /// Number of recorders of raw records; None where no output wants them.
    #[must_use]
    pub(crate) fn recorders(&self) -> Option<usize> {
        self.recorders
    }

    /// What setup left behind.
    #[must_use]
    pub(crate) fn setup_variables(&self) -> Arc<[(String, language::Value)]> {
        self.given.clone()
    }

    /// What the workers are to do.
    #[must_use]
    pub(crate) fn pool_config(
        &self,
        clock: &RunClock,
        recorded: Option<WorkerInterval>,
        resumed: Resumed,
    ) -> PoolConfig {
        let other_process = |sampling: Sampling| Sampling { seed: resumed.seed(sampling.seed), ..sampling };
        PoolConfig {
            workers: self.prepared.workers,
            segment: self.prepared.segment,
            start: clock.start(),
            clock_at_start: Duration::from_millis(u64::try_from(clock.started_at_ms()).unwrap_or_default()),
            recorders: self.recorders,
            series_limit: self.limit.clone(),
            traces: self.prepared.sampling().map(other_process),
            given: self.setup_variables(),
            recorded,
            resumed,
        }
    }

    /// Runs setup, if there is one. A signal ends it after the request in flight, a second one at once.
    ///
    /// # Errors
    /// When it can't be begun, or a second signal came.
    pub(crate) async fn set_up(
        &mut self,
        control: &Control,
        signals: &mut Signals,
        resuming: Option<&RunClock>,
    ) -> Result<Option<HookRun>, CommandError> {
        let Some(scenario) = &self.prepared.plan.setup else { return Ok(None) };
        // A run that begins has no time zero yet: what setup records counts as of its first interval.
        let (start, clock_ms) =
            resuming.map_or_else(|| (Instant::now(), wall_ms()), |clock| (clock.start(), clock.started_at_ms()));
        let worker = self.prepared.workers;
        let hook = self.run(scenario, control, signals, (worker, start, clock_ms)).await?;
        self.given = hook.left.clone();
        Ok(Some(hook))
    }

    /// Runs teardown, if there is one, with what setup left behind. A stop of the load is none of its own: only a signal
    /// that comes now ends it, a second one at once.
    ///
    /// # Errors
    /// When it can't be begun, or a second signal came.
    pub(crate) async fn tear_down(
        &self,
        signals: &mut Signals,
        clock: &RunClock,
    ) -> Result<Option<HookRun>, CommandError> {
        let Some(scenario) = &self.prepared.plan.teardown else { return Ok(None) };
        let worker = self.prepared.workers + usize::from(self.prepared.plan.setup.is_some());
        let times = (worker, clock.start(), clock.started_at_ms());
        self.run(scenario, &Control::new(0), signals, times).await.map(Some)
    }

    /// Runs teardown after the load. Its failures are warnings: the load is what was tested.
    pub(crate) async fn finish(
        &self,
        coordinator: &mut Coordinator,
        signals: &mut Signals,
        clock: &RunClock,
    ) -> Vec<String> {
        let mut failures = Vec::new();
        let failure = match self.tear_down(signals, clock).await {
            Ok(None) => return failures,
            Ok(Some(HookRun { recorded, failure, .. })) => {
                failures.extend(failed_requests(&recorded));
                coordinator.ingest_single(recorded);
                failure
            }
            Err(error) => Some(error.message),
        };
        failures.extend(failure);
        let warnings: Vec<_> = failures.iter().map(|failure| format!("teardown failed: {failure}")).collect();
        warnings.iter().for_each(|warning| coordinator.event("teardown", warning.clone()));
        warnings
    }

    async fn run(
        &self,
        scenario: &Scenario,
        control: &Control,
        signals: &mut Signals,
        (worker, start, clock_ms): (usize, Instant, i64),
    ) -> Result<HookRun, CommandError> {
        let context = HookContext {
            worker,
            start,
            clock_at_start: Duration::from_millis(u64::try_from(clock_ms).unwrap_or_default()),
            tick: 0,
            recorders: self.recorders,
            limit: self.limit.clone(),
            given: self.setup_variables(),
        };
        let (plan, own, commands) = (self.prepared.plan.clone(), scenario.clone(), control.clone());
        let mut thread = spawn_blocking(move || hook::run(&plan, &own, &commands, &context));
        let ended = tokio::select! {
            ended = &mut thread => ended,
            () = signals.next() => {
                control.stop(StopReason::Outside);
                tokio::select! {
                    ended = &mut thread => ended,
                    () = signals.next() => {
                        let message = format!("{} was stopped by a second signal", scenario.name);
                        return Err(CommandError { exit: Exit::Stopped, message });
                    }
                }
            }
        };
        let ran = ended.map_err(|error| CommandError::internal(&error))?;
        ran.map_err(|error| CommandError::internal(&error))
    }
}

/// A sentence about the requests of a hook that failed.
fn failed_requests(recorded: &WorkerInterval) -> Option<String> {
    let (mut failed, mut all, mut names) = (0, 0, Vec::new());
    // It is the first interval of its recorder: all series are new.
    for ((metric, labels), value) in recorded.new_series.iter().zip(&recorded.values) {
        let Value::Rate { nonzero, total } = value else { continue };
        if metric.name == HTTP_REQ_FAILED.name {
            (failed, all) = (failed + nonzero, all + total);
            names.extend(labels.get("name").filter(|name| *nonzero > 0 && !names.contains(name)));
        }
    }
    let list = names[..names.len().min(NAMED)].join(", ");
    let more = if names.len() > NAMED { ", …" } else { "" };
    let (shown, all) = (show_count(failed), show_several(all, "request"));
    (failed > 0).then(|| format!("{shown} of {all} failed: {list}{more}"))
}

/// Reports that there is no load because setup failed; gives the reason for the verdict. A signal during setup is a
/// reason of its own.
pub(crate) fn not_started(coordinator: &mut Coordinator, reason: &str) -> Option<Reason> {
    let text = format!("setup failed: {reason}");
    coordinator.skip_load();
    coordinator.event("setup", format!("{text}; the load was not started"));
    let is_stopped = coordinator.control().current().stop == Some(StopReason::Outside);
    (!is_stopped).then(|| Reason::new(Exit::Aborted, text))
}

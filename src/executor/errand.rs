//! Setup and teardown: one user, one iteration, before or after all others, on a thread of its own.

use std::{cell::RefCell, rc::Rc, sync::Arc, time::Duration};

use tokio::{
    runtime::{Builder, LocalOptions},
    time::{Instant, timeout},
};

use super::{
    StartError,
    desk::Desk,
    scenario::{Floor, ScenarioRun},
    strand::{Ended, Strand, User},
    worker::thread_cpu_seconds,
};
use crate::{
    control::Control,
    language::{Value, Who},
    metric::{RecordWriter, Recorder, WorkerInterval},
    plan::{Flow, Partition, Plan, Scenario},
    protocol::{Network, tls::Connector},
};

/// What an errand left behind.
#[derive(Debug)]
pub struct Errand {
    /// What it recorded.
    pub recorded: WorkerInterval,
    /// The values of its variables, by name.
    pub left: Arc<[(String, Value)]>,
    /// Why it did not come to its end, if it did not.
    pub failure: Option<String>,
}

/// When and where an errand runs.
#[derive(Debug)]
pub struct Terms {
    /// The number under which it records: one past those of the workers.
    pub worker: usize,
    /// Time zero of the run.
    pub start: Instant,
    /// The wall clock then, since the Unix epoch.
    pub clock_at_start: Duration,
    /// The second of the run that its interval belongs to.
    pub tick: u64,
    /// Whether it writes raw records.
    pub records: bool,
    /// What is known already, by name.
    pub given: Arc<[(String, Value)]>,
}

/// Runs setup or teardown to its end; blocks the calling thread.
///
/// # Errors
/// When TLS or a runtime can't be set up.
pub fn run(plan: &Plan, scenario: &Scenario, control: &Control, terms: &Terms) -> Result<Errand, StartError> {
    let tls = Connector::new(plan.origins.iter().any(|origin| origin.tls), &plan.http)?;
    let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default())?;
    Ok(runtime.block_on(async {
        let mut recorder = Recorder::default();
        recorder.records = terms.records.then(|| RecordWriter::new(1));
        let recorder = Rc::new(RefCell::new(recorder));
        let floor = Floor {
            worker: terms.worker,
            start: terms.start,
            clock_at_start: terms.clock_at_start,
            part: Partition::WHOLE,
            seed: plan.seed,
            network: Rc::new(Network::new(&plan.origins, plan.http.clone(), tls)),
            buffers: Rc::default(),
            given: terms.given.clone(),
            control: control.clone(),
            // What stands before and after the load belongs to no iteration.
            tracer: None,
        };
        let index = plan.scenarios.len();
        let desk = Desk::new(plan, scenario.clone(), index, recorder.clone(), terms.start);
        let run = ScenarioRun::new(scenario.clone(), index, desk, &floor);
        let mut flow = Flow::new(run.program(), &run.given, fastrand::Rng::with_seed(plan.seed), Who::default());
        flow.enter(run.program(), run.program().iteration);
        let mut strand = Strand::new(flow);
        let (user, now) = (Rc::new(User::new(run.clone())), Instant::now());
        let ended = timeout(scenario.duration(), strand.run(&user, now, now)).await;
        let failure = match ended {
            Ok((Ended::Well | Ended::Left, _)) => None,
            Ok((Ended::Failed(reason), _)) => Some(reason),
            Ok((Ended::Halted, _)) => Some("it asked to abort".to_owned()),
            Err(_) => Some(format!("it took longer than {:?}", scenario.duration())),
        };
        let names = run.program().names.iter().enumerate().filter(|(_, name)| !name.is_empty());
        let left = names.filter_map(|(place, name)| {
            let slot = crate::language::Slot(u16::try_from(place).ok()?);
            Some((name.to_string(), strand.flow.get(slot).clone()))
        });
        let left = left.collect();
        let cpu = thread_cpu_seconds();
        let interval = recorder.borrow_mut().hand_over(terms.worker, terms.tick, true, cpu);
        Errand { recorded: interval, left, failure }
    }))
}

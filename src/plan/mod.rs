//! The plan: what will happen, checked. It is adjusted before the run (factors, presets, flags), never during it.
//!
//! Owns the plan's types, the schedules (pure arithmetic on time), the compiled flow of a scenario and the partition
//! of work over threads and segments. Never opens a socket or looks at a clock.
//! Start with [`Plan`], then [`schedule`], then [`flow`].

pub(crate) mod adjust;
pub(crate) mod check;
pub(crate) mod data;
pub(crate) mod describe;
pub(crate) mod feasibility;
pub(crate) mod flow;
pub(crate) mod http;
pub(crate) mod names;
pub(crate) mod partition;
pub(crate) mod preset;
pub(crate) mod program;
pub(crate) mod proxy;
pub(crate) mod rendering;
pub(crate) mod request;
pub(crate) mod schedule;
pub(crate) mod share;
pub(crate) mod steps;
pub(crate) mod timeline;
pub(crate) mod work;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

pub(crate) use check::Check;
pub(crate) use flow::Flow;
pub(crate) use http::HttpOptions;
pub(crate) use partition::Partition;
pub(crate) use program::{Op, Program};
pub(crate) use request::{Origin, Request, RequestSpec, Wire};
pub(crate) use schedule::{ClosedSchedule, OpenSchedule};
pub(crate) use share::Share;
pub(crate) use steps::{FlowKind, FlowPlan, Step, StepId, StepKind, StepTable};
pub(crate) use work::{Wait, Work};

use crate::{metric::UserMetric, threshold::Threshold};

/// Everything a run will do.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// The profile's name; a label of every series.
    pub name: String,
    /// What runs, in the order of the profile.
    pub scenarios: Vec<Scenario>,
    /// Servers that requests go to; requests refer to them by position.
    pub origins: Vec<Origin>,
    /// What must hold.
    pub thresholds: Vec<Threshold>,
    /// Scenarios of the profile that this run leaves out (`--scenarios`): names and tags.
    pub left_out: Vec<(String, Vec<(String, String)>)>,
    /// What the reader of a run should know about how its load came about, a sentence each.
    pub notes: Vec<String>,
    /// Tags of every series of the run.
    pub tags: Vec<(String, String)>,
    /// How HTTP is spoken.
    pub http: HttpOptions,
    /// Seed of everything random: arrivals and think times.
    pub seed: u64,
    /// Sinks named in the profile, as `--out` takes them.
    pub outputs: Vec<String>,
    /// Where spans go, as `--traces` takes it.
    pub traces: Option<String>,
    /// Variables of the profile, for the outputs: their addresses hold references, so that no secret is kept.
    pub variables: BTreeMap<String, String>,
    /// Metrics of the profile.
    pub metrics: Arc<[UserMetric]>,
    /// Rows for users; steps refer to them by position.
    pub data: Arc<[data::PlannedData]>,
    /// What runs once before the load; what it sets, all users know.
    pub setup: Option<Scenario>,
    /// What runs once after it.
    pub teardown: Option<Scenario>,
    /// Knobs of the practice target to start with the run, if the profile asks for one: name and value.
    pub practice_target: Option<Vec<(String, String)>>,
    /// Where it runs, if the profile has environments.
    pub environment: Option<Environment>,
}

/// One of the places where a profile can run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Environment {
    /// Its name.
    pub name: String,
    /// Whether a run there must be confirmed.
    pub protected: bool,
    /// Most requests a second that a plan may make there.
    pub max_rate: Option<f64>,
}

/// One scenario: when, how many, and what.
#[derive(Debug, Clone)]
pub(crate) struct Scenario {
    /// Its name; a label of its series.
    pub name: String,
    /// k6's executor name, for people.
    pub executor: &'static str,
    /// When and how many.
    pub shape: Shape,
    /// Offset from the start of the run.
    pub start: Duration,
    /// How long iterations may go on after the schedule's end.
    pub graceful_stop: Duration,
    /// How long a user rests between iterations.
    pub wait: Wait,
    /// What its users do.
    pub flow: FlowPlan,
    /// Tags of its series.
    pub tags: Vec<(String, String)>,
}

/// The two models of load.
#[derive(Debug, Clone)]
pub(crate) enum Shape {
    /// Arrivals at given times; an idle user takes each.
    Open(OpenShape),
    /// A number of users, each beginning anew when done.
    Closed(ClosedShape),
}

/// An arrival-rate executor.
#[derive(Debug, Clone)]
pub(crate) struct OpenShape {
    /// Intended starts.
    pub schedule: OpenSchedule,
    /// Users made before the start.
    pub pre_allocated_vus: u32,
    /// Most users at once.
    pub max_vus: u32,
}

/// A user-count executor.
#[derive(Debug, Clone)]
pub(crate) struct ClosedShape {
    /// Users over time.
    pub schedule: ClosedSchedule,
    /// How long a user that is ramped down may finish its iteration.
    pub graceful_ramp_down: Duration,
    /// Iterations to do.
    pub work: Work,
    /// Most users that the control API may set; None without a limit.
    pub max_users: Option<u32>,
}

impl Scenario {
    /// Length of the schedule, without graceful stop.
    #[must_use]
    pub(crate) fn duration(&self) -> Duration {
        match &self.shape {
            Shape::Open(open) => open.schedule.duration(),
            Shape::Closed(closed) => closed.schedule.duration(),
        }
    }

    /// Most users that can exist at once.
    #[must_use]
    pub(crate) fn peak_vus(&self) -> u32 {
        match &self.shape {
            Shape::Open(open) => open.max_vus,
            Shape::Closed(closed) => closed.max_users.unwrap_or_else(|| closed.schedule.peak()),
        }
    }

    /// Labels of the stages; a single nameless stage has an empty one.
    #[must_use]
    pub(crate) fn stages(&self) -> &[schedule::StageMark] {
        match &self.shape {
            Shape::Open(open) => open.schedule.stages(),
            Shape::Closed(closed) => closed.schedule.stages(),
        }
    }
}

impl Plan {
    /// When the last schedule ends, without graceful stop.
    #[must_use]
    pub(crate) fn duration(&self) -> Duration {
        self.scenarios.iter().map(|scenario| scenario.start + scenario.duration()).max().unwrap_or_default()
    }
}

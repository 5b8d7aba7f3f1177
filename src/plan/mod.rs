//! The plan: a checked description of the run. It is adjusted before the run (factors, presets, flags), never during it.
//!
//! Owns the plan's types, the schedules (pure arithmetic on time), the compiled flow of a scenario and the partition
//! of work over threads and segments. Never opens a socket or reads a clock.
//! Start with [`Plan`], then [`schedule`], then [`flow`].

pub(crate) mod a2a;
pub(crate) mod adjust;
pub(crate) mod bound;
pub(crate) mod check;
pub(crate) mod data;
pub(crate) mod describe;
pub(crate) mod event_stream;
pub(crate) mod feasibility;
pub(crate) mod flow;
pub(crate) mod http;
pub(crate) mod job;
pub(crate) mod mcp;
pub(crate) mod names;
pub(crate) mod outline;
pub(crate) mod partition;
pub(crate) mod preset;
pub(crate) mod program;
pub(crate) mod reach;
pub(crate) mod rendering;
pub(crate) mod request;
pub(crate) mod rpc;
pub(crate) mod schedule;
pub(crate) mod series;
mod series_estimate;
pub(crate) mod share;
mod shared_names;
pub(crate) mod steps;
pub(crate) mod targets;
mod threshold_range;
pub(crate) mod timeline;
mod used_up;
pub(crate) mod websocket;
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
pub(crate) use steps::{FlowPlan, FlowProgram, Step, StepId, StepKind, StepTable};
pub(crate) use work::{Wait, Work};

use crate::{metric::UserMetric, threshold::Threshold};

/// The plan of a run.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// The profile's name; a label of every series.
    pub name: String,
    /// Scenarios in the order of the profile.
    pub scenarios: Vec<Scenario>,
    /// Servers of requests; requests refer to them by index.
    pub origins: Vec<Origin>,
    pub thresholds: Vec<Threshold>,
    /// Scenarios excluded by `--scenarios`.
    pub left_out: Vec<series::LeftOut>,
    /// Notes about the load for the reader of the report, a sentence each.
    pub notes: Vec<String>,
    /// Tags of every series of the run.
    pub tags: Vec<(String, String)>,
    pub http: HttpOptions,
    /// Seed of all random values.
    pub seed: u64,
    /// `outputs` of the profile, in the form of `--out`.
    pub outputs: Vec<String>,
    /// What thresholds with `x baseline` are compared with.
    pub baseline: Option<Baseline>,
    /// Targets that are scraped, of the profile and of flags.
    pub targets: Vec<targets::Target>,
    /// `traces` of the profile, in the form of `--traces`.
    pub traces: Option<String>,
    /// Variables for the addresses of outputs, which store references, so that no secret is stored.
    pub variables: BTreeMap<String, String>,
    /// Custom metrics; steps refer to them by index.
    pub metrics: Arc<[UserMetric]>,
    /// Data sets; steps refer to them by index.
    pub data: Arc<[data::PlannedData]>,
    /// Runs once before the load; all users get its variables.
    pub setup: Option<Scenario>,
    /// Runs once after the load.
    pub teardown: Option<Scenario>,
    /// Options (name and value) of the practice target to start with the run, if the profile has one.
    pub practice_target: Option<Vec<(String, String)>>,
    /// The selected environment, if any.
    pub environment: Option<Environment>,
    /// Files that the profile includes.
    pub included: Vec<IncludedFile>,
}

/// A file that the profile includes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IncludedFile {
    /// Its path.
    pub name: String,
    pub text: String,
    /// What it has, in short: `vars`, `flows (login, search)`.
    pub keys: Vec<String>,
}

/// What thresholds are compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Baseline {
    /// Another run: its directory, or its ID in `runs/`.
    Run(String),
    /// A stage of this run.
    Stage(String),
}

/// An environment of the profile.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Environment {
    pub name: String,
    /// Whether a run there must be confirmed.
    pub protected: bool,
    /// Maximum requests per second of a plan in it.
    pub max_rate: Option<f64>,
}

/// A scenario: its load and its flow.
#[derive(Debug, Clone)]
pub(crate) struct Scenario {
    /// Label `scenario` of its series.
    pub name: String,
    /// k6's name of the executor, for reports.
    pub executor: &'static str,
    /// The load.
    pub shape: Shape,
    /// Offset from the start of the run.
    pub start: Duration,
    /// Time for running iterations to finish after the schedule's end.
    pub graceful_stop: Duration,
    /// Pause between iterations.
    pub wait: Wait,
    /// Steps of its users.
    pub flow: FlowPlan,
    /// Tags of its series.
    pub tags: Vec<(String, String)>,
}

/// The two load models.
#[derive(Debug, Clone)]
pub(crate) enum Shape {
    /// Arrivals at scheduled times, each run by an idle user.
    Open(OpenShape),
    /// A number of users, each running iterations one after another.
    Closed(ClosedShape),
}

/// An arrival-rate executor.
#[derive(Debug, Clone)]
pub(crate) struct OpenShape {
    /// Intended starts.
    pub schedule: OpenSchedule,
    /// Users created before the start.
    pub pre_allocated_vus: u32,
    /// Maximum number of users.
    pub max_vus: u32,
    /// Whether the rate is searched during the run: the schedule is where it begins, and how long it lasts at most.
    pub is_searched: bool,
}

/// A user-count executor.
#[derive(Debug, Clone)]
pub(crate) struct ClosedShape {
    pub schedule: ClosedSchedule,
    /// Time for a user to finish its iteration when it is ramped down.
    pub graceful_ramp_down: Duration,
    pub work: Work,
    /// Maximum number of users that the control API can set; None if it can't change them.
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

    /// Maximum number of users at any time.
    #[must_use]
    pub(crate) fn peak_vus(&self) -> u32 {
        match &self.shape {
            Shape::Open(open) => open.max_vus,
            Shape::Closed(closed) => closed.max_users.unwrap_or_else(|| closed.schedule.peak()),
        }
    }

    /// Starts and labels of the stages; the label of a single stage is empty.
    #[must_use]
    pub(crate) fn stages(&self) -> &[schedule::StageMark] {
        match &self.shape {
            Shape::Open(open) => open.schedule.stages(),
            Shape::Closed(closed) => closed.schedule.stages(),
        }
    }
}

impl Plan {
    /// End of the last schedule, without graceful stop.
    #[must_use]
    pub(crate) fn duration(&self) -> Duration {
        self.scenarios.iter().map(|scenario| scenario.start + scenario.duration()).max().unwrap_or_default()
    }

    /// The rates at which a search for the breaking point begins, by scenario; None without a search.
    #[must_use]
    pub(crate) fn searched_rates(&self) -> Option<Vec<f64>> {
        let rate = |scenario: &Scenario| match &scenario.shape {
            Shape::Open(open) if open.is_searched => Some(open.schedule.rate_at(Duration::ZERO)),
            _ => None,
        };
        self.scenarios.iter().map(rate).collect::<Option<Vec<f64>>>().filter(|rates| !rates.is_empty())
    }

    /// The limit of the environment: requests per second of all segments together.
    #[must_use]
    pub(crate) fn max_rate(&self) -> Option<f64> {
        self.environment.as_ref()?.max_rate
    }
}

//! The series that the steps of a scenario can record: which metrics, with which labels.
//!
//! Used to find thresholds that no series can match. Labels that are computed during the run can have any value.

use std::collections::{BTreeMap, BTreeSet};

use super::{FlowPlan, Op, Plan, Shape, Step, StepId, StepKind, mcp::McpMethod, schedule::StageMark};
use crate::{
    language::{Template, did_you_mean},
    metric::{
        MetricDef, UserMetric,
        catalogue::{
            CHECKS, GROUP_DURATION, ITERATION_RESPONSE_TIME, JOB_FAMILY, JOB_OUTCOMES, LLM_GOODPUT, LabelGroup,
            MCP_SESSION_FAMILY, PARALLEL_WIDTH, SCHEDULE_LAG,
        },
    },
    threshold::Threshold,
};

/// Values of a label that a message lists.
const MAX_LISTED: usize = 5;

/// What records series: a scenario, setup or teardown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recording<'p> {
    pub name: &'p str,
    pub tags: &'p [(String, String)],
    pub flow: &'p FlowPlan,
    /// Its stages; None where they aren't known.
    pub stages: Option<&'p [StageMark]>,
    /// Whether its iterations begin with arrivals.
    pub has_arrivals: bool,
}

/// A scenario that `--scenarios` excludes.
#[derive(Debug, Clone)]
pub(crate) struct LeftOut {
    pub name: String,
    pub tags: Vec<(String, String)>,
    pub flow: FlowPlan,
    pub has_arrivals: bool,
}

/// Possible values of a label.
#[derive(Debug, Clone)]
enum Values<'p> {
    Any,
    OneOf(BTreeSet<String>),
    Computed(&'p Template),
}

impl Values<'_> {
    fn one(value: &str) -> Self {
        Self::OneOf(BTreeSet::from([value.to_owned()]))
    }

    fn contains(&self, value: &str) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(values) => values.contains(value),
            // Beyond the limit of series, labels become `other`.
            Self::Computed(template) => value == "other" || template.can_become(value),
        }
    }

    fn known(&self) -> impl Iterator<Item = &str> {
        let values = if let Self::OneOf(values) = self { Some(values) } else { None };
        values.into_iter().flatten().map(String::as_str)
    }
}

/// Possible values of the labels of one group of series.
type Row<'p> = BTreeMap<&'p str, Values<'p>>;

/// Labels that a step computes.
#[derive(Debug, Clone, Copy)]
struct Computed<'p> {
    name: Option<&'p Template>,
    tags: &'p [(String, Template)],
}

impl<'p> Recording<'p> {
    /// Whether a series of the threshold's metric with all of its tags can be recorded.
    #[must_use]
    pub(crate) fn can_match(self, metrics: &[UserMetric], threshold: &Threshold) -> bool {
        // What labels a target gives is known only during the run.
        threshold.metric.labels == LabelGroup::Target
            || self
                .rows(metrics, &threshold.metric)
                .iter()
                .any(|row| threshold.selector.iter().all(|pair| has(row, pair)))
    }

    /// The rows of a metric.
    fn rows(self, metrics: &[UserMetric], metric: &MetricDef) -> Vec<Row<'p>> {
        let is_own = metrics.iter().any(|known| known.def == *metric);
        let is_of_job = JOB_FAMILY.iter().any(|known| known.name == metric.name);
        let is_of_job = is_of_job || metric.name == JOB_OUTCOMES.name;
        let is_of_a2a_task = metric.name.starts_with("a2a_");
        let is_of_agui = metric.name.starts_with("agui_");
        let is_of_mcp_session = MCP_SESSION_FAMILY.iter().any(|known| known.name == metric.name);
        let records = |kind: &StepKind| match kind {
            StepKind::Job => is_of_job,
            StepKind::Request(_) if is_of_job => false,
            StepKind::Request(request) => match (&request.spec.events, metric.labels) {
                (_, LabelGroup::Request) => true,
                (_, LabelGroup::Rpc) => request.spec.rpc.is_some(),
                (_, LabelGroup::Mcp) => request.spec.mcp.is_some(),
                (_, LabelGroup::A2a) => request.spec.a2a.is_some(),
                (_, LabelGroup::Stream | LabelGroup::StepReason) if is_of_a2a_task => {
                    request.spec.a2a.as_ref().is_some_and(|a2a| a2a.rows.is_some() && a2a.follows_task())
                }
                (events, LabelGroup::Stream | LabelGroup::StepReason) if is_of_agui => {
                    events.as_ref().is_some_and(|stream| stream.layout.is_run())
                }
                (None, LabelGroup::Stream) if is_of_mcp_session => {
                    request.spec.mcp.as_ref().is_some_and(|mcp| mcp.method == McpMethod::Initialize)
                }
                (_, LabelGroup::Stream) if is_of_mcp_session => false,
                (Some(stream), LabelGroup::Stream) if metric.name == LLM_GOODPUT.name => stream.goodput.is_set(),
                (Some(_), LabelGroup::Stream) if metric.name.starts_with("ws_") => false,
                (Some(stream), LabelGroup::Stream) => stream.layout.is_llm() || !metric.name.starts_with("llm_"),
                (None, LabelGroup::Stream | LabelGroup::StepReason) => {
                    request.spec.websocket.as_ref().is_some_and(|socket| socket.records(metric))
                }
                _ => false,
            },
            StepKind::Check(_) => metric.name == CHECKS.name,
            StepKind::Group => metric.name == GROUP_DURATION.name,
            StepKind::Parallel => metric.name == PARALLEL_WIDTH.name,
            StepKind::Metric(index) => is_own && metrics.get(*index).is_some_and(|known| known.def == *metric),
        };
        match metric.labels {
            LabelGroup::Scenario if is_of_arrivals(metric) && !self.has_arrivals => Vec::new(),
            LabelGroup::Scenario => vec![self.base()],
            LabelGroup::Reason => {
                let mut row = self.base();
                row.insert("reason", Values::Any);
                vec![row]
            }
            LabelGroup::Run | LabelGroup::Target => vec![Row::new()],
            LabelGroup::Request
            | LabelGroup::Stream
            | LabelGroup::StepReason
            | LabelGroup::Rpc
            | LabelGroup::Mcp
            | LabelGroup::A2a
            | LabelGroup::Check
            | LabelGroup::Group => {
                let computed = self.computed();
                let steps = self.flow.steps.rows().filter(|(_, step)| records(&step.kind));
                steps.map(|(id, step)| self.row(step, computed.get(&id).copied(), metric.labels)).collect()
            }
        }
    }

    fn base(self) -> Row<'p> {
        let mut row = Row::from([("scenario", Values::one(self.name))]);
        let stages = self.stages.map(|stages| stages.iter().map(|stage| stage.label.clone()).collect());
        row.insert("stage", stages.map_or(Values::Any, Values::OneOf));
        for (tag, value) in self.tags {
            row.insert(tag, Values::one(value));
        }
        row
    }

    fn row(self, step: &'p Step, computed: Option<Computed<'p>>, labels: LabelGroup) -> Row<'p> {
        let mut row = self.base();
        row.extend(step.tags.iter().map(|(tag, value)| (&**tag, Values::one(value))));
        for (tag, value) in computed.map_or(&[][..], |computed| computed.tags) {
            row.insert(tag, value.constant_text().map_or(Values::Computed(value), |value| Values::one(&value)));
        }
        if let (StepKind::Request(request), LabelGroup::Request) = (&step.kind, labels) {
            row.extend(request.response_tags.iter().map(|(tag, _)| (&**tag, Values::Any)));
        }
        row.insert("group", Values::one(&step.group));
        if labels == LabelGroup::StepReason {
            row.insert("reason", Values::Any);
        }
        let named = |fixed: &str| {
            let computed = computed.and_then(|computed| computed.name);
            computed.map_or_else(|| Values::one(fixed), Values::Computed)
        };
        match &step.kind {
            StepKind::Request(request) => {
                row.insert("name", named(&step.name));
                if matches!(labels, LabelGroup::Stream | LabelGroup::StepReason) {
                    return row;
                }
                row.insert("error_class", Values::Any);
                if labels == LabelGroup::Mcp {
                    row.extend(["mcp_method", "tool", "rpc_code"].map(|label| (label, Values::Any)));
                    return row;
                }
                if labels == LabelGroup::A2a {
                    row.extend(["a2a_method", "rpc_code"].map(|label| (label, Values::Any)));
                    return row;
                }
                if labels == LabelGroup::Rpc {
                    row.extend(["rpc_method", "rpc_code"].map(|label| (label, Values::Any)));
                    return row;
                }
                // A redirect may become a GET.
                row.insert("method", Values::OneOf([&*request.spec.method, "GET"].map(str::to_owned).into()));
                row.insert("expected_response", Values::OneOf(["true", "false"].map(str::to_owned).into()));
                let statuses = (100..=999).map(|status| status.to_string());
                row.insert("status", Values::OneOf(statuses.chain([String::new()]).collect()));
            }
            StepKind::Check(check) => {
                row.insert("name", Values::one(&step.name));
                row.insert("check", named(check));
            }
            StepKind::Job => {
                row.insert("name", Values::one(&step.name));
            }
            StepKind::Group | StepKind::Parallel | StepKind::Metric(_) => {}
        }
        row
    }

    /// The labels that steps compute.
    fn computed(self) -> BTreeMap<StepId, Computed<'p>> {
        let labels = self.flow.ops().iter().filter_map(|op| match op {
            Op::Send(step, Some(labels)) => Some((*step, Computed { name: labels.name.as_ref(), tags: &labels.tags })),
            Op::Check(step, check) => Some((*step, Computed { name: check.named.as_ref(), tags: &[] })),
            Op::Metric(metric) => Some((metric.step, Computed { name: None, tags: &metric.tags })),
            Op::Elapsed(_, elapsed) => Some((elapsed.step, Computed { name: None, tags: &elapsed.tags })),
            _ => None,
        });
        labels.collect()
    }
}

/// Whether a metric is measured from the arrival of an iteration.
fn is_of_arrivals(metric: &MetricDef) -> bool {
    [&SCHEDULE_LAG, &ITERATION_RESPONSE_TIME].iter().any(|known| known.name == metric.name)
}

fn has(row: &Row<'_>, (tag, value): &(String, String)) -> bool {
    row.get(&**tag).is_some_and(|values| values.contains(value))
}

impl Plan {
    /// All that records series.
    fn recordings(&self) -> impl Iterator<Item = Recording<'_>> {
        let scenarios = self.scenarios.iter().map(|scenario| (scenario, Some(scenario.stages())));
        let hooks = self.setup.iter().chain(&self.teardown).map(|hook| (hook, None));
        scenarios.chain(hooks).map(|(scenario, stages)| Recording {
            name: &scenario.name,
            tags: &scenario.tags,
            flow: &scenario.flow,
            stages,
            has_arrivals: matches!(scenario.shape, Shape::Open(_)),
        })
    }

    /// Whether a threshold concerns excluded scenarios only.
    #[must_use]
    pub(crate) fn concerns_left_out_only(&self, threshold: &Threshold) -> bool {
        let left_out = self.left_out.iter().map(|one| Recording {
            name: &one.name,
            tags: &one.tags,
            flow: &one.flow,
            stages: None,
            has_arrivals: one.has_arrivals,
        });
        let can_match = |recording: Recording<'_>| recording.can_match(&self.metrics, threshold);
        !self.recordings().any(can_match) && left_out.into_iter().any(can_match)
    }

    /// Why no series can match a threshold; None if one can.
    #[must_use]
    pub(crate) fn unmatched(&self, threshold: &Threshold) -> Option<String> {
        if self.recordings().any(|recording| recording.can_match(&self.metrics, threshold)) {
            return None;
        }
        let rows: Vec<_> = self.recordings().flat_map(|one| one.rows(&self.metrics, &threshold.metric)).collect();
        if rows.is_empty() && is_of_arrivals(&threshold.metric) {
            return Some("only scenarios with arrivals record it (`rate`, arrival-rate executors)".to_owned());
        }
        if rows.is_empty() {
            return Some("no step records this metric".to_owned());
        }
        let wrong = threshold.selector.iter().find(|pair| !rows.iter().any(|row| has(row, pair)));
        let Some((tag, value)) = wrong else { return Some("no series has all of these tags".to_owned()) };
        let known: BTreeSet<&str> = rows.iter().filter_map(|row| row.get(&**tag)).flat_map(Values::known).collect();
        if !rows.iter().any(|row| row.contains_key(&**tag)) {
            let tags: BTreeSet<&str> = rows.iter().flat_map(BTreeMap::keys).copied().collect();
            let of_run = self.tags.iter().any(|(known, _)| known == tag);
            let hint = if of_run {
                "; tags of the whole run can't be selected".to_owned()
            } else {
                format!("; {}", near(tag, &tags))
            };
            return Some(format!("no series of it has a tag `{tag}`{hint}"));
        }
        if tag == "status" {
            return Some(format!("`{value}` is not a status: write a number such as 200"));
        }
        Some(format!("no series of it has {tag} `{value}`; {}", near(value, &known)))
    }
}

/// The value that may be meant, or some of those that there are.
fn near(wrong: &str, known: &BTreeSet<&str>) -> String {
    let list = || {
        let shown: Vec<_> = known.iter().filter(|word| !word.is_empty()).take(MAX_LISTED).collect();
        let listed = shown.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        let more = if known.len() > MAX_LISTED { " …" } else { "" };
        if shown.is_empty() { "there is none".to_owned() } else { format!("there is {listed}{more}") }
    };
    did_you_mean(wrong, known.iter().copied().filter(|word| !word.is_empty())).unwrap_or_else(list)
}

//! How many series a run records, if every request gets one status and every computed label has one value.

use std::collections::BTreeMap;

use super::{Plan, Request, Scenario, StepKind, a2a::A2aSpec, mcp::McpMethod};
use crate::metric::catalogue::{
    A2A_FAMILY, A2A_TASK_FAMILY, AGUI_FAMILY, ANSWER_FAMILY, CHECKS, HTTP_FAMILY, ITERATION_FAMILY, JOB_FAMILY,
    MCP_FAMILY, MCP_SESSION_FAMILY, RPC_FAMILY, SOCKET_FAMILY, STREAM_FAMILY,
};

/// Gauges of a scenario: users, existing users, target rate.
const OF_SCENARIO: usize = 3;
/// CPU, CPU of the workers, memory, throttling, sockets of the generator, and the run itself.
const OF_RUN: usize = 6;
/// Metrics of an output about its delivery.
const OF_OUTPUT: usize = 7;

/// What distinguishes the series of steps: the first metric, name, method or check, group, tags. Steps with equal ones share
/// their series.
type Key<'p> = (&'p str, &'p str, &'p str, &'p str, &'p [(String, String)]);

impl Plan {
    /// The series of a run with so many outputs.
    #[must_use]
    pub(crate) fn series_estimate(&self, outputs: usize) -> u64 {
        let scenarios = self.scenarios.iter().map(|scenario| {
            let stages = scenario.stages().len();
            let gauges = OF_SCENARIO + if stages > 1 { stages } else { 0 };
            (self.of_steps(scenario) + ITERATION_FAMILY.len()) * stages.max(1) + gauges + of_open_connections(scenario)
        });
        let hooks = self.setup.iter().chain(&self.teardown).map(|hook| self.of_steps(hook));
        (scenarios.chain(hooks).sum::<usize>() + OF_RUN + outputs * OF_OUTPUT) as u64
    }

    /// The series of all steps in one stage.
    fn of_steps(&self, scenario: &Scenario) -> usize {
        let mut families: BTreeMap<Key<'_>, usize> = BTreeMap::new();
        for step in scenario.flow.steps.iter() {
            let mut add = |first, detail, count| {
                families.insert((first, &*step.name, detail, &*step.group, &*step.tags), count);
            };
            match &step.kind {
                StepKind::Request(request) => add("http", &*request.spec.method, of_request(request)),
                StepKind::Check(check) => add(&CHECKS.name, check, 1),
                StepKind::Metric(index) => add(self.metrics.get(*index).map_or("", |metric| &metric.def.name), "", 1),
                StepKind::Group => add("groups", "", 1),
                StepKind::Job => add("jobs", "", JOB_FAMILY.len() + 1),
                StepKind::Parallel => {
                    families.insert(("widths", "", "", &*step.group, &[]), 1);
                }
            }
        }
        families.values().sum()
    }
}

fn of_request(request: &Request) -> usize {
    let of_stream = request.spec.events.as_ref().map_or(0, |stream| {
        // An answer has a reason of its end.
        let of_answer = if stream.layout.is_llm() { ANSWER_FAMILY.len() + 1 } else { 0 };
        // A run has the usual types of events, and an outcome.
        let of_run = if stream.layout.is_run() { AGUI_FAMILY.len() + USUAL_EVENTS + 1 } else { 0 };
        STREAM_FAMILY.len() + of_answer + of_run + usize::from(stream.goodput.is_set())
    });
    // A socket has a close code.
    let of_socket = request.spec.websocket.as_ref().map_or(0, |_| SOCKET_FAMILY.len() + 1);
    let of_calls = request.spec.rpc.as_ref().map_or(0, |_| RPC_FAMILY.len());
    // Replies to calls of an MCP server, cancellations and resumed streams are rare.
    let of_http = if matches!(
        request.spec.mcp.as_deref().map(|mcp| mcp.method),
        Some(McpMethod::Cancel | McpMethod::Reply | McpMethod::Resume)
    ) {
        0
    } else {
        HTTP_FAMILY.len()
    };
    let of_mcp = request.spec.mcp.as_ref().map_or(0, |mcp| of_mcp(mcp.method));
    let of_a2a = request.spec.a2a.as_ref().map_or(0, |a2a| of_a2a(a2a));
    of_http + of_stream + of_socket + of_calls + of_mcp + of_a2a
}

/// Types of events that a run of an agent usually has: its own, those of texts and those of tool calls.
const USUAL_EVENTS: usize = 9;
/// States that a task usually has.
const USUAL_STATES: usize = 3;

fn of_a2a(a2a: &A2aSpec) -> usize {
    let of_task = if a2a.rows.is_some() && a2a.follows_task() { A2A_TASK_FAMILY.len() + USUAL_STATES } else { 0 };
    A2A_FAMILY.len() + of_task
}

fn of_mcp(method: McpMethod) -> usize {
    match method {
        McpMethod::Initialized | McpMethod::Cancel | McpMethod::Resume | McpMethod::Reply | McpMethod::End => 0,
        McpMethod::Initialize => MCP_FAMILY.len() + MCP_SESSION_FAMILY.len(),
        _ => MCP_FAMILY.len(),
    }
}

/// Gauges of streams and sockets that are open.
fn of_open_connections(scenario: &Scenario) -> usize {
    let has = |is_of: fn(&Request) -> bool| usize::from(scenario.flow.steps.requests().any(|(_, one)| is_of(one)));
    has(|request| request.spec.events.is_some()) + has(|request| request.spec.websocket.is_some())
}

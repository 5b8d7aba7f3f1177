//! Records requests of MCP, and sessions.

use std::time::Duration;

use tokio::time::Instant;

use super::{MAX_REMEMBERED, ScenarioRecorder, truncated};
use crate::{
    metric::{
        catalogue::{MCP_FAMILY, MCP_SESSION_FAMILY, McpMetric, McpSessionMetric},
        recorder::Family,
    },
    plan::{StepId, mcp::McpMethod},
    protocol::ErrorClass,
};

/// What distinguishes the series of requests of MCP.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct McpKey {
    pub stage: usize,
    /// The step, and the variant of its labels.
    pub step: (StepId, u32),
    pub method: McpMethod,
    /// The tool that is called; empty for none.
    pub tool: String,
    /// The code of an error.
    pub code: Option<i64>,
    pub error: Option<ErrorClass>,
}

/// What came before an answer.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct BeforeAnswer {
    /// Progress notifications.
    pub progress: u64,
    /// Calls of the server.
    pub server_calls: u64,
}

impl ScenarioRecorder {
    /// Records a request of MCP that ended at a time, so long after it was due unless it was not sent.
    pub(crate) fn mcp_request(&self, key: McpKey, took: Option<Duration>, before: BeforeAnswer, at: Instant) {
        let failed = key.error.is_some_and(ErrorClass::is_failure);
        let family = self.mcp_family(key);
        let mut recorder = self.recorder.borrow_mut();
        let mut observe = |metric: McpMetric, value: f64| {
            recorder.observation(family, metric as usize, value, || self.since_start(at));
        };
        observe(McpMetric::Reqs, 1.0);
        observe(McpMetric::Failed, f64::from(u8::from(failed)));
        if let Some(took) = took {
            observe(McpMetric::ResponseTime, took.as_secs_f64());
        }
        if failed {
            observe(McpMetric::Errors, 1.0);
        }
        if before.progress > 0 {
            observe(McpMetric::Progress, before.progress as f64);
        }
        if before.server_calls > 0 {
            observe(McpMetric::ServerCalls, before.server_calls as f64);
        }
    }

    /// Records an observation of a session, by the row of the request that opened it.
    pub(crate) fn mcp_session(&self, stage: usize, row: StepId, metric: McpSessionMetric, value: f64, at: Instant) {
        self.observe(&MCP_SESSION_FAMILY, (stage, (row, 0)), metric as usize, value, at);
    }

    fn mcp_family(&self, key: McpKey) -> Family {
        let mut caches = self.caches.borrow_mut();
        if let Some(known) = caches.mcp.get(&key) {
            return *known;
        }
        let (step, variant) = key.step;
        let variation = variant.checked_sub(1).and_then(|at| caches.variations.get(at as usize));
        let (labels, mut from_data) = self.named_step_labels(key.stage, step, variation);
        from_data.extend(["tool", "rpc_code"]);
        let code = key.code.map(|code| code.to_string()).unwrap_or_default();
        let labels = labels.with([
            ("mcp_method", key.method.as_str()),
            ("tool", &*truncated(&key.tool)),
            ("rpc_code", &*code),
            ("error_class", key.error.map_or("", ErrorClass::label)),
        ]);
        let family = self.recorder.borrow_mut().family(&MCP_FAMILY, &labels, &from_data);
        if caches.mcp.len() < MAX_REMEMBERED {
            caches.mcp.insert(key, family);
        }
        family
    }
}

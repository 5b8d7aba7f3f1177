//! Records calls of JSON-RPC.

use std::time::Duration;

use tokio::time::Instant;

use super::{MAX_REMEMBERED, ScenarioRecorder};
use crate::{
    metric::{
        catalogue::{RPC_FAMILY, RpcMetric},
        recorder::Family,
    },
    plan::StepId,
    protocol::ErrorClass,
};

/// What distinguishes the series of calls.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct CallKey {
    pub stage: usize,
    /// The step, and the variant of its labels.
    pub step: (StepId, u32),
    pub method: String,
    /// The code of an error.
    pub code: Option<i64>,
    pub error: Option<ErrorClass>,
}

impl ScenarioRecorder {
    /// Records a call that ended at a time, so long after it was due unless it was not sent, and after so many other
    /// messages of the server.
    pub(crate) fn call(&self, key: CallKey, took: Option<Duration>, notifications: u64, at: Instant) {
        let failed = key.error.is_some_and(ErrorClass::is_failure);
        let family = self.call_family(key);
        let mut recorder = self.recorder.borrow_mut();
        let mut observe = |metric: RpcMetric, value: f64| {
            recorder.observation(family, metric as usize, value, || self.since_start(at));
        };
        observe(RpcMetric::Reqs, 1.0);
        observe(RpcMetric::Failed, f64::from(u8::from(failed)));
        if let Some(took) = took {
            observe(RpcMetric::ResponseTime, took.as_secs_f64());
        }
        if failed {
            observe(RpcMetric::Errors, 1.0);
        }
        if notifications > 0 {
            observe(RpcMetric::Notifications, notifications as f64);
        }
    }

    fn call_family(&self, key: CallKey) -> Family {
        let mut caches = self.caches.borrow_mut();
        if let Some(known) = caches.calls.get(&key) {
            return *known;
        }
        let (step, variant) = key.step;
        let variation = variant.checked_sub(1).and_then(|at| caches.variations.get(at as usize));
        let (labels, mut from_data) = self.named_step_labels(key.stage, step, variation);
        from_data.extend(["rpc_method", "rpc_code"]);
        let code = key.code.map(|code| code.to_string()).unwrap_or_default();
        let labels = labels.with([
            ("rpc_method", &*key.method),
            ("rpc_code", &*code),
            ("error_class", key.error.map_or("", ErrorClass::label)),
        ]);
        let family = self.recorder.borrow_mut().family(&RPC_FAMILY, &labels, &from_data);
        if caches.calls.len() < MAX_REMEMBERED {
            caches.calls.insert(key, family);
        }
        family
    }
}

//! Tests of what is remembered of series.

use std::time::Duration;

use super::{mcp::McpKey, rpc::CallKey, *};
use crate::{
    executor::tests::{closed_shape, plan},
    plan::{ClosedSchedule, Step, StepKind, StepTable, mcp::McpMethod},
};

#[test]
fn codes_and_names_of_a_server_do_not_fill_the_memory() {
    let shape = closed_shape(ClosedSchedule::constant(1, Duration::from_secs(1)), None);
    let scenario = plan(shape, Duration::ZERO, Duration::ZERO).scenarios[0].clone();
    let (recorder, start) = (Rc::new(RefCell::new(Recorder::default())), Instant::now());
    let scenario_recorder = ScenarioRecorder::new(scenario, 0, recorder, start);
    let row = Step { name: "".into(), group: "".into(), tags: Vec::new(), kind: StepKind::Group };
    let step = (StepTable::default().push(row), 0);
    for code in 0..5_000 {
        let (stage, took, code) = (0, Some(Duration::ZERO), Some(code));
        let method = McpMethod::CallTool;
        let key = McpKey { stage, step, method, tool: String::new(), code, error: None };
        scenario_recorder.mcp_request(key, took, mcp::BeforeAnswer::default(), start);
        let key = CallKey { stage, step, method: String::new(), code, error: None };
        scenario_recorder.call(key, took, 0, start);
    }
    let caches = scenario_recorder.caches.borrow();
    assert_eq!((caches.mcp.len(), caches.calls.len()), (MAX_REMEMBERED, MAX_REMEMBERED));
}

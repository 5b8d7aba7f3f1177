//! Another kind of flow than the compiled one, run by the same users: requests, names, tags and a metric that it makes up
//! while running.

use std::{borrow::Cow, sync::Arc};

use super::*;
use crate::{
    metric::{Kind, MetricDef, Unit, UserMetric, catalogue::LabelGroup},
    plan::{
        FlowProgram, StepId,
        flow::{
            DynamicLabels, Effect, FlowContext,
            script::{Script, ScriptFlow},
        },
    },
};

/// The rows that every scripted scenario has.
#[derive(Clone, Copy)]
struct Rows {
    request: StepId,
    check: StepId,
    metric: StepId,
    parallel: StepId,
}

fn table() -> (StepTable, Rows) {
    let mut table = StepTable::default();
    let request = table.push(row("", StepKind::Request(Box::default())));
    let check = table.push(row("", StepKind::Check("".into())));
    let metric = table.push(row("", StepKind::Metric(0)));
    let parallel = table.push(row("", StepKind::Parallel));
    (table, Rows { request, check, metric, parallel })
}

fn scripted(script: Script, shape: Shape) -> Plan {
    let mut plan = plan(shape, seconds(0), seconds(30));
    plan.scenarios[0].flow = FlowPlan { steps: Arc::new(table().0), kind: FlowProgram::Script(script), outline: None };
    plan
}

fn named(name: String, tag: &str) -> DynamicLabels {
    let tags = vec![("kind".to_owned(), tag.to_owned())];
    DynamicLabels { name: Some(name), tags, ..DynamicLabels::default() }
}

fn sample(value: f64) -> Effect {
    let (name, help, labels) = (Cow::Borrowed("state"), Cow::Borrowed(""), LabelGroup::Group);
    let def = MetricDef { name, kind: Kind::Counter, unit: Unit::None, help, labels };
    let metric = Some(Arc::new(UserMetric { def, scale: 1.0, up_and_down: false }));
    Effect::Metric { step: table().1.metric, metric, value, labels: None }
}

/// Thinks, branches twice, and counts.
fn thinker(flow: &mut ScriptFlow, context: &FlowContext<'_>) -> Effect {
    let check = table().1.check;
    match (flow.branch, flow.position) {
        (None, 0) => Effect::Think(seconds(2)),
        (None, 1) => {
            let branches = (0..3).map(|number| flow.fork(number)).collect();
            Effect::Parallel { step: table().1.parallel, branches, width: 2 }
        }
        (None, 2) => sample(2.0),
        (None, 3) => Effect::Detach { after: seconds(5), branch: Box::new(flow.fork(9)) },
        (Some(_), 0) => Effect::Think(seconds(1)),
        (Some(number), 1) => Effect::Check {
            step: check,
            labels: Some(Box::new(named(format!("branch {number}"), "scripted"))),
            passed: context.now > seconds(2),
        },
        _ => Effect::Done,
    }
}

#[tokio::test(start_paused = true)]
async fn a_script_thinks_branches_and_makes_up_a_metric() {
    let left = alone(scripted(thinker, closed_shape(ClosedSchedule::constant(1, seconds(600)), Some(2)))).await;
    // 2 s, then three branches of 1 s by two at once, then a detached branch of 5 + 1 s.
    assert_eq!((left.count("iterations"), left.ended), (2, seconds(2 * 10)));
    assert_eq!(left.count("state"), 4);
    let checks = left.series.iter().filter(|(metric, ..)| metric.name == "checks");
    let labels: Vec<_> = checks.map(|(_, labels, _)| labels.get("check").unwrap().to_owned()).collect();
    assert_eq!(labels, ["branch 0", "branch 1", "branch 2", "branch 9"]);
}

/// One request of its own making, under a name that is another one each time.
fn sender(flow: &mut ScriptFlow, context: &FlowContext<'_>) -> Effect {
    match flow.position {
        0 => {
            let Step { kind: StepKind::Request(request), .. } = get(&format!("/{}", flow.id.iteration), 0) else {
                panic!("a request")
            };
            let name = format!("page {}", flow.id.scenario_iteration);
            Effect::Send {
                step: table().1.request,
                request: Some(request),
                labels: Some(Box::new(named(name, "scripted"))),
                again: false,
            }
        }
        1 => sample(f64::from(u8::from(context.response.status == Some(200)))),
        _ => Effect::Done,
    }
}

/// In real time: a paused clock may run on while a response is on its way.
#[tokio::test]
async fn a_script_sends_requests_that_are_in_no_table() {
    const ITERATIONS: u64 = 1_003;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut plan = scripted(sender, closed_shape(ClosedSchedule::constant(3, seconds(600)), Some(ITERATIONS)));
    plan.origins = vec![Origin { tls: false, host: "127.0.0.1".into(), port }];
    let left = LocalSet::new()
        .run_until(async {
            spawn_local(answer_all(listener, Rc::default()));
            conduct(plan, |control, _| async move { drop(control) }).await
        })
        .await;
    assert_eq!((left.count("http_reqs"), left.count("state")), (ITERATIONS, ITERATIONS));
    let of = |name: &str| {
        left.series
            .iter()
            .filter(|(metric, labels, _)| metric.name == "http_reqs" && labels.get("name") == Some(name))
            .collect::<Vec<_>>()
    };
    let [(_, labels, count)] = of("page 0")[..] else { panic!("one series") };
    assert_eq!(
        (labels.get("method"), labels.get("kind"), count),
        (Some("GET"), Some("scripted"), &Value::Counter(1.0))
    );
    let [(_, labels, count)] = of("other")[..] else { panic!("one series") };
    assert_eq!((labels.get("kind"), count), (Some("other"), &Value::Counter(3.0)), "names beyond the limit are folded");
    // The series of `other` itself is past the limit of series, too, but has nothing to fold.
    assert_eq!(left.count("series_folded"), 3);
}

//! Polling: repeats a request until a condition is true, or until a timeout.
//!
//! ```text
//!  mark ─▶ request ─▶ holds? ──yes──▶ (go on)
//!             ▲          │no
//!             │          ├─ another pause would be too long ─▶ on_timeout ─▶ (go on)
//!             └─ pause ──┘
//! ```

use std::time::Duration;

use super::{Compiler, StepDefinition, StepNode, nothing};
use crate::{
    plan::{Op, describe, outline::OutlineKind, program::Pause},
    profile::{
        grammar::{Key, Type},
        node::Yaml,
    },
};

/// Polling.
pub(super) static STEPS: &[StepDefinition] = &[StepDefinition {
    words: &["poll"],
    value: Type::Any,
    options: &[&[
        Key::required("until", Type::Condition, "condition that ends the polling"),
        Key::new("every", Type::Pause, "pause between requests; 1s"),
        Key::new("timeout", Type::Pause, "maximum time; 30s"),
        Key::new("on_timeout", Type::Steps, "steps to run after the timeout"),
    ]],
    about: "repeats a request until a condition is true",
    example: "poll: {get: /job}, until: json.state == 'done'",
    compile,
}];

pub(super) const EVERY: Duration = Duration::from_secs(1);
const LIMIT: Duration = Duration::from_secs(30);

/// `poll: {get: /status}` with `until`, `every`, `timeout` and `on_timeout`.
pub(super) fn compile<'n>(compiler: &mut Compiler<'_, 'n>, mut step: StepNode<'n>) {
    let reader = compiler.reader;
    let mut time = |compiler: &mut Compiler<'_, 'n>, key: &'static str, default: Duration| {
        step.map.take(key).map_or(Some(Pause::Between(default, default)), |node| compiler.pause(node, key))
    };
    let (every, limit) = (time(compiler, "every", EVERY), time(compiler, "timeout", LIMIT));
    let until = step.map.need(reader, "until", "json.state == 'done'");
    let since = compiler.names.hidden();
    compiler.ops.push(Op::Mark(since));
    let request = compiler.here();
    let body = compiler.outlined(|compiler| {
        if let Yaml::Map(_) = step.value.value {
            return compiler.step(step.value);
        }
        let message = format!("`poll` takes a request as a map, not {}", step.value.describe());
        reader.error(step.value.position, message, Some("for example `poll: {get: /status}`".to_owned()));
    });
    let (until, needs) = compiler.apart(|compiler| until.and_then(|node| compiler.condition(node, "until")));
    compiler.keep_since(request, needs);
    let shown = until.as_ref().map(|until| until.written().to_string()).unwrap_or_default();
    let wait = compiler.open(Op::Unless(Box::new(until.unwrap_or_else(nothing)), 0));
    let done = compiler.open(Op::Goto(0));
    compiler.close(wait);
    let none = Pause::Between(Duration::ZERO, Duration::ZERO);
    let (every, limit) = (every.unwrap_or_else(|| none.clone()), limit.unwrap_or(none));
    let expired = compiler.open(Op::Expired { since, limit: limit.clone(), every: every.clone(), target: 0 });
    compiler.ops.extend([Op::Think(every.clone()), Op::Goto(request)]);
    compiler.close(expired);
    let late = step.map.take("on_timeout");
    let on_timeout = late.map(|node| compiler.outlined(|compiler| compiler.steps(node, "on_timeout")));
    compiler.close(done);
    let (pause, most) = (describe::pause(&every), describe::pause(&limit));
    let kind = OutlineKind::Poll { body, every, limit, on_timeout: on_timeout.unwrap_or_default() };
    compiler.note(format!("poll until {shown}, every {pause}, for at most {most}"), kind);
    if !compiler.ops[request..].iter().any(|op| matches!(op, Op::Send(..))) && !reader.has_errors() {
        let hint = Some("for example `poll: {get: /status}`".to_owned());
        reader.error(step.value.position, "`poll` needs a request to repeat", hint);
    }
    step.map.finish(reader);
}

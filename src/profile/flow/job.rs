//! `job`: a request submits a job, and others ask for its state until it ends.
//!
//! ```text
//!  mark ─▶ submission ─▶ accepted? ─yes─▶ pause ─▶ mark ─▶ poll ─▶ ended? ─done──▶ (go on)
//!                           │no             ▲ └ late           │no  │failed
//!                           ▼               └──────────────────┘    ▼
//!                          else ◀── else ◀──────────────────────── else
//! ```

use std::{sync::LazyLock, time::Duration};

use url::Url;

use super::{Compiler, ELSE, StepDefinition, StepNode, nothing, outline::choice, poll::EVERY, target::resolve};
use crate::{
    language::{EmptyScope, Expr, Needs, Template, extract::HeaderSelector},
    plan::{
        Op, StepId, StepKind, describe,
        job::{JobOp, JobPhase, JobSlots, SHORTEST_RETRY_AFTER},
        outline::OutlineKind,
        program::Pause,
    },
    profile::{
        grammar::{Key, Type},
        node::{Node, Yaml},
        reader::MapReader,
    },
    units,
};

/// Jobs.
pub(super) static STEPS: &[StepDefinition] = &[StepDefinition {
    words: &["job"],
    value: Type::Any,
    options: &[&[
        Key::new("name", Type::Text, "label `name` of its metrics; that of the submission"),
        Key::new("location", Type::Text, "URL of its state, `location` in `poll`; `Operation-Location` or `Location`"),
        Key::new("poll", Type::Any, "the request for its state; `get: ${location}`, named `NAME (poll)` after the job"),
        Key::required("done", Type::Condition, "condition on the response to a poll: the job is done"),
        Key::new("failed", Type::Condition, "condition on the response to a poll: the job failed; never"),
        Key::new("ended_at", Type::Text, "time of the end by the server's clock, for `job_overshoot`; unknown"),
        Key::new("every", Type::Pause, "pause before each poll, unless the server sends `Retry-After`; 1s"),
        Key::new("retry_after", Type::Boolean, "respect `Retry-After`; true"),
        Key::new("timeout", Type::Duration, "maximum time from the acceptance to the last poll; 5m"),
        Key::new("as", Type::Text, "variable for `outcome`, `polls`, `response_time`, `duration` and `location`"),
        ELSE,
    ]],
    about: "submits a job and asks for its state until it ends",
    example: "job: {post: /jobs}, done: json.state == 'done'",
    compile,
}];

const LIMIT: Duration = Duration::from_secs(300);

/// The name of the job's URL in `poll` and `else`.
const LOCATION: &str = "location";
const LOCATION_HEADERS: &str = "header('Operation-Location') ?? header('Location') ?? ''";

/// The request for the state, unless the profile has one.
static POLL: LazyLock<Node> = LazyLock::new(|| Node::from(&serde_json::json!({ "get": "${location}" })));

/// `job: {post: /jobs}` with `done`, `failed`, `poll` and the others.
fn compile<'n>(compiler: &mut Compiler<'_, 'n>, mut step: StepNode<'n>) {
    let reader = compiler.reader;
    let slots = slots(compiler, &mut step);
    let row_before = compiler.table.iter().len();
    compiler.ops.push(Op::Mark(slots.open));
    let submission = compiler.here();
    let mut body = compiler.outlined(|compiler| compiler.step(step.value));
    let name = step.map.take("name").and_then(|node| reader.text(node, "name"));
    let is_own = |id: &StepId| compiler.table.request(*id).is_some_and(|request| !request.internal);
    let found = compiler.table.requests_from(row_before).filter(is_own).last();
    let submitted = found.and_then(|id| compiler.table.get(id)).map(|step| step.name.clone());
    let name = name.map(Into::into).or(submitted).unwrap_or_default();
    let row = compiler.row(&name, StepKind::Job);
    let op = |phase: JobPhase| Op::Job(Box::new(JobOp { step: row, slots, phase, otherwise: 0 }));

    let (every, limit, header) = pauses(compiler, &mut step.map);
    let head = Needs { head: header.is_some(), ..Needs::default() };
    let (location, needs) = compiler.apart(|compiler| location(compiler, &mut step.map));
    compiler.keep_since(submission, needs.and(head));
    let base = submission_url(compiler, step.value);
    let refused = compiler.open(op(JobPhase::Submitted { location, base }));
    let again = compiler.here();
    let late = compiler.open(op(JobPhase::Pause { every: every.clone(), limit, header }));
    compiler.ops.push(Op::Mark(slots.asked));

    let outer = compiler.names.lend(Some((LOCATION, slots.location)));
    let poll = compiler.here();
    let (own_poll, polls_begin) = (step.map.take("poll"), compiler.table.iter().len());
    let poll_node = own_poll.unwrap_or(&POLL);
    let polls = compiler.outlined(|compiler| compiler.step(poll_node));
    if own_poll.is_none() {
        // Its URL is computed: the name says whose state it is instead.
        let polled: Vec<_> = compiler.table.requests_from(polls_begin).collect();
        polled.into_iter().for_each(|id| compiler.table.rename(id, &format!("{name} (poll)")));
    }
    let (phase, needs) = compiler.apart(|compiler| conditions(compiler, &mut step.map, again));
    compiler.keep_since(poll, needs.and(head));
    let shown = match &phase {
        JobPhase::Polled { done, .. } => done.written().to_string(),
        _ => String::new(),
    };
    let ended = compiler.open(op(phase));
    let over = compiler.open(Op::Goto(0));
    [refused, late, ended].into_iter().for_each(|at| compiler.close(at));
    let otherwise = step.map.take("else");
    let otherwise = otherwise.map(|node| compiler.outlined(|compiler| compiler.steps(node, "else")));
    compiler.close(over);
    compiler.names.lend(outer);

    needs_request(compiler, (submission, again), step.value, "for example `job: {post: /jobs}`");
    needs_request(compiler, (poll, ended), poll_node, "for example `poll: {get: \"${location}\"}`");
    let pause = describe::pause(&every);
    let text = format!("poll until {shown}, every {pause}, for at most {}", units::show_duration(limit));
    compiler.details.clear();
    let polling = compiler.outlined(|compiler| compiler.note(text, polling(polls, &every, limit)));
    let unless = compiler.outlined(|compiler| compiler.note("if it is accepted", choice(None, polling, Vec::new())));
    body.extend(unless);
    if let Some(steps) = otherwise {
        let failed = compiler.outlined(|compiler| compiler.note("unless it is done", choice(None, steps, Vec::new())));
        body.extend(failed);
    }
    compiler.note(format!("job {name}"), OutlineKind::Block { is_group: false, body });
    step.map.finish(reader);
}

fn slots<'n>(compiler: &mut Compiler<'_, 'n>, step: &mut StepNode<'n>) -> JobSlots {
    let result = (step.map.take("as")).and_then(|node| compiler.variable(Some(node), "job", node.position));
    let names = compiler.names;
    JobSlots {
        due: names.hidden(),
        accepted: names.hidden(),
        asked: names.hidden(),
        open: names.hidden(),
        polls: names.hidden(),
        location: names.hidden(),
        result,
    }
}

/// The pause between polls, the time of the last one, and the header that can set the pause.
fn pauses<'n>(compiler: &mut Compiler<'_, 'n>, map: &mut MapReader<'n>) -> (Pause, Duration, Option<HeaderSelector>) {
    let reader = compiler.reader;
    let every = map.take("every").and_then(|node| compiler.pause(node, "every"));
    let limit = map.take("timeout").map_or(Some(LIMIT), |node| {
        let limit = reader.duration(node, "timeout")?;
        if limit.is_zero() {
            reader.error(node.position, "timeout must be greater than zero", None);
        }
        Some(limit)
    });
    let asks = map.take("retry_after").is_none_or(|node| reader.boolean(node, "retry_after").unwrap_or(true));
    let header = asks.then(|| HeaderSelector::new("Retry-After"));
    (every.unwrap_or(Pause::Between(EVERY, EVERY)), limit.unwrap_or(LIMIT), header)
}

/// Where the state of the job is.
fn location<'n>(compiler: &mut Compiler<'_, 'n>, map: &mut MapReader<'n>) -> Template {
    if let Some(node) = map.take("location") {
        return compiler.template(node, "location").unwrap_or_else(|| Template::fixed("".into()));
    }
    let headers = Template::of(Expr::compile(LOCATION_HEADERS, &EmptyScope).unwrap_or_else(|_| nothing()));
    compiler.needs = compiler.needs.and(headers.needs());
    headers
}

/// The URL of the submission up to what is computed.
fn submission_url(compiler: &Compiler<'_, '_>, submission: &Node) -> Option<Url> {
    let Yaml::Map(entries) = &submission.value else { return None };
    let written = entries.first()?.1.scalar()?;
    resolve(written.split("${").next()?, &compiler.context.defaults).ok()
}

fn conditions<'n>(compiler: &mut Compiler<'_, 'n>, map: &mut MapReader<'n>, again: usize) -> JobPhase {
    let done = map.need(compiler.reader, "done", "json.state == 'done'");
    let done = done.and_then(|node| compiler.condition(node, "done")).unwrap_or_else(nothing);
    let failed = map.take("failed").and_then(|node| compiler.condition(node, "failed"));
    let ended_at = map.take("ended_at").and_then(|node| compiler.template(node, "ended_at"));
    JobPhase::Polled { failed: failed.map(Box::new), done: Box::new(done), ended_at, again }
}

/// For bounds: a server that sets the pause can set it to the shortest one.
fn polling(body: Vec<crate::plan::outline::OutlineStep>, every: &Pause, limit: Duration) -> OutlineKind {
    let every = match every {
        Pause::Between(low, high) => {
            let low = (*low).min(SHORTEST_RETRY_AFTER);
            Pause::Between(low, (*high).max(low))
        }
        computed @ Pause::Computed(_) => computed.clone(),
    };
    OutlineKind::Poll { body, every, limit: Pause::Between(limit, limit), on_timeout: Vec::new() }
}

fn needs_request(compiler: &Compiler<'_, '_>, (begin, end): (usize, usize), node: &Node, example: &str) {
    if !compiler.ops[begin..end].iter().any(|op| matches!(op, Op::Send(..))) && !compiler.reader.has_errors() {
        compiler.reader.error(node.position, "this part of a job must contain a request", Some(example.to_owned()));
    }
}

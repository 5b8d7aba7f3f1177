//! Blocks: branches, loops, groups, measured blocks and reuse of flows.

use std::time::Duration;

use super::{
    AS, BLOCK, Compiler, ELSE, INDEX, StepDefinition, StepNode, TAGS, nothing,
    outline::{choice, rounds_of},
};
use crate::{
    language::{Template, Value},
    metric::Kind,
    plan::{
        Op, StepKind,
        outline::{OutlineBranch, OutlineKind, OutlineStep, Rounds},
        program::{Elapsed, Loop, LoopKind},
    },
    profile::{
        grammar::{Key, Section, Type},
        node::Yaml,
        reader::MapReader,
    },
    units,
};

/// Branches, loops, groups and reuse.
pub(super) static STEPS: &[StepDefinition] = &[
    StepDefinition {
        words: &["if"],
        value: Type::Condition,
        options: &[&[Key::required("then", Type::Steps, "steps if the condition is true"), ELSE]],
        about: "runs steps if a condition is true",
        example: "if: status == 200, then: [{get: /next}]",
        compile: condition,
    },
    StepDefinition {
        words: &["choose"],
        value: Type::List(&Type::Map(&CHOICE)),
        options: &[],
        about: "runs one of several branches, chosen by weight",
        example: "choose: [{weight: 3, steps: [{get: /a}]}, {weight: 1, steps: [{get: /b}]}]",
        compile: choose,
    },
    StepDefinition {
        words: &["chance"],
        value: Type::Text,
        options: &[&[BLOCK, ELSE]],
        about: "runs steps with a probability",
        example: "chance: 20%, steps: [{get: /rare}]",
        compile: chance,
    },
    StepDefinition {
        words: &["repeat"],
        value: Type::Text,
        options: &[&[BLOCK, INDEX]],
        about: "repeats steps `3`, `2..5` or `${n}` times",
        example: "repeat: 3, steps: [{get: /}]",
        compile: repeat,
    },
    StepDefinition {
        words: &["foreach"],
        value: Type::Any,
        options: &[&[AS, BLOCK, INDEX]],
        about: "runs steps for each item of a list",
        example: "foreach: '${[1, 2]}', as: id, steps: [{get: '/items/${id}'}]",
        compile: foreach,
    },
    StepDefinition {
        words: &["while"],
        value: Type::Condition,
        options: &[&[Key::new("max", Type::Count, "maximum number of rounds; 10000"), BLOCK, INDEX]],
        about: "repeats steps while a condition is true",
        example: "while: status == 202, steps: [{get: /job}]",
        compile: while_loop,
    },
    StepDefinition {
        words: &["every"],
        value: Type::Duration,
        options: &[&[FIRST, BLOCK, ELSE]],
        about: "runs steps at most once per interval and user",
        example: "every: 30s, steps: [{get: /heartbeat}]",
        compile: every,
    },
    StepDefinition {
        words: &["group"],
        value: Type::Text,
        options: &[&[BLOCK]],
        about: "labels steps and measures their duration",
        example: "group: checkout, steps: [{get: /cart}]",
        compile: group,
    },
    StepDefinition {
        words: &["measure"],
        value: Type::Text,
        options: &[&[BLOCK, TAGS]],
        about: "records the duration of steps as a sample of a metric",
        example: "measure: checkout_time, steps: [{get: /cart}]",
        compile: measure,
    },
    StepDefinition {
        words: &["use"],
        value: Type::Text,
        options: &[&[Key::new("with", Type::Names(&Type::Any), "variables for this use")]],
        about: "runs the steps of one of `flows`",
        example: "use: login",
        compile: reuse,
    },
];

static FIRST: Key =
    Key::new("first", Type::Duration, "time until the first run, from when a user reaches the step; 0s");

/// A branch of `choose`.
pub(in crate::profile) static CHOICE: Section = Section::new(
    "choice",
    "A branch of `choose`.",
    &[&[
        Key::new("weight", Type::Number, "weight of the branch; 1"),
        Key::required("steps", Type::Steps, "steps of the branch"),
    ]],
);

/// Default of `max` in `while`.
const DEFAULT_MAX_ROUNDS: u32 = 10_000;

const CHOICES: &str = "for example `choose: [{weight: 3, steps: […]}, {weight: 1, steps: […]}]`";

/// `if: …` with `then` and `else`.
pub(super) fn condition<'n>(compiler: &mut Compiler<'_, 'n>, mut step: StepNode<'n>) {
    let condition = compiler.condition(step.value, "if").unwrap_or_else(nothing);
    let shown = format!("if {}", condition.written());
    let skip = compiler.open(Op::Unless(Box::new(condition), 0));
    let then = compiler.block(&mut step.map, "then");
    let other = otherwise(compiler, &mut step.map, skip);
    compiler.note(shown, choice(None, then, other));
    step.map.finish(compiler.reader);
}

/// The steps under `else`; `skip` jumps to them. Returns their outline.
fn otherwise<'n>(compiler: &mut Compiler<'_, 'n>, map: &mut MapReader<'n>, skip: usize) -> Vec<OutlineStep> {
    let Some(node) = map.take("else") else {
        compiler.close(skip);
        return Vec::new();
    };
    let over = compiler.open(Op::Goto(0));
    compiler.close(skip);
    let steps = compiler.outlined(|compiler| compiler.steps(node, "else"));
    compiler.close(over);
    steps
}

/// `chance: 20%` with `steps` and `else`.
pub(super) fn chance<'n>(compiler: &mut Compiler<'_, 'n>, mut step: StepNode<'n>) {
    let share = compiler.reader.parsed(step.value, "chance", units::parse_share).unwrap_or_default();
    let skip = compiler.open(Op::Chance(share, 0));
    let steps = compiler.block(&mut step.map, "steps");
    let other = otherwise(compiler, &mut step.map, skip);
    compiler.note(format!("chance {}", percent(share)), choice(Some(share), steps, other));
    step.map.finish(compiler.reader);
}

/// `choose: [{weight: 3, steps: […]}, …]`.
pub(super) fn choose<'n>(compiler: &mut Compiler<'_, 'n>, step: StepNode<'n>) {
    let reader = compiler.reader;
    if !matches!(step.value.value, Yaml::List(_)) {
        let message = format!("`choose` must be a list, not {}", step.value.describe());
        return reader.error(step.value.position, message, Some(CHOICES.to_owned()));
    }
    let items = reader.list(step.value, "choose");
    let choice = compiler.open(Op::Choose(Box::default()));
    let (mut places, mut total, mut exits, mut branches) = (Vec::new(), 0.0, Vec::new(), Vec::new());
    for item in items {
        let mut map = reader.section(item, "this choice", &CHOICE);
        let weight = map.take("weight").map_or(Some(1.0), |node| reader.number(node, "weight"));
        total += weight.unwrap_or_default();
        places.push((total, compiler.here()));
        branches.push((weight.unwrap_or_default(), compiler.block(&mut map, "steps")));
        map.finish(reader);
        exits.push(compiler.open(Op::Goto(0)));
    }
    exits.into_iter().for_each(|exit| compiler.close(exit));
    if total <= 0.0 && !reader.has_errors() {
        let why = if items.is_empty() { "the list is empty" } else { "all weights are 0" };
        let message = format!("`choose` has nothing to choose from: {why}");
        reader.error(step.value.position, message, Some(CHOICES.to_owned()));
    }
    places.iter_mut().for_each(|(bound, _)| *bound /= total);
    let branch = |(weight, steps): (f64, Vec<OutlineStep>)| {
        let share = weight / total;
        OutlineBranch { heading: Some(percent(share)), share: Some(share), steps }
    };
    compiler.note("choose", OutlineKind::Choice(branches.into_iter().map(branch).collect()));
    compiler.ops[choice] = Op::Choose(places.into());
    step.map.finish(reader);
}

/// `repeat: 3`, `repeat: 2..5` or `repeat: ${n}`.
pub(super) fn repeat<'n>(compiler: &mut Compiler<'_, 'n>, step: StepNode<'n>) {
    let range = match &step.value.value {
        Yaml::Scalar { text, .. } => text.split_once("..").map(|(low, high)| (low.trim(), high.trim())),
        _ => None,
    };
    let mut rounds = None;
    let times = match range {
        Some((low, high)) if !low.contains('$') && !high.contains('$') => {
            let drawn = format!("${{random_int({low}, {high})}}");
            match (low.parse::<u64>(), high.parse::<u64>()) {
                (Ok(low), Ok(high)) if low <= high => {
                    rounds = Some(Rounds { least: low, most: Some(high) });
                    compiler.reader.template_of(&drawn, step.value, compiler.names)
                }
                (low, high) => {
                    let message = match (low, high) {
                        (Ok(_), Ok(_)) => "is a reversed range; write the smaller number first",
                        _ => "is not a range of whole numbers such as 2..5",
                    };
                    let written = step.value.scalar().unwrap_or_default();
                    compiler.reader.error(step.value.position, format!("repeat: `{written}` {message}"), None);
                    None
                }
            }
        }
        _ => {
            let times = compiler.template(step.value, "repeat");
            if let Some(times) = &times {
                compiler.count_of(step.value, "repeat", times, 0);
            }
            times
        }
    };
    let limit = compiler.names.hidden();
    let rounds = rounds.or(times.as_ref().map(rounds_of)).unwrap_or(Rounds::exactly(0));
    let shown = match (range, &times) {
        (None, Some(times)) => times.shape(),
        _ => step.value.scalar().unwrap_or_default().to_owned(),
    };
    compiler.ops.push(Op::Set(limit, times.unwrap_or_else(|| Template::fixed(Value::Int(0)))));
    round(compiler, step, LoopKind::Times(limit), (format!("repeat {shown} times"), rounds));
}

/// `foreach: ${list}` with `as`.
pub(super) fn foreach<'n>(compiler: &mut Compiler<'_, 'n>, mut step: StepNode<'n>) {
    let list = match &step.value.value {
        Yaml::Scalar { .. } => compiler.template(step.value, "foreach"),
        _ => compiler.any_value(step.value),
    };
    if let Some(list) = &list {
        compiler.list_of(step.value, "foreach", list);
    }
    let named = step.map.take("as");
    let item = compiler.variable(named, "item", step.position);
    let items = compiler.names.hidden();
    let rounds = list.as_ref().map_or(Rounds::exactly(0), rounds_of);
    let shown = match (&step.value.value, &list) {
        (Yaml::Scalar { .. }, Some(list)) if list.constant().is_none() => list.shape(),
        _ => units::show_several(rounds.least, "item"),
    };
    let variable = named.and_then(crate::profile::node::Node::scalar).unwrap_or("item");
    let shown = format!("foreach {variable} of {shown}");
    compiler.ops.push(Op::Set(items, list.unwrap_or_else(|| Template::fixed(Value::Null))));
    round(compiler, step, LoopKind::Items(items, item.unwrap_or(items)), (shown, rounds));
}

/// `while: …` with `max`.
pub(super) fn while_loop<'n>(compiler: &mut Compiler<'_, 'n>, mut step: StepNode<'n>) {
    let condition = compiler.condition(step.value, "while").unwrap_or_else(nothing);
    let max = step.map.take("max").map_or(Some(DEFAULT_MAX_ROUNDS), |node| compiler.reader.count(node, "max"));
    let max = max.unwrap_or_default();
    let shown = format!("while {}, at most {}", condition.written(), units::show_several(max.into(), "round"));
    let rounds = Rounds { least: 0, most: Some(max.into()) };
    round(compiler, step, LoopKind::While(condition, max), (shown, rounds));
}

fn round<'n>(
    compiler: &mut Compiler<'_, 'n>,
    mut step: StepNode<'n>,
    over: LoopKind,
    (shown, rounds): (String, Rounds),
) {
    let index = step.map.take("index");
    let index = index.and_then(|node| compiler.variable(Some(node), "index", node.position));
    let counter = compiler.names.hidden();
    compiler.ops.push(Op::Reset(counter));
    let head = compiler.open(Op::Loop(Box::new(Loop { counter, over, index, end: 0 })));
    compiler.enter("loop", None);
    let body = compiler.block(&mut step.map, "steps");
    compiler.note(shown, OutlineKind::Loop { rounds, body });
    compiler.ops.push(Op::Goto(head));
    compiler.close(head);
    compiler.leave();
    step.map.finish(compiler.reader);
}

/// `every: 30s`: steps that a user runs at most once per interval.
pub(super) fn every<'n>(compiler: &mut Compiler<'_, 'n>, mut step: StepNode<'n>) {
    let every = compiler.reader.duration(step.value, "every").unwrap_or(Duration::ZERO);
    let first = step.map.take("first").and_then(|node| compiler.reader.duration(node, "first")).unwrap_or_default();
    let skip = compiler.open(Op::Due { next: compiler.names.hidden(), first, every, otherwise: 0 });
    let steps = compiler.block(&mut step.map, "steps");
    let other = otherwise(compiler, &mut step.map, skip);
    let later = if first.is_zero() { String::new() } else { format!(", first after {}", units::show_duration(first)) };
    compiler.note(format!("every {}{later}", units::show_duration(every)), choice(None, steps, other));
    step.map.finish(compiler.reader);
}

/// `group: name`: a label of the steps in it, and their duration.
pub(super) fn group<'n>(compiler: &mut Compiler<'_, 'n>, mut step: StepNode<'n>) {
    let Some(name) = compiler.reader.text(step.value, "the group name") else { return };
    if name.contains("::") || name.trim().is_empty() {
        let hint = "`::` separates the names of nested groups; nest one `group` in the other".to_owned();
        compiler.reader.error(step.value.position, format!("`{name}` is not a valid group name"), Some(hint));
    }
    let since = compiler.names.hidden();
    let shown = format!("group {name}");
    compiler.groups.push(name);
    let row = compiler.row(&"".into(), StepKind::Group);
    let done = Op::Elapsed(since, Box::new(Elapsed { step: row, tags: Vec::new() }));
    compiler.ops.push(Op::Mark(since));
    compiler.enter("group", Some(done.clone()));
    let body = compiler.block(&mut step.map, "steps");
    compiler.note(shown, OutlineKind::Block { is_group: true, body });
    compiler.ops.push(done);
    compiler.leave();
    compiler.groups.pop();
    step.map.finish(compiler.reader);
}

/// `measure: metric`: the duration of several steps as one sample.
pub(super) fn measure<'n>(compiler: &mut Compiler<'_, 'n>, mut step: StepNode<'n>) {
    let metric = compiler.metric_named(step.value, Some(Kind::Trend));
    let tags = step.map.take("tags");
    let (constant, mut tags) = compiler.tags(tags);
    tags.extend(constant.into_iter().map(|(name, text)| (name, Template::fixed(Value::from(text.as_str())))));
    let since = compiler.names.hidden();
    compiler.ops.push(Op::Mark(since));
    let mut body = compiler.block(&mut step.map, "steps");
    if tags.iter().any(|(_, value)| value.can_be_null()) {
        let kind = OutlineKind::Quiet { may_fail: true };
        body.push(OutlineStep { text: "record the duration".to_owned(), details: Vec::new(), kind });
    }
    let shown = step.value.scalar().unwrap_or_default();
    compiler.note(format!("measure {shown}"), OutlineKind::Block { is_group: false, body });
    if let Some(metric) = metric {
        let row = compiler.row(&"".into(), StepKind::Metric(metric));
        compiler.ops.push(Op::Elapsed(since, Box::new(Elapsed { step: row, tags })));
    }
    step.map.finish(compiler.reader);
}

/// `use: flow`: the steps of a flow of the profile, with variables for this use.
pub(super) fn reuse<'n>(compiler: &mut Compiler<'_, 'n>, mut step: StepNode<'n>) {
    let reader = compiler.reader;
    let begin = compiler.ops.len();
    if let Some(with) = step.map.take("with") {
        super::state::assign(compiler, with);
    }
    let may_fail = compiler.can_lack_a_value(begin, compiler.ops.len());
    step.map.finish(reader);
    let Some(name) = reader.name(step.value, "the flow name") else { return };
    let flows = &compiler.context.flows;
    let Some(flow) = flows.get(&name).copied() else {
        let hint = crate::profile::diagnostic::did_you_mean(&name, flows.keys().map(String::as_str))
            .unwrap_or_else(|| format!("define it: `flows: {{{name}: [{{get: /}}]}}`"));
        return reader.error(step.value.position, format!("unknown flow `{name}`"), Some(hint));
    };
    if compiler.using.contains(&name) {
        let way = compiler.using.iter().map(String::as_str).skip_while(|used| *used != name).chain([&*name]);
        let hint = format!("{}; use `repeat` or `while` for loops", way.collect::<Vec<_>>().join(" → "));
        return reader.error(step.value.position, format!("flow `{name}` is recursive"), Some(hint));
    }
    compiler.using.push(name.clone());
    let body = compiler.outlined(|compiler| compiler.steps(flow, &name));
    compiler.using.pop();
    if may_fail {
        compiler.note(format!("set variables of {name}"), OutlineKind::Quiet { may_fail });
    }
    let place = reader.texts.included_at(flow.position).map(|place| format!(" ({place})")).unwrap_or_default();
    compiler.note(format!("use {name}{place}"), OutlineKind::Block { is_group: false, body });
}

fn percent(share: f64) -> String {
    format!("{}%", units::significant(share * 100.0))
}

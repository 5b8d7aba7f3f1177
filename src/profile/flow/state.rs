//! Steps on the state of users: variables, collections, rows; metrics and pauses.

use std::time::Duration;

use super::{AS, Compiler, ELSE, StepDefinition, StepNode, TAGS, outline::choice};
use crate::{
    language::{Expr, Slot, Template, Value},
    metric::{Kind, Unit},
    plan::{
        Op, StepKind, describe,
        outline::OutlineKind,
        program::{CollectionChange, CollectionStep, MetricStep, Pause, PickedItem},
    },
    profile::{
        diagnostic::{Invalid, Position, did_you_mean},
        grammar::{Key, Type, words},
        node::{Node, Yaml},
    },
    units,
};

/// Pauses, variables, collections, rows and metrics.
pub(super) static STEPS: &[StepDefinition] = &[
    StepDefinition {
        words: &["think"],
        value: Type::Pause,
        options: &[],
        about: "pauses",
        example: "think: 1s..3s",
        compile: think,
    },
    StepDefinition {
        words: &["set"],
        value: Type::Names(&Type::Any),
        options: &[],
        about: "sets variables",
        example: "set: {item: 3}",
        compile: set,
    },
    StepDefinition {
        words: &["metric"],
        value: Type::Names(&Type::Text),
        options: &[&[TAGS]],
        about: "adds samples to custom metrics",
        example: "metric: {orders: 1}",
        compile: metric,
    },
    StepDefinition {
        words: &["push"],
        value: Type::Any,
        options: &[&[
            Key::required("to", Type::Text, "the collection"),
            Key::new("max", Type::Count, "maximum number of items; 1000"),
        ]],
        about: "adds a value to a collection",
        example: "push: '${item}', to: tasks",
        compile: push,
    },
    StepDefinition {
        words: &["pick"],
        value: Type::Text,
        options: &[&[
            AS,
            Key::new("which", Type::Word(&words(&WHICH)), "which value; random"),
            Key::new("take", Type::Boolean, "remove the value from the collection; false"),
            Key::new("steps", Type::Steps, "steps that use the value"),
            ELSE,
        ]],
        about: "chooses a value of a collection; runs `else` if it is empty",
        example: "pick: tasks, as: task, steps: [{get: '/tasks/${task}'}]",
        compile: pick,
    },
    StepDefinition {
        words: &["remove"],
        value: Type::Any,
        options: &[&[Key::required("from", Type::Text, "the collection")]],
        about: "removes a value from a collection",
        example: "remove: '${item}', from: tasks",
        compile: remove,
    },
    StepDefinition {
        words: &["row"],
        value: Type::Text,
        options: &[&[AS]],
        about: "reads the next row of a data set",
        example: "row: people",
        compile: row,
    },
];

const WHICH: [(&str, PickedItem); 3] =
    [("random", PickedItem::Random), ("first", PickedItem::First), ("last", PickedItem::Last)];

/// Default of `max` in `push`.
const DEFAULT_MAX_ITEMS: u32 = 1_000;

/// `think: 1s`, `think: 1s..3s` or `think: ${…}`.
pub(super) fn think<'n>(compiler: &mut Compiler<'_, 'n>, step: StepNode<'n>) {
    let pause = compiler.pause(step.value, "think");
    if let Some(pause) = pause {
        compiler.note(format!("think {}", describe::pause(&pause)), OutlineKind::Think(pause.clone()));
        compiler.ops.push(Op::Think(pause));
    }
    step.map.finish(compiler.reader);
}

/// `set: {name: value, …}`.
pub(super) fn set<'n>(compiler: &mut Compiler<'_, 'n>, step: StepNode<'n>) {
    let begin = compiler.ops.len();
    assign(compiler, step.value);
    compiler.note_quiet(format!("set {}", names_in(step.value)), begin);
    step.map.finish(compiler.reader);
}

/// Assigns variables: templates, or lists and maps of templates.
pub(super) fn assign<'n>(compiler: &mut Compiler<'_, 'n>, node: &'n Node) {
    for entry in &compiler.reader.map_like(node, "set", Some("set: {item: 3}")).entries {
        let slot = compiler.names.declare(compiler.reader, &entry.name, entry.position, false);
        let value = compiler.any_value(entry.value);
        compiler.ops.extend(slot.zip(value).map(|(slot, value)| Op::Set(slot, value)));
    }
}

/// `metric: {name: value, …}` with `tags`.
pub(super) fn metric<'n>(compiler: &mut Compiler<'_, 'n>, mut step: StepNode<'n>) {
    let (constant, computed) = {
        let tags = step.map.take("tags");
        compiler.tags(tags)
    };
    let fixed = constant.into_iter().map(|(name, text)| (name, Template::fixed(Value::from(text.as_str()))));
    let tags: Vec<_> = fixed.chain(computed).collect();
    step.map.finish(compiler.reader);
    let begin = compiler.ops.len();
    for entry in &compiler.reader.data(step.value, "metric", Some("metric: {orders: 1}")).entries {
        let metric = compiler.metric_called(&entry.name, entry.position, None);
        let what = format!("metric `{}`", entry.name);
        let value = compiler.template(entry.value, &what);
        if let Some(value) = &value {
            let kind = metric.map(|metric| compiler.context.metrics[metric].def.kind);
            compiler.number_of(entry.value, &what, value, kind);
        }
        if let (Some(metric), Some(value)) = (metric, value) {
            let kind = compiler.context.metrics[metric].def.kind;
            let from_zero = matches!(kind, Kind::Counter | Kind::Trend);
            let constant = value.constant_text().and_then(|text| text.trim().parse::<f64>().ok());
            if from_zero && constant.is_some_and(|value| value < 0.0) {
                let message = format!("{what}: a {} takes no negative sample", kind.as_str());
                compiler.reader.error(entry.value.position, message, Some("use a gauge or `updown`".to_owned()));
            }
            let row = compiler.row(&"".into(), StepKind::Metric(metric));
            compiler.ops.push(Op::Metric(Box::new(MetricStep {
                step: row,
                value,
                from_zero,
                takes_truth: kind == Kind::Rate,
                tags: tags.clone(),
            })));
        }
    }
    compiler.note_quiet(format!("metric {}", names_in(step.value)), begin);
}

/// `push: value` with `to` and `max`.
pub(super) fn push<'n>(compiler: &mut Compiler<'_, 'n>, mut step: StepNode<'n>) {
    let value = compiler.any_value(step.value);
    let named = step.map.need(compiler.reader, "to", "tasks");
    let list = named.and_then(|node| compiler.collection(node));
    let max = step.map.take("max").map_or(Some(DEFAULT_MAX_ITEMS), |node| compiler.reader.count(node, "max"));
    if let (Some(value), Some(list), Some(max)) = (value, list, max) {
        compiler.ops.push(Op::Collect(Box::new(CollectionStep {
            list,
            what: CollectionChange::Push { value, max: max as usize },
        })));
        let shown = named.and_then(Node::scalar).unwrap_or_default();
        compiler.note_quiet(format!("push to {shown}"), compiler.ops.len() - 1);
    }
    step.map.finish(compiler.reader);
}

/// `pick: tasks` with `as`, `which`, `take` and `else`.
pub(super) fn pick<'n>(compiler: &mut Compiler<'_, 'n>, mut step: StepNode<'n>) {
    let reader = compiler.reader;
    let list = compiler.collection(step.value);
    let named = step.map.take("as");
    let into = compiler.variable(named, "item", step.position);
    let which = step.map.take("which").map_or(Some(PickedItem::Random), |node| reader.word(node, "`which`", &WHICH));
    let take = step.map.take("take").and_then(|node| reader.boolean(node, "take")).unwrap_or(false);
    let (Some(list), Some(into), Some(which)) = (list, into, which) else { return };
    let what = CollectionChange::Pick { into, which, take, empty: 0 };
    let pick = compiler.open(Op::Collect(Box::new(CollectionStep { list, what })));
    let steps = step.map.take("steps");
    let picked = steps.map(|node| compiler.outlined(|compiler| compiler.steps(node, "steps")));
    let mut otherwise = Vec::new();
    match step.map.take("else") {
        Some(node) => {
            let over = compiler.open(Op::Goto(0));
            compiler.close(pick);
            otherwise = compiler.outlined(|compiler| compiler.steps(node, "else"));
            compiler.close(over);
        }
        None if steps.is_some() => compiler.close(pick),
        None => {
            let hint =
                "put the steps that use it under `steps`; they are skipped if the collection is empty".to_owned();
            reader.error(step.position, "`pick` needs `steps`: the collection may be empty", Some(hint));
        }
    }
    let shown = step.value.scalar().unwrap_or_default();
    compiler.note(format!("pick from {shown}"), choice(None, picked.unwrap_or_default(), otherwise));
    step.map.finish(reader);
}

/// `remove: value` with `from`.
pub(super) fn remove<'n>(compiler: &mut Compiler<'_, 'n>, mut step: StepNode<'n>) {
    let value = compiler.any_value(step.value);
    let named = step.map.need(compiler.reader, "from", "tasks");
    let list = named.and_then(|node| compiler.collection(node));
    if let (Some(value), Some(list)) = (value, list) {
        compiler.ops.push(Op::Collect(Box::new(CollectionStep { list, what: CollectionChange::Remove(value) })));
        let shown = named.and_then(Node::scalar).unwrap_or_default();
        compiler.note_quiet(format!("remove from {shown}"), compiler.ops.len() - 1);
    }
    step.map.finish(compiler.reader);
}

/// `row: data set` with `as`.
pub(super) fn row<'n>(compiler: &mut Compiler<'_, 'n>, mut step: StepNode<'n>) {
    let reader = compiler.reader;
    let name = reader.name(step.value, "the data set name");
    let named = step.map.take("as");
    step.map.finish(reader);
    let Some(name) = name else { return };
    let known = &compiler.context.data;
    let Some(data) = known.iter().position(|known| *known == name) else {
        let hint = did_you_mean(&name, known.iter().map(String::as_str))
            .unwrap_or_else(|| format!("define it: `data: {{{name}: {{csv: {name}.csv}}}}`"));
        return reader.error(step.value.position, format!("unknown data set `{name}`"), Some(hint));
    };
    compiler.note(format!("row {name}"), OutlineKind::Row);
    let into = compiler.variable(named, &name, step.value.position);
    compiler.ops.extend(into.map(|into| Op::Row { data, into }));
}

impl<'n> Compiler<'_, 'n> {
    /// A pause: a duration, a range, or a template.
    pub(super) fn pause(&mut self, node: &'n Node, what: &str) -> Option<Pause> {
        let template = self.template(node, what)?;
        let Some(text) = template.constant_text() else { return Some(Pause::Computed(template)) };
        let range =
            parse_range(&text).map_err(|message| self.reader.error(node.position, format!("{what}: {message}"), None));
        let (low, high) = range.ok()?;
        Some(Pause::Between(low, high))
    }

    /// A template, or a list or map of templates.
    pub(super) fn any_value(&mut self, node: &'n Node) -> Option<Template> {
        match &node.value {
            Yaml::Scalar { .. } => {
                if node.is_null() {
                    return Some(Template::fixed(Value::Null));
                }
                let template = self.template(node, "a value")?;
                // A plain `3` is a number, as everywhere in YAML.
                let typed = template.constant_text().filter(|_| node.is_plain()).map(|text| Value::of_plain(&text));
                Some(typed.map_or(template, Template::fixed))
            }
            Yaml::List(items) => {
                let items: Option<Vec<_>> = items.iter().map(|item| self.any_value(item)).collect();
                let items = items?.into_iter().map(Template::into_expression).collect();
                Some(Template::of(Expr::of_list(items)))
            }
            Yaml::Map(_) => {
                let map = self.reader.map(node, "a value");
                let entries = map.entries.iter();
                let entries = entries.map(|entry| {
                    let value = self.any_value(entry.value)?;
                    Some((entry.name.as_str().into(), value.into_expression()))
                });
                let entries: Option<Vec<_>> = entries.collect();
                Some(Template::of(Expr::of_map(entries?)))
            }
        }
    }

    /// A list with the lifetime of the user.
    fn collection(&mut self, node: &'n Node) -> Option<Slot> {
        let name = self.reader.name(node, "the collection name")?;
        let slot = self.names.slot(&name);
        if slot.is_none() {
            let hint = format!("define it in the scenario: `user: {{{name}: []}}`");
            self.reader.error(node.position, format!("unknown collection `{name}`"), Some(hint));
        }
        slot
    }

    /// The metric that a scalar names.
    pub(super) fn metric_named(&mut self, node: &'n Node, kind: Option<Kind>) -> Option<usize> {
        let name = self.reader.name(node, "the metric name")?;
        self.metric_called(&name, node.position, kind)
    }

    fn metric_called(&mut self, name: &str, position: Position, kind: Option<Kind>) -> Option<usize> {
        let metrics = &self.context.metrics;
        let found = metrics.iter().position(|metric| metric.def.name == name);
        if found.is_none() {
            let hint =
                did_you_mean(name, metrics.iter().map(|metric| &*metric.def.name)).unwrap_or_else(|| match kind {
                    Some(Kind::Trend) => format!("define it: `metrics: {{{name}: {{kind: trend, unit: ms}}}}`"),
                    _ => format!("define it: `metrics: {{{name}: counter}}`"),
                });
            self.reader.error(position, format!("unknown metric `{name}`"), Some(hint));
        }
        let metric = &metrics[found?];
        if kind == Some(Kind::Trend) && (metric.def.kind, metric.def.unit) != (Kind::Trend, Unit::Seconds) {
            let hint = format!("define it as `metrics: {{{name}: {{kind: trend, unit: ms}}}}`");
            self.reader.error(position, format!("`{name}` is not a trend of durations"), Some(hint));
        }
        found
    }
}

/// The keys of a map, for the outline.
fn names_in(node: &Node) -> String {
    let Yaml::Map(pairs) = &node.value else { return String::new() };
    pairs.iter().filter_map(|(name, _)| name.scalar()).collect::<Vec<_>>().join(", ")
}

/// A duration, or a range such as `1s..3s`.
pub(super) fn parse_range(text: &str) -> Result<(Duration, Duration), Invalid> {
    let (low, high) = text.split_once("..").unwrap_or((text, text));
    let low = units::parse_duration(low).map_err(|error| Invalid::new(error.to_string()))?;
    let high = units::parse_duration(high).map_err(|error| Invalid::new(error.to_string()))?;
    if low <= high {
        Ok((low, high))
    } else {
        Err(Invalid::new(format!("`{text}` is a reversed range; write the shorter time first")))
    }
}

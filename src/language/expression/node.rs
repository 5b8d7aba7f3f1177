//! Compiled expressions and their evaluation.

use std::{borrow::Cow, sync::Arc};

use regex::bytes::Regex;

use super::{
    super::{
        EvalContext, Slot, Value,
        escape::text_of,
        function::{Arguments, Compute, Each},
        lookup::ResponsePath,
        scope::Builtin,
    },
    evaluation::Evaluation,
    operators::{self, Number},
    syntax::Operator,
};

#[derive(Debug, Clone)]
pub(super) enum Node {
    Constant(Value),
    Slot(Slot),
    Builtin(Builtin),
    /// A path into the body, read as JSON.
    Json(ResponsePath),
    List(Box<[Node]>),
    Map(Box<[(Arc<str>, Node)]>),
    Field(Box<Node>, Arc<str>),
    Index(Box<Node>, Box<Node>),
    Not(Box<Node>),
    Negate(Box<Node>),
    Binary(Operator, Box<[Node; 2]>),
    Matches(Box<Node>, Regex),
    Choose(Box<[Node; 3]>),
    Call(Compute, Box<[Node]>),
    /// A list whose items are computed one by one.
    Generate(Box<[Node; 2]>),
    /// The item of the innermost [`Node::Each`].
    Item,
    /// A list made of the items of another.
    Each(Each, Box<[Node; 2]>),
}

static NULL: Value = Value::Null;

fn owned<'v>(value: Option<Value>) -> Cow<'v, Value> {
    value.map_or(Cow::Borrowed(&NULL), Cow::Owned)
}

fn part(whole: Cow<'_, Value>, find: impl Fn(&Value) -> Option<&Value>) -> Cow<'_, Value> {
    match whole {
        Cow::Borrowed(whole) => find(whole).map_or(Cow::Borrowed(&NULL), Cow::Borrowed),
        Cow::Owned(whole) => owned(find(&whole).cloned()),
    }
}

impl Node {
    /// Whether the value can be null: wherever it isn't certain that it can't.
    pub(super) fn can_be_null(&self) -> bool {
        match self {
            Self::Constant(value) => *value == Value::Null,
            Self::Builtin(known) => matches!(known, Builtin::Status | Builtin::Body | Builtin::Json),
            Self::List(_) | Self::Map(_) | Self::Not(_) | Self::Matches(..) => false,
            Self::Binary(Operator::Default, sides) => sides[1].can_be_null(),
            Self::Binary(operator, sides) => {
                matches!(operator, Operator::Divide | Operator::Remainder) || sides.iter().any(Self::can_be_null)
            }
            Self::Choose(parts) => parts[1].can_be_null() || parts[2].can_be_null(),
            Self::Call(_, arguments) => {
                arguments.iter().any(|it| !matches!(it, Self::Constant(value) if *value != Value::Null))
            }
            _ => true,
        }
    }

    /// The value in a context; null if there is none, or if any part of it would exceed the memory limit.
    pub(super) fn evaluated<'v, 'a: 'v>(&'v self, context: &mut EvalContext<'a>) -> Cow<'v, Value> {
        let mut run = Evaluation::new(context);
        let value = self.value(&mut run);
        if run.spent() { Cow::Borrowed(&NULL) } else { value }
    }

    /// The value; null if there is none.
    fn value<'v, 'a: 'v>(&'v self, run: &mut Evaluation<'_, 'a>) -> Cow<'v, Value> {
        match self {
            Self::Constant(value) => Cow::Borrowed(value),
            Self::Slot(Slot(slot)) => {
                let slots: &'a [Value] = run.context.slots;
                Cow::Borrowed(slots.get(usize::from(*slot)).unwrap_or(&NULL))
            }
            Self::Builtin(builtin) => owned(builtin_value(*builtin, run)),
            Self::Json(path) => owned(from_body(path, run)),
            Self::List(items) => owned(list(items, run)),
            Self::Map(entries) => owned(map(entries, run)),
            Self::Field(whole, name) => part(whole.value(run), |whole| whole.get(name)),
            Self::Index(whole, index) => {
                let whole = whole.value(run);
                match &*index.value(run) {
                    Value::Int(index) if matches!(&*whole, Value::List(_)) => part(whole, |whole| whole.at(*index)),
                    name => text_of(name).map_or(Cow::Borrowed(&NULL), |name| part(whole, |whole| whole.get(&name))),
                }
            }
            Self::Not(inner) => Cow::Owned(Value::Bool(!inner.value(run).holds())),
            Self::Negate(inner) => owned(operators::negated(&inner.value(run))),
            Self::Binary(operator, sides) => binary(*operator, sides, run),
            Self::Matches(inner, pattern) => Cow::Owned(Value::Bool(matches(inner, pattern, run))),
            Self::Choose(parts) => {
                let [condition, yes, no] = &**parts;
                if condition.value(run).holds() { yes.value(run) } else { no.value(run) }
            }
            Self::Call(compute, arguments) => owned(call(*compute, arguments, run)),
            Self::Generate(parts) => owned(generate(parts, run)),
            Self::Item => Cow::Owned(run.item.clone()),
            Self::Each(each, parts) => owned(made_of_each(*each, parts, run)),
        }
    }
}

fn builtin_value(builtin: Builtin, run: &mut Evaluation<'_, '_>) -> Option<Value> {
    let (response, id) = (run.context.response, run.context.id);
    let count = |number: u64| i64::try_from(number).ok().map(Value::Int);
    match builtin {
        Builtin::Status => response.status.map(|status| Value::Int(status.into())),
        Builtin::Body => response.status.and_then(|_| run.text(String::from_utf8_lossy(response.body))),
        Builtin::Json => from_body(&ResponsePath::default(), run),
        Builtin::Duration => response.status.map(|_| Value::Float(response.duration.as_secs_f64() * 1e3)),
        Builtin::Error => Some(Value::from(response.error)),
        Builtin::Event => Some(Value::from(response.event)),
        Builtin::Stream => response.stream.cloned(),
        Builtin::Vu => count(id.vu),
        Builtin::Iteration => count(id.iteration),
        Builtin::ScenarioIteration => count(id.scenario_iteration),
        Builtin::Index => Some(Value::Int(run.index)),
    }
}

fn from_body(path: &ResponsePath, run: &mut Evaluation<'_, '_>) -> Option<Value> {
    let value = path.find(run.context.response.body)?;
    run.made_whole(value)
}

fn list(items: &[Node], run: &mut Evaluation<'_, '_>) -> Option<Value> {
    run.take_items(items.len())?;
    Some(Value::List(items.iter().map(|item| item.value(run).into_owned()).collect()))
}

fn map(entries: &[(Arc<str>, Node)], run: &mut Evaluation<'_, '_>) -> Option<Value> {
    run.take_items(entries.len().saturating_mul(2))?;
    let entries = entries.iter().map(|(name, value)| (Arc::clone(name), value.value(run).into_owned()));
    Some(Value::Map(entries.collect()))
}

fn binary<'v, 'a: 'v>(operator: Operator, sides: &'v [Node; 2], run: &mut Evaluation<'_, 'a>) -> Cow<'v, Value> {
    let [left, right] = sides;
    let first = left.value(run);
    match operator {
        Operator::Default if *first == Value::Null => right.value(run),
        Operator::Default => first,
        Operator::And => Cow::Owned(Value::Bool(first.holds() && right.value(run).holds())),
        Operator::Or => Cow::Owned(Value::Bool(first.holds() || right.value(run).holds())),
        _ => {
            let second = right.value(run);
            owned(operators::applied(operator, &first, &second).and_then(|value| run.made(value)))
        }
    }
}

/// A body is searched in place; it need not be UTF-8.
fn matches(inner: &Node, pattern: &Regex, run: &mut Evaluation<'_, '_>) -> bool {
    if matches!(inner, Node::Builtin(Builtin::Body)) {
        return pattern.is_match(run.context.response.body);
    }
    text_of(&inner.value(run)).is_some_and(|text| pattern.is_match(text.as_bytes()))
}

fn call(compute: Compute, arguments: &[Node], run: &mut Evaluation<'_, '_>) -> Option<Value> {
    let mut values = [const { Cow::Borrowed(&NULL) }; Arguments::MAX];
    let count = arguments.len().min(values.len());
    for (value, argument) in values.iter_mut().zip(arguments) {
        *value = argument.value(run);
    }
    let made = compute(&Arguments::new(values.get(..count)?), run)?;
    run.made(made)
}

fn generate(parts: &[Node; 2], run: &mut Evaluation<'_, '_>) -> Option<Value> {
    let [count, item] = parts;
    let Number::Int(count) = Number::of(&count.value(run))? else { return None };
    let count = usize::try_from(count).ok()?;
    run.take_items(count)?;
    let outer = run.index;
    let mut items = Vec::with_capacity(count);
    for index in 0..count {
        run.index = i64::try_from(index).ok()?;
        items.push(item.value(run).into_owned());
        if run.spent() {
            return None;
        }
    }
    run.index = outer;
    Some(Value::List(items.into()))
}

fn made_of_each(each: Each, parts: &[Node; 2], run: &mut Evaluation<'_, '_>) -> Option<Value> {
    let [list, part] = parts;
    let list = list.value(run);
    let Value::List(items) = &*list else { return None };
    run.take_items(items.len())?;
    let outer = (run.index, std::mem::take(&mut run.item));
    let mut made = Vec::with_capacity(items.len());
    for (item, index) in items.iter().zip(0..) {
        (run.index, run.item) = (index, item.clone());
        let value = part.value(run);
        match each {
            Each::Filtered if value.holds() => made.push(item.clone()),
            Each::Filtered => {}
            Each::Mapped => made.push(value.into_owned()),
        }
        if run.spent() {
            return None;
        }
    }
    (run.index, run.item) = outer;
    Some(Value::List(made.into()))
}

//! Functions of lists and maps, and those that accept texts as well.

use std::sync::Arc;

use super::{
    super::{
        Value,
        escape::{json, text_of},
        expression::{Evaluation, holds},
    },
    ArgumentEvaluation,
    ArgumentType::{Any, List, Map, Text, Whole},
    Arguments, Each, Function,
};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "length",
        &[("whole", Any)],
        |with, _| {
            let length = match with.at(0)? {
                Value::List(items) => items.len(),
                Value::Map(entries) => entries.len(),
                value => text_of(value)?.chars().count(),
            };
            i64::try_from(length).ok().map(Value::Int)
        },
        "the number of characters of a text, items of a list, or keys of a map",
    ),
    Function::new(
        "contains",
        &[("whole", Any), ("part", Any)],
        |with, _| Some(Value::Bool(holds(with.at(0)?, with.at(1)?))),
        "whether a text contains a text, a list an item, or a map a key; same as `part in whole`",
    ),
    Function::new(
        "slice",
        &[("whole", Any), ("from", Whole), ("to", Whole)],
        slice,
        "characters or items from position `from` up to, but not including, `to`; negative positions count from the end",
    )
    .min_arguments(2),
    Function::new(
        "range",
        &[("from", Whole), ("to", Whole)],
        |with, run| {
            let (from, to) = (with.whole(0)?, with.whole(1)?);
            run.take_items(usize::try_from(to.saturating_sub(from)).unwrap_or(0))?;
            Some(Value::List((from..to).map(Value::Int).collect()))
        },
        "the whole numbers from `from` up to, but not including, `to`",
    ),
    Function::new(
        "generate",
        &[("count", Whole), ("item", Any)],
        |_, _| None,
        "a list of `count` items, each computed separately; `index` is the item's number from 0: `generate(3, {id: uuid(), n: index})`",
    )
    .call(ArgumentEvaluation::Generate),
    Function::new(
        "filter",
        &[("list", List), ("condition", Any)],
        |_, _| None,
        "the items of a list for which a condition is true; `item` is the item, `index` its number from 0: `filter(json.items, item.price > 10)`",
    )
    .call(ArgumentEvaluation::Each(Each::Filtered)),
    Function::new(
        "map",
        &[("list", List), ("value", Any)],
        |_, _| None,
        "a list with a value for each item of a list; `item` is the item, `index` its number from 0: `map(json.items, item.id)`",
    )
    .call(ArgumentEvaluation::Each(Each::Mapped)),
    Function::new(
        "join",
        &[("list", List), ("between", Text)],
        join,
        "the items of a list joined to one text, with `between` as separator",
    )
    .min_arguments(1),
    Function::new(
        "keys",
        &[("map", Map)],
        |with, _| entries(with, |(name, _)| Value::Text(Arc::clone(name))),
        "the keys of a map, in order",
    ),
    Function::new(
        "values",
        &[("map", Map)],
        |with, _| entries(with, |(_, value)| value.clone()),
        "the values of a map, in order",
    ),
    Function::new(
        "json",
        &[("value", Any)],
        |with, run| {
            let mut out = Vec::new();
            json(with.at(0)?, &mut out);
            run.text(String::from_utf8(out).ok()?)
        },
        "a value as JSON text",
    ),
    Function::new(
        "from_json",
        &[("text", Text)],
        |with, run| {
            let parsed: serde_json::Value = serde_json::from_str(with.text(0)?.trim_start_matches('\u{feff}')).ok()?;
            run.made_whole(Value::from(&parsed))
        },
        "the value parsed from a JSON text",
    ),
];

fn entries(with: &Arguments<'_, '_>, take: fn(&(Arc<str>, Value)) -> Value) -> Option<Value> {
    let Value::Map(entries) = with.at(0)? else { return None };
    Some(Value::List(entries.iter().map(take).collect()))
}

fn join(with: &Arguments<'_, '_>, run: &mut Evaluation<'_, '_>) -> Option<Value> {
    let (items, between) = (with.list(0)?, with.text_or(1, "")?);
    let mut joined = String::new();
    for (index, item) in items.iter().enumerate() {
        let item = text_of(item)?;
        run.take(item.len() + between.len())?;
        if index > 0 {
            joined.push_str(&between);
        }
        joined.push_str(&item);
    }
    Some(Value::Text(joined.into()))
}

fn slice(with: &Arguments<'_, '_>, _run: &mut Evaluation<'_, '_>) -> Option<Value> {
    let (from, to) = (with.whole(1)?, with.whole_or(2, i64::MAX)?);
    if let Value::List(items) = with.at(0)? {
        let (from, to) = bounds(from, to, items.len());
        return Some(Value::List(items.get(from..to)?.into()));
    }
    let text = with.text(0)?;
    let (from, to) = bounds(from, to, text.chars().count());
    let cut: String = text.chars().skip(from).take(to - from).collect();
    Some(Value::Text(cut.into()))
}

/// Positions from the start, ordered and clamped to the length.
fn bounds(from: i64, to: i64, length: usize) -> (usize, usize) {
    let index = |at: i64| {
        let distance = usize::try_from(at.unsigned_abs()).unwrap_or(usize::MAX);
        if at < 0 { length.saturating_sub(distance) } else { distance.min(length) }
    };
    let from = index(from);
    (from, index(to).max(from))
}

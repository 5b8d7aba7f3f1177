//! The `data:` section: rows from files, lists or generated, and the order in which users get them.

use std::time::Duration;

use super::{
    diagnostic::{Position, did_you_mean},
    grammar::{Key, Section, Type, names, words},
    node::{Node, Yaml},
    reader::{MapReader, Reader},
    variables::Variables,
};
use crate::{
    language::{
        Binding, EvalContext, IterationId, Response, Scope, Slot, Template, Value,
        data::{AtEnd, ColumnType, CsvFormat, DataError, DataSet, Format, LARGEST, Order, Source, load},
    },
    plan::data::PlannedData,
    units,
};

/// A data set.
pub(super) static DATA_SET: Section = Section::new(
    "dataSet",
    "Rows for users, from one source: `csv`, `json`, `jsonl`, `rows` or `generate`.",
    &[SOURCES, OPTIONS],
);

static SOURCES: &[Key] = &[
    Key::new("csv", Type::Text, "a CSV file"),
    Key::new("json", Type::Text, "a file with a JSON array"),
    Key::new("jsonl", Type::Text, "a file with one JSON value per line"),
    Key::new("rows", Type::List(&Type::Any), "the rows themselves"),
    Key::new("generate", Type::Count, "number of rows to generate before the run"),
];

static OPTIONS: &[Key] = &[
    Key::new("row", Type::Names(&Type::Any), "with `generate`: a row, which can use `index` and random functions"),
    Key::new("order", Type::Word(&words(&ORDERS)), "order in which rows are used; sequential"),
    Key::new("at_end", Type::Word(&words(&ENDS)), "what happens when all rows have been used; recycle"),
    Key::new("columns", Type::List(&Type::Text), "with `csv`: column names, for a file without a header line"),
    Key::new("delimiter", Type::Text, "with `csv`: separator of cells; `,`"),
    Key::new(
        "types",
        Type::Names(&Type::Word(&words(&ColumnType::ALL))),
        "with `csv`: types of columns by name; all others are text",
    ),
    Key::new("max_size", Type::Text, "maximum file size; 1GiB"),
];

/// Orders by name, and whether `at_end` applies to them.
const ORDERS: [(&str, (OrderOf, bool)); 5] = [
    ("sequential", (Order::Sequential, true)),
    ("shuffled", (Order::Shuffled, true)),
    ("per_user", (Order::PerUser, true)),
    ("random", (|_| Order::Random, false)),
    ("unique", (|_| Order::UNIQUE, false)),
];

const ENDS: [(&str, AtEnd); 2] = [("recycle", AtEnd::Recycle), ("stop", AtEnd::Stop)];

type OrderOf = fn(AtEnd) -> Order;

/// Reads `{name: {csv: file, …}, name: [row, …]}`. Generated rows depend on the seed only. The names
/// include data sets with errors, so that their uses cause no further errors.
pub(crate) fn read(reader: &Reader, node: &Node, seed: u64) -> (Vec<String>, Vec<PlannedData>) {
    let entries = reader.map(node, "data").entries;
    let planned = entries.iter().zip(0_u64..).filter_map(|(entry, number)| {
        let (set, order) = match &entry.value.value {
            Yaml::List(items) => (inline(reader, entry.value.position, items), Some(Order::Sequential(AtEnd::Recycle))),
            _ => described(reader, &entry.name, entry.value, seed.wrapping_add(number)),
        };
        Some(PlannedData { name: entry.name.clone(), set: set?, order: order? })
    });
    let planned = planned.collect();
    (entries.iter().map(|entry| entry.name.clone()).collect(), planned)
}

fn described(reader: &Reader, name: &str, node: &Node, seed: u64) -> (Option<DataSet>, Option<Order>) {
    let mut map = reader.section(node, &format!("data set `{name}`"), &DATA_SET);
    if !matches!(node.value, Yaml::Map(_)) {
        return (None, None);
    }
    let order = order(reader, &mut map);
    let found: Vec<_> = names(SOURCES).filter_map(|word| Some((word, map.take(word)?))).collect();
    let [(word, source)] = found[..] else {
        let message = match &found[..] {
            [] => format!("data set `{name}` has no source"),
            several => {
                let words: Vec<_> = several.iter().map(|(word, _)| format!("`{word}`")).collect();
                format!("data set `{name}` has more than one source: {}", words.join(" and "))
            }
        };
        let wrong = map.entries.iter().find_map(|entry| did_you_mean(&entry.name, names(SOURCES)));
        let hint = wrong.unwrap_or_else(|| format!("for example `{name}: {{csv: {name}.csv}}`"));
        reader.error(node.position, message, Some(hint));
        return (None, order);
    };
    let set = match word {
        "rows" => inline(reader, source.position, reader.list(source, "rows")),
        "generate" => generated(reader, &mut map, source, seed),
        word => file(reader, &mut map, word, source),
    };
    map.finish(reader);
    (set, order)
}

fn order(reader: &Reader, map: &mut MapReader<'_>) -> Option<Order> {
    let named = map.take("order");
    let (order, ends) = named.map_or(Some(ORDERS[0].1), |node| reader.word(node, "order", &ORDERS))?;
    let Some(node) = map.take("at_end") else { return Some(order(AtEnd::Recycle)) };
    if !ends {
        let hint = "`random` never ends, and `unique` always stops: remove `at_end`".to_owned();
        reader.error(node.position, "`at_end` has no effect with this order", Some(hint));
        return None;
    }
    reader.word(node, "at_end", &ENDS).map(order)
}

fn file(reader: &Reader, map: &mut MapReader<'_>, word: &str, node: &Node) -> Option<DataSet> {
    let format = match word {
        "csv" => csv(reader, map),
        "json" => Some(Format::Json),
        "jsonl" => Some(Format::JsonLines),
        _ => None,
    };
    let largest = map.take("max_size");
    let largest = largest.map_or(Some(LARGEST), |node| reader.parsed(node, "max_size", units::parse_size));
    let source = Source { file: reader.text(node, "the file name")?, format: format?, largest: largest? };
    kept(reader, node.position, load(&source, &reader.folder(node)))
}

fn csv(reader: &Reader, map: &mut MapReader<'_>) -> Option<Format> {
    let columns = map.take("columns").map(|node| {
        let names = reader.list(node, "columns").iter().map(|node| reader.text(node, "a column name"));
        names.collect::<Option<Vec<_>>>()
    });
    let delimiter = map.take("delimiter").map_or(Some(b','), |node| {
        reader.parsed(node, "delimiter", |text| match text.as_bytes() {
            b"\\t" => Ok(b'\t'),
            [one] if one.is_ascii() && !matches!(one, b'"' | b'\r' | b'\n') => Ok(*one),
            _ => Err(format!("`{text}` must be a single character, such as `;` or `\\t`")),
        })
    });
    let columns = match columns {
        Some(read) => Some(read?),
        None => None,
    };
    let types = map.take("types").map(|node| {
        let entries = reader.map(node, "types").entries;
        let types = entries
            .iter()
            .map(|entry| Some((entry.name.clone(), reader.word(entry.value, "a column's type", &ColumnType::ALL)?)));
        types.collect::<Option<Vec<_>>>()
    });
    let types = types.unwrap_or_else(|| Some(Vec::new()));
    Some(Format::Csv(CsvFormat { columns, delimiter: delimiter?, types: types? }))
}

fn inline(reader: &Reader, position: Position, items: &[Node]) -> Option<DataSet> {
    let rows: Vec<_> = items.iter().map(|item| reader.value(item, "a row")).collect();
    kept(reader, position, DataSet::of(rows.into_iter().collect::<Option<Vec<_>>>()?))
}

fn kept(reader: &Reader, position: Position, loaded: Result<DataSet, DataError>) -> Option<DataSet> {
    loaded.map_err(|error| reader.error(position, error.to_string(), error.hint)).ok()
}

/// The scope of generated rows: the profile's variables and the number of the row.
struct RowScope<'v>(&'v Variables);

/// The name of the row's number.
const INDEX: &str = "index";

impl Scope for RowScope<'_> {
    fn resolve(&self, name: &str) -> Option<Binding> {
        if name == INDEX { Some(Binding::Slot(Slot(0))) } else { self.0.resolve(name) }
    }

    fn names(&self) -> Vec<String> {
        self.0.names().into_iter().chain([INDEX.to_owned()]).collect()
    }

    fn environment(&self, name: &str) -> Option<Option<String>> {
        self.0.environment(name)
    }
}

fn generated(reader: &Reader, map: &mut MapReader<'_>, count: &Node, seed: u64) -> Option<DataSet> {
    let count = reader.count(count, "generate");
    let row = map.need(reader, "row", "{id: \"${index}\"}")?;
    let scope = RowScope(&reader.variables);
    let cell = |node: &Node| {
        let template = reader.template(node, "a cell", &scope)?;
        // A plain `3` is a number, as everywhere in YAML.
        let typed = template.constant_text().filter(|_| node.is_plain()).map(|text| Value::of_plain(&text));
        Some(typed.map_or(template, Template::fixed))
    };
    let mut cells = Vec::new();
    for entry in &reader.map(row, "row").entries {
        cells.push((entry.name.as_str().into(), entry.position, cell(entry.value)?));
    }
    let mut random = fastrand::Rng::with_seed(seed);
    let mut rows = Vec::new();
    for number in 0..i64::from(count?) {
        let slots = [Value::Int(number)];
        let mut context = EvalContext {
            slots: &slots,
            response: Response::default(),
            id: IterationId::default(),
            random: &mut random,
            clock: Duration::ZERO,
        };
        let mut made = Vec::with_capacity(cells.len());
        for (name, position, template) in &cells {
            match template.value(&mut context) {
                Ok(value) => made.push((std::sync::Arc::clone(name), value.into_owned())),
                Err(missing) => {
                    reader.error(*position, format!("row {number}: {missing}"), None);
                    return None;
                }
            }
        }
        rows.push(Value::Map(made.into()));
    }
    kept(reader, row.position, DataSet::of(rows))
}

#[cfg(test)]
mod tests;

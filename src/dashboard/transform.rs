//! Tables: a column for each question, rows put together by the labels that all answers share.

use serde_json::{Map, Value, json};

use super::{
    Dialect, Store,
    query::Query,
    target::{ref_id, value_column},
    unit,
};

/// A column of a table.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its heading.
    pub title: &'static str,
    /// What fills it.
    pub query: Query,
    number: usize,
}

impl Column {
    /// The columns of a table, in their order.
    #[must_use]
    pub fn all<const N: usize>(columns: [(&'static str, Query); N]) -> Vec<Self> {
        let one = |(number, (title, query))| Self { title, query, number };
        columns.into_iter().enumerate().map(one).collect()
    }

    /// Whether Grafana knows its values as the time of a point rather than as a value.
    fn is_moment(&self) -> bool {
        matches!(self.query, Query::Begin(_) | Query::End(_))
    }

    /// Unit of its cells.
    #[must_use]
    pub fn field(&self, dialect: Dialect<'_>) -> Value {
        unit_of_field(self.title, unit::of(&self.query, dialect.store))
    }
}

/// The unit of the field with a name.
#[must_use]
pub fn unit_of_field(name: &str, unit: &str) -> Value {
    let properties = [json!({"id": "unit", "value": unit})];
    json!({"matcher": {"id": "byName", "options": name}, "properties": properties})
}

/// One table of all answers, with headings.
#[must_use]
pub fn rows(columns: &[Column], store: Store) -> Vec<Value> {
    if store == Store::Influx && columns.iter().any(Column::is_moment) { by_moments(columns) } else { merged(columns) }
}

/// Rows by the labels that all answers share. The time of answers, which differs from question to question, is none.
fn merged(columns: &[Column]) -> Vec<Value> {
    let names: Map<String, Value> =
        columns.iter().map(|column| (value_column(column.number), column.title.into())).collect();
    vec![
        json!({"id": "filterFieldsByName", "options": {"exclude": {"names": ["Time"]}}}),
        json!({"id": "merge", "options": {}}),
        json!({"id": "organize", "options": {"renameByName": names}}),
    ]
}

/// Rows by the first label, where a moment is the time of a point: only of the other answers the time is none.
fn by_moments(columns: &[Column]) -> Vec<Value> {
    let (moments, others): (Vec<&Column>, Vec<&Column>) = columns.iter().partition(|column| column.is_moment());
    let of_answers = |letters: &str| json!({"id": "byRefId", "options": letters});
    let as_moment = |column: &&Column| {
        let names = json!({"Time": column.title});
        json!({"id": "organize", "filter": of_answers(&ref_id(column.number)), "options": {"renameByName": names}})
    };
    let letters: Vec<String> = others.iter().map(|column| ref_id(column.number)).collect();
    let without_time = json!({
        "id": "filterFieldsByName", "filter": of_answers(&format!("/^({})$/", letters.join("|"))),
        "options": {"exclude": {"names": ["Time"]}},
    });
    let first = columns.first().and_then(|column| column.query.leading());
    let labels: &[&str] = first.map_or(&[], |series| &series.by);
    let names: Map<String, Value> =
        others.iter().map(|column| (value_column(column.number), column.title.into())).collect();
    let hidden: Map<String, Value> = moments.iter().map(|column| (value_column(column.number), true.into())).collect();
    let order = labels.iter().copied().chain(columns.iter().map(|column| column.title));
    let order: Map<String, Value> = order.enumerate().map(|(place, name)| (name.to_owned(), place.into())).collect();
    let joined = json!({"id": "joinByField", "options": {"byField": labels.first(), "mode": "outer"}});
    let organized = json!({"renameByName": names, "excludeByName": hidden, "indexByName": order});
    let last = [without_time, joined, json!({"id": "organize", "options": organized})];
    moments.iter().map(as_moment).chain(last).collect()
}

//! Tables: one column per query; rows are joined by the labels that all results share.

use serde_json::{Map, Value, json};

use super::{
    DataSource, PrefixedSource,
    query::Query,
    target::{ref_id, value_column},
    unit,
};

/// A column of a table.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// Heading.
    pub(crate) title: &'static str,
    /// Query of the column.
    pub(crate) query: Query,
    number: usize,
}

impl Column {
    /// The columns of a table, in their order.
    #[must_use]
    pub(crate) fn all<const N: usize>(columns: [(&'static str, Query); N]) -> Vec<Self> {
        let one = |(number, (title, query))| Self { title, query, number };
        columns.into_iter().enumerate().map(one).collect()
    }

    /// Whether the value is the timestamp of a point.
    fn is_run_time(&self) -> bool {
        matches!(self.query, Query::FirstSeen(_) | Query::LastSeen(_))
    }

    /// Unit of its cells.
    #[must_use]
    pub(crate) fn field(&self, dialect: PrefixedSource<'_>) -> Value {
        unit_of_field(self.title, unit::of(&self.query, dialect.data_source))
    }
}

/// The unit of the field with a name.
#[must_use]
pub(crate) fn unit_of_field(name: &str, unit: &str) -> Value {
    let properties = [json!({"id": "unit", "value": unit})];
    json!({"matcher": {"id": "byName", "options": name}, "properties": properties})
}

/// Joins all results to one table, with headings.
#[must_use]
pub(crate) fn rows(columns: &[Column], data_source: DataSource) -> Vec<Value> {
    if data_source == DataSource::InfluxDb && columns.iter().any(Column::is_run_time) {
        by_run_times(columns)
    } else {
        merged(columns)
    }
}

/// Joins by the labels that all results share. Timestamps differ between queries and are dropped.
fn merged(columns: &[Column]) -> Vec<Value> {
    let names: Map<String, Value> =
        columns.iter().map(|column| (value_column(column.number), column.title.into())).collect();
    vec![
        json!({"id": "filterFieldsByName", "options": {"exclude": {"names": ["Time"]}}}),
        json!({"id": "merge", "options": {}}),
        json!({"id": "organize", "options": {"renameByName": names}}),
    ]
}

/// Joins by the first label where some values are timestamps: only those of the other queries are dropped.
fn by_run_times(columns: &[Column]) -> Vec<Value> {
    let (times, others): (Vec<&Column>, Vec<&Column>) = columns.iter().partition(|column| column.is_run_time());
    let of_answers = |letters: &str| json!({"id": "byRefId", "options": letters});
    let as_time = |column: &&Column| {
        let names = json!({"Time": column.title});
        json!({"id": "organize", "filter": of_answers(&ref_id(column.number)), "options": {"renameByName": names}})
    };
    let letters: Vec<String> = others.iter().map(|column| ref_id(column.number)).collect();
    let without_time = json!({
        "id": "filterFieldsByName", "filter": of_answers(&format!("/^({})$/", letters.join("|"))),
        "options": {"exclude": {"names": ["Time"]}},
    });
    let first = columns.first().and_then(|column| column.query.first_series());
    let labels: &[&str] = first.map_or(&[], |series| &series.by);
    let names: Map<String, Value> =
        others.iter().map(|column| (value_column(column.number), column.title.into())).collect();
    let hidden: Map<String, Value> = times.iter().map(|column| (value_column(column.number), true.into())).collect();
    let order = labels.iter().copied().chain(columns.iter().map(|column| column.title));
    let order: Map<String, Value> = order.enumerate().map(|(place, name)| (name.to_owned(), place.into())).collect();
    let joined = json!({"id": "joinByField", "options": {"byField": labels.first(), "mode": "outer"}});
    let organized = json!({"renameByName": names, "excludeByName": hidden, "indexByName": order});
    let last = [without_time, joined, json!({"id": "organize", "options": organized})];
    times.iter().map(as_time).chain(last).collect()
}

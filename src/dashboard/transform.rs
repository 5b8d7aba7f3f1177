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
        let properties = vec![json!({"id": "unit", "value": unit::of(&self.query, dialect.store)})];
        json!({"matcher": {"id": "byName", "options": self.title}, "properties": properties})
    }
}

/// Without the time of answers, which differs from question to question; then one table; then headings.
#[must_use]
pub fn rows(columns: &[Column], store: Store) -> Vec<Value> {
    let mut steps = Vec::new();
    if store == Store::Influx {
        // There a moment is the time of a point.
        for column in columns.iter().filter(|column| column.is_moment()) {
            let names = json!({"Time": column.title});
            let own = json!({"id": "byRefId", "options": ref_id(column.number)});
            steps.push(json!({"id": "organize", "filter": own, "options": {"renameByName": names}}));
        }
    }
    steps.push(json!({"id": "filterFieldsByName", "options": {"exclude": {"names": ["Time"]}}}));
    steps.push(json!({"id": "merge", "options": {}}));
    let mut names = Map::new();
    let mut hidden = Map::new();
    for column in columns {
        if store == Store::Influx && column.is_moment() {
            hidden.insert(value_column(column.number), true.into());
        } else {
            names.insert(value_column(column.number), column.title.into());
        }
    }
    steps.push(json!({"id": "organize", "options": {"renameByName": names, "excludeByName": hidden}}));
    steps
}

//! One query of a panel: a question, how its answer is called, and how it is asked for.

use serde_json::{Value, json};

use super::{Dialect, Store, influxql::InfluxQl, promql::PromQl, query::Query};

/// How an answer is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Points over time.
    Graph,
    /// One value each, now.
    Now,
    /// Rows of a table.
    Table,
    /// Buckets over time.
    Heatmap,
}

/// A question with the name of its answer.
#[derive(Debug, Clone)]
pub struct Target {
    /// The question.
    pub query: Query,
    /// The name; `{label}` stands for a label's value.
    pub legend: String,
    /// Whether single requests are shown on it, each linked to its trace.
    pub exemplars: bool,
}

impl Target {
    /// A question.
    #[must_use]
    pub fn new(legend: &str, query: Query) -> Self {
        Self { query, legend: legend.to_owned(), exemplars: false }
    }

    /// With single requests shown.
    #[must_use]
    pub fn with_exemplars(mut self) -> Self {
        self.exemplars = true;
        self
    }

    /// As Grafana writes it; None where the store can't be asked this.
    #[must_use]
    pub fn json(&self, dialect: Dialect<'_>, form: Form, number: usize) -> Option<Value> {
        let ref_id = ref_id(number);
        let source = source(dialect.store);
        Some(match dialect.store {
            Store::Prometheus => {
                let now = matches!(form, Form::Now | Form::Table);
                let format = match form {
                    Form::Table => "table",
                    Form::Heatmap if matches!(self.query, Query::Buckets(_)) => "heatmap",
                    Form::Graph | Form::Now | Form::Heatmap => "time_series",
                };
                let mut target = json!({
                    "datasource": source,
                    "editorMode": "code",
                    "expr": PromQl { prefix: dialect.prefix }.speak(&self.query),
                    "format": format,
                    "instant": now,
                    "legendFormat": self.legend.replace('{', "{{").replace('}', "}}"),
                    "range": !now,
                    "refId": ref_id,
                });
                if self.exemplars {
                    target["exemplar"] = true.into();
                }
                target
            }
            Store::Influx => {
                let column = if form == Form::Table { value_column(number) } else { self.plain_legend() };
                let alias = self.legend.replace('{', "$tag_").replace('}', "");
                json!({
                    "alias": alias,
                    "datasource": source,
                    "query": InfluxQl { prefix: dialect.prefix }.speak(&self.query, &column)?,
                    "rawQuery": true,
                    "refId": ref_id,
                    "resultFormat": if form == Form::Table { "table" } else { "time_series" },
                })
            }
        })
    }

    /// The name without its labels.
    fn plain_legend(&self) -> String {
        let words = self.legend.split(' ').filter(|word| !word.starts_with('{'));
        let plain = words.collect::<Vec<_>>().join(" ");
        if plain.is_empty() { "value".to_owned() } else { plain }
    }
}

/// What a table's column of a query is called before it gets its name.
#[must_use]
pub fn value_column(number: usize) -> String {
    format!("Value #{}", ref_id(number))
}

/// `A`, `B`, …
#[must_use]
pub fn ref_id(number: usize) -> String {
    char::from(b'A' + u8::try_from(number % 26).unwrap_or(0)).to_string()
}

/// The board's data source, by its variable.
#[must_use]
pub fn source(store: Store) -> Value {
    json!({"type": store.word(), "uid": "${datasource}"})
}

//! One target of a panel: a query, its legend and its result format.

use serde_json::{Value, json};

use super::{DataSource, PrefixedSource, influxql::InfluxQl, promql::PromQl, query::Query};

/// The result format of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResultFormat {
    /// Points over time.
    Graph,
    /// Instant query.
    Now,
    /// Rows of a table.
    Table,
    /// `heatmap`.
    Heatmap,
}

/// A query with its legend.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) query: Query,
    /// Legend; `{label}` is replaced by the label's value.
    pub(crate) legend: String,
    /// Whether exemplars are shown, each linked to its trace.
    pub(crate) exemplars: bool,
}

impl Target {
    /// A target without exemplars.
    #[must_use]
    pub(crate) fn new(legend: &str, query: Query) -> Self {
        Self { query, legend: legend.to_owned(), exemplars: false }
    }

    /// Shows exemplars.
    #[must_use]
    pub(crate) fn with_exemplars(mut self) -> Self {
        self.exemplars = true;
        self
    }

    /// Grafana's JSON; None if the data source can't answer the query.
    #[must_use]
    pub(crate) fn json(&self, dialect: PrefixedSource<'_>, form: ResultFormat, number: usize) -> Option<Value> {
        let ref_id = ref_id(number);
        let source = source(dialect.data_source);
        Some(match dialect.data_source {
            DataSource::Prometheus => {
                let now = matches!(form, ResultFormat::Now | ResultFormat::Table);
                let format = match form {
                    ResultFormat::Table => "table",
                    ResultFormat::Heatmap if matches!(self.query, Query::Buckets(_)) => "heatmap",
                    ResultFormat::Graph | ResultFormat::Now | ResultFormat::Heatmap => "time_series",
                };
                let mut target = json!({
                    "datasource": source,
                    "editorMode": "code",
                    "expr": PromQl { prefix: dialect.prefix }.to_promql(&self.query),
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
            DataSource::InfluxDb => {
                let column = if form == ResultFormat::Table { value_column(number) } else { self.plain_legend() };
                let alias = self.legend.replace('{', "$tag_").replace('}', "");
                json!({
                    "alias": alias,
                    "datasource": source,
                    "query": InfluxQl { prefix: dialect.prefix }.to_influxql(&self.query, &column)?,
                    "rawQuery": true,
                    "refId": ref_id,
                    "resultFormat": if form == ResultFormat::Table { "table" } else { "time_series" },
                })
            }
        })
    }

    /// The legend without label placeholders.
    fn plain_legend(&self) -> String {
        let words = self.legend.split(' ').filter(|as_str| !as_str.starts_with('{'));
        let plain = words.collect::<Vec<_>>().join(" ");
        if plain.is_empty() { "value".to_owned() } else { plain }
    }
}

/// Grafana's name of a query's column in a table before it is renamed.
#[must_use]
pub(crate) fn value_column(number: usize) -> String {
    format!("Value #{}", ref_id(number))
}

/// `A`, `B`, …
#[must_use]
pub(crate) fn ref_id(number: usize) -> String {
    char::from(b'A' + u8::try_from(number % 26).unwrap_or(0)).to_string()
}

/// The dashboard's data source, by its variable.
#[must_use]
pub(crate) fn source(data_source: DataSource) -> Value {
    json!({"type": data_source.as_str(), "uid": "${datasource}"})
}

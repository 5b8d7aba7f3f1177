//! Grafana dashboards, derived from the catalogue of metrics: a metric that is renamed breaks the build, not a board.
//!
//! Owns the boards, the vocabulary in which they ask ([`query`]), its two languages ([`promql`], [`influxql`]), and
//! Grafana's classic JSON (schema 42: files of the newer schema are refused by Grafana's provisioning). Never reads a
//! file, a clock or a store: boards are a pure function of the catalogue and a prefix, and what is committed is compared
//! with it.
//! Start with [`files`], then any board in [`boards`], then [`query`].

pub mod address;
pub mod board;
pub mod boards;
pub mod drawing;
pub mod influxql;
pub mod layout;
pub mod panel;
pub mod promql;
pub mod query;
pub mod series;
pub mod target;
pub mod transform;
pub mod unit;
pub mod variable;

use serde_json::Value;

pub use address::Address;
pub use board::{Dashboard, Row};
pub use boards::Topic;

/// Where a board's data is, which is the language that it asks in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Store {
    /// Prometheus and what speaks its language: `PromQL`, by remote write and OTLP alike.
    Prometheus,
    /// `InfluxDB` 1, 2 and 3 in the one language that all three speak: `InfluxQL`.
    Influx,
}

impl Store {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Prometheus, Self::Influx];

    /// Grafana's name of the data source's type; also the folder of the boards.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Prometheus => "prometheus",
            Self::Influx => "influxdb",
        }
    }
}

/// What a store's series are called beyond the catalogue's names.
#[derive(Debug, Clone, Copy)]
pub struct Dialect<'a> {
    /// The store.
    pub store: Store,
    /// What stands before every name there.
    pub prefix: &'a str,
}

/// A board as it is written: path below the folder of boards, and what is in it.
#[derive(Debug, Clone)]
pub struct DashboardFile {
    /// For example `prometheus/live.json`.
    pub path: String,
    /// Grafana's classic JSON.
    pub json: Value,
}

impl DashboardFile {
    /// The text of the file, as it is committed.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{:#}\n", self.json)
    }
}

/// Every board in both languages. `prefix` stands before Prometheus' names, `measurements` before `InfluxDB`'s.
#[must_use]
pub fn files(prefix: &str, measurements: &str) -> Vec<DashboardFile> {
    let of_store = |store| {
        let dialect = Dialect { store, prefix: if store == Store::Prometheus { prefix } else { measurements } };
        Topic::ALL.map(|topic| DashboardFile {
            path: format!("{}/{}.json", store.word(), topic.word()),
            json: topic.board(store).json(dialect),
        })
    };
    Store::ALL.into_iter().flat_map(of_store).collect()
}

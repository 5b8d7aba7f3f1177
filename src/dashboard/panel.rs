//! Panels: title, description, queries, and how they are displayed.

use super::{query::Query, target::Target, transform::Column};

/// A threshold: a value and the colour from there on.
pub(crate) type Step = (f64, &'static str);
/// A value mapping: value, text, colour.
pub(crate) type ValueMapping = (u32, &'static str, &'static str);
/// Good.
pub(crate) const GREEN: &str = "green";
/// Warning.
pub(crate) const ORANGE: &str = "orange";
/// Bad.
pub(crate) const RED: &str = "red";

/// Grafana's panel type.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// `timeseries`.
    Graph,
    /// `stat` of an instant query.
    Stat,
    /// `stat` of the largest point of a graph.
    Peak,
    /// `table` with one column per target; rows are joined by labels.
    Table(Vec<Column>),
    /// `heatmap`.
    Heatmap,
    /// `state-timeline`.
    States,
    /// `xychart`: the other targets against the first.
    Points,
    /// `text`, in Markdown.
    Text(String),
}

/// A panel.
#[derive(Debug, Clone)]
pub(crate) struct Panel {
    pub(crate) title: String,
    /// What it shows and how to read it.
    pub(crate) description: String,
    /// Panel type.
    pub(crate) kind: Kind,
    /// Queries.
    pub(crate) targets: Vec<Target>,
    /// Width (of 24) and height on the grid.
    pub(crate) size: (u32, u32),
    pub(super) unit: Option<&'static str>,
    pub(super) steps: Vec<Step>,
    pub(super) empty: Option<&'static str>,
    pub(super) below: Option<f64>,
    pub(super) stacked: bool,
    pub(super) dashed: Option<&'static str>,
    pub(super) allow_negative: bool,
    pub(super) base: &'static str,
    pub(super) words: Vec<ValueMapping>,
    pub(super) link_to: Option<(String, &'static str)>,
}

impl Panel {
    fn new(kind: Kind, title: &str, description: &str, size: (u32, u32)) -> Self {
        Self {
            title: title.to_owned(),
            description: description.to_owned(),
            kind,
            targets: Vec::new(),
            size,
            unit: None,
            steps: Vec::new(),
            empty: None,
            below: None,
            stacked: false,
            dashed: None,
            allow_negative: false,
            base: "text",
            words: Vec::new(),
            link_to: None,
        }
    }

    /// Lines over time.
    #[must_use]
    pub(crate) fn graph(title: &str, description: &str) -> Self {
        Self::new(Kind::Graph, title, description, (12, 8))
    }

    /// One number.
    #[must_use]
    pub(crate) fn stat(title: &str, description: &str, query: Query) -> Self {
        Self::new(Kind::Stat, title, description, (4, 4)).query(title, query)
    }

    /// The largest point of a graph.
    #[must_use]
    pub(crate) fn peak(title: &str, description: &str, query: Query) -> Self {
        Self::new(Kind::Peak, title, description, (4, 4)).query(title, query)
    }

    /// Rows.
    #[must_use]
    pub(crate) fn table(title: &str, description: &str, columns: Vec<Column>) -> Self {
        let targets = columns.iter().map(|column| Target::new(column.title, column.query.clone())).collect();
        Self { targets, ..Self::new(Kind::Table(columns), title, description, (24, 9)) }
    }

    /// Buckets over time.
    #[must_use]
    pub(crate) fn heatmap(title: &str, description: &str) -> Self {
        Self::new(Kind::Heatmap, title, description, (12, 8))
    }

    /// States over time.
    #[must_use]
    pub(crate) fn states(title: &str, description: &str) -> Self {
        let words = [(0, "–", "transparent"), (1, "runs", "blue")];
        Self::new(Kind::States, title, description, (24, 5)).words(&words)
    }

    /// Points of one target against another's.
    #[must_use]
    pub(crate) fn points(title: &str, description: &str) -> Self {
        Self::new(Kind::Points, title, description, (12, 9))
    }

    /// Words.
    #[must_use]
    pub(crate) fn text(title: &str, description: &str, words: &str) -> Self {
        Self::new(Kind::Text(words.to_owned()), title, description, (24, 3))
    }

    /// Adds a query.
    #[must_use]
    pub(crate) fn query(self, legend: &str, query: Query) -> Self {
        self.target(Target::new(legend, query))
    }

    /// Adds a query.
    #[must_use]
    pub(crate) fn target(mut self, target: Target) -> Self {
        self.targets.push(target);
        self
    }

    /// Overrides the unit of the first query.
    #[must_use]
    pub(crate) fn unit(mut self, unit: &'static str) -> Self {
        self.unit = Some(unit);
        self
    }

    /// Thresholds; green below the first.
    #[must_use]
    pub(crate) fn steps(mut self, steps: &[Step]) -> Self {
        (self.base, self.steps) = (GREEN, steps.to_vec());
        self
    }

    /// Thresholds; red below the first.
    #[must_use]
    pub(crate) fn thresholds_rising(mut self, steps: &[Step]) -> Self {
        (self.base, self.steps) = (RED, steps.to_vec());
        self
    }

    /// Value mappings.
    #[must_use]
    pub(crate) fn words(mut self, words: &[ValueMapping]) -> Self {
        self.words = words.to_vec();
        self
    }

    /// Grafana's `noValue`: text for an empty result.
    #[must_use]
    pub(crate) fn no_value(mut self, words: &'static str) -> Self {
        self.empty = Some(words);
        self
    }

    /// Maximum of the axis.
    #[must_use]
    pub(crate) fn max(mut self, most: f64) -> Self {
        self.below = Some(most);
        self
    }

    /// Stacks the series.
    #[must_use]
    pub(crate) fn stacked(mut self) -> Self {
        self.stacked = true;
        self
    }

    /// Draws series dashed if their names start with this.
    #[must_use]
    pub(crate) fn dashed(mut self, beginning: &'static str) -> Self {
        self.dashed = Some(beginning);
        self
    }

    /// Values may be below zero.
    #[must_use]
    pub(crate) fn allow_negative(mut self) -> Self {
        self.allow_negative = true;
        self
    }

    /// Links a column of run IDs to a dashboard, with the time range of the row's columns `Start` and `End`.
    #[must_use]
    pub(crate) fn link_to(mut self, uid: String, column: &'static str) -> Self {
        self.link_to = Some((uid, column));
        self
    }

    /// Of this width and height.
    #[must_use]
    pub(crate) fn sized(mut self, width: u32, height: u32) -> Self {
        self.size = (width, height);
        self
    }
}

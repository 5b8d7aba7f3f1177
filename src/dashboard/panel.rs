//! Panels: a title, a sentence that says what it means, what is asked, how it is drawn.

use super::{query::Query, target::Target, transform::Column};

/// A colour from a value on.
pub type Step = (f64, &'static str);
/// What is said instead of a number, and its colour.
pub type Word = (u32, &'static str, &'static str);
/// Good, then bad from a value on.
pub const GREEN: &str = "green";
/// To be looked at.
pub const ORANGE: &str = "orange";
/// Bad.
pub const RED: &str = "red";

/// What is drawn.
#[derive(Debug, Clone)]
pub enum Kind {
    /// Lines over time.
    Graph,
    /// One number.
    Stat,
    /// One number: the largest point of a graph.
    Peak,
    /// Rows, told apart by labels, with a column for each target.
    Table(Vec<Column>),
    /// Buckets over time.
    Heatmap,
    /// States over time: a band for each series.
    States,
    /// Points of one target against those of another, by the name of the x axis.
    Points,
    /// Words.
    Text(String),
}

/// A panel.
#[derive(Debug, Clone)]
pub struct Panel {
    /// Its title.
    pub title: String,
    /// What it means and where it can mislead.
    pub about: String,
    /// What is drawn.
    pub kind: Kind,
    /// What is asked.
    pub targets: Vec<Target>,
    /// Width (of 24) and height on the grid.
    pub size: (u32, u32),
    pub(super) unit: Option<&'static str>,
    pub(super) steps: Vec<Step>,
    pub(super) empty: Option<&'static str>,
    pub(super) below: Option<f64>,
    pub(super) stacked: bool,
    pub(super) dashed: Option<&'static str>,
    pub(super) signed: bool,
    pub(super) base: &'static str,
    pub(super) words: Vec<Word>,
    pub(super) leads_to: Option<(String, &'static str)>,
}

impl Panel {
    fn new(kind: Kind, title: &str, about: &str, size: (u32, u32)) -> Self {
        Self {
            title: title.to_owned(),
            about: about.to_owned(),
            kind,
            targets: Vec::new(),
            size,
            unit: None,
            steps: Vec::new(),
            empty: None,
            below: None,
            stacked: false,
            dashed: None,
            signed: false,
            base: "text",
            words: Vec::new(),
            leads_to: None,
        }
    }

    /// Lines over time.
    #[must_use]
    pub fn graph(title: &str, about: &str) -> Self {
        Self::new(Kind::Graph, title, about, (12, 8))
    }

    /// One number.
    #[must_use]
    pub fn stat(title: &str, about: &str, query: Query) -> Self {
        Self::new(Kind::Stat, title, about, (4, 4)).ask(title, query)
    }

    /// The largest point of a graph.
    #[must_use]
    pub fn peak(title: &str, about: &str, query: Query) -> Self {
        Self::new(Kind::Peak, title, about, (4, 4)).ask(title, query)
    }

    /// Rows.
    #[must_use]
    pub fn table(title: &str, about: &str, columns: Vec<Column>) -> Self {
        let targets = columns.iter().map(|column| Target::new(column.title, column.query.clone())).collect();
        Self { targets, ..Self::new(Kind::Table(columns), title, about, (24, 9)) }
    }

    /// Buckets over time.
    #[must_use]
    pub fn heatmap(title: &str, about: &str) -> Self {
        Self::new(Kind::Heatmap, title, about, (12, 8))
    }

    /// States over time.
    #[must_use]
    pub fn states(title: &str, about: &str) -> Self {
        let words = [(0, "–", "transparent"), (1, "runs", "blue")];
        Self::new(Kind::States, title, about, (24, 5)).words(&words)
    }

    /// Points of one target against another's.
    #[must_use]
    pub fn points(title: &str, about: &str) -> Self {
        Self::new(Kind::Points, title, about, (12, 9))
    }

    /// Words.
    #[must_use]
    pub fn text(title: &str, about: &str, words: &str) -> Self {
        Self::new(Kind::Text(words.to_owned()), title, about, (24, 3))
    }

    /// Asks one more question.
    #[must_use]
    pub fn ask(self, legend: &str, query: Query) -> Self {
        self.target(Target::new(legend, query))
    }

    /// Asks one more question.
    #[must_use]
    pub fn target(mut self, target: Target) -> Self {
        self.targets.push(target);
        self
    }

    /// In another unit than the first answer's.
    #[must_use]
    pub fn unit(mut self, unit: &'static str) -> Self {
        self.unit = Some(unit);
        self
    }

    /// Coloured from these values on; green below.
    #[must_use]
    pub fn steps(mut self, steps: &[Step]) -> Self {
        (self.base, self.steps) = (GREEN, steps.to_vec());
        self
    }

    /// Coloured from these values on; red below.
    #[must_use]
    pub fn rising(mut self, steps: &[Step]) -> Self {
        (self.base, self.steps) = (RED, steps.to_vec());
        self
    }

    /// Words instead of numbers.
    #[must_use]
    pub fn words(mut self, words: &[Word]) -> Self {
        self.words = words.to_vec();
        self
    }

    /// What stands there when there is no answer.
    #[must_use]
    pub fn when_empty(mut self, words: &'static str) -> Self {
        self.empty = Some(words);
        self
    }

    /// With an axis that reaches at most to this.
    #[must_use]
    pub fn up_to(mut self, most: f64) -> Self {
        self.below = Some(most);
        self
    }

    /// Lines on top of each other: parts of a whole.
    #[must_use]
    pub fn stacked(mut self) -> Self {
        self.stacked = true;
        self
    }

    /// Series whose names begin with this are dashed.
    #[must_use]
    pub fn dashed(mut self, beginning: &'static str) -> Self {
        self.dashed = Some(beginning);
        self
    }

    /// Values may be below zero.
    #[must_use]
    pub fn signed(mut self) -> Self {
        self.signed = true;
        self
    }

    /// A column of run identities leads to a board, with the times of the row's columns `Begin` and `End`.
    #[must_use]
    pub fn leading_to(mut self, uid: String, column: &'static str) -> Self {
        self.leads_to = Some((uid, column));
        self
    }

    /// Of this width and height.
    #[must_use]
    pub fn sized(mut self, width: u32, height: u32) -> Self {
        self.size = (width, height);
        self
    }
}

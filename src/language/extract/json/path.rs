//! A parsed path.

use std::{fmt, sync::Arc};

use regex::Regex;

use super::super::super::Value;

/// A path into JSON.
#[derive(Debug, Clone)]
pub struct JsonPath {
    pub(super) text: Arc<str>,
    /// Steps that are walked over the bytes.
    pub(super) begin: Arc<[Step]>,
    /// Segments after them, selected from values.
    pub(super) rest: Arc<[Segment]>,
}

impl JsonPath {
    /// Splits a path into steps that can be walked and segments that have to be selected.
    pub(super) fn new(text: &str, segments: Vec<Segment>) -> Self {
        let mut steps: Vec<Step> = segments.iter().map_while(Segment::step).collect();
        if segments.iter().any(Segment::looks_back) {
            // A filter that starts at the root needs the whole document.
            steps.clear();
        } else if steps.len() < segments.len() {
            // Selection starts from a single value.
            steps.truncate(steps.iter().position(|step| *step == Step::Every).unwrap_or(steps.len()));
        }
        let rest = segments.into_iter().skip(steps.len()).collect();
        Self { text: text.into(), begin: steps.into(), rest }
    }
}

impl fmt::Display for JsonPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

/// One step down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Name(Box<str>),
    Position(usize),
    Every,
}

/// Selectors that are applied to each value found so far.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    /// Whether they apply to all descendants (`..`), not only to children.
    pub(super) deep: bool,
    pub(super) selectors: Vec<Selector>,
}

#[derive(Debug, Clone)]
pub(super) enum Selector {
    Name(Box<str>),
    Index(i64),
    Every,
    Slice { from: Option<i64>, to: Option<i64>, by: i64 },
    Filter(Condition),
}

/// The condition of a filter.
#[derive(Debug, Clone)]
pub(super) enum Condition {
    Either(Vec<Condition>),
    Both(Vec<Condition>),
    Not(Box<Condition>),
    Exists(Query),
    Compare(Operand, Relation, Operand),
    Matches(Operand, Regex),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone)]
pub(super) enum Operand {
    Literal(Value),
    /// A path that selects at most one value.
    One(Query),
    /// `length(…)`: characters of a text, items of a list, names of a map.
    Length(Box<Operand>),
    /// `count(…)`: the number of values that a path selects.
    Count(Query),
    /// `value(…)`: the value that a path selects, if it is exactly one.
    Only(Query),
}

/// A path inside a filter.
#[derive(Debug, Clone)]
pub(super) struct Query {
    /// Whether it starts at the root (`$`), not at the current value (`@`).
    pub(super) top: bool,
    pub(super) segments: Vec<Segment>,
}

impl Query {
    pub(super) fn is_singular(&self) -> bool {
        self.segments.iter().all(|segment| {
            !segment.deep && matches!(segment.selectors.as_slice(), [Selector::Name(_) | Selector::Index(_)])
        })
    }

    fn looks_back(&self) -> bool {
        self.top || self.segments.iter().any(Segment::looks_back)
    }
}

impl Segment {
    fn step(&self) -> Option<Step> {
        match self.selectors.as_slice() {
            _ if self.deep => None,
            [Selector::Name(name)] => Some(Step::Name(name.clone())),
            [Selector::Every] => Some(Step::Every),
            [Selector::Index(index)] => Some(Step::Position(usize::try_from(*index).ok()?)),
            _ => None,
        }
    }

    fn looks_back(&self) -> bool {
        self.selectors.iter().any(|selector| matches!(selector, Selector::Filter(condition) if condition.looks_back()))
    }
}

impl Condition {
    fn looks_back(&self) -> bool {
        match self {
            Self::Either(parts) | Self::Both(parts) => parts.iter().any(Self::looks_back),
            Self::Not(part) => part.looks_back(),
            Self::Exists(query) => query.looks_back(),
            Self::Compare(left, _, right) => left.looks_back() || right.looks_back(),
            Self::Matches(operand, _) => operand.looks_back(),
        }
    }
}

impl Operand {
    fn looks_back(&self) -> bool {
        match self {
            Self::Literal(_) => false,
            Self::Length(operand) => operand.looks_back(),
            Self::One(query) | Self::Count(query) | Self::Only(query) => query.looks_back(),
        }
    }
}

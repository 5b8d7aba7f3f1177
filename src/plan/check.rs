//! Checks: named assertions that count into `checks` and never stop a flow.

use regex::bytes::Regex;

use super::request::within;
use crate::language::{EvalContext, Expr, Response, Template};

/// A named assertion. Its labels are in the step table.
#[derive(Debug, Clone)]
pub(crate) struct Check {
    /// Label `check`, when it comes from values.
    pub named: Option<Template>,
    /// What must hold.
    pub rule: Rule,
}

/// What a check looks at.
#[derive(Debug, Clone)]
pub(crate) enum Rule {
    /// The status lies in one of these inclusive ranges.
    Status(Vec<(u16, u16)>),
    /// The body holds this text.
    Contains(String),
    /// The body is this text.
    Equals(String),
    /// The body matches.
    Matches(Regex),
    /// A condition holds.
    That(Expr),
}

impl Rule {
    /// Whether the rule reads the body; conditions say themselves what they need.
    #[must_use]
    pub(crate) fn reads_body(&self) -> bool {
        matches!(self, Self::Contains(_) | Self::Equals(_) | Self::Matches(_))
    }

    /// Whether it holds now. Of a request without a whole response nothing holds but a condition that says so.
    #[must_use]
    pub(crate) fn holds(&self, eval: &mut EvalContext<'_>) -> bool {
        if let Self::That(condition) = self {
            return condition.value(eval).holds();
        }
        let Response { status: Some(status), body, .. } = eval.response else { return false };
        match self {
            Self::Status(ranges) => within(ranges, status),
            Self::Contains(text) => memchr::memmem::find(body, text.as_bytes()).is_some(),
            Self::Equals(text) => body == text.as_bytes(),
            Self::Matches(pattern) => pattern.is_match(body),
            Self::That(_) => false,
        }
    }
}

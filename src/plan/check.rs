//! Checks: named assertions, counted by the metric `checks`; they never stop a flow.

use regex::bytes::Regex;

use super::request::within;
use crate::language::{EvalContext, Expr, Response, Template};

/// A named assertion. Its labels are in the step table.
#[derive(Debug, Clone)]
pub(crate) struct Check {
    /// Label `check`, if it is computed.
    pub named: Option<Template>,
    /// The condition.
    pub rule: Rule,
}

/// The condition of a check.
#[derive(Debug, Clone)]
pub(crate) enum Rule {
    /// The status is in one of these inclusive ranges.
    Status(Vec<(u16, u16)>),
    /// The body contains this text.
    Contains(String),
    /// The body equals this text.
    Equals(String),
    /// The body matches this regular expression.
    Matches(Regex),
    /// The expression is true.
    That(Expr),
}

impl Rule {
    /// Whether the rule reads the body; expressions have needs of their own.
    #[must_use]
    pub(crate) fn reads_body(&self) -> bool {
        matches!(self, Self::Contains(_) | Self::Equals(_) | Self::Matches(_))
    }

    /// Whether it passes. Without a complete response, only an expression can pass.
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

//! Why the value of an option can't be read.

use crate::units::QuantityError;

/// What is wrong with a value, and what is expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ValueError {
    /// It has another form.
    #[error("`{text}` is not a {what}; write {form}")]
    Form {
        /// The value.
        text: String,
        /// What it should be.
        what: &'static str,
        /// How that is written, with an example.
        form: &'static str,
    },
    /// A duration, a size or a share in it has another form.
    #[error(transparent)]
    Unit(#[from] QuantityError),
    /// A number is outside its range.
    #[error("`{text}` is out of range; write a whole number from {min} to {max}")]
    Range {
        /// The value.
        text: String,
        /// The smallest number.
        min: u32,
        /// The largest number.
        max: u32,
    },
    /// A distribution without its closing parenthesis.
    #[error("`{0}` lacks its closing parenthesis")]
    Parenthesis(String),
    /// `uniform` with its ends exchanged.
    #[error("`{0}`: the lower end is above the upper end")]
    Reversed(String),
    /// A latency or a delay of more than an hour.
    #[error("`{0}` is too long; at most 1h")]
    TooLong(String),
    /// A body of more than a gibibyte.
    #[error("`{0}` is too large; at most 1GiB")]
    TooLarge(String),
    /// The points of `empirical` in another order.
    #[error("the points of empirical(…) must ascend in share and in latency")]
    Order,
    /// `empirical` without its maximum.
    #[error("the last point of empirical(…) must be at 100%")]
    LastPoint,
    /// A key that routes don't have.
    #[error("a route has no key `{0}`; it takes latency, errors, status, body and limit")]
    RouteKey(String),
}

impl ValueError {
    /// A value that is not a `what`, which is written in a `form`.
    pub(super) fn form(text: &str, what: &'static str, form: &'static str) -> Self {
        Self::Form { text: text.to_owned(), what, form }
    }
}

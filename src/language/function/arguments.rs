//! The values that a function is called with, read as what it takes.

use std::borrow::Cow;

use super::{
    super::{
        Value,
        escape::text_of,
        expression::{Evaluation, Number},
    },
    ArgumentType,
};

/// A call's arguments.
#[derive(Debug, Clone, Copy)]
pub(in crate::language) struct Arguments<'x, 'v>(&'x [Cow<'v, Value>]);

impl<'x, 'v> Arguments<'x, 'v> {
    /// The most that any function takes.
    pub(in crate::language) const MAX: usize = 8;

    pub(in crate::language) fn new(values: &'x [Cow<'v, Value>]) -> Self {
        Self(values)
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &'x Value> {
        self.0.iter().map(|value| &**value)
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// The argument in a place, if it was given.
    pub(super) fn at(&self, index: usize) -> Option<&'x Value> {
        self.0.get(index).map(|value| &**value)
    }

    /// A text, or what reads as one.
    pub(super) fn text(&self, index: usize) -> Option<Cow<'x, str>> {
        text_of(self.at(index)?)
    }

    /// A text that need not be given.
    pub(super) fn text_or(&self, index: usize, otherwise: &'x str) -> Option<Cow<'x, str>> {
        if self.count() > index { self.text(index) } else { Some(Cow::Borrowed(otherwise)) }
    }

    pub(super) fn number(&self, index: usize) -> Option<Number> {
        Number::of(self.at(index)?)
    }

    pub(super) fn float(&self, index: usize) -> Option<f64> {
        self.number(index).map(Number::float)
    }

    pub(super) fn whole(&self, index: usize) -> Option<i64> {
        whole(self.at(index)?)
    }

    /// A whole number that need not be given.
    pub(super) fn whole_or(&self, index: usize, otherwise: i64) -> Option<i64> {
        if self.count() > index { self.whole(index) } else { Some(otherwise) }
    }

    /// How often or how long.
    pub(super) fn size(&self, index: usize) -> Option<usize> {
        usize::try_from(self.whole(index)?).ok()
    }

    pub(super) fn list(&self, index: usize) -> Option<&'x [Value]> {
        match self.at(index)? {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// A text made from the first argument.
    pub(super) fn texted<T: Into<std::sync::Arc<str>>>(
        &self,
        run: &mut Evaluation<'_, '_>,
        make: impl FnOnce(&str) -> T,
    ) -> Option<Value> {
        let text = self.text(0)?;
        run.text(make(&text))
    }
}

fn whole(value: &Value) -> Option<i64> {
    match Number::of(value)? {
        Number::Int(number) => Some(number),
        Number::Float(number) => whole_float(number),
    }
}

/// A float that is a whole number, as one.
pub(super) fn whole_float(number: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "beyond the range the cast saturates and is refused")]
    let cast = number as i64;
    (number.fract() == 0.0 && number.abs() < 9e18).then_some(cast)
}

impl ArgumentType {
    /// Whether a value will do.
    pub(in crate::language) fn accepts(self, value: &Value) -> bool {
        match self {
            Self::Any => true,
            Self::Text => matches!(value, Value::Text(_) | Value::Int(_) | Value::Float(_) | Value::Bool(_)),
            Self::Number => Number::of(value).is_some(),
            Self::Whole => whole(value).is_some(),
            Self::List => matches!(value, Value::List(_)),
            Self::Map => matches!(value, Value::Map(_)),
        }
    }

    /// What it takes, in words.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Any => "a value",
            Self::Text => "a text",
            Self::Number => "a number",
            Self::Whole => "a whole number",
            Self::List => "a list",
            Self::Map => "a map",
        }
    }
}

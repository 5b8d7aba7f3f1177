//! Arguments of a function, converted to the types of its parameters.

use std::borrow::Cow;

use super::{
    super::{
        Value,
        escape::text_of,
        expression::{Evaluation, Number},
    },
    ArgumentType,
};

/// The arguments of a call.
#[derive(Debug, Clone, Copy)]
pub(in crate::language) struct Arguments<'x, 'v>(&'x [Cow<'v, Value>]);

impl<'x, 'v> Arguments<'x, 'v> {
    /// Maximum number of arguments of any function.
    pub(in crate::language) const MAX: usize = 8;

    pub(in crate::language) fn new(values: &'x [Cow<'v, Value>]) -> Self {
        Self(values)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &'x Value> {
        self.0.iter().map(|value| &**value)
    }

    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// An argument, if it was passed.
    pub(super) fn at(&self, index: usize) -> Option<&'x Value> {
        self.0.get(index).map(|value| &**value)
    }

    /// A text, or a value converted to one.
    pub(super) fn text(&self, index: usize) -> Option<Cow<'x, str>> {
        text_of(self.at(index)?)
    }

    /// An optional text.
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

    /// An optional whole number.
    pub(super) fn whole_or(&self, index: usize, otherwise: i64) -> Option<i64> {
        if self.count() > index { self.whole(index) } else { Some(otherwise) }
    }

    /// A whole number as a size.
    pub(super) fn size(&self, index: usize) -> Option<usize> {
        usize::try_from(self.whole(index)?).ok()
    }

    pub(super) fn list(&self, index: usize) -> Option<&'x [Value]> {
        match self.at(index)? {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// A text computed from the first argument.
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

/// A float as an integer, if it is one.
pub(super) fn whole_float(number: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "beyond the range the cast saturates and is refused")]
    let cast = number as i64;
    (number.fract() == 0.0 && number.abs() < 9e18).then_some(cast)
}

impl ArgumentType {
    /// Whether a value can be passed.
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

    /// The type, for messages.
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

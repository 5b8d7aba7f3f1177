//! The state of one evaluation: its context and its memory budget.

use std::sync::Arc;

use super::super::{EvalContext, Value};

/// Bytes that one evaluation may produce, intermediate values included.
const MAX_BYTES: usize = 64 << 20;
/// Bytes of a list's item besides its content.
const ITEM: usize = std::mem::size_of::<Value>();

/// A context, and the state of one evaluation in it.
#[derive(Debug)]
pub(in crate::language) struct Evaluation<'r, 'a> {
    pub(in crate::language) context: &'r mut EvalContext<'a>,
    /// Index of the item that `generate`, `filter` or `map` computes.
    pub(super) index: i64,
    /// The item of `filter` or `map`.
    pub(super) item: Value,
    left: usize,
    /// Whether the budget was exceeded; then the whole evaluation has no value.
    spent: bool,
}

impl<'r, 'a> Evaluation<'r, 'a> {
    pub(super) fn new(context: &'r mut EvalContext<'a>) -> Self {
        Self { context, index: 0, item: Value::Null, left: MAX_BYTES, spent: false }
    }

    /// Takes bytes from the budget; None if it is exceeded.
    pub(in crate::language) fn take(&mut self, bytes: usize) -> Option<()> {
        let left = self.left.checked_sub(bytes);
        self.spent |= left.is_none();
        self.left = left?;
        Some(())
    }

    /// Whether the budget was exceeded, so that the value is incomplete.
    pub(super) fn spent(&self) -> bool {
        self.spent
    }

    /// Takes the bytes of list items.
    pub(in crate::language) fn take_items(&mut self, items: usize) -> Option<()> {
        self.take(items.saturating_mul(ITEM))
    }

    /// Takes the bytes of a new value, without the content of its items.
    pub(in crate::language) fn made(&mut self, value: Value) -> Option<Value> {
        match &value {
            Value::Text(text) => self.take(text.len())?,
            Value::List(items) => self.take_items(items.len())?,
            Value::Map(entries) => self.take_items(entries.len().saturating_mul(2))?,
            _ => {}
        }
        Some(value)
    }

    /// Takes the bytes of a new value with all its content.
    pub(in crate::language) fn made_whole(&mut self, value: Value) -> Option<Value> {
        self.take(weight(&value))?;
        Some(value)
    }

    /// A new text.
    pub(in crate::language) fn text(&mut self, text: impl Into<Arc<str>>) -> Option<Value> {
        self.made(Value::Text(text.into()))
    }
}

fn weight(value: &Value) -> usize {
    ITEM + match value {
        Value::Text(text) => text.len(),
        Value::List(items) => items.iter().map(weight).sum(),
        Value::Map(entries) => entries.iter().map(|(name, value)| name.len() + ITEM + weight(value)).sum(),
        _ => 0,
    }
}

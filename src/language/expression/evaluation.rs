//! What one evaluation has at hand, and how much memory it may still take.

use std::sync::Arc;

use super::super::{EvalContext, Value};

/// Bytes that one evaluation may produce, the parts on the way included.
const MAX_BYTES: usize = 64 << 20;
/// What a list's item costs besides its content.
const ITEM: usize = std::mem::size_of::<Value>();

/// A moment, and what belongs to one evaluation in it.
#[derive(Debug)]
pub(in crate::language) struct Evaluation<'r, 'a> {
    pub(in crate::language) context: &'r mut EvalContext<'a>,
    /// Number of the item that `generate` makes.
    pub(super) index: i64,
    left: usize,
    /// Whether more was asked for than is left; then the whole evaluation has no value.
    spent: bool,
}

impl<'r, 'a> Evaluation<'r, 'a> {
    pub(super) fn new(context: &'r mut EvalContext<'a>) -> Self {
        Self { context, index: 0, left: MAX_BYTES, spent: false }
    }

    /// Takes memory from what may still be produced; none if it is too much.
    pub(in crate::language) fn take(&mut self, bytes: usize) -> Option<()> {
        let left = self.left.checked_sub(bytes);
        self.spent |= left.is_none();
        self.left = left?;
        Some(())
    }

    /// Whether so much was asked for that no part of the value is to be trusted.
    pub(super) fn spent(&self) -> bool {
        self.spent
    }

    /// Takes the memory of so many items of a list.
    pub(in crate::language) fn take_items(&mut self, items: usize) -> Option<()> {
        self.take(items.saturating_mul(ITEM))
    }

    /// Takes the memory of a value that was made, without what is within its items.
    pub(in crate::language) fn made(&mut self, value: Value) -> Option<Value> {
        match &value {
            Value::Text(text) => self.take(text.len())?,
            Value::List(items) => self.take_items(items.len())?,
            Value::Map(entries) => self.take_items(entries.len().saturating_mul(2))?,
            _ => {}
        }
        Some(value)
    }

    /// Takes the memory of a value that was made with all that is within it.
    pub(in crate::language) fn made_whole(&mut self, value: Value) -> Option<Value> {
        self.take(weight(&value))?;
        Some(value)
    }

    /// A text that was made.
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

//! Selects values from values: wildcards, slices, filters, descendants (RFC 9535, section 2.3 to 2.5).

use std::cell::Cell;

use super::{
    super::super::Value,
    path::{Segment, Selector},
};

/// Limit of steps per search, about 0.1 s: nested filters are quadratic in the size of a body, which is untrusted.
const MAX_STEPS: u64 = 1 << 21;

/// All values that the segments select from `top`, or `None` if that takes too many steps.
pub(super) fn all<'v>(segments: &[Segment], top: &'v Value) -> Option<Vec<&'v Value>> {
    let search = Search { top, fuel: Cell::new(MAX_STEPS) };
    let found = search.all(segments, top);
    (search.fuel.get() > 0).then_some(found)
}

/// One search: its root and its remaining steps. Without steps left it selects nothing more.
pub(super) struct Search<'v> {
    pub(super) top: &'v Value,
    fuel: Cell<u64>,
}

impl<'v> Search<'v> {
    pub(super) fn spend(&self, steps: usize) -> bool {
        self.fuel.set(self.fuel.get().saturating_sub(steps as u64));
        self.fuel.get() > 0
    }

    pub(super) fn all(&self, segments: &[Segment], from: &'v Value) -> Vec<&'v Value> {
        let mut nodes = vec![from];
        for segment in segments {
            let mut found = Vec::new();
            for node in nodes {
                if segment.deep {
                    self.descend(&segment.selectors, node, &mut found);
                } else {
                    self.select(&segment.selectors, node, &mut found);
                }
            }
            nodes = found;
        }
        nodes
    }

    /// A node before its descendants. The JSON parser limits the depth of values.
    fn descend(&self, selectors: &[Selector], node: &'v Value, found: &mut Vec<&'v Value>) {
        self.select(selectors, node, found);
        for child in children(node) {
            if self.spend(1) {
                self.descend(selectors, child, found);
            }
        }
    }

    fn select(&self, selectors: &[Selector], node: &'v Value, found: &mut Vec<&'v Value>) {
        for selector in selectors {
            match (selector, node) {
                (Selector::Name(name), Value::Map(entries)) if self.spend(entries.len() + 1) => {
                    found.extend(node.get(name));
                }
                (Selector::Index(index), Value::List(_)) if self.spend(1) => found.extend(node.at(*index)),
                (Selector::Every, _) => found.extend(children(node).take_while(|_| self.spend(1))),
                (Selector::Slice { from, to, by }, Value::List(items)) => {
                    found.extend(slice(items, (*from, *to, *by)).take_while(|_| self.spend(1)));
                }
                (Selector::Filter(condition), _) => {
                    found.extend(children(node).filter(|child| self.spend(1) && self.holds(condition, child)));
                }
                _ => {}
            }
        }
    }
}

fn children(node: &Value) -> impl Iterator<Item = &Value> {
    let (items, entries): (&[Value], &[_]) = match node {
        Value::List(items) => (items, &[]),
        Value::Map(entries) => (&[], entries),
        _ => (&[], &[]),
    };
    items.iter().chain(entries.iter().map(|(_, value)| value))
}

/// Section 2.3.4.2: bounds are clamped to the list; a step of 0 selects nothing.
fn slice(items: &[Value], (from, to, by): (Option<i64>, Option<i64>, i64)) -> impl Iterator<Item = &Value> {
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let position = |at: i64| if at < 0 { at.saturating_add(length) } else { at };
    let (first, last) = if by >= 0 { (0, length) } else { (-1, length - 1) };
    let from = from.map_or(if by >= 0 { 0 } else { length - 1 }, position).clamp(first, last);
    let to = to.map_or(if by >= 0 { length } else { -1 }, position).clamp(first, last);
    let begin = Some(from).filter(|_| by != 0);
    std::iter::successors(begin, move |at| at.checked_add(by))
        .take_while(move |at| if by > 0 { *at < to } else { *at > to })
        .map_while(|at| items.get(usize::try_from(at).ok()?))
}

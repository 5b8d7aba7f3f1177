//! Scenarios that end early because their rows are used up, each row being given out once.

use std::collections::BTreeSet;

use super::{
    Op, Plan, Scenario, Shape, Work,
    outline::{OutlineKind, OutlineStep},
};
use crate::{
    language::data::{AtEnd, Order},
    units::{show_count, show_several},
};

/// A warning for a scenario with fewer rows than iterations; it is certain of the rows that every iteration takes.
#[must_use]
pub(super) fn warning(plan: &Plan, scenario: &Scenario) -> Option<String> {
    let each = rows_of(&scenario.flow.outline.as_ref()?.iteration);
    let rows = |op: &Op| if let Op::Row { data, .. } = op { Some(*data) } else { None };
    let sets: BTreeSet<usize> = scenario.flow.ops().iter().filter_map(rows).collect();
    // Of several sets, it is not known which step takes which.
    let data = sets.first().filter(|_| sets.len() == 1).and_then(|set| plan.data.get(*set))?;
    if each == 0 || !matches!(data.order, Order::Sequential(AtEnd::Stop) | Order::Shuffled(AtEnd::Stop)) {
        return None;
    }
    let Shape::Closed(closed) = &scenario.shape else { return None };
    let iterations = match closed.work {
        Work::Endless => return None,
        Work::PerUser(iterations) => iterations.saturating_mul(scenario.peak_vus().into()),
        Work::Shared(iterations) => iterations,
    };
    let enough = data.set.count() / each;
    (enough < iterations).then(|| {
        format!(
            "{}: the {} of {} are used up after {} of {}, and it ends; without `order: unique` they are used again",
            scenario.name,
            show_several(data.set.count(), "row"),
            data.name,
            show_count(enough),
            show_several(iterations, "iteration")
        )
    })
}

/// The rows that these steps take at least.
fn rows_of(steps: &[OutlineStep]) -> u64 {
    let each = steps.iter().map(|step| match &step.kind {
        OutlineKind::Row => 1,
        OutlineKind::Block { body, .. } => rows_of(body),
        _ => 0,
    });
    each.sum()
}

#[cfg(test)]
mod tests;

//! Rows against iterations.

use crate::{
    plan::feasibility,
    profile::{Overrides, load},
};

#[test]
fn rows_that_end_a_scenario_are_reported() {
    let row = "[{row: users}, {think: 1ms}]";
    for (order, shape, flow, reported) in [
        ("unique", "vus: 3, iterations: 5, executor: per-vu-iterations", row, "4 of 15 iterations"),
        ("unique", "vus: 3, iterations: 15, executor: shared-iterations", row, "4 of 15 iterations"),
        ("unique", "vus: 1, iterations: 9, executor: shared-iterations", "[{row: users}, {row: users}]", "2 of 9"),
        (
            "unique",
            "vus: 1, iterations: 9, executor: shared-iterations",
            "[{group: g, steps: [{row: users}]}]",
            "4 of 9",
        ),
        ("unique", "vus: 2, iterations: 2, executor: per-vu-iterations", row, ""),
        ("sequential", "vus: 3, iterations: 5, executor: per-vu-iterations", row, ""),
        ("random", "vus: 3, iterations: 5, executor: per-vu-iterations", row, ""),
        ("unique", "vus: 3, duration: 1s, executor: constant-vus", row, ""),
        (
            "unique",
            "vus: 3, iterations: 5, executor: per-vu-iterations",
            "[{if: 'iteration > 3', then: [{row: users}]}, {think: 1ms}]",
            "",
        ),
    ] {
        let text = format!(
            "data: {{users: {{rows: [{{a: 1}}, {{a: 2}}, {{a: 3}}, {{a: 4}}], order: {order}}}}}\n\
             scenarios: {{s: {{{shape}, flow: {flow}}}}}\n"
        );
        let plan = load("p.yaml", &text, &Overrides::default()).unwrap();
        let warnings: Vec<_> =
            feasibility::warnings(&plan).into_iter().filter(|warning| warning.contains("used up")).collect();
        assert_eq!(warnings.len(), usize::from(!reported.is_empty()), "{text}: {warnings:?}");
        assert!(warnings.iter().all(|warning| warning.contains(reported)), "{text}: {warnings:?}");
    }
}

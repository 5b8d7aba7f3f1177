//! What can be said about a plan before it runs: `check` and `run` print the same warnings.

use crate::{
    plan::{Plan, Shape, feasibility},
    units::{show_count, show_several},
};

/// The warnings about a plan.
#[must_use]
pub(crate) fn of(plan: &Plan) -> Vec<String> {
    feasibility::warnings(plan).into_iter().chain(descriptors(plan)).collect()
}

/// Warns where the users need more sockets than this process may open.
fn descriptors(plan: &Plan) -> Option<String> {
    let (limit, most) = super::sockets_for_users()?;
    let users: u64 = plan
        .scenarios
        .iter()
        .filter(|scenario| matches!(scenario.shape, Shape::Closed(_)))
        .map(|scenario| u64::from(scenario.peak_vus()))
        .sum();
    (users > most).then(|| {
        format!(
            "a socket for each of {}, but the limit of open files is {}; raise `ulimit -Hn`",
            show_several(users, "user"),
            show_count(limit)
        )
    })
}

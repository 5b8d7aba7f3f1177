//! What can be said about a plan before it runs: `check` and `run` print the same warnings.

use super::{Source, environment, verdicts};
use crate::{
    cli::RunArgs,
    plan::{Partition, Plan, Shape, feasibility},
    units::{show_count, show_several},
};

/// The warnings about a plan, of which this process makes a part.
#[must_use]
pub(crate) fn of(plan: &Plan, part: Partition, source: &Source, args: &RunArgs) -> Vec<String> {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let included = plan.included.iter().map(|file| &file.text);
    let texts = args.outputs.iter().chain(&args.traces).chain(included);
    let text = texts.fold(source.text.clone(), |all, text| all + "\n" + text);
    let unknown = environment::unknown(names, &text);
    let verdicts = verdicts::warnings(plan, &super::logged_scenarios(plan, Partition::WHOLE));
    feasibility::warnings(plan).into_iter().chain(verdicts).chain(descriptors(plan, part)).chain(unknown).collect()
}

/// Warns where the users need more sockets than this process may open.
fn descriptors(plan: &Plan, part: Partition) -> Option<String> {
    let (limit, most) = super::sockets_for_users()?;
    let users: u64 = plan
        .scenarios
        .iter()
        .filter(|scenario| matches!(scenario.shape, Shape::Closed(_)))
        .map(|scenario| u64::from(scenario.peak_vus()))
        .sum();
    let users = part.share_of(users);
    (users > most).then(|| {
        format!(
            "a socket for each of {}, but the limit of open files is {}; raise `ulimit -Hn`",
            show_several(users, "user"),
            show_count(limit)
        )
    })
}

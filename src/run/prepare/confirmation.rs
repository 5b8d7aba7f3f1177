//! Protected environments: a run there needs a confirmation and stays below the environment's `max_rate`.

use crate::{
    cli::RunArgs,
    plan::{
        Environment, Plan,
        feasibility::{Unbounded, peak_requests},
    },
    run::error::CommandError,
    units::show_rate,
};

/// Refuses what an environment does not allow. With `starting` the run must also be confirmed; `check` needs no
/// confirmation.
///
/// # Errors
/// What to do about it.
pub(crate) fn permit(plan: &Plan, args: &RunArgs, starting: bool) -> Result<(), CommandError> {
    let Some(Environment { name, protected, max_rate }) = &plan.environment else { return Ok(()) };
    if starting && *protected && args.load.confirm.as_deref() != Some(name) {
        let given = args
            .load
            .confirm
            .as_ref()
            .map(|given| format!(", and `--confirm {given}` names another one"))
            .unwrap_or_default();
        return Err(CommandError::configuration(format!(
            "environment `{name}` is protected: running against it requires confirmation{given}\n  hint: look at the plan with `loadagent check`, then add `--confirm {name}`"
        )));
    }
    let Some(max_rate) = max_rate else { return Ok(()) };
    if args.control.is_some() {
        return Err(CommandError::configuration(format!(
            "environment `{name}` has a `max_rate`, which the control API could exceed\n  hint: leave out `--control`"
        )));
    }
    let peak = peak_requests(plan).map_err(|(scenario, reason)| {
        let (why, hint) = match reason {
            Unbounded::Users => {
                ("its users never pause", "give it an arrival rate (`rate`), or a pause (`wait`, `think`)")
            }
            Unbounded::Iteration => (
                "the requests of an iteration can't be counted",
                "give loops a fixed number of rounds, and polls fixed times",
            ),
        };
        CommandError::configuration(format!(
            "environment `{name}` allows {}, but the rate of scenario `{}` is unbounded: {why}\n  hint: {hint}",
            show_rate(*max_rate),
            scenario.name
        ))
    })?;
    // Sums of shares are off by less than this.
    if peak <= max_rate * (1.0 + 1e-6) {
        return Ok(());
    }
    Err(CommandError::configuration(format!(
        "environment `{name}` allows {}, but the requests of the plan reach {}\n  hint: lower the load, for example with `--vus-factor 0.5`",
        show_rate(*max_rate),
        show_rate(peak)
    )))
}

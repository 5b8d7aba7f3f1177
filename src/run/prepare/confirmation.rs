//! Protected environments: no run there by mistake, and none that is too much for it.

use crate::{
    cli::RunArgs,
    plan::{Environment, Plan, feasibility::peak_requests},
    run::error::CommandError,
    units::show_rate,
};

/// Refuses what an environment does not allow. With `starting` the run must also be confirmed: a look at the plan needs
/// no leave.
///
/// # Errors
/// What to do about it.
pub fn permit(plan: &Plan, args: &RunArgs, starting: bool) -> Result<(), CommandError> {
    let Some(Environment { name, protected, max_rate }) = &plan.environment else { return Ok(()) };
    if starting && *protected && args.load.confirm.as_deref() != Some(name) {
        let given = args.load.confirm.as_ref().map(|given| format!(", not for `{given}`")).unwrap_or_default();
        return Err(CommandError::configuration(format!(
            "environment `{name}` is protected: a run needs leave for it{given}\n  hint: look at the plan with `loadagent check`, then add `--confirm {name}`"
        )));
    }
    let Some(max_rate) = max_rate else { return Ok(()) };
    if args.control.is_some() {
        return Err(CommandError::configuration(format!(
            "environment `{name}` has a `max_rate`, and orders by `--control` could go above it\n  hint: leave out `--control`"
        )));
    }
    let peak = peak_requests(plan).map_err(|scenario| {
        CommandError::configuration(format!(
            "environment `{name}` allows {}, and nothing bounds the rate of scenario `{}`: its users never rest\n  hint: give it an arrival rate (`rate`), or a pause (`wait`, `think`)",
            show_rate(*max_rate),
            scenario.name
        ))
    })?;
    // Sums of shares are off by less than this.
    if peak <= max_rate * (1.0 + 1e-6) {
        return Ok(());
    }
    Err(CommandError::configuration(format!(
        "environment `{name}` allows {}, and the plan reaches {} requests\n  hint: lower the load: half of it is `--vus-factor 0.5`",
        show_rate(*max_rate),
        show_rate(peak)
    )))
}

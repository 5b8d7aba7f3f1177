//! What `--traces` and the plan mean for tracing: an address, a sampling, and where requests go.

use crate::{
    executor::{Sampling, tracer},
    interval_log::frame::LoggedRequest,
    output::{OutputAddress, kind::TraceSampling},
    plan::Plan,
    run::error::CommandError,
};

/// `--traces` as an output: its address, also one that is written as that of an `otlp` output.
#[must_use]
pub(crate) fn address(given: &str) -> String {
    let bare = ["traces", "otlp"].iter().find_map(|kind| given.strip_prefix(kind)?.strip_prefix('='));
    format!("traces={}", bare.unwrap_or(given))
}

/// Checks the outputs of a run.
///
/// # Errors
/// When several want spans, for each would sample another share.
pub(crate) fn check_single_output(outputs: &[OutputAddress]) -> Result<(), CommandError> {
    let places = outputs.iter().filter_map(OutputAddress::sampling).count();
    if places > 1 {
        return Err(CommandError::configuration(
            "spans go to one place only; give `--traces` or `--out traces=…`, once",
        ));
    }
    Ok(())
}

/// What is traced by a process of a run, named by its run ID and instance, if its outputs ask for it.
#[must_use]
pub(crate) fn sampling(outputs: &[OutputAddress], process: (&str, &str), seed: u64) -> Option<Sampling> {
    let TraceSampling { ratio, max_per_second } = outputs.iter().find_map(OutputAddress::sampling)?;
    Some(Sampling { ratio, max_per_second, seed: tracer::seed_of(process, seed) })
}

/// Where the requests of a plan go, by the labels of their series.
#[must_use]
pub(crate) fn request_headers(plan: &Plan) -> Vec<LoggedRequest> {
    let mut headers = Vec::new();
    for scenario in &plan.scenarios {
        for (step, request) in scenario.flow.steps.requests() {
            let Some(origin) = plan.origins.get(request.spec.origin) else { continue };
            headers.push(LoggedRequest {
                scenario: scenario.name.clone(),
                name: step.name.to_string(),
                method: request.spec.method.clone(),
                scheme: if origin.tls { "https" } else { "http" }.to_owned(),
                address: origin.host.clone(),
                port: origin.port,
            });
        }
    }
    headers
}

#[cfg(test)]
mod tests;

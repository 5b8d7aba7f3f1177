//! What `--traces` and the plan mean for tracing: an address, a sampling, and where requests go.

use crate::{
    executor::{Sampling, tracer},
    interval_log::frame::RequestHeader,
    output::{OutputAddress, address::Settings, otlp::Tracing},
    plan::Plan,
    run::error::CommandError,
};

/// The output address of `--traces`; also accepts one that starts with `otlp=`.
#[must_use]
pub fn address(given: &str) -> String {
    let bare = ["traces", "otlp"].iter().find_map(|kind| given.strip_prefix(kind)?.strip_prefix('='));
    format!("traces={}", bare.unwrap_or(given))
}

/// Checks the outputs of a run.
///
/// # Errors
/// When several want spans, for each would sample another share.
pub fn check(outputs: &[OutputAddress]) -> Result<(), CommandError> {
    let places = outputs.iter().filter_map(tracing).count();
    if places > 1 {
        return Err(CommandError::configuration(
            "spans go to one place only; give `--traces` or `--out traces=…`, once",
        ));
    }
    Ok(())
}

/// The sampling of an output of spans.
fn tracing(output: &OutputAddress) -> Option<&Tracing> {
    match &output.settings {
        Settings::Traces(tracing) => Some(tracing),
        _ => None,
    }
}

/// What is traced in a run of this id and seed, if an output wants spans.
#[must_use]
pub fn sampling(outputs: &[OutputAddress], run_id: &str, seed: u64) -> Option<Sampling> {
    let Tracing { ratio, max_per_second, .. } = *outputs.iter().find_map(tracing)?;
    Some(Sampling { ratio, max_per_second, seed: tracer::seed_of(run_id, seed) })
}

/// Where the requests of a plan go, by the labels of their series.
#[must_use]
pub fn request_headers(plan: &Plan) -> Vec<RequestHeader> {
    let mut headers = Vec::new();
    for scenario in &plan.scenarios {
        for (step, request) in scenario.flow.steps.requests() {
            let Some(origin) = plan.origins.get(request.spec.origin) else { continue };
            headers.push(RequestHeader {
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

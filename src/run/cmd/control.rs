//! `status`, `pause`, `resume`, `scale`, `stop`: requests to the control API of a run that is in progress.

use std::{net::SocketAddr, time::Duration};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Client, Method};
use serde_json::{Value as Json, json};
use tokio::runtime::Builder;

use crate::{
    cli::{ControlArgs, ScaleArgs},
    exit::Exit,
    run::{console::print, control_port, error::CommandError},
    units::{show_count, show_duration, show_rate, show_share},
};

/// Longer than any answer takes; a run that is stopped with SIGSTOP does not answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Prints how the run stands.
///
/// # Errors
/// When no run answers.
pub(crate) fn status(args: &ControlArgs) -> Result<Exit, CommandError> {
    let status = send(args.control, Method::GET, "/v1/status", None)?;
    Ok(show(args, &status))
}

/// Pauses or resumes the run, or stops it; prints how it stands then.
///
/// # Errors
/// When no run answers.
pub(crate) fn change(args: &ControlArgs, change: &Json) -> Result<Exit, CommandError> {
    let status = send(args.control, Method::PATCH, "/v1/status", Some(change))?;
    Ok(show(args, &status))
}

/// Sets the users or the rate of a scenario; prints how the run stands then.
///
/// # Errors
/// When no run answers, or the scenario can't be set so.
pub(crate) fn scale(args: &ScaleArgs) -> Result<Exit, CommandError> {
    let address = args.control.control;
    let name = match &args.scenario {
        Some(name) => name.clone(),
        None => only_scenario(&send(address, Method::GET, "/v1/status", None)?)?,
    };
    let change = match (args.load.vus, args.load.rate) {
        (Some(users), _) => json!({ "users": users }),
        (None, Some(rate)) => json!({ "rate": rate }),
        // The run knows which of them the scenario has.
        (None, None) => json!({ "users": null, "rate": null }),
    };
    let status = send(
        address,
        Method::PATCH,
        &format!("/v1/scenarios/{}", utf8_percent_encode(&name, NON_ALPHANUMERIC)),
        Some(&change),
    )?;
    Ok(show(&args.control, &status))
}

fn only_scenario(status: &Json) -> Result<String, CommandError> {
    let names: Vec<&str> = each(status, "scenarios").filter_map(|scenario| scenario["name"].as_str()).collect();
    match names[..] {
        [only] => Ok(only.to_owned()),
        _ => Err(CommandError::usage(format!("which scenario? there are: {}", names.join(", ")))),
    }
}

/// Sends a request and reads the status that answers it.
fn send(address: SocketAddr, method: Method, path: &str, body: Option<&Json>) -> Result<Json, CommandError> {
    drop(rustls::crypto::ring::default_provider().install_default());
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| CommandError::internal(&error))?;
    let unreachable = |error: reqwest::Error| {
        let reason = if error.is_connect() {
            "nothing listens there"
        } else if error.is_timeout() {
            "no answer"
        } else {
            "what answers is no control API"
        };
        let hint = format!("start the run with --control {address}, or name its address with --control");
        CommandError::configuration(format!("no run is controlled on {address}: {reason}\n  hint: {hint}"))
    };
    let (status, text) = runtime
        .block_on(async {
            let client = Client::builder().no_proxy().timeout(TIMEOUT).build()?;
            let mut request = client.request(method, format!("http://{address}{path}"));
            if let Some(token) = control_port::token() {
                request = request.bearer_auth(token);
            }
            if let Some(body) = body {
                request = request.body(body.to_string());
            }
            let response = request.send().await?;
            Ok((response.status(), response.text().await?))
        })
        .map_err(unreachable)?;
    let answer: Json = serde_json::from_str(&text).unwrap_or_default();
    match answer.get("error").and_then(Json::as_str) {
        Some(message) => Err(CommandError::usage(message)),
        None if status.is_success() && answer.get("status").is_some() => Ok(answer),
        None => Err(CommandError::configuration(format!(
            "what listens on {address} is no control API of loadagent (status {})",
            status.as_u16()
        ))),
    }
}

fn show(args: &ControlArgs, status: &Json) -> Exit {
    print(&if args.json { status.to_string() } else { render(status) });
    Exit::Passed
}

fn each<'a>(status: &'a Json, list: &str) -> impl Iterator<Item = &'a Json> {
    status[list].as_array().into_iter().flatten()
}

/// The status for people: the run, a line a scenario, a line a threshold.
fn render(status: &Json) -> String {
    let text = |place: &Json, name: &str| place[name].as_str().unwrap_or_default().to_owned();
    let number = |place: &Json, name: &str| place[name].as_f64().unwrap_or_default();
    let seconds = |name: &str| show_duration(Duration::from_secs_f64(number(status, name).clamp(0.0, 1e9).round()));
    let head = format!(
        "{}  {}  {} of {}",
        text(status, "status"),
        text(status, "run_id"),
        seconds("elapsed"),
        seconds("planned")
    );
    let line = |name: &str, place: &Json| {
        let users = place["users"].as_u64().unwrap_or_default();
        let named = if users == 1 { "user" } else { "users" };
        let p95 = place["p95"].as_f64().filter(|millis| (0.0..1e12).contains(millis));
        let p95 = p95.map(|millis| format!("  p95 {}", show_duration(Duration::from_secs_f64(millis / 1e3))));
        format!(
            "  {name:<16} {:>6} {named:<5}  iterations {:>9}  requests {:>9}  failed {}{}{}",
            show_count(users),
            show_rate(number(place, "rate")),
            show_rate(number(place, "rps")),
            show_share(number(place, "failed")),
            p95.unwrap_or_default(),
            if place["changed"] == true { "  (changed by command)" } else { "" },
        )
    };
    let mut lines = vec![head];
    lines.extend(each(status, "scenarios").map(|scenario| line(&text(scenario, "name"), scenario)));
    if lines.len() > 2 {
        lines.push(line("all", status));
    }
    for threshold in each(status, "thresholds") {
        let observed = threshold["observed"].as_f64().map(|value| format!("  ({value:.4})"));
        let (metric, condition) = (text(threshold, "metric"), text(threshold, "condition"));
        lines.push(format!("  {:<8} {metric}: {condition}{}", text(threshold, "state"), observed.unwrap_or_default()));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests;

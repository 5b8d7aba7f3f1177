//! The target's own pages, outside the load it is under: `/_target/log`, `/_target/reset` and `/metrics`.

use std::fmt::Write;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hyper::{Method, StatusCode};

use super::builtin::Reply;
use super::leak::resident;
use super::shared::{ServerThread, SharedState};

/// Whether a path is the target's own; such requests are neither logged nor do they start the clock.
pub(super) fn owns(path: &str) -> bool {
    path == "/metrics" || path == "/_target" || path.starts_with("/_target/")
}

/// Answers one of the target's own pages.
pub(super) async fn answer(server: &ServerThread, method: &Method, path: &str) -> Reply {
    let shared = &server.shared;
    match (method, path) {
        (_, "/metrics") => {
            // A stalled server does not answer its monitoring either.
            if let Some(run) = shared.clock.began() {
                server.hold(run, Duration::ZERO).await;
            }
            Reply::text(metrics(shared))
        }
        (&Method::GET, "/_target/log") => match serde_json::to_string(&shared.report()) {
            Ok(report) => Reply::json(StatusCode::OK, report),
            Err(error) => Reply::error(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
        },
        (&Method::POST, "/_target/reset") => {
            shared.reset();
            Reply::json(StatusCode::OK, "{\"ok\":true}")
        }
        _ => Reply::error(StatusCode::NOT_FOUND, "the target has GET /_target/log and POST /_target/reset"),
    }
}

/// The Prometheus text format, version 0.0.4.
fn metrics(shared: &SharedState) -> String {
    let (answers, total) = shared.answers();
    let mut page = String::with_capacity(1_024);
    page.push_str("# HELP target_requests_total Requests answered.\n# TYPE target_requests_total counter\n");
    for ((route, status), count) in answers {
        // A path reaches us percent-encoded at best: quotes and backslashes must not end the label.
        let route = route.replace('\\', "\\\\").replace('"', "\\\"");
        write_line(&mut page, format_args!("target_requests_total{{route=\"{route}\",status=\"{status}\"}} {count}"));
    }
    let memory = resident(shared.options.leak, shared.clock.elapsed(), total);
    for (name, help, value) in [
        ("target_in_flight", "Requests under way.", shared.in_flight.load(Ordering::Relaxed) as f64),
        ("target_queue_depth", "Requests waiting for a place.", f64::from(shared.capacity.depth())),
        ("process_resident_memory_bytes", "Pretended memory; grows by the leak option.", memory),
    ] {
        write_line(&mut page, format_args!("# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}"));
    }
    page
}

fn write_line(page: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    writeln!(page, "{line}").ok();
}

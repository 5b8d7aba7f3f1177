//! The profile that a URL and flags stand for, as a start for one of the user's own.

use serde_json::{Map, Value, json};

use crate::cli::RunArgs;

/// The profile of the URL and its load, with everything that other flags change in the plan and that a profile can say.
pub(super) fn profile(text: &str, args: &RunArgs) -> String {
    let mut more: Vec<(&str, Value)> = Vec::new();
    more.extend(args.load.preset.as_ref().map(|preset| ("preset", json!(preset))));
    let pacing = args.load.min_iteration_duration;
    more.extend(pacing.map(|time| ("minIterationDuration", json!(format!("{}ms", time.as_secs_f64() * 1e3)))));
    more.extend(args.seed.map(|seed| ("seed", json!(seed))));
    let mut http = Map::new();
    http.extend(args.max_redirects.map(|most| ("max_redirects".to_owned(), json!(most))));
    if args.insecure_skip_tls_verify {
        http.insert("tls".to_owned(), json!({ "skip_verify": true }));
    }
    let tags: Map<_, _> = args.tags.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let mut thresholds = Map::new();
    for (key, condition) in args.thresholds.iter().filter(|_| !args.no_thresholds) {
        let conditions = thresholds.entry(key.clone()).or_insert_with(|| json!([]));
        conditions.as_array_mut().into_iter().for_each(|known| known.push(json!(condition)));
    }
    let maps = [("tags", tags), ("http", http), ("thresholds", thresholds)];
    more.extend(maps.into_iter().filter(|(_, map)| !map.is_empty()).map(|(key, map)| (key, Value::Object(map))));
    let (outputs, secret): (Vec<_>, Vec<_>) = args.outputs.iter().partition(|address| !may_hold_secret(address));
    more.extend((!outputs.is_empty()).then(|| ("outputs", json!(outputs))));
    let traces = args.traces.as_ref().filter(|address| !may_hold_secret(address));
    more.extend(traces.map(|traces| ("traces", json!(traces))));
    // Values are written as JSON, which YAML includes.
    let written = more.into_iter().fold(text.to_owned(), |text, (key, value)| text + &format!("{key}: {value}\n"));
    let is_whole = secret.is_empty() && traces.is_some() == args.traces.is_some();
    if is_whole { written } else { written + LEFT_OUT }
}

const LEFT_OUT: &str =
    "# An address with a user or options is left out, because it may hold a secret; write it with `${VARIABLE}`.\n";

/// Whether an address has parts in which secrets stand.
fn may_hold_secret(address: &str) -> bool {
    address.contains(['@', '?'])
}

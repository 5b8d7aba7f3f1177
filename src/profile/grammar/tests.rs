//! Hints for words that are unknown where they stand.

use std::collections::BTreeSet;

use super::*;
use crate::{
    language::{function, scope::builtins, synonyms::EXPRESSIONS},
    profile::{
        Overrides, load,
        synonyms::{SYNONYMS, WITHOUT_COUNTERPART},
    },
};

/// The words of a type, as deep as sections don't reach.
fn words_of(kind: &Type, found: &mut BTreeSet<String>) {
    match kind {
        Type::Word(words) => found.extend(words.iter().map(|word| plain(word))),
        Type::Names(inner) | Type::List(inner) | Type::Several(inner) => words_of(inner, found),
        Type::Either(types) => types.iter().for_each(|inner| words_of(inner, found)),
        _ => {}
    }
}

fn plain(word: &str) -> String {
    word.replace(['_', '-'], "").to_lowercase()
}

#[test]
fn synonyms_stand_for_words_that_there_are() {
    let mut known = BTreeSet::new();
    let executors = EXECUTORS.iter().map(|executor| &executor.options);
    let keys = SECTIONS.iter().copied().chain(executors.clone()).flat_map(Section::own_keys);
    for key in keys.chain(flow::words().flat_map(|(_, kind)| kind.keys())) {
        known.insert(plain(key.name));
        words_of(&key.value, &mut known);
    }
    known.extend(executors.map(|options| plain(options.name)));
    known.extend(flow::words().map(|(word, _)| plain(word)));
    known.extend(function::all().map(|function| plain(function.name)));
    known.extend(builtins().map(|(name, _)| plain(name)));
    let explained = || WITHOUT_COUNTERPART.iter().flat_map(|(theirs, _)| theirs.iter()).map(|word| plain(word));
    for (theirs, ours) in SYNONYMS.iter().chain(EXPRESSIONS) {
        for word in *ours {
            let word = plain(word);
            assert!(known.contains(&word) || explained().any(|theirs| theirs == word), "{theirs:?}: `{word}`");
        }
    }
    for (_, instead) in WITHOUT_COUNTERPART {
        // `key: …` and `{key: …}` in a text are keys or steps.
        for part in instead.split('`').skip(1).step_by(2).filter(|part| part.contains(": ")) {
            let key = part.trim_start_matches('{').split(':').next().unwrap_or_default();
            assert!(known.contains(&plain(key)), "{instead}: `{key}`");
        }
    }
}

fn errors_of(profile: &str) -> String {
    load("p.yaml", profile, &Overrides::default()).map_or_else(|errors| errors.to_string(), |_| String::new())
}

#[test]
fn a_step_of_another_tool_has_a_hint() {
    for (step, hint) in [
        ("sleep: 1", "did you mean `think`? for example `{think: 1s..3s}`"),
        ("wait: 1s", "did you mean `think`?"),
        ("Pause: 1s", "did you mean `think`?"),
        ("constant-timer: 1s", "did you mean `think`?"),
        ("del: /", "did you mean `delete`?"),
        ("http.get: /", "did you mean `get`?"),
        ("loop: 3", "did you mean `repeat`?"),
        ("randomSwitch: []", "did you mean `choose`?"),
        ("exec: login", "did you mean `use`?"),
        ("capture: {}", "did you mean `extract`?"),
        ("assert: {}", "did you mean `check`?"),
        ("break: ~", "did you mean `end`?"),
        ("print: hello", "did you mean `log`?"),
        ("console.log: hello", "did you mean `log`?"),
        ("grpc: /", "only HTTP and WebSocket are supported"),
        ("ws: /", "did you mean `websocket`?"),
        ("receive: {}", "did you mean `expect`?"),
        ("script: x", "profiles run no code"),
        ("thnk: 1s", "did you mean `think`?"),
        // Words that are near to nothing that was meant.
        ("qqq: x", "known steps: get,"),
        ("wit: x", "known steps: get,"),
        ("fooo: x", "known steps: get,"),
    ] {
        let errors = errors_of(&format!("base_url: http://x\nflow: [{{{step}}}]\n"));
        assert!(errors.contains(&format!("hint: {hint}")), "{step}: {errors}");
    }
}

#[test]
fn a_key_of_another_tool_or_place_has_a_hint() {
    for (keys, hint) in [
        ("steps: []", "did you mean `flow`?"),
        ("host: x", "did you mean `base_url`?"),
        ("phases: []", "did you mean `stages`?"),
        ("threads: 3", "did you mean `vus`?"),
        ("options: {}", "options of k6 are keys of the profile itself"),
        ("userAgent: x", "write it as a header"),
        ("timeout: 3s", "`timeout` is a key of `http`"),
        ("on_start: []", "`on_start` is a key of a scenario"),
        ("executor: constant-vus", "`executor` is a key of a scenario"),
        ("scenarios: {a: {vus: 1, duration: 1s, setup: [], flow: []}}", "`setup` is a key at the top of a profile"),
        ("scenarios: {a: {executor: open, flow: []}}", "did you mean `constant-arrival-rate`?"),
        ("flow: [{get: /, think: 1s}]", "`think` is a step of its own: `- think: …`"),
        ("flow: [{post: /, payload: x}]", "did you mean `body`?"),
        ("flow: [{repeat: 3, do: []}]", "did you mean `steps`?"),
        ("flow: [{if: status == 1, steps: []}]", "did you mean `then`?"),
        ("thresholds: {latency: p(95)<5}", "did you mean `http_req_duration`?"),
        ("thresholds: {http_req_duration: p95<500}", "did you mean `p(95)<500`?"),
        ("thresholds: {http_req_failed: rate<1%}", "did you mean `rate<0.01`?"),
        ("flow: [{get: '/${__VU}'}]", "did you mean `vu`?"),
        ("flow: [{get: '/${uuidv4()}'}]", "did you mean `uuid`?"),
        // A key of the same name elsewhere is not what is meant here.
        ("flow: [{get: /, auth: {basic: {user: a, password: b}}}]", "known keys: username, password"),
        ("flow: [{get: '/${ANON}'}]", "declare it: `vars: {ANON: …}`"),
    ] {
        let errors = errors_of(&format!("{keys}\n"));
        assert!(errors.contains(&format!("hint: {hint}")), "{keys}: {errors}");
    }
}

/// The place of a key counts more than another one with a similar name (`user`, `users`).
#[test]
fn a_key_of_a_scenario_or_of_http_at_the_top_has_its_place_as_a_hint() {
    let top: BTreeSet<&str> = document::PROFILE.all_keys().map(|key| key.name).collect();
    let mut seen = 0;
    for (section, place) in [(&scenario::SCENARIO, "of a scenario"), (&http::HTTP, "of `http`")] {
        for key in section.own_keys().filter(|key| !top.contains(key.name) && key.name != "tags") {
            let errors = errors_of(&format!("flow: [{{get: /}}]\n{}: 3\n", key.name));
            let is_placed = errors.contains(&format!("`{}` is a key {place}", key.name));
            // A word of another tool, or k6's for a key of ours, has that one as a hint.
            let is_synonym = synonym(key.name, top.iter().copied()).is_some() || !errors.contains("unknown key");
            assert!(is_placed || is_synonym, "{}: {errors}", key.name);
            seen += usize::from(is_placed);
        }
    }
    assert!(seen >= 12, "{seen}");
}

#[test]
fn an_option_of_another_executor_is_suggested_in_each() {
    let misspelt = [
        ("gracefulRampDwn", "gracefulRampDown", "`ramping-vus`"),
        ("preAllocatdVUs", "preAllocatedVUs", "`constant-arrival-rate`, `ramping-arrival-rate`"),
        ("iteratins", "iterations", "`shared-iterations`, `per-vu-iterations`"),
    ];
    for executor in EXECUTORS.iter().map(|executor| &executor.options) {
        for (wrong, right, owners) in misspelt {
            let errors =
                errors_of(&format!("scenarios: {{a: {{executor: {}, {wrong}: 3, flow: []}}}}\n", executor.name));
            let own = executor.own_keys().any(|key| key.name == right);
            let hint = if own { String::new() } else { format!(" it is an option of {owners}") };
            let hint = format!("hint: did you mean `{right}`?{hint}\n");
            assert!(errors.contains(&hint), "{}: {hint}{errors}", executor.name);
            // Written correctly, in the wrong place.
            let errors =
                errors_of(&format!("scenarios: {{a: {{executor: {}, {right}: 3s, flow: []}}}}\n", executor.name));
            assert_eq!(errors.contains(&format!("`{right}` is an option of {owners}")), !own, "{errors}");
        }
    }
}

#[test]
fn a_name_is_not_a_value_and_a_constant_is_not_set_by_a_step() {
    let user = "user: {tasks: []}";
    for (step, message) in [
        ("pick: '${tasks}', steps: []", "hint: write `tasks` instead of `${tasks}`"),
        ("push: 1, to: '${tasks}'", "hint: write `tasks` instead of `${tasks}`"),
        ("remove: 1, from: '${ tasks }'", "hint: write `tasks` instead of `${tasks}`"),
        ("use: '${login}'", "hint: write `login` instead of `${login}`"),
        ("row: '${people}'", "hint: write `people` instead of `${people}`"),
        (
            "get: http://x/, idle_timeout: '${tasks}'",
            "idle_timeout must be known before the run, but `${tasks}` has a value only during the run",
        ),
        (
            "get: http://x/, idle_timeout: '${limit}s'",
            "idle_timeout must be known before the run, but `${limit}s` has a value only during the run",
        ),
        ("get: http://x/, idle_timeout: '${limt}'", "unknown variable `limt`"),
        ("get: http://x/, timeout: '${limt}'", "unknown variable `limt`"),
    ] {
        let flow = format!("[{{set: {{limit: 3}}}}, {{{step}}}]");
        let errors = errors_of(&format!("scenarios: {{a: {{vus: 1, duration: 1s, {user}, flow: {flow}}}}}\n"));
        assert!(errors.contains(message), "{step}: {errors}");
    }
}

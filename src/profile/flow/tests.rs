//! The snippets of the reference are valid steps.

use crate::profile::{self, Overrides};

const REFERENCE: &str = include_str!("../../../docs/profile.md");

/// The profile around the snippets.
const AROUND: &str = "
base_url: http://h
metrics: {tokens_used: counter, carts_open: updown, checkout_time: {kind: trend, unit: ms}}
flows: {ask: [{post: '/ask/${model}', json: {prompt: '${prompt}'}}]}
scenarios:
  s:
    vus: 1
    duration: 1s
    user: {open_orders: [], token: t, order: o, left: 5}
    flow:
";

#[test]
fn the_snippets_of_the_reference_are_steps() {
    let snippets = REFERENCE.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let mut count = 0;
    for snippet in snippets {
        let steps: String = snippet.lines().flat_map(|line| ["      ", line, "\n"]).collect();
        let read = profile::load("p.yaml", &format!("{AROUND}{steps}"), &Overrides::default());
        assert!(read.is_ok(), "{}\n{snippet}", read.unwrap_err());
        count += 1;
    }
    assert!(count >= 10, "{count} snippets");
}

//! Requests of users with tokens, with a simulated clock and simulated responses.

use std::time::Duration;

use crate::{
    language::{IterationId, Response},
    plan::{
        Flow, FlowPlan,
        flow::{Effect, Entry, FlowContext},
        rendering::Rendered,
    },
    profile::{Overrides, load},
};

const PROFILE: &str = "
base_url: http://h
auth:
  api:
    token:
      post: /token
      form: {username: '${user.name}', password: hunter2}
      refresh: {post: /refresh, json: {refresh_token: '${refresh_token}'}}
      refresh_at: 90%
http: {auth: api}
scenarios:
  all:
    vus: 1
    duration: 1s
    user: {user: {name: jane}}
    flow: [{get: /a}, {get: /b, auth: none}]
";

fn flow_of(text: &str) -> FlowPlan {
    let plan = load("p.yaml", text, &Overrides::default()).unwrap_or_else(|errors| panic!("{errors}"));
    plan.scenarios.into_iter().next().unwrap().flow
}

/// One user. `answer` maps the request line, the header `Authorization` and the body to a response.
struct Client<A> {
    plan: FlowPlan,
    flow: Flow,
    answer: A,
}

impl<A: FnMut(&str) -> (u16, String)> Client<A> {
    fn new(plan: &FlowPlan, answer: A) -> Self {
        let flow = Flow::new(plan, &[], fastrand::Rng::with_seed(1), IterationId::default());
        let mut client = Self { plan: plan.clone(), flow, answer };
        client.enter(Entry::OnStart, 0);
        client
    }

    /// The requests of an iteration at this second, and how it ends.
    fn iterate(&mut self, second: u64) -> Vec<String> {
        self.enter(Entry::Iteration, second)
    }

    fn enter(&mut self, entry: Entry, second: u64) -> Vec<String> {
        if !self.flow.enter(entry) {
            return Vec::new();
        }
        let (mut status, mut body, mut seen) = (None, String::new(), Vec::new());
        loop {
            let error = if status.is_none_or(|status| status < 400) { "" } else { "status_4xx" };
            let response = Response { status, body: body.as_bytes(), error, ..Response::default() };
            let context = FlowContext { response, clock: Duration::from_secs(second), ..FlowContext::default() };
            match self.flow.next(&context) {
                Effect::Send { step, .. } => {
                    let (step, request) = (self.plan.steps.get(step).unwrap(), self.plan.steps.request(step).unwrap());
                    let mut out = Rendered::default();
                    let changing = self.flow.render(request, &context, &mut out).unwrap();
                    let bytes = if changing { out.bytes } else { request.spec.wire.bytes.to_vec() };
                    let text = String::from_utf8(bytes).unwrap();
                    let header = text.lines().find_map(|line| line.strip_prefix("Authorization: ")).unwrap_or("-");
                    let sent = text.split("\r\n\r\n").nth(1).unwrap();
                    let asked = format!("{} {header} {sent}", step.name).trim_end().to_owned();
                    let (answered, with) = (self.answer)(&asked);
                    (status, body) = (Some(answered), with);
                    seen.push(asked);
                }
                Effect::Fail(reason) => {
                    seen.push(reason);
                    return seen;
                }
                Effect::Done => return seen,
                other => panic!("{other:?}"),
            }
        }
    }
}

const LOGIN: &str = "auth api - username=jane&password=hunter2";

/// Issues tokens `t1`, `t2`, … with a lifetime of 100 seconds, each with a refresh token.
fn tokens() -> impl FnMut(&str) -> (u16, String) {
    let mut overrides = 0;
    move |asked| {
        if asked.starts_with("auth ") {
            overrides += 1;
            let answer =
                format!("{{\"access_token\":\"t{overrides}\",\"expires_in\":100,\"refresh_token\":\"r{overrides}\"}}");
            return (200, answer);
        }
        (200, String::new())
    }
}

#[test]
fn a_token_is_fetched_once_and_renewed_when_its_share_of_time_is_over() {
    let mut client = Client::new(&flow_of(PROFILE), tokens());
    assert_eq!(client.iterate(1_000), [LOGIN, "GET /a Bearer t1", "GET /b -"]);
    assert_eq!(client.iterate(1_089), ["GET /a Bearer t1", "GET /b -"]);
    let refresh = "auth api - {\"refresh_token\":\"r1\"}";
    assert_eq!(client.iterate(1_090), [refresh, "GET /a Bearer t2", "GET /b -"]);
    assert_eq!(client.iterate(1_179), ["GET /a Bearer t2", "GET /b -"]);
}

#[test]
fn without_a_refresh_request_a_user_logs_in_again() {
    let text = PROFILE.replace("      refresh: {post: /refresh, json: {refresh_token: '${refresh_token}'}}\n", "");
    let mut client = Client::new(&flow_of(&text), tokens());
    client.iterate(1_000);
    assert_eq!(client.iterate(1_090), [LOGIN, "GET /a Bearer t2", "GET /b -"]);
}

#[test]
fn a_refused_refresh_becomes_a_login() {
    let mut give = tokens();
    let answer = move |asked: &str| if asked.contains("refresh_token") { (400, "{}".to_owned()) } else { give(asked) };
    let mut client = Client::new(&flow_of(PROFILE), answer);
    client.iterate(1_000);
    let refresh = "auth api - {\"refresh_token\":\"r1\"}";
    assert_eq!(client.iterate(1_095), [refresh, LOGIN, "GET /a Bearer t2", "GET /b -"]);
}

#[test]
fn a_refused_request_is_tried_once_more_with_a_fresh_token() {
    let mut give = tokens();
    let answer = move |asked: &str| if asked.starts_with("GET /a") { (401, String::new()) } else { give(asked) };
    let mut client = Client::new(&flow_of(PROFILE), answer);
    let refresh = "auth api - {\"refresh_token\":\"r1\"}";
    let expected = [LOGIN, "GET /a Bearer t1", refresh, "GET /a Bearer t2", "GET /b -"];
    assert_eq!(client.iterate(1_000), expected);
}

#[test]
fn without_a_token_no_request_that_needs_one_is_sent() {
    for answer in [(500, "{\"access_token\":\"t\"}"), (200, "{}"), (200, "no")] {
        let mut client = Client::new(&flow_of(PROFILE), move |_: &str| (answer.0, answer.1.to_owned()));
        assert_eq!(client.iterate(1_000), [LOGIN, "auth api: no token received"]);
    }
}

#[test]
fn a_token_without_a_time_lasts() {
    let mut client = Client::new(&flow_of(PROFILE), |_: &str| (200, "{\"access_token\":\"t\"}".to_owned()));
    client.iterate(0);
    assert_eq!(client.iterate(1_000_000), ["GET /a Bearer t", "GET /b -"]);
}

#[test]
fn users_and_passwords_are_encoded_once_or_each_time() {
    let flow = "base_url: http://h\nvars: {PW: 'é:b'}\nauth: {me: {basic: {username: a, password: b}}}\nflow:\n";
    let steps = "  - {get: /1, auth: {basic: {username: jane, password: '${PW}'}}}\n  - set: {name: ann}\n  \
                 - {get: /2, auth: {basic: {username: '${name}', password: 'x${name}'}}}\n  - {get: /3, auth: me}\n  \
                 - {get: /4, auth: {bearer: 'a${name}'}}\n";
    let plan = flow_of(&format!("{flow}{steps}"));
    let mut client = Client::new(&plan, |_: &str| (200, String::new()));
    let expected =
        ["GET /1 Basic amFuZTrDqTpi", "GET /2 Basic YW5uOnhhbm4=", "GET /3 Basic YTpi", "GET /4 Bearer aann"];
    assert_eq!(client.iterate(0), expected);
}

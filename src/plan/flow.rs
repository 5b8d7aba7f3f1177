//! A flow yields effects; the virtual user performs them and reports the outcome: `next(outcome) → effect`.
//!
//! Today's flow is the compiled profile: a flat program and a position in it. Nothing here waits, sends or records,
//! so another kind of flow (a script on a stack of its own) can stand beside it.

use std::time::Duration;

use regex::bytes::Regex;

use super::RequestSpec;

/// What an iteration does, flat.
#[derive(Debug, Clone)]
pub struct Program {
    /// Operations in their order.
    pub ops: Vec<Op>,
}

/// One operation.
#[derive(Debug, Clone)]
pub enum Op {
    /// Send a request, then look at its response.
    Send(Box<RequestSpec>, Vec<Check>),
    /// Pause for a time drawn evenly from a range.
    Think(Duration, Duration),
}

/// A named assertion about a response; it counts into `checks` and never stops the flow.
#[derive(Debug, Clone)]
pub struct Check {
    /// Label `check`.
    pub name: String,
    /// What must hold.
    pub rule: Rule,
}

/// What a check looks at.
#[derive(Debug, Clone)]
pub enum Rule {
    /// The status lies in one of these inclusive ranges.
    Status(Vec<(u16, u16)>),
    /// The body holds this text.
    Contains(String),
    /// The body is this text.
    Equals(String),
    /// The body matches.
    Matches(Regex),
}

impl Rule {
    /// Whether the rule reads the body.
    #[must_use]
    pub fn reads_body(&self) -> bool {
        !matches!(self, Self::Status(_))
    }

    /// Without a response nothing holds.
    fn holds(&self, response: &Response<'_>) -> bool {
        let Some(status) = response.status else { return false };
        match self {
            Self::Status(ranges) => ranges.iter().any(|(low, high)| (*low..=*high).contains(&status)),
            Self::Contains(text) => memchr::memmem::find(response.body, text.as_bytes()).is_some(),
            Self::Equals(text) => response.body == text.as_bytes(),
            Self::Matches(pattern) => pattern.is_match(response.body),
        }
    }
}

/// What came back for a request, as far as a flow may know.
#[derive(Debug, Clone, Copy)]
pub struct Response<'a> {
    /// The status, if there was a whole response.
    pub status: Option<u16>,
    /// The body, if the request keeps it.
    pub body: &'a [u8],
}

/// What the virtual user is to do next. `op` is the operation's position in the program.
#[derive(Debug)]
pub enum Effect<'a> {
    /// Send this request and report the response.
    Send {
        /// Position of the operation.
        op: usize,
        /// What to send.
        request: &'a RequestSpec,
    },
    /// Pause.
    Think(Duration),
    /// Count a check's result.
    Check {
        /// Position of the operation the check belongs to.
        op: usize,
        /// Position of the check within it.
        check: usize,
        /// Whether it passed.
        passed: bool,
    },
    /// The iteration is over.
    Done,
}

/// One user's position in a program.
#[derive(Debug, Default)]
pub struct Flow {
    position: usize,
    /// Next check of the operation before `position` that has not been looked at.
    check: usize,
}

impl Flow {
    /// Goes back to the begin, for the next iteration.
    pub fn rewind(&mut self) {
        *self = Self::default();
    }

    /// The next effect. `response` is the response to the last [`Effect::Send`], for as long as its checks last.
    pub fn next<'a>(&mut self, program: &'a Program, random: &mut fastrand::Rng, response: Response<'_>) -> Effect<'a> {
        if let Some(Op::Send(_, checks)) = self.position.checked_sub(1).and_then(|last| program.ops.get(last))
            && let Some(check) = checks.get(self.check)
        {
            self.check += 1;
            let passed = check.rule.holds(&response);
            return Effect::Check { op: self.position - 1, check: self.check - 1, passed };
        }
        let op = self.position;
        self.position += 1;
        self.check = 0;
        match program.ops.get(op) {
            Some(Op::Send(request, _)) => Effect::Send { op, request },
            Some(Op::Think(low, high)) => Effect::Think(drawn(*low, *high, random)),
            None => Effect::Done,
        }
    }
}

fn drawn(low: Duration, high: Duration, random: &mut fastrand::Rng) -> Duration {
    if high > low { low + high.saturating_sub(low).mul_f64(random.f64()) } else { low }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> RequestSpec {
        RequestSpec {
            name: "GET /".into(),
            method: "GET".into(),
            origin: 0,
            wire: crate::plan::Wire::default(),
            bodyless: false,
            timeout: Duration::from_secs(60),
            keep_head: false,
            keep_body: true,
            expected: vec![(200, 399)].into(),
            ..RequestSpec::default()
        }
    }

    #[test]
    fn checks_follow_their_request_and_then_the_program_goes_on() {
        let checks = vec![
            Check { name: "status is 200".into(), rule: Rule::Status(vec![(200, 200)]) },
            Check { name: "body".into(), rule: Rule::Contains("ok".into()) },
        ];
        let pause = Duration::from_millis(5);
        let program = Program { ops: vec![Op::Send(Box::new(request()), checks), Op::Think(pause, pause)] };
        let (mut flow, mut random) = (Flow::default(), fastrand::Rng::with_seed(1));
        let response = Response { status: Some(200), body: b"not it" };
        let mut seen = Vec::new();
        for _ in 0..5 {
            seen.push(match flow.next(&program, &mut random, response) {
                Effect::Send { op, .. } => format!("send {op}"),
                Effect::Check { op, check, passed } => format!("check {op}.{check} {passed}"),
                Effect::Think(time) => format!("think {}ms", time.as_millis()),
                Effect::Done => "done".to_owned(),
            });
        }
        assert_eq!(seen, ["send 0", "check 0.0 true", "check 0.1 false", "think 5ms", "done"]);
    }
}

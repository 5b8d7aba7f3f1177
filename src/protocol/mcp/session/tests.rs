//! Tests of the sessions of a user.

use super::*;
use crate::plan::{Step, StepKind, StepTable};

fn open() -> OpenSession {
    let step =
        StepTable::default().push(Step { name: "".into(), group: "".into(), tags: Vec::new(), kind: StepKind::Group });
    let rows = McpRows::make(|_| step);
    OpenSession {
        revision: Revision::R2025_11_25,
        id: None,
        since: Instant::now(),
        head: RefCell::default(),
        rows,
        step: Cell::new(step),
    }
}

#[test]
fn sessions_that_ended_are_dropped_and_others_are_kept() {
    let sessions = McpSessions::default();
    let held = sessions.with(0, "/held");
    sessions.with(0, "/open").open(open());
    for number in 0..1_000 {
        let session = sessions.with(0, &format!("/{number}"));
        let opened = session.open(open());
        assert!(session.forget(&opened));
    }
    assert!(sessions.all().len() <= MANY_SESSIONS);
    assert!(Rc::ptr_eq(&held, &sessions.with(0, "/held")));
    assert!(sessions.with(0, "/open").opened().is_some());
}

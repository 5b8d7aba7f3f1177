//! Effects of programs, with simulated time.

use std::sync::Arc;

use super::*;
use crate::{
    language::{EmptyScope, Template},
    plan::{
        Program, Step, StepKind, StepTable,
        check::{Check, Rule},
        program::{CollectionChange, CollectionStep, Loop, LoopKind, Op, Pause, PickedItem},
    },
};

fn fixed(value: i64) -> Template {
    Template::fixed(Value::Int(value))
}

fn pause(milliseconds: u64) -> Op {
    let time = Duration::from_millis(milliseconds);
    Op::Think(Pause::Between(time, time))
}

fn program(ops: Vec<Op>, slots: usize) -> Program {
    Program { ops, names: (0..slots).map(|number| Arc::from(format!("v{number}"))).collect(), ..Program::default() }
}

/// The pauses of one iteration in milliseconds, and how it ended.
fn pauses(flow: &mut Flow) -> (Vec<u128>, String) {
    flow.enter(Entry::Iteration);
    let mut seen = Vec::new();
    let mut now = Duration::ZERO;
    loop {
        match flow.next(&FlowContext { now, ..FlowContext::default() }) {
            Effect::Think(time) => {
                seen.push(time.as_millis());
                now += time;
            }
            Effect::Yield => return (seen, "yielded".to_owned()),
            Effect::Done => return (seen, "done".to_owned()),
            Effect::Fail(reason) => return (seen, reason),
            other => panic!("{other:?}"),
        }
    }
}

fn flow(program: &Program) -> Flow {
    let plan = FlowPlan::compiled(StepTable::default(), program.clone());
    Flow::new(&plan, &[], fastrand::Rng::with_seed(1), IterationId::default())
}

#[test]
fn a_loop_goes_round_as_often_as_it_says_each_time_anew() {
    let head = Loop { counter: Slot(0), over: LoopKind::Times(Slot(1)), index: None, end: 5 };
    let ops = vec![Op::Set(Slot(1), fixed(3)), Op::Reset(Slot(0)), Op::Loop(Box::new(head)), pause(5), Op::Goto(2)];
    let program = program([ops, vec![Op::End]].concat(), 2);
    let mut flow = flow(&program);
    for _ in 0..2 {
        assert_eq!(pauses(&mut flow), (vec![5, 5, 5], "done".to_owned()));
    }
}

#[test]
fn items_are_pushed_picked_and_kept_until_the_user_ends() {
    let push = CollectionStep { list: Slot(0), what: CollectionChange::Push { value: fixed(7), max: 2 } };
    let pick = |take| CollectionChange::Pick { into: Slot(1), which: PickedItem::First, take, empty: 4 };
    let ops = vec![
        Op::Collect(Box::new(push)),
        Op::Collect(Box::new(CollectionStep { list: Slot(0), what: pick(false) })),
        pause(1),
        Op::End,
        Op::End,
    ];
    let program = program(ops, 2);
    let mut flow = flow(&program);
    for length in [1, 2, 2] {
        assert_eq!(pauses(&mut flow).0, [1]);
        let Flow::Compiled(compiled) = &flow else { panic!("compiled") };
        let Value::List(items) = compiled.get(Slot(0)) else { panic!("a list") };
        assert_eq!((items.len(), compiled.get(Slot(1))), (length, &Value::Int(7)), "the oldest goes past the bound");
    }
    let emptied = CollectionStep { list: Slot(0), what: pick(true) };
    let ops = vec![Op::Collect(Box::new(emptied)), pause(2), Op::Goto(0), Op::End, Op::End];
    let program = Program { ops, ..program };
    let Flow::Compiled(compiled) = &mut flow else { panic!("compiled") };
    compiled.run_other(program);
    assert_eq!(pauses(&mut flow).0, [2, 2], "each is taken once");
}

#[test]
fn polling_gives_up_before_a_pause_that_would_be_too_long() {
    let time = |seconds| Pause::Between(Duration::from_secs(seconds), Duration::from_secs(seconds));
    let ops = vec![
        Op::Mark(Slot(0)),
        Op::Expired { since: Slot(0), limit: time(3), every: time(1), target: 4 },
        Op::Think(time(1)),
        Op::Goto(1),
        Op::End,
    ];
    let program = program(ops, 1);
    assert_eq!(pauses(&mut flow(&program)).0, [1_000, 1_000, 1_000]);
}

#[test]
fn a_loop_that_does_nothing_lets_others_have_their_turn() {
    let program = program(vec![Op::Goto(0)], 0);
    assert_eq!(pauses(&mut flow(&program)), (Vec::new(), "yielded".to_owned()));
}

#[test]
fn a_missing_value_ends_the_iteration_with_its_name() {
    struct One;
    impl crate::language::Scope for One {
        fn resolve(&self, name: &str) -> Option<crate::language::Binding> {
            (name == "id").then_some(crate::language::Binding::Slot(Slot(0)))
        }
        fn names(&self) -> Vec<String> {
            Vec::new()
        }
    }
    let message = Template::compile("no ${id}", &One).unwrap();
    let program = program(vec![Op::Fail(message), Op::End], 1);
    assert_eq!(pauses(&mut flow(&program)).1, "`id` has no value");
}

#[test]
fn checks_and_choices_follow_the_users_own_chance() {
    let condition = crate::language::Expr::compile("status == 200 && json.ok", &EmptyScope).unwrap();
    let row = Step { name: "".into(), group: "".into(), tags: Vec::new(), kind: StepKind::Check("fine".into()) };
    let step = StepTable::default().push(row);
    let program =
        program(vec![Op::Check(step, Box::new(Check { named: None, rule: Rule::That(condition) })), Op::End], 0);
    for (body, expected) in [(&br#"{"ok": true}"#[..], true), (b"{}", false), (b"\xff", false)] {
        let response = Response { status: Some(200), body, ..Response::default() };
        let seen = flow(&program).next(&FlowContext { response, ..FlowContext::default() });
        assert!(matches!(seen, Effect::Check { passed, .. } if passed == expected), "{seen:?}");
    }
    let places = vec![(0.25, 1), (1.0, 3)];
    let ops = vec![Op::Choose(places.into()), pause(1), Op::End, pause(2), Op::End];
    let choosing = Program { ops, ..Program::default() };
    let mut user = flow(&choosing);
    let rare = (0..4_000).filter(|_| pauses(&mut user).0 == [1]).count();
    assert!((900..1_100).contains(&rare), "a quarter of 4,000 within three and a half deviations: {rare}");
}

//! Operations without an effect: jumps, loops, variables and collections.

use std::{sync::Arc, time::Duration};

use super::{FlowContext, compiled::FlowState, read::count};
use crate::{
    language::{Slot, Value},
    plan::{
        program::{CollectionChange, CollectionStep, Loop, LoopKind, Op, PickedItem},
        rendering::Unrenderable,
    },
};

impl FlowState {
    /// Performs an operation on values; operations with effects are skipped.
    pub(super) fn compute(&mut self, op: &Op, context: &FlowContext<'_>) -> Result<(), Unrenderable> {
        match op {
            Op::Set(slot, template) => {
                let value = template.value(&mut self.eval(context))?.into_owned();
                self.put(*slot, value);
            }
            Op::Goto(target) => self.position = *target,
            Op::Unless(condition, target) => {
                let holds = condition.holds(&mut self.eval(context));
                self.go_to_unless(holds, *target);
            }
            Op::When(condition, target) => {
                let holds = condition.holds(&mut self.eval(context));
                self.go_to_unless(!holds, *target);
            }
            // Positions in a program fit a `usize`.
            Op::Return(slot) => self.position = usize::try_from(count(self.get(*slot))).unwrap_or(usize::MAX),
            Op::Chance(share, otherwise) => {
                let drawn = self.random.f64() < *share;
                self.go_to_unless(drawn, *otherwise);
            }
            Op::Choose(places) => {
                let drawn = self.random.f64();
                let chosen = places.iter().find(|(bound, _)| drawn < *bound).or(places.last());
                if let Some((_, target)) = chosen {
                    self.position = *target;
                }
            }
            Op::Reset(slot) => self.put(*slot, Value::Int(0)),
            Op::Loop(head) => self.go_round(head, context),
            Op::Mark(slot) => self.put(*slot, stamp(context.now)),
            Op::Expired { since, limit, every, target } => {
                let next = self.elapsed(*since, context) + self.pause(every, context)?;
                if next > self.pause(limit, context)? {
                    self.position = *target;
                }
            }
            Op::Due { next, first, every, otherwise } => {
                if *self.get(*next) == Value::Null {
                    self.put(*next, stamp(context.now.saturating_add(*first)));
                }
                if context.now >= Duration::from_nanos(count(self.get(*next))) {
                    self.put(*next, stamp(context.now.saturating_add(*every)));
                } else {
                    self.position = *otherwise;
                }
            }
            Op::Collect(collect) => self.change(collect, context)?,
            _ => {}
        }
        Ok(())
    }

    fn go_to_unless(&mut self, stays: bool, target: usize) {
        if !stays {
            self.position = target;
        }
    }

    fn go_round(&mut self, head: &Loop, context: &FlowContext<'_>) {
        let round = count(self.get(head.counter));
        let goes_on = match &head.over {
            LoopKind::Times(times) => round < count(self.get(*times)),
            LoopKind::Items(list, item) => {
                let next = self.get(*list).at(whole_i64(round)).cloned();
                let found = next.is_some();
                if let Some(value) = next {
                    self.put(*item, value);
                }
                found
            }
            LoopKind::While(condition, max) => {
                round < u64::from(*max) && condition.value(&mut self.eval(context)).holds()
            }
        };
        if !goes_on {
            self.position = head.end;
            return;
        }
        self.put(head.counter, Value::from(round + 1));
        if let Some(index) = head.index {
            self.put(index, Value::from(round));
        }
    }

    fn change(&mut self, collect: &CollectionStep, context: &FlowContext<'_>) -> Result<(), Unrenderable> {
        let mut items = match self.get(collect.list) {
            Value::List(items) => items.to_vec(),
            _ => Vec::new(),
        };
        match &collect.what {
            CollectionChange::Push { value, max } => {
                items.push(value.value(&mut self.eval(context))?.into_owned());
                let surplus = items.len().saturating_sub(*max);
                items.drain(..surplus);
            }
            CollectionChange::Remove(value) => {
                let gone = value.value(&mut self.eval(context))?.into_owned();
                items.retain(|item| *item != gone);
            }
            CollectionChange::Pick { into, which, take, empty } => {
                let place = match which {
                    _ if items.is_empty() => {
                        self.position = *empty;
                        return Ok(());
                    }
                    PickedItem::Random => self.random.usize(..items.len()),
                    PickedItem::First => 0,
                    PickedItem::Last => items.len() - 1,
                };
                if !take {
                    let value = items.swap_remove(place);
                    self.put(*into, value);
                    return Ok(());
                }
                let value = items.remove(place);
                self.put(*into, value);
            }
        }
        self.put(collect.list, Value::List(Arc::from(items)));
        Ok(())
    }

    /// Time since a mark.
    pub(super) fn elapsed(&self, since: Slot, context: &FlowContext<'_>) -> Duration {
        context.now.saturating_sub(Duration::from_nanos(count(self.get(since))))
    }
}

pub(super) fn stamp(now: Duration) -> Value {
    Value::from(u64::try_from(now.as_nanos()).unwrap_or(u64::MAX))
}

fn whole_i64(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

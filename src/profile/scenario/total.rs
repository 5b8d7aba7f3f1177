//! The load at the top of a profile, or from flags: split between scenarios by their shares.

use super::{Load, LoadShortcut, ReadScenario};
use crate::{
    plan::{Shape, Share, Work},
    profile::{
        diagnostic::Position,
        node::Node,
        reader::{MapReader, Reader},
    },
};

/// Maximum weight of a scenario; limits the length of the assignment order.
const MAX_SHARE: u32 = 1_000;

/// The load that scenarios share.
pub(super) struct Total {
    position: Position,
    shortcut: LoadShortcut,
    /// Whether flags replace the load of all scenarios; a duration alone does not.
    flags_replace: bool,
    /// Whether the profile itself has a load at the top.
    is_written: bool,
    /// Whether there is a load: set, or the default of a flow at the top.
    there: bool,
}

impl Total {
    /// Takes the load at the top; `flags` override it.
    pub(super) fn read(reader: &Reader, map: &mut MapReader<'_>, flags: &LoadShortcut, flow_at_top: bool) -> Self {
        let own = LoadShortcut::read(reader, map);
        let flags_replace = !flags.is_empty() && flags.only_duration().is_none();
        let there = flow_at_top || !own.is_empty() || !flags.is_empty();
        Self {
            position: LoadShortcut::position_in(map),
            shortcut: flags.over(&own),
            flags_replace,
            is_written: !own.is_empty(),
            there,
        }
    }

    pub(super) fn is_there(&self) -> bool {
        self.there
    }

    /// Whether it replaces the load of scenarios that have their own.
    pub(super) fn replaces_own(&self) -> bool {
        self.flags_replace
    }

    /// Splits the total: executor and shape for each scenario with a share, and a note on the load.
    pub(super) fn deal(
        &self,
        reader: &Reader,
        read: &[ReadScenario],
    ) -> (Vec<Option<(&'static str, Shape)>>, Option<String>) {
        // An excluded scenario keeps its share of the profile's load, but gets none of the flags' load.
        let share_of = |one: &ReadScenario| share_of(&one.load).filter(|_| one.kept || !self.flags_replace);
        let weights: Vec<u32> = read.iter().filter_map(share_of).collect();
        let nothing = read.iter().map(|_| None).collect();
        let sharer = read.iter().find(|one| share_of(one).is_some());
        match (sharer, self.there) {
            (None, true) if !read.is_empty() && self.is_written => {
                let hint = "remove the load at the top, or the keys of the load in a scenario, which then takes its `share` of the load at the top";
                let message = "top-level load is unused: every scenario defines its own";
                reader.error(self.position, message, Some(hint.to_owned()));
            }
            (Some(one), false) => {
                let hint = "for example `vus: 100` and `duration: 5m`, or `rate: 50` and `duration: 5m`, at the top";
                let message =
                    format!("scenario `{}` has a `share`, but there is no load at the top to divide", one.name);
                reader.error(one.position, message, Some(hint.to_owned()));
            }
            _ => {}
        }
        if weights.is_empty() || !self.there {
            return (nothing, None);
        }
        let (executor, shape, note) = match self.shortcut.shape() {
            Ok(shaped) => shaped,
            Err(invalid) => {
                reader.invalid(self.position, invalid);
                return (nothing, None);
            }
        };
        let mut portions = Share::split(&weights).into_iter();
        let alone = weights.len() == 1;
        let mut raised = Vec::new();
        let mut deal = |one: &ReadScenario| {
            share_of(one)?;
            let portion = portions.next()?;
            if alone {
                return Some((executor, shape.clone()));
            }
            let mut part = shared(shape.clone(), &portion);
            if self.flags_replace && give_a_user(&mut part) {
                raised.push(one.name.clone());
            }
            Some((executor, part))
        };
        let dealt = read.iter().map(&mut deal).collect();
        let few = (!raised.is_empty()).then(|| {
            format!("the flags have fewer users than there are scenarios: one user more for {}", raised.join(", "))
        });
        (dealt, few.or(note))
    }
}

/// Reads the weight of a scenario.
pub(super) fn read_share(reader: &Reader, node: &Node) -> Option<u32> {
    reader.parsed(node, "share", |text| match text.parse::<u32>() {
        Ok(share) if (1..=MAX_SHARE).contains(&share) => Ok(share),
        _ => Err(format!("`{text}` must be a whole number from 1 to {MAX_SHARE}")),
    })
}

fn share_of(load: &Load) -> Option<u32> {
    if let Load::Share(share) = load { Some(*share) } else { None }
}

/// Gives a scenario that users of a total don't reach a user of its own, and an iteration; whether it was needed.
fn give_a_user(shape: &mut Shape) -> bool {
    let Shape::Closed(closed) = shape else { return false };
    if let Work::Shared(iterations) = &mut closed.work {
        *iterations = (*iterations).max(1);
    }
    let needed = closed.schedule.peak() == 0 && closed.schedule.total_peak() > 0;
    if needed {
        closed.schedule = closed.schedule.for_one_user();
    }
    needed
}

fn shared(shape: Shape, portion: &Share) -> Shape {
    let part = |users: u32| u32::try_from(portion.count_of(users.into())).unwrap_or(u32::MAX);
    match shape {
        Shape::Open(mut open) => {
            open.pre_allocated_vus = part(open.pre_allocated_vus);
            // A small share of a small number must still have a user for its arrivals.
            open.max_vus = part(open.max_vus).max(1);
            open.schedule = open.schedule.shared(portion.clone());
            Shape::Open(open)
        }
        Shape::Closed(mut closed) => {
            if let Work::Shared(iterations) = &mut closed.work {
                *iterations = portion.count_of(*iterations);
            }
            closed.schedule = closed.schedule.shared(portion.clone());
            Shape::Closed(closed)
        }
    }
}

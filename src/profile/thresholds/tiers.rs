//! Tiers of a threshold: `{target: p(95)<300, acceptable: p(95)<500, attention: p(95)<800, failBelow: acceptable}`.

use crate::{
    profile::{
        diagnostic::Position,
        grammar::{Key, Type, words},
        node::Node,
        reader::{MapReader, Reader},
    },
    threshold::{Bearing, Operator, Threshold, Tier},
};

/// The keys of tiers.
pub(super) static KEYS: &[Key] = &[
    Key::new("target", Type::Text, "condition of the best tier"),
    Key::new("acceptable", Type::Text, "condition of the second tier"),
    Key::new("attention", Type::Text, "condition of the last tier"),
    Key::new("failBelow", Type::Word(&words(&Tier::ALL)), "the tier that must be reached; acceptable"),
];

/// A condition of the profile.
pub(super) struct Condition<'n> {
    pub(super) node: &'n Node,
    pub(super) what: &'static str,
    pub(super) tier: Option<Tier>,
    pub(super) bearing: Bearing,
}

/// Takes the tiers, best first. The required one is by default `acceptable`, else `target`, else `attention`.
pub(super) fn read<'n>(reader: &Reader, map: &mut MapReader<'n>) -> Vec<Condition<'n>> {
    let taken = Tier::ALL.map(|(word, tier)| (word, tier, map.take(word)));
    let fail_below = map.take("failBelow");
    let there = taken.into_iter().filter_map(|(what, tier, node)| Some((what, tier, node?)));
    let there: Vec<(&str, Tier, &Node)> = there.collect();
    let words: Vec<_> = there.iter().map(|(word, tier, _)| (*word, *tier)).collect();
    if let (Some(node), true) = (fail_below, there.is_empty()) {
        let hint = "for example `target: p(95)<300` and `acceptable: p(95)<500`";
        reader.error(node.position, "`failBelow` needs tiers", Some(hint.to_owned()));
    }
    let default = words.iter().map(|(_, tier)| *tier).filter(|tier| *tier <= Tier::Acceptable).max();
    let default = default.or(words.first().map(|(_, tier)| *tier));
    let asked = match fail_below.filter(|_| !words.is_empty()) {
        Some(node) => reader.word(node, "tier", &words).or(default),
        None => default,
    };
    let condition = |(what, tier, node)| {
        let bearing = if Some(tier) == asked { Bearing::Binding } else { Bearing::Advisory };
        Condition { node, what, tier: Some(tier), bearing }
    };
    there.into_iter().map(condition).collect()
}

/// Tiers must compare the same statistic, each less strictly than the one before.
pub(super) fn check_order(reader: &Reader, position: Position, tiers: &[Threshold]) {
    for pair in tiers.windows(2) {
        let [better, worse] = pair else { continue };
        let (Some(first), Some(second)) = (better.tier, worse.tier) else { continue };
        let (first, second) = (first.as_str(), second.as_str());
        let same = (better.stat, better.window) == (worse.stat, worse.window);
        if !same || direction(better.operator) != direction(worse.operator) {
            let message = format!(
                "tiers must compare the same statistic with the same operator: `{}` ({first}), `{}` ({second})",
                better.expression, worse.expression
            );
            let hint = "use a list of thresholds for different statistics";
            reader.error(position, message, Some(hint.to_owned()));
            continue;
        }
        // Multiples of a baseline are compared with each other; a number and a multiple can't be.
        let factors = (better.relative.as_ref().map(|one| one.factor), worse.relative.as_ref().map(|one| one.factor));
        let (better_bound, worse_bound) = match factors {
            (Some(better), Some(worse)) => (better, worse),
            (None, None) => (better.bound, worse.bound),
            _ => continue,
        };
        let easier = match direction(better.operator) {
            Direction::Less => better_bound < worse_bound,
            Direction::More => better_bound > worse_bound,
            Direction::One => true,
        };
        if !easier {
            let message =
                format!("`{}` ({first}) is not stricter than `{}` ({second})", better.expression, worse.expression);
            reader.error(position, message, None);
        }
    }
}

/// The direction of a comparison.
#[derive(PartialEq)]
enum Direction {
    Less,
    More,
    One,
}

fn direction(operator: Operator) -> Direction {
    match operator {
        Operator::Less | Operator::LessOrEqual => Direction::Less,
        Operator::Greater | Operator::GreaterOrEqual => Direction::More,
        Operator::Equal | Operator::NotEqual => Direction::One,
    }
}

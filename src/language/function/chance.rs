//! Random functions. All draw from the user's own generator: the same seed gives the same run.

use std::fmt::Write;

use super::{
    super::Value,
    ArgumentType::{List, Number, Text, Whole},
    Function,
    Source::Chance,
    number,
};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "random_int",
        &[("low", Whole), ("high", Whole)],
        |with, run| {
            let (low, high) = (with.whole(0)?, with.whole(1)?);
            (low <= high).then(|| Value::Int(run.context.random.i64(low..=high)))
        },
        "a random whole number from `low` to `high`, both inclusive",
    )
    .from(Chance),
    Function::new(
        "random_float",
        &[("low", Number), ("high", Number), ("digits", Whole)],
        |with, run| {
            let (low, high) = (with.float(0)?, with.float(1)?);
            let drawn = low + (high - low) * run.context.random.f64();
            let drawn = if with.count() > 2 { number::rounded(drawn, with.whole(2)?)? } else { drawn };
            (low <= high).then_some(Value::Float(drawn))
        },
        "a random number from `low` to `high`, rounded to `digits` decimal places",
    )
    .min_arguments(2)
    .from(Chance),
    Function::new(
        "random_normal",
        &[("mean", Number), ("deviation", Number)],
        |with, run| {
            // Box and Muller 1958; `1 - u` keeps the logarithm from zero.
            let (radius, turn) = (1.0 - run.context.random.f64(), run.context.random.f64());
            let standard = (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * turn).cos();
            Some(Value::Float(with.float(0)? + with.float(1)? * standard))
        },
        "a random number of a normal distribution",
    )
    .from(Chance),
    Function::new(
        "random_exponential",
        &[("mean", Number)],
        |with, run| Some(Value::Float(-with.float(0)? * (1.0 - run.context.random.f64()).ln())),
        "a random number of an exponential distribution",
    )
    .from(Chance),
    Function::new(
        "random_bool",
        &[("chance", Number)],
        |with, run| {
            let chance = if with.count() > 0 { with.float(0)? } else { 0.5 };
            Some(Value::Bool(run.context.random.f64() < chance))
        },
        "true with a probability from 0 to 1; 0.5 by default",
    )
    .min_arguments(0)
    .from(Chance),
    Function::new(
        "random_text",
        &[("length", Whole), ("alphabet", Text)],
        |with, run| {
            let (length, alphabet) = (with.size(0)?, with.text_or(1, "abcdefghijklmnopqrstuvwxyz0123456789")?);
            run.take(length.saturating_mul(4))?;
            let text: String = if alphabet.is_ascii() && !alphabet.is_empty() {
                let letters = alphabet.as_bytes();
                let drawn = (0..length).map(|_| letters.get(run.context.random.usize(..letters.len())).copied());
                drawn.map(|letter| letter.map_or('?', char::from)).collect()
            } else {
                let letters: Vec<char> = alphabet.chars().collect();
                (0..length).map(|_| run.context.random.choice(&letters)).collect::<Option<String>>()?
            };
            Some(Value::Text(text.into()))
        },
        "`length` random characters; lower-case letters and digits unless `alphabet` is set",
    )
    .min_arguments(1)
    .from(Chance),
    Function::new(
        "random_item",
        &[("list", List)],
        |with, run| run.context.random.choice(with.list(0)?).cloned(),
        "a random item of a list",
    )
    .from(Chance),
    Function::new(
        "sample",
        &[("list", List), ("count", Whole)],
        |with, run| {
            let list = with.list(0)?;
            let drawn = run.context.random.choose_multiple(list, with.size(1)?.min(list.len()));
            Some(Value::List(drawn.into_iter().cloned().collect()))
        },
        "`count` random items of a list without repetition, or all if it has fewer",
    )
    .from(Chance),
    Function::new(
        "shuffle",
        &[("list", List)],
        |with, run| {
            let mut items = with.list(0)?.to_vec();
            run.context.random.shuffle(&mut items);
            Some(Value::List(items.into()))
        },
        "the items of a list in random order",
    )
    .from(Chance),
    Function::new(
        "uuid",
        &[],
        |_, run| {
            // RFC 9562, version 4.
            let high = run.context.random.u64(..) & !0xf000 | 0x4000;
            let low = run.context.random.u64(..) & !(0b11 << 62) | (0b10 << 62);
            let mut text = String::with_capacity(36);
            let (a, b, c) = (high >> 32, high >> 16 & 0xffff, high & 0xffff);
            write!(text, "{a:08x}-{b:04x}-{c:04x}-{:04x}-{:012x}", low >> 48, low & 0xffff_ffff_ffff).ok()?;
            Some(Value::Text(text.into()))
        },
        "a random UUID (version 4)",
    )
    .from(Chance),
];

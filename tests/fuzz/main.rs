//! The fuzz entries on any toolchain: a mutator with a seed, from the same corpus that libFuzzer begins with.
//!
//! In `cargo test` each entry runs a fixed number of inputs. For longer:
//! `FUZZ_SECONDS=600 cargo test --release --test fuzz -- --ignored --nocapture`; `FUZZ_SEED=n` takes another path.
#![expect(clippy::unwrap_used, reason = "a test that can't go on fails where it stands")]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "counts of a long run are what it is for")]

#[path = "../../fuzz/entries.rs"]
mod entries;
mod mutate;
mod seeds;

use std::{
    env, fs, panic,
    path::PathBuf,
    time::{Duration, Instant},
};

/// Inputs of an entry in a short run.
const FEW: u64 = 3_000;

fn number(name: &str, default: u64) -> u64 {
    env::var(name).ok().map_or(default, |text| text.parse().unwrap())
}

/// Runs an entry until `goes_on` says no; the input that breaks it is kept.
fn run(name: &str, goes_on: impl Fn(u64) -> bool) {
    let entry = entries::ENTRIES.iter().find(|(known, _)| *known == name).unwrap().1;
    let seeds = seeds::of(name);
    let seed = number("FUZZ_SEED", 1);
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut count, mut slowest) = (0_u64, Duration::ZERO);
    let unchanged = seeds.iter().cloned();
    let mut unchanged = unchanged.fuse();
    while goes_on(count) {
        let input = unchanged.next().unwrap_or_else(|| mutate::mutated(&mut random, &seeds));
        let begin = Instant::now();
        let result = panic::catch_unwind(|| entry(&input));
        slowest = slowest.max(begin.elapsed());
        count += 1;
        if let Err(payload) = result {
            let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{seed}-{count}"));
            fs::write(&path, &input).unwrap();
            eprintln!("{name}: input {count} of seed {seed} is kept in {}:\n{}", path.display(), input.escape_ascii());
            panic::resume_unwind(payload);
        }
    }
    println!("{name}: {count} inputs from {} seeds without a panic; the slowest took {slowest:?}", seeds.len());
}

fn long(name: &str) {
    let length = Duration::from_secs(number("FUZZ_SECONDS", 600));
    let begin = Instant::now();
    run(name, |_| begin.elapsed() < length);
}

macro_rules! both {
    ($($name:ident),*) => {
        mod short {
            $(#[test] fn $name() { super::run(stringify!($name), |count| count < super::FEW); })*
        }
        mod long {
            $(#[test] #[ignore = "FUZZ_SECONDS of each entry"] fn $name() { super::long(stringify!($name)); })*
        }
    };
}

both!(profile, language, extraction, response, stream, socket, conversion);

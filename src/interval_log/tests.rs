//! Compaction as a whole: real files, a writer that goes on, readers in the middle, and deaths at every step.

use std::{fs, path::Path};

use proptest::prelude::*;
use tempfile::TempDir;

use super::{Entry, Event, IntervalCursor, LogError, LogWriter, ReplacementLog, compaction, samples};
use crate::metric::{Interval, Totals, Value};

const HOUR_MS: i64 = 3_600_000;
/// Past every tier's age: delivered intervals become minutes.
const LATER_MS: i64 = 10 * HOUR_MS;

fn start(folder: &TempDir) -> (LogWriter, std::path::PathBuf) {
    let path = folder.path().join("intervals.log");
    (LogWriter::create(&path, &samples::header()).unwrap(), path)
}

/// So many seconds of a run, some with requests.
fn seconds(number: usize) -> Vec<Interval> {
    samples::intervals(&(0..number).map(|at| (vec![u16::from(at > 40), 2], vec![0.1, 2.5])).collect::<Vec<_>>())
}

fn append(log: &mut LogWriter, intervals: &[Interval]) {
    for interval in intervals {
        log.interval(interval).unwrap();
    }
}

fn event(kind: &str) -> Event {
    Event { at_ms: 1, kind: kind.into(), text: kind.into(), gap: None }
}

/// Plans at a limit that the log is past, so that it is never too small to be worth it.
fn compacted(log: &mut LogWriter, now_ms: i64, delivered: &[Option<u64>], limit: u64) -> ReplacementLog {
    log.compaction(now_ms, delivered, limit).expect("past its limit").run().unwrap()
}

/// What the rest of a log holds, in short: the last second of an interval, an event's kind.
fn rest(cursor: &mut IntervalCursor) -> Vec<String> {
    let short = |entry| match entry {
        Entry::Header(_) => "header".to_owned(),
        Entry::Interval(interval) => interval.sequence.to_string(),
        Entry::Event(event) => event.kind,
        Entry::End(_) => "end".to_owned(),
    };
    std::iter::from_fn(|| cursor.read().unwrap()).map(short).collect()
}

fn requests(totals: &Totals) -> (f64, u64) {
    let trend = totals.sum_where("http_req_duration", |_| true);
    let Some(Value::Trend(histogram)) = trend else { panic!("no times") };
    (totals.counter("http_reqs"), histogram.count())
}

fn folded(path: &Path) -> Totals {
    let (mut cursor, mut totals) = (IntervalCursor::open(path).unwrap(), Totals::default());
    while let Some(entry) = cursor.read().unwrap() {
        if let Entry::Interval(interval) = entry {
            totals.fold(&interval);
        }
    }
    totals
}

#[test]
fn a_compacted_log_holds_the_same_in_fewer_frames_and_goes_on() {
    let folder = TempDir::new().unwrap();
    let (mut log, path) = start(&folder);
    let intervals = seconds(150);
    for interval in &intervals[..130] {
        log.interval(interval).unwrap();
        if interval.sequence == 70 {
            log.event(&event("in the second minute")).unwrap();
        }
    }
    let compaction = log.compaction(LATER_MS, &[], log.length() - 1).unwrap();
    assert!(log.compaction(LATER_MS, &[], 1).is_none(), "one at a time");
    let before = log.length();
    log.interval(&intervals[130]).unwrap();
    log.event(&event("meanwhile")).unwrap();
    let tail = log.length() - before;
    let replacement = compaction.run().unwrap();
    let expected = replacement.length() + tail;
    assert_eq!(replacement.undelivered_merged(), 0);
    assert_eq!(log.adopt(replacement).unwrap(), expected);
    assert_eq!(fs::metadata(&path).unwrap().len(), expected);
    append(&mut log, &intervals[131..]);
    let entries = rest(&mut IntervalCursor::open(&path).unwrap());
    // The first second begins 400 ms past a minute.
    assert_eq!(entries[..6], ["header", "59", "119", "in the second minute", "129", "130"]);
    assert_eq!(entries[6..8], ["meanwhile", "131"]);
    let mut totals = Totals::default();
    intervals.iter().for_each(|interval| totals.fold(interval));
    assert_eq!(requests(&folded(&path)), requests(&totals));
    let locked = fs::File::open(&path).unwrap().try_lock();
    assert!(locked.is_err(), "readers still see that the run lives");
}

#[test]
fn a_death_at_any_step_leaves_one_whole_log() {
    let folder = TempDir::new().unwrap();
    let (mut log, path) = start(&folder);
    let intervals = seconds(130);
    append(&mut log, &intervals);
    let (whole, replacement_path) = (fs::read(&path).unwrap(), compaction::replacement_path(&path));
    // Killed before the rename: the replacement is there, and it is not read.
    fs::write(&replacement_path, b"half a replacement of a run that was killed").unwrap();
    assert_eq!(rest(&mut IntervalCursor::open(&path).unwrap()).len(), 131);
    // The next compaction replaces it; given up, it leaves nothing behind.
    let replacement = compacted(&mut log, LATER_MS, &[], 1_000);
    assert_eq!(fs::read(&path).unwrap(), whole, "before it is adopted the log is as it was");
    drop(replacement);
    assert!(!replacement_path.exists());
    // A replacement that can't be made or can't be put in place leaves the log as it is, and the run goes on.
    log.interval(&Interval { sequence: 130, ..intervals[129].clone() }).unwrap();
    let compaction = log.compaction(LATER_MS, &[], 1_000).unwrap();
    fs::create_dir(&replacement_path).unwrap();
    assert!(matches!(compaction.run(), Err(LogError::Io { .. })));
    fs::remove_dir(&replacement_path).unwrap();
    log.interval(&Interval { sequence: 131, ..intervals[129].clone() }).unwrap();
    let replacement = compacted(&mut log, LATER_MS, &[], 1_000);
    fs::remove_file(&replacement_path).unwrap();
    assert!(log.adopt(replacement).is_err());
    log.interval(&Interval { sequence: 132, ..intervals[129].clone() }).unwrap();
    assert_eq!(rest(&mut IntervalCursor::open(&path).unwrap()).len(), 134);
    assert_eq!(fs::read(&path).unwrap()[..whole.len()], whole);
}

#[test]
fn damage_leaves_the_log_and_no_replacement_file() {
    let folder = TempDir::new().unwrap();
    let (mut log, path) = start(&folder);
    append(&mut log, &seconds(130));
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x40;
    fs::write(&path, &bytes).unwrap();
    let compaction = log.compaction(LATER_MS, &[], 1_000).unwrap();
    assert!(matches!(compaction.run(), Err(LogError::Damaged { .. })));
    assert_eq!(fs::read(&path).unwrap(), bytes);
    assert!(!compaction::replacement_path(&path).exists());
}

#[test]
fn what_is_not_delivered_is_merged_only_when_nothing_else_helps_and_is_counted() {
    let folder = TempDir::new().unwrap();
    let (mut log, path) = start(&folder);
    append(&mut log, &seconds(1_300));
    let half = log.length() / 2;
    // Half of it is delivered, and getting that small is enough at a limit of ninety percent.
    let replacement = compacted(&mut log, LATER_MS, &[Some(1_299), Some(649)], half / 5 * 9);
    assert_eq!(replacement.undelivered_merged(), 0);
    assert_eq!(replacement.pressure().undelivered_width_ms(), 1);
    log.adopt(replacement).unwrap();
    let entries = rest(&mut IntervalCursor::open(&path).unwrap());
    assert!(entries.contains(&"649".to_owned()) && entries.contains(&"650".to_owned()), "{entries:?}");
    assert_eq!(entries.len(), 1 + 11 + 650);
    // At a tenth of it, it is not.
    let last = seconds(1_301).pop().unwrap();
    let length = log.length();
    (0..40).for_each(|more| append(&mut log, &[Interval { sequence: 1_300 + more, ..last.clone() }]));
    let replacement = compacted(&mut log, LATER_MS, &[Some(1_299), Some(649)], length / 10);
    assert!(replacement.undelivered_merged() > 600, "{}", replacement.undelivered_merged());
    assert!(replacement.pressure().undelivered_width_ms() > 1);
    log.adopt(replacement).unwrap();
    let entries = rest(&mut IntervalCursor::open(&path).unwrap());
    assert!(
        entries.contains(&"649".to_owned()) && entries.contains(&"1299".to_owned()),
        "outputs' positions stay: {entries:?}"
    );
}

#[test]
fn the_last_event_and_the_end_stay_last() {
    let folder = TempDir::new().unwrap();
    let (mut log, path) = start(&folder);
    append(&mut log, &seconds(130));
    log.event(&event("last")).unwrap();
    log.end(&serde_json::json!({ "exit_code": 0 })).unwrap();
    // Two minutes after the run nothing is old, so only pressure makes it smaller.
    let replacement = compacted(&mut log, 250_000, &[], 100);
    log.adopt(replacement).unwrap();
    let entries = rest(&mut IntervalCursor::open(&path).unwrap());
    assert_eq!(entries, ["header", "59", "119", "129", "last", "end"]);
}

#[test]
fn a_reader_within_a_merged_interval_reads_the_old_file_to_its_end_first() {
    let folder = TempDir::new().unwrap();
    let (mut log, path) = start(&folder);
    let intervals = seconds(200);
    for interval in &intervals[..190] {
        log.interval(interval).unwrap();
        if interval.sequence == 30 || interval.sequence == 100 {
            log.event(&event(&format!("after {}", interval.sequence))).unwrap();
        }
    }
    let mut reader = IntervalCursor::open(&path).unwrap();
    while reader.sequence() != Some(25) {
        reader.read().unwrap();
    }
    let limit = log.length() - 1;
    let replacement = compacted(&mut log, LATER_MS, &[], limit);
    log.adopt(replacement).unwrap();
    append(&mut log, &intervals[190..]);
    let entries = rest(&mut reader);
    let old = (26..=59).flat_map(|at| [Some(at.to_string()), (at == 30).then(|| "after 30".to_owned())]).flatten();
    let new = ["119", "after 100", "179", "189"].map(str::to_owned).into_iter();
    let all: Vec<String> = old.chain(new).chain((190..200).map(|at| at.to_string())).collect();
    assert_eq!(entries, all);
    assert_eq!(reader.unread_bytes().unwrap(), 0);
    assert_eq!(reader.offset(), log.length());
}

#[test]
fn the_log_of_another_run_at_the_same_path_is_not_followed() {
    let folder = TempDir::new().unwrap();
    let (mut log, path) = start(&folder);
    append(&mut log, &seconds(3));
    let mut reader = IntervalCursor::open(&path).unwrap();
    reader.read().unwrap();
    fs::remove_file(&path).unwrap();
    let other = super::Header { run_id: "another".into(), ..samples::header() };
    let _other = LogWriter::create(&path, &other).unwrap();
    assert_eq!(rest(&mut reader), ["0", "1", "2"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Outputs of all speeds read while the log is compacted at all pressures: each gets every request and event once.
    #[test]
    fn every_output_gets_everything_once(
        plan in samples::plan(100..160),
        steps in prop::collection::vec((1_usize..40, prop::array::uniform3(0_usize..50), 1_u64..30), 4..12),
    ) {
        let folder = TempDir::new().unwrap();
        let (mut log, path) = start(&folder);
        let intervals = samples::intervals(&plan);
        let mut waiting = intervals.iter();
        let mut readers: Vec<(IntervalCursor, Totals, u64)> =
            (0..3).map(|_| (IntervalCursor::open(&path).unwrap(), Totals::default(), 0)).collect();
        let take = |reader: &mut (IntervalCursor, Totals, u64)| match reader.0.read().unwrap() {
            Some(Entry::Interval(interval)) => { reader.1.fold(&interval); true }
            Some(Entry::Event(_)) => { reader.2 += 1; true }
            Some(_) => true,
            None => false,
        };
        let mut events = 0;
        for (new, reads, limit) in steps {
            for interval in waiting.by_ref().take(new) {
                log.interval(interval).unwrap();
                if interval.sequence % 7 == 3 {
                    log.event(&event("e")).unwrap();
                    events += 1;
                }
            }
            let positions: Vec<_> = readers.iter().map(|reader| reader.0.sequence()).collect();
            let compaction = log.compaction(LATER_MS, &positions, log.length() * limit / 30);
            // Outputs read on between plan and adoption.
            for (reader, reads) in readers.iter_mut().zip(reads) {
                (0..reads).take_while(|_| take(reader)).for_each(drop);
            }
            if let Some(compaction) = compaction {
                log.adopt(compaction.run().unwrap()).unwrap();
            }
        }
        append(&mut log, waiting.as_slice());
        let mut truth = Totals::default();
        intervals.iter().for_each(|interval| truth.fold(interval));
        for mut reader in readers {
            while take(&mut reader) {}
            prop_assert_eq!(reader.1.iter().count(), truth.iter().count());
            for ((_, value), (_, other)) in reader.1.iter().zip(truth.iter()) {
                match (value, other) {
                    (Value::Trend(one), Value::Trend(other)) => {
                        prop_assert_eq!((one.count(), one.min(), one.max()), (other.count(), other.min(), other.max()));
                    }
                    (one, other) => prop_assert_eq!(one, other),
                }
            }
            prop_assert_eq!(reader.2, events);
            prop_assert_eq!(reader.0.sequence(), Some(plan.len() as u64 - 1));
        }
    }
}

/// What a log holds, read by the writer that goes on with it.
fn reopened(path: &Path) -> Result<(LogWriter, usize), LogError> {
    let mut entries = 0;
    let log = LogWriter::reopen::<LogError>(path, |_| {
        entries += 1;
        Ok(())
    })?;
    Ok((log, entries))
}

#[test]
fn a_log_goes_on_after_a_kill_without_what_was_half_written() {
    let folder = TempDir::new().unwrap();
    let (mut log, path) = start(&folder);
    let intervals = seconds(6);
    append(&mut log, &intervals[..3]);
    assert!(matches!(reopened(&path), Err(LogError::InUse { .. })), "its process lives");
    let whole = log.length();
    drop(log);
    let mut torn = fs::read(&path).unwrap();
    torn.extend_from_slice(&[2, 200, 0, 0, 0, 1, 2, 3]);
    fs::write(&path, torn).unwrap();
    let (mut log, entries) = reopened(&path).unwrap();
    assert_eq!((log.length(), entries), (whole, 4));
    append(&mut log, &intervals[3..]);
    let mut all = Totals::default();
    intervals.iter().for_each(|interval| all.fold(interval));
    assert_eq!(requests(&folded(&path)), requests(&all));
    assert!(IntervalCursor::open(&path).unwrap().torn_bytes().is_ok());
}

#[test]
fn compaction_keeps_a_time_without_a_process() {
    let folder = TempDir::new().unwrap();
    let (mut log, path) = start(&folder);
    let mut intervals = seconds(20);
    for interval in &mut intervals[10..] {
        (interval.start_ms, interval.end_ms) = (interval.start_ms + 7_000, interval.end_ms + 7_000);
    }
    append(&mut log, &intervals);
    let limit = log.length() - 1;
    let smaller = compacted(&mut log, LATER_MS, &[], limit);
    log.adopt(smaller).unwrap();
    let mut cursor = IntervalCursor::open(&path).unwrap();
    let mut spans = Vec::new();
    while let Some(entry) = cursor.read().unwrap() {
        if let Entry::Interval(interval) = entry {
            spans.push((interval.start_ms, interval.end_ms));
        }
    }
    assert_eq!(spans, [(400, 10_400), (17_400, 27_400)]);
}

//! Torn tails, damage, a log in progress.

use super::*;
use crate::interval_log::{LogWriter, samples::header};

fn count(cursor: &mut IntervalCursor) -> usize {
    std::iter::from_fn(|| cursor.read().unwrap()).count()
}

#[test]
fn a_torn_tail_is_noticed_and_cut_wherever_it_tears() {
    let folder = std::env::temp_dir().join(format!("loadagent-log-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let whole = folder.join("whole.log");
    drop(std::fs::remove_file(&whole));
    let mut lengths = Vec::new();
    {
        let mut log = LogWriter::create(&whole, &header()).unwrap();
        lengths.push(log.length());
        for sequence in 0..5 {
            let interval = Interval { sequence, start_ms: 1, end_ms: 2, ..Interval::default() };
            lengths.push(log.interval(&interval).unwrap());
        }
    }
    let bytes = std::fs::read(&whole).unwrap();
    let ends = [&[MAGIC.len() as u64], lengths.as_slice()].concat();
    for cut in 0..lengths[4] {
        let torn = folder.join("torn.log");
        std::fs::write(&torn, &bytes[..usize::try_from(cut).unwrap()]).unwrap();
        let mut cursor = IntervalCursor::open(&torn).unwrap();
        let frames = count(&mut cursor);
        let whole: Vec<u64> = ends.iter().copied().filter(|end| *end <= cut).collect();
        assert_eq!(frames, whole.len().saturating_sub(1), "the first end is that of the magic");
        assert_eq!(cursor.cut_torn_tail().unwrap(), cut - whole.last().copied().unwrap_or(0));
        assert_eq!(cursor.torn_bytes().unwrap(), 0);
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn damage_in_the_middle_is_reported_and_never_cut() {
    let path = std::env::temp_dir().join(format!("loadagent-damaged-{}.log", std::process::id()));
    drop(std::fs::remove_file(&path));
    let mut log = LogWriter::create(&path, &header()).unwrap();
    let begin = usize::try_from(log.length()).unwrap();
    for sequence in 0..3 {
        log.interval(&Interval { sequence, ..Interval::default() }).unwrap();
    }
    drop(log);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[begin + HEAD] ^= 0x40;
    std::fs::write(&path, &bytes).unwrap();
    let mut cursor = IntervalCursor::open(&path).unwrap();
    assert!(matches!(cursor.read(), Ok(Some(Entry::Header(_)))));
    assert!(matches!(cursor.read(), Err(LogError::Damaged { .. })));
    assert!(cursor.cut_torn_tail().is_err());
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn a_living_log_is_read_but_never_cut() {
    let path = std::env::temp_dir().join(format!("loadagent-live-{}.log", std::process::id()));
    drop(std::fs::remove_file(&path));
    let mut log = LogWriter::create(&path, &header()).unwrap();
    let mut cursor = IntervalCursor::open(&path).unwrap();
    assert!(matches!(cursor.read().unwrap(), Some(Entry::Header(_))));
    assert_eq!(cursor.read().unwrap(), None);
    std::fs::OpenOptions::new()
        .append(true)
        .open(&path)
        .and_then(|mut file| io::Write::write_all(&mut file, b"half"))
        .unwrap();
    assert_eq!(cursor.cut_torn_tail().unwrap(), 0);
    drop(cursor);
    log.event(&Event { at_ms: 1, kind: "k".into(), text: "t".into(), gap: None }).unwrap();
    drop(log);
    std::fs::remove_file(&path).unwrap();
}

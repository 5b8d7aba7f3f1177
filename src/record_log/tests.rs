//! The record log: what is appended is read, from any position, torn or damaged or not; the limit holds.

use std::{fs, time::Duration};

use proptest::prelude::*;
use tempfile::TempDir;

use super::{writer::Appended, *};
use crate::interval_log::frame::HEAD;
use crate::metric::{Labels, Record, RecordWriter, Records, RequestTimes, catalogue};

/// What was written or read: worker, family and kind of record, its time left out.
type Plain = (SeriesKey, Labels, Entry);

fn labels(worker: usize, family: u32) -> Labels {
    Labels::new([("worker", worker.to_string()), ("family", format!("{family}, of so many"))])
}

/// Two workers' chunks, `sizes[i]` records in the i-th.
fn chunks(sizes: &[usize]) -> (Vec<(usize, Records)>, Vec<Plain>) {
    let mut writers = [RecordWriter::new(2), RecordWriter::new(2)];
    let (mut chunks, mut plain) = (Vec::new(), Vec::new());
    for (place, size) in sizes.iter().enumerate() {
        let worker = place % 2;
        for number in 0..*size {
            let family = u32::try_from((place + number) % 7).unwrap();
            let times = RequestTimes { waiting: number as u64 * 1_000, ..RequestTimes::default() };
            let record = Record::Request { failed: number % 3 == 0, times };
            let at = Duration::from_micros(place as u64 * 1_000);
            writers[worker].write(family, &(catalogue::HTTP_REQS.clone(), labels(worker, family)), at, &record);
            let key = SeriesKey { worker: u32::try_from(worker).unwrap(), family };
            plain.push((key, labels(worker, family), Entry::Record(record)));
        }
        chunks.push((worker, writers[worker].take()));
    }
    (chunks, plain)
}

fn log(limit_bytes: u64) -> (TempDir, RecordLog) {
    let run = tempfile::tempdir().unwrap();
    let log = RecordLog::create(run.path(), 1_000, 2, limit_bytes).unwrap();
    (run, log)
}

fn at(chunks: &[(usize, Records)], place: usize) -> (u32, &Records) {
    (u32::try_from(chunks[place].0).unwrap(), &chunks[place].1)
}

fn append(log: &mut RecordLog, (worker, records): (u32, &Records)) -> Appended {
    log.append(worker, records, &mut |_, _| {})
}

fn release(log: &mut RecordLog, passed: Position) {
    log.release(Some(passed), Some(passed)).unwrap();
}

/// Everything that can be read now, with the number of errors on the way.
fn drain(cursor: &mut RecordCursor) -> (Vec<Plain>, Vec<i64>, usize) {
    let (mut plain, mut times, mut errors) = (Vec::new(), Vec::new(), 0);
    loop {
        match cursor.next_frame() {
            Ok(None) => return (plain, times, errors),
            Ok(Some(frame)) => {
                for recorded in frame.entries() {
                    plain.push((recorded.key, recorded.labels.clone(), recorded.entry));
                    times.push(recorded.at_unix_ns);
                }
            }
            Err(_) => errors += 1,
        }
    }
}

fn ends_of_frames(segment: &[u8]) -> Vec<usize> {
    let mut ends = vec![segment::MAGIC.len()];
    while let Some(head) = segment.get(ends[ends.len() - 1]..).and_then(|rest| rest.first_chunk::<5>()) {
        let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]);
        ends.push(ends[ends.len() - 1] + HEAD + length as usize);
    }
    ends
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn what_is_appended_is_read_while_it_grows_and_from_any_position(
        sizes in prop::collection::vec(0..120_usize, 1..12), every in 1..4_usize,
    ) {
        let (run, mut log) = log(80_000);
        log.segment_bytes = 2_000;
        let (chunks, expected) = chunks(&sizes);
        let mut cursor = RecordCursor::open(run.path(), MemorySegments::default(), None).unwrap();
        let mut read = Vec::new();
        let mut times = Vec::new();
        let mut positions = Vec::new();
        for (place, (worker, records)) in chunks.iter().enumerate() {
            let appended = append(&mut log, (u32::try_from(*worker).unwrap(), records));
            prop_assert_eq!(appended, Appended { written: records.count, lost: 0 });
            if place % every == 0 {
                let (more, at, errors) = drain(&mut cursor);
                prop_assert_eq!(errors, 0);
                read.extend(more);
                times.extend(at);
                positions.push((cursor.position(), read.len()));
                prop_assert_eq!(cursor.pending_bytes().unwrap(), 0);
            }
        }
        let (more, at, errors) = drain(&mut cursor);
        prop_assert_eq!(errors, 0);
        read.extend(more);
        times.extend(at);
        prop_assert_eq!(&read, &expected);
        prop_assert!(times.iter().all(|at| *at >= 1_000_000_000));
        times.sort_unstable();
        prop_assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "times are unique over workers");
        for (position, known) in positions {
            let mut later = RecordCursor::open(run.path(), MemorySegments::default(), Some(position)).unwrap();
            prop_assert_eq!(later.position(), position);
            let (rest, _, errors) = drain(&mut later);
            prop_assert_eq!((rest.as_slice(), errors), (&expected[known..], 0));
        }
    }

    #[test]
    fn damage_costs_what_is_damaged_and_never_invents(
        sizes in prop::collection::vec(1..60_usize, 1..8), place: prop::sample::Index, value: u8, cut: bool,
    ) {
        let (run, mut log) = log(80_000);
        log.segment_bytes = 1_000;
        let (chunks, expected) = chunks(&sizes);
        for (worker, records) in &chunks {
            append(&mut log, (u32::try_from(*worker).unwrap(), records));
        }
        let folder = segment::folder(run.path());
        let numbers = segment::numbers(&folder).unwrap();
        let path = segment::path(&folder, numbers[place.index(numbers.len())]);
        let mut bytes = fs::read(&path).unwrap();
        let at = place.index(bytes.len());
        let before = bytes.clone();
        if cut { bytes.truncate(at) } else { bytes[at] = value }
        fs::write(&path, &bytes).unwrap();
        let mut cursor = RecordCursor::open(run.path(), MemorySegments::default(), None).unwrap();
        let (read, _, errors) = drain(&mut cursor);
        let mut rest = expected.iter();
        prop_assert!(read.iter().all(|plain| rest.any(|known| known == plain)), "all that is read was written, in order");
        if bytes == before {
            prop_assert_eq!((read.len(), errors), (expected.len(), 0));
        } else if read.len() < expected.len() {
            let torn = path == segment::path(&folder, numbers[numbers.len() - 1]);
            // Cut between two frames, or to nothing, a segment is a shorter one: they can't be distinguished.
            let shorter = cut && (at == 0 || ends_of_frames(&before).contains(&at));
            prop_assert!(errors > 0 || torn || shorter, "losses are reported, but for the end of what is written");
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), keep in 0..60_usize) {
        let (run, mut log) = log(80_000);
        let (chunks, _) = chunks(&[3]);
        append(&mut log, at(&chunks, 0));
        let path = segment::path(&segment::folder(run.path()), 1);
        let head = fs::read(&path).unwrap();
        fs::write(&path, [&head[..keep.min(head.len())], &bytes].concat()).unwrap();
        drain(&mut RecordCursor::open(run.path(), MemorySegments::default(), None).unwrap());
        let middle = Position { segment: 1, offset: keep as u64 };
        drain(&mut RecordCursor::open(run.path(), MemorySegments::default(), Some(middle)).unwrap());
        // Behind a valid checksum, too.
        let mut sealed = head[..27].to_vec();
        for kind in 1..=4 {
            crate::interval_log::frame::seal(&mut sealed, kind, &bytes);
        }
        fs::write(&path, sealed).unwrap();
        drain(&mut RecordCursor::open(run.path(), MemorySegments::default(), None).unwrap());
    }
}

#[test]
fn a_torn_tail_hides_one_frame_wherever_it_tears() {
    let (run, mut log) = log(1_000_000);
    let (chunks, expected) = chunks(&[5, 5, 5]);
    let mut ends = vec![0];
    for (worker, records) in &chunks {
        append(&mut log, (u32::try_from(*worker).unwrap(), records));
        ends.push(log.total_bytes());
    }
    let path = segment::path(&segment::folder(run.path()), 1);
    let bytes = fs::read(&path).unwrap();
    for cut in 0..bytes.len() {
        fs::write(&path, &bytes[..cut]).unwrap();
        let mut cursor = RecordCursor::open(run.path(), MemorySegments::default(), None).unwrap();
        let (read, _, errors) = drain(&mut cursor);
        let whole = ends.iter().filter(|end| **end <= cut as u64).count() - 1;
        assert_eq!((read.as_slice(), errors), (&expected[..5 * whole], 0), "cut at {cut}");
        // Once it is whole, the same cursor goes on.
        fs::write(&path, &bytes).unwrap();
        let (rest, _, errors) = drain(&mut cursor);
        assert_eq!((rest.as_slice(), errors), (&expected[5 * whole..], 0), "healed after {cut}");
    }
}

#[test]
fn the_limit_holds_and_records_beyond_it_are_counted() {
    let (run, mut log) = log(4_000);
    let (chunks, expected) = chunks(&[50; 20]);
    let (mut written, mut lost) = (0, 0);
    for (worker, records) in &chunks {
        let appended = append(&mut log, (u32::try_from(*worker).unwrap(), records));
        (written, lost) = (written + appended.written, lost + appended.lost);
        assert!(log.total_bytes() <= 4_000);
    }
    assert!(written > 0 && lost > 0, "{written} {lost}");
    assert_eq!(written + lost, expected.len() as u64);
    let mut cursor = RecordCursor::open(run.path(), MemorySegments::default(), None).unwrap();
    assert_eq!(cursor.pending_bytes().unwrap(), log.total_bytes());
    assert_eq!(drain(&mut cursor).0.len() as u64, written);
    release(&mut log, cursor.position());
    assert!(log.total_bytes() <= 2_000, "read segments are given back");
    let (worker, records) = &chunks[19];
    assert_eq!(
        append(&mut log, (u32::try_from(*worker).unwrap(), records)),
        Appended { written: 50, lost: 0 },
        "the log accepts records again"
    );
    assert_eq!(drain(&mut cursor).0, expected[950..], "labels that came with lost records are known");
}

#[test]
fn what_a_full_disk_does_not_take_is_read_from_memory_and_goes_to_the_disk_later() {
    let (run, mut log) = log(1_000_000);
    let (chunks, expected) = chunks(&[5; 6]);
    let put = |log: &mut RecordLog, place: usize| assert_eq!(append(log, at(&chunks, place)).written, 5);
    put(&mut log, 0);
    let mut cursor = RecordCursor::open(run.path(), log.memory(), None).unwrap();
    log.open = Some(fs::OpenOptions::new().append(true).open("/dev/full").unwrap());
    put(&mut log, 1);
    assert_eq!(drain(&mut cursor).0, expected[..10]);
    assert!(cursor.is_in_memory());
    put(&mut log, 2);
    let begun = log.total_bytes();
    log.flush();
    assert!(log.total_bytes() > begun && log.memory().is_empty());
    put(&mut log, 3);
    let (read, _, errors) = drain(&mut cursor);
    assert_eq!((read.as_slice(), errors), (&expected[10..20], 0));
    assert!(!cursor.is_in_memory());
    let mut later = RecordCursor::open(run.path(), MemorySegments::default(), None).unwrap();
    let (read, _, errors) = drain(&mut later);
    assert_eq!((read.as_slice(), errors), (&expected[..20], 0), "all of it is on disk");
}

#[test]
fn memory_is_bounded_given_back_and_what_it_does_not_take_is_reported() {
    let (run, mut log) = log(100_000_000);
    let (chunks, _) = chunks(&[4_000; 20]);
    log.memory_bytes = 3 * memory::SEGMENT_BYTES;
    let mut written = append(&mut log, at(&chunks, 0)).written;
    let on_disk = log.total_bytes();
    log.open = Some(fs::OpenOptions::new().append(true).open("/dev/full").unwrap());
    let mut cursor = RecordCursor::open(run.path(), log.memory(), None).unwrap();
    let (mut lost, mut reported) = (0, 0);
    for turn in 0..6 {
        for place in 0..chunks.len() {
            let (worker, records) = at(&chunks, place);
            let appended = log.append(worker, records, &mut |loss, frame| {
                assert_eq!(loss, Loss::Disk(std::io::ErrorKind::StorageFull));
                reported += frame.entries().count() as u64;
            });
            (written, lost) = (written + appended.written, lost + appended.lost);
            assert!(log.memory().bytes() <= 3 * memory::SEGMENT_BYTES);
        }
        assert_eq!(written + lost, (turn + 1) * 80_000 + 4_000);
    }
    assert_eq!(lost, reported);
    assert!(lost > 0 && log.total_bytes() == on_disk, "{lost}");
    let mut read = 0;
    while let Some(frame) = cursor.next_frame().unwrap() {
        read += frame.entries().count() as u64;
    }
    assert_eq!(read, written);
    log.release(None, Some(cursor.position())).unwrap();
    assert!(log.memory().bytes() <= 2 * memory::SEGMENT_BYTES, "read segments are given back");
}

#[test]
fn a_reader_keeps_up_with_a_writer_that_lives() {
    let (run, mut log) = log(100_000_000);
    log.segment_bytes = 600;
    let (chunks, expected) = chunks(&[3; 600]);
    let mut cursor = RecordCursor::open(run.path(), MemorySegments::default(), None).unwrap();
    let writer = std::thread::spawn(move || {
        for (worker, records) in &chunks {
            assert_eq!(append(&mut log, (u32::try_from(*worker).unwrap(), records)).lost, 0);
        }
    });
    let mut read = Vec::new();
    while !writer.is_finished() {
        let (more, _, errors) = drain(&mut cursor);
        assert_eq!(errors, 0, "at {:?}", cursor.position());
        read.extend(more);
    }
    writer.join().unwrap();
    read.extend(drain(&mut cursor).0);
    assert_eq!(read, expected);
}

#[test]
fn a_segment_deleted_by_others_is_reported_once() {
    let (run, mut log) = log(1_000_000);
    log.segment_bytes = 1;
    let (chunks, expected) = chunks(&[5, 5, 5, 5]);
    for (worker, records) in &chunks {
        append(&mut log, (u32::try_from(*worker).unwrap(), records));
    }
    let folder = segment::folder(run.path());
    let mut cursor = RecordCursor::open(run.path(), MemorySegments::default(), None).unwrap();
    assert_eq!(cursor.next_frame().unwrap().unwrap().entries().count(), 5);
    fs::remove_file(segment::path(&folder, 2)).unwrap();
    assert!(matches!(cursor.next_frame(), Err(RecordReadError::Missing { .. })));
    assert_eq!(drain(&mut cursor), {
        let (_, times, _) = drain(
            &mut RecordCursor::open(run.path(), MemorySegments::default(), Some(Position { segment: 3, offset: 0 }))
                .unwrap(),
        );
        (expected[10..].to_vec(), times, 0)
    });
    let gone = Position { segment: 2, offset: 10 };
    let mut late = RecordCursor::open(run.path(), MemorySegments::default(), Some(gone)).unwrap();
    assert!(matches!(late.next_frame(), Err(RecordReadError::Missing { .. })));
    assert_eq!(drain(&mut late).0, expected[10..]);
}

#[test]
fn gauges_are_kept_beside_records() {
    let (run, mut log) = log(1_000_000);
    let own = Labels::new([("scenario", "a")]);
    let gauges = [(&catalogue::VUS, own.clone(), 3.0), (&catalogue::VUS_MAX, own.clone(), 5.5)];
    for at in [77, 78] {
        assert_eq!(log.append_gauges(at, &gauges, &mut |_, _| {}).written, 2);
    }
    let (read, times, errors) = drain(&mut RecordCursor::open(run.path(), MemorySegments::default(), None).unwrap());
    assert_eq!((times, errors), (vec![77, 77, 78, 78], 0));
    let key = SeriesKey { worker: 2, family: 0 };
    assert_eq!(read[1], (key, own, Entry::Gauge { metric: &catalogue::VUS_MAX, value: 5.5 }));
}

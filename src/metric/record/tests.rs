//! Raw records: round trip, unique times, limits.

use std::{collections::HashSet, time::Duration};

use proptest::prelude::*;

use super::*;
use crate::metric::{Labels, MetricDef, catalogue};

fn record() -> impl Strategy<Value = Record> {
    let number = || prop_oneof![Just(0), 0..1_000_000_000_u64, any::<u64>()];
    let times = (number(), number(), number(), number(), number(), number(), prop::option::of(number())).prop_map(
        |(blocked, connecting, tls, sending, waiting, receiving, response)| RequestTimes {
            blocked,
            connecting,
            tls,
            sending,
            waiting,
            receiving,
            response,
        },
    );
    let unsent = |times: RequestTimes| RequestTimes { sending: 0, waiting: 0, receiving: 0, ..times };
    prop_oneof![
        (any::<bool>(), times.clone()).prop_map(|(failed, times)| Record::Request { failed, times }),
        (any::<bool>(), times).prop_map(move |(failed, times)| Record::Unsent { failed, times: unsent(times) }),
        (any::<bool>(), number(), number(), number())
            .prop_map(|(cut_off, duration, sent, received)| Record::Iteration { cut_off, duration, sent, received }),
        any::<bool>().prop_map(|passed| Record::Check { passed }),
        number().prop_map(|count| Record::Dropped { count }),
        (0..3_usize, any::<f64>()).prop_map(|(of, value)| Record::sample(Sampled::ALL[of], value)),
    ]
}

fn labels(family: u32) -> (MetricDef, Labels) {
    (catalogue::HTTP_REQS.clone(), Labels::new([("name", family.to_string())]))
}

fn read_all(records: &Records) -> Vec<(u64, u32, Record)> {
    let mut reader = RecordReader::new(&records.bytes);
    let all: Vec<_> = std::iter::from_fn(|| reader.read()).collect();
    assert!(reader.is_at_end());
    all
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        written in prop::collection::vec((0..300_u32, 0..2_000_u64, record()), 0..200),
        cuts in prop::collection::hash_set(0..200_usize, 0..5),
    ) {
        let mut writer = RecordWriter::new(1);
        let (mut read, mut defined) = (Vec::new(), Vec::new());
        for (place, (family, at, record)) in written.iter().enumerate() {
            writer.write(*family, &labels(*family), Duration::from_nanos(*at), record);
            if cuts.contains(&place) {
                let chunk = writer.take();
                prop_assert_eq!(chunk.count, read_all(&chunk).len() as u64);
                read.extend(read_all(&chunk));
                defined.extend(chunk.definitions);
            }
        }
        let chunk = writer.take();
        read.extend(read_all(&chunk));
        defined.extend(chunk.definitions);
        let plain: Vec<_> = read.iter().map(|(_, family, record)| (*family, *record)).collect();
        let expected: Vec<_> = written.iter().map(|(family, _, record)| (*family, *record)).collect();
        prop_assert_eq!(plain, expected);
        prop_assert!(read.windows(2).all(|pair| pair[0].0 < pair[1].0), "ticks grow, over chunks too");
        prop_assert!(read.iter().zip(&written).all(|(read, written)| read.0 >= written.1), "no time is before its own");
        let families: HashSet<u32> = written.iter().map(|(family, ..)| *family).collect();
        prop_assert_eq!(defined.len(), families.len(), "each family once");
        prop_assert!(defined.iter().all(|(family, own)| *own == labels(*family)));
    }

    #[test]
    fn times_are_unique_over_workers(first in prop::collection::vec(0..400_u64, 1..100), second in prop::collection::vec(0..400_u64, 1..100)) {
        let mut seen = HashSet::new();
        for (worker, times) in [first, second].iter().enumerate() {
            let mut writer = RecordWriter::new(2);
            for at in times {
                writer.write(0, &labels(0), Duration::from_nanos(*at), &Record::Check { passed: true });
            }
            for (tick, ..) in read_all(&writer.take()) {
                prop_assert!(seen.insert(tick * 2 + worker as u64));
            }
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut reader = RecordReader::new(&bytes);
        prop_assert!(std::iter::from_fn(|| reader.read()).count() <= bytes.len());
    }
}

#[test]
fn records_beyond_the_limit_are_counted_as_lost() {
    let mut writer = RecordWriter::bounded(1, 1_000);
    let write = |writer: &mut RecordWriter, family: u32| {
        writer.write(family, &labels(family), Duration::ZERO, &Record::Dropped { count: 1 });
    };
    (0..1_000).for_each(|_| write(&mut writer, 7));
    write(&mut writer, 8);
    let chunk = writer.take();
    assert!(chunk.bytes.len() <= 1_000 && chunk.count > 100, "{chunk:?}");
    assert_eq!((chunk.count + chunk.lost, chunk.definitions.len()), (1_001, 1));
    assert_eq!(read_all(&chunk).len() as u64, chunk.count);
    write(&mut writer, 8);
    let next = writer.take();
    assert_eq!((next.count, next.lost, next.definitions.len()), (1, 0, 1), "the buffer is empty again");
}

#[test]
fn a_request_on_a_reused_connection_is_short() {
    let mut writer = RecordWriter::new(2);
    let times = RequestTimes { sending: 9_000, waiting: 2_000_000, receiving: 30_000, ..RequestTimes::default() };
    for number in 0..1_000 {
        writer.write(13, &labels(13), Duration::from_micros(number * 50), &Record::Request { failed: false, times });
    }
    assert!(writer.take().bytes.len() <= 16_000);
}

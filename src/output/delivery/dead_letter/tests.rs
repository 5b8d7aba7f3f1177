//! Tests of what is kept and offered again.

use super::*;

#[test]
fn a_dead_letter_is_found_again_and_deleted_when_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let stem = folder.path().join("outputs/1-prometheus");
    let mut batch = Batch::new(b"head".to_vec());
    batch.part(|out| out.push(1));
    batch.part(|out| out.push(2));
    let reason = Reason { at_ms: 7, samples: 2, response: "400 out of bounds".to_owned(), dialect: None };
    let mut letters = DeadLetters::new(stem.clone());
    assert_eq!(letters.put(&batch, &reason).unwrap().unwrap(), "1-prometheus-refused-0001.body");
    let mut later = DeadLetters::new(stem);
    assert_eq!(later.put(&batch, &reason).unwrap().unwrap(), "1-prometheus-refused-0002.body");
    let all = later.all();
    assert_eq!((all.len(), &all[0].1, all[0].2.content(), all[0].2.samples()), (2, &reason, batch.content(), 2));
    remove(&all[0].0).unwrap();
    assert_eq!(later.all().len(), 1);
}

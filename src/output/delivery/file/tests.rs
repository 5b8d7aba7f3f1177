//! Tests of files and pipes.

use super::*;

/// Takes three bytes at a time, and fails in between.
struct Slow(Vec<u8>, bool);

impl Write for Slow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.1 = !self.1;
        if self.1 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let taken = bytes.len().min(3);
        self.0.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_repeat_into_a_pipe_goes_on_where_it_stopped() {
    let (mut pipe, mut partly) = (Slow(Vec::new(), false), 0);
    let mut attempts = 0;
    while put(&mut pipe, b"whole lines", &mut partly).is_err() {
        attempts += 1;
    }
    assert_eq!((&*pipe.0, partly), (&b"whole lines"[..], 0));
    assert!(attempts > 1);
}

#[test]
fn a_file_goes_on_where_it_was_left_and_never_grows_by_holes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("samples");
    let target = |length| Target { path: Some(path.clone()), head: b"head\n".to_vec(), file: None, length, partly: 0 };
    let mut first = target(0);
    first.open().unwrap();
    first.write(b"one\n").unwrap();
    let length = first.length;
    first.write(b"two\n").unwrap();
    let mut second = target(length);
    second.open().unwrap();
    second.write(b"three\n").unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "head\none\nthree\n");
    assert!(target(1_000).open().is_err(), "shorter than what was written");
    std::fs::remove_file(&path).unwrap();
    assert!(target(4).open().is_err(), "gone");
    assert!(!path.exists());
}

#[tokio::test]
async fn a_pipe_that_was_closed_is_known_as_closed() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let file = File::from(std::os::fd::OwnedFd::from(writer));
    let target = Target { path: None, head: Vec::new(), file: Some(file), length: 0, partly: 0 };
    let mut target = FileTarget { target: Arc::new(Mutex::new(target)), length: 0 };
    assert!(target.write(Bytes::from_static(b"line")).await.unwrap_err().is_closed());
}

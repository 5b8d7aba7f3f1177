//! A file as a receiver: batches are appended whole; a name that ends in `.gz` is compressed, a member a batch.
//!
//! Writing happens on a thread of its own: a disk or the reader of a pipe may take its time, and other outputs must not wait.

#[cfg(test)]
mod tests;

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use tokio::task::spawn_blocking;

use crate::output::encoding::gzip::gzip;

/// Why a file or pipe can't be opened or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    #[error("{name}: {error}")]
    Io { name: String, error: io::Error },
    #[error("the writing thread panicked")]
    Panicked,
}

impl FileError {
    /// Whether the reader of a pipe is gone: it never comes back.
    pub(super) fn is_closed(&self) -> bool {
        matches!(self, Self::Io { error, .. } if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// Where the text goes.
pub struct FileTarget {
    target: Arc<Mutex<Target>>,
    /// Bytes that whole batches take, as far as is known here.
    length: u64,
}

struct Target {
    /// None for standard output.
    path: Option<PathBuf>,
    /// What the file begins with.
    head: Vec<u8>,
    file: Option<File>,
    length: u64,
    /// Bytes of the batch at hand that a pipe has taken already: what is in it can't be taken back.
    partly: usize,
}

impl FileTarget {
    /// A target; None is standard output. `length` is where an earlier process ended.
    #[must_use]
    pub fn new(path: Option<PathBuf>, head: Vec<u8>, length: u64) -> Self {
        let target = Target { path, head, file: None, length, partly: 0 };
        Self { target: Arc::new(Mutex::new(target)), length }
    }

    /// Opens the file, once, and cuts what an earlier process left half-written.
    pub(super) async fn open(&mut self) -> Result<(), FileError> {
        self.act(Target::open).await
    }

    /// Appends a batch, whole or not at all.
    pub(super) async fn write(&mut self, content: Bytes) -> Result<(), FileError> {
        self.act(move |target| target.write(&content)).await
    }

    async fn act(&mut self, act: impl FnOnce(&mut Target) -> io::Result<()> + Send + 'static) -> Result<(), FileError> {
        let target = self.target.clone();
        let acted = spawn_blocking(move || {
            let mut target = target.lock().unwrap_or_else(PoisonError::into_inner);
            let acted = act(&mut target);
            acted.map(|()| target.length).map_err(|error| FileError::Io { name: target.shown(), error })
        });
        self.length = acted.await.unwrap_or(Err(FileError::Panicked))?;
        Ok(())
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }
}

impl Target {
    fn shown(&self) -> String {
        self.path.as_ref().map_or_else(|| "standard output".to_owned(), |path| path.display().to_string())
    }

    fn open(&mut self) -> io::Result<()> {
        if let (None, Some(path)) = (&self.file, &self.path) {
            // A file that an earlier process has written must be there, and be what it left.
            let file = OpenOptions::new().create(self.length == 0).append(true).open(path)?;
            let known = file.metadata()?;
            if known.is_file() {
                if known.len() < self.length {
                    return Err(io::Error::other("it is shorter than what was written to it; was it replaced?"));
                }
                file.set_len(self.length)?;
            }
            self.file = Some(file);
        }
        if self.length == 0 && !self.head.is_empty() {
            let head = std::mem::take(&mut self.head);
            let written = self.write(&head);
            self.head = head;
            written?;
        }
        Ok(())
    }

    fn write(&mut self, content: &[u8]) -> io::Result<()> {
        let zipped = self.path.as_ref().is_some_and(|path| path.extension().is_some_and(|extension| extension == "gz"));
        let zipped = zipped.then(|| gzip(content));
        let bytes = zipped.as_deref().unwrap_or(content);
        match &mut self.file {
            Some(file) if file.metadata()?.is_file() => {
                if let Err(error) = file.write_all(bytes) {
                    // A full disk may have taken half of it.
                    file.set_len(self.length)?;
                    return Err(error);
                }
            }
            Some(pipe) => put(pipe, bytes, &mut self.partly)?,
            None => put(&mut io::stdout(), bytes, &mut self.partly)?,
        }
        self.length += bytes.len() as u64;
        Ok(())
    }
}

/// Writes what is left of a batch; after a failure it goes on where it stopped.
fn put(out: &mut impl Write, bytes: &[u8], partly: &mut usize) -> io::Result<()> {
    while let Some(left) = bytes.get(*partly..).filter(|left| !left.is_empty()) {
        match out.write(left) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(taken) => *partly += taken,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    *partly = 0;
    out.flush()
}

//! A file as a receiver: batches are appended whole; a name that ends in `.gz` is compressed, a member a batch.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::PathBuf,
};

use flate2::{Compression, write::GzEncoder};

/// Where the text goes.
pub struct FileTarget {
    /// None for standard output.
    path: Option<PathBuf>,
    /// What stands at the beginning.
    head: Vec<u8>,
    file: Option<File>,
    /// Bytes that whole batches take.
    length: u64,
}

impl FileTarget {
    /// A target; None is standard output. `length` is where an earlier process ended.
    #[must_use]
    pub fn new(path: Option<PathBuf>, head: Vec<u8>, length: u64) -> Self {
        Self { path, head, file: None, length }
    }

    /// Opens the file, once, and cuts what an earlier process left half-written.
    pub(super) fn open(&mut self) -> Result<(), String> {
        if self.file.is_none()
            && let Some(path) = &self.path
        {
            let fault = |error: io::Error| format!("{}: {error}", path.display());
            let file = OpenOptions::new().create(true).append(true).open(path).map_err(fault)?;
            // A pipe or a device has no length.
            if file.metadata().map_err(fault)?.is_file() {
                file.set_len(self.length).map_err(fault)?;
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

    /// Appends a batch, whole or not at all.
    pub(super) fn write(&mut self, content: &[u8]) -> Result<(), String> {
        let Some(path) = &self.path else {
            io::stdout().lock().write_all(content).map_err(|error| format!("standard output: {error}"))?;
            self.length += content.len() as u64;
            return Ok(());
        };
        let fault = |error: io::Error| format!("{}: {error}", path.display());
        let Some(file) = &mut self.file else { return Err(format!("{}: not open", path.display())) };
        let zipped = path.extension().is_some_and(|extension| extension == "gz").then(|| gzip(content));
        let bytes = zipped.as_deref().unwrap_or(content);
        if let Err(error) = file.write_all(bytes) {
            // A full disk may have taken half of it. A pipe can't be cut, nor need it be.
            let _uncut = file.set_len(self.length);
            return Err(fault(error));
        }
        self.length += bytes.len() as u64;
        Ok(())
    }

    pub(super) fn written(&self) -> Option<u64> {
        self.path.as_ref().map(|_| self.length)
    }
}

/// One gzip member. Fast rather than small: it runs beside the load.
#[must_use]
pub fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(content.len() / 8), Compression::fast());
    // Writing into memory can't fail.
    let written = encoder.write_all(content);
    written.and_then(|()| encoder.finish()).unwrap_or_default()
}

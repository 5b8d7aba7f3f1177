//! Dead letters: batches that a receiver rejects for good, kept whole in the run's folder, so that nothing is lost silently
//! and `replay` can offer them again.

#[cfg(test)]
mod tests;

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::output::batch::Batch;

/// Rejected batches past this are counted, but not kept.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Why a batch was rejected.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub(super) struct Reason {
    /// Time of its newest sample, Unix milliseconds.
    pub at_ms: i64,
    /// Rejected samples inside; a partly accepted batch is kept whole.
    pub samples: u64,
    /// What the receiver responded.
    #[serde(rename = "answer")]
    pub response: String,
    /// What was negotiated with the receiver: the protocol that the bytes are encoded for.
    pub dialect: Option<String>,
}

/// The dead letters of an output.
#[derive(Debug)]
pub(super) struct DeadLetters {
    stem: PathBuf,
    next: u32,
    bytes: u64,
}

impl DeadLetters {
    /// Beside the output's checkpoint; `stem` is its name without extension.
    #[must_use]
    pub(super) fn new(stem: PathBuf) -> Self {
        let known = files_of(&stem);
        let bytes = known.iter().filter_map(|path| fs::metadata(path).ok()).map(|file| file.len()).sum();
        let next = known.iter().filter_map(|path| number_of(path)).max().map_or(1, |number| number + 1);
        Self { stem, next, bytes }
    }

    /// Keeps a batch and returns its file name; None when it exceeds the limit.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(super) fn put(&mut self, batch: &Batch, reason: &Reason) -> io::Result<Option<String>> {
        let length = batch.content().len() as u64;
        if self.bytes + length > MAX_BYTES {
            return Ok(None);
        }
        let body = named(&self.stem, self.next, "body");
        if let Some(folder) = body.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(named(&self.stem, self.next, "json"), serde_json::to_vec(reason)?)?;
        // Under another name first: half a body would be taken for a whole one.
        let partial = named(&self.stem, self.next, "partial");
        fs::write(&partial, batch.content()).inspect_err(|_| drop(fs::remove_file(&partial)))?;
        fs::rename(&partial, &body)?;
        self.next += 1;
        self.bytes += length;
        Ok(body.file_name().map(|name| name.to_string_lossy().into_owned()))
    }

    /// The number of the next one.
    pub(super) fn next(&self) -> u32 {
        self.next
    }

    /// Forgets those from a number on.
    pub(super) fn forget_from(&mut self, number: u32) {
        for number in number..self.next {
            // One that can't be deleted is offered once more than needed.
            drop(remove(&named(&self.stem, number, "body")));
        }
        self.next = number;
    }

    /// All dead letters, oldest first; unreadable ones stay where they are.
    pub(super) fn all(&self) -> Vec<(PathBuf, Reason, Batch)> {
        let read = |body: PathBuf| {
            let reason: Reason = serde_json::from_slice(&fs::read(body.with_extension("json")).ok()?).ok()?;
            let batch = Batch::restored(fs::read(&body).ok()?, reason.samples);
            Some((body, reason, batch))
        };
        files_of(&self.stem).into_iter().filter_map(read).collect()
    }
}

/// Deletes a dead letter that was accepted after all.
///
/// # Errors
/// When it can't be removed.
pub(super) fn remove(body: &Path) -> io::Result<()> {
    // The body first: without it the rest is never found.
    fs::remove_file(body)?;
    fs::remove_file(body.with_extension("json"))
}

fn named(stem: &Path, number: u32, extension: &str) -> PathBuf {
    let mut name: OsString = stem.as_os_str().to_owned();
    name.push(format!("-refused-{number:04}.{extension}"));
    name.into()
}

fn number_of(path: &Path) -> Option<u32> {
    path.file_stem()?.to_str()?.rsplit_once('-')?.1.parse().ok()
}

fn files_of(stem: &Path) -> Vec<PathBuf> {
    let beginning = format!("{}-refused-", stem.file_name().unwrap_or_default().to_string_lossy());
    let entries = stem.parent().and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten().flatten();
    let ours = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.starts_with(&beginning) && path.extension().is_some_and(|extension| extension == "body")
    };
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(ours).collect();
    found.sort_by_key(|path| number_of(path));
    found
}

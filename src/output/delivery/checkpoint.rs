//! What a sink writes down after every push, so that another process can go on from there: position and account.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::feed::Position;
use crate::output::Account;

/// What is written down.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The sink's kind.
    pub kind: String,
    /// The words of `--out`, unless they hold a secret.
    pub words: Option<String>,
    /// How far was delivered; None for nothing yet.
    pub position: Option<Position>,
    /// Batches of the next push that were settled.
    pub settled: usize,
    /// Whether everything was carried, the end of the run included.
    pub ended: bool,
    /// Bytes of the sink's file, for sinks that write one.
    pub file_length: u64,
    /// The account so far.
    pub account: Account,
}

impl Checkpoint {
    /// Time of what is delivered next (Unix milliseconds); `start_ms` for one that delivered nothing.
    #[must_use]
    pub fn next_ms(&self, start_ms: i64) -> i64 {
        match self.position {
            Some(Position::Interval { end_ms, .. }) => end_ms,
            Some(Position::Record(_)) | None => start_ms,
        }
    }
}

/// The place where it is written.
#[derive(Debug, Clone)]
pub struct CheckpointFile {
    path: PathBuf,
}

/// The folder below a run's folder that holds what sinks write down.
pub const FOLDER: &str = "outputs";

impl CheckpointFile {
    /// For the `number`-th sink (from 1) of a run.
    #[must_use]
    pub fn new(run: &Path, number: usize, kind: &str) -> Self {
        Self { path: run.join(FOLDER).join(format!("{number}-{kind}.json")) }
    }

    /// Those of a run, in the order of their sinks.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn of_run(run: &Path) -> io::Result<Vec<Self>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(run.join(FOLDER))? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            // Beside them lie the batches that were set aside, with longer names.
            let parts = name.strip_suffix(".json").and_then(|stem| stem.split_once('-'));
            let number =
                parts.filter(|(_, kind)| !kind.contains('-')).and_then(|(number, _)| number.parse::<u32>().ok());
            if let Some(number) = number {
                found.push((number, Self { path }));
            }
        }
        found.sort_by_key(|(number, _)| *number);
        Ok(found.into_iter().map(|(_, file)| file).collect())
    }

    /// Reads it.
    ///
    /// # Errors
    /// When it can't be read or is none.
    pub fn read(&self) -> io::Result<Checkpoint> {
        let bytes = fs::read(&self.path)?;
        serde_json::from_slice(&bytes).map_err(io::Error::from)
    }

    /// Writes it whole: under another name first, so that a kill leaves the old or the new.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write(&self, checkpoint: &Checkpoint) -> io::Result<()> {
        let partial = self.path.with_extension("json.partial");
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&partial, serde_json::to_vec(checkpoint)?)?;
        fs::rename(&partial, &self.path)
    }

    /// The name that files beside it begin with.
    #[must_use]
    pub fn stem(&self) -> PathBuf {
        self.path.with_extension("")
    }

    /// Where it is, for messages.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

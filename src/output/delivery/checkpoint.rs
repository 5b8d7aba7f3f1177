//! The checkpoint of an output: written after every push, so that another process can go on from there.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{feed::Position, stats::DeliveryStats};

/// How far an output has delivered, and its counters.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Name of the output.
    #[serde(rename = "kind")]
    pub output: String,
    /// Its address as `--out` takes it, unless that holds a secret.
    #[serde(rename = "words")]
    pub address: Option<String>,
    /// Up to where everything is settled; None for nothing yet.
    pub position: Option<Position>,
    /// Settled batches of the next push.
    pub settled: usize,
    /// Whether everything was settled, the end of the run included.
    pub ended: bool,
    /// Bytes of the output's file; 0 for receivers.
    pub file_length: u64,
    #[serde(rename = "account")]
    pub stats: DeliveryStats,
}

impl Checkpoint {
    /// Time of the sample that is delivered next (Unix milliseconds); `start_ms` where nothing was delivered.
    #[must_use]
    pub fn next_ms(&self, start_ms: i64) -> i64 {
        match self.position {
            Some(Position::Interval { end_ms, .. }) => end_ms,
            Some(Position::Record(_)) | None => start_ms,
        }
    }
}

/// The file of a checkpoint.
#[derive(Debug, Clone)]
pub(crate) struct CheckpointFile {
    path: PathBuf,
}

/// The folder below a run's folder that holds checkpoints and dead letters.
pub(crate) const FOLDER: &str = "outputs";

impl CheckpointFile {
    /// Of the `number`-th output (from 1) of a run.
    #[must_use]
    pub(crate) fn new(run: &Path, number: usize, output: &str) -> Self {
        Self { path: run.join(FOLDER).join(format!("{number}-{output}.json")) }
    }

    /// Those of a run, in the order of its outputs.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub(crate) fn of_run(run: &Path) -> io::Result<Vec<Self>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(run.join(FOLDER))? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            // Dead letters lie beside them, with longer names.
            let parts = name.strip_suffix(".json").and_then(|stem| stem.split_once('-'));
            let number =
                parts.filter(|(_, output)| !output.contains('-')).and_then(|(number, _)| number.parse::<u32>().ok());
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
    pub(crate) fn read(&self) -> io::Result<Checkpoint> {
        let bytes = fs::read(&self.path)?;
        serde_json::from_slice(&bytes).map_err(io::Error::from)
    }

    /// Writes it whole: under another name first, so that a kill leaves the old or the new. A full disk has no space for a
    /// second file: it is then written in place, in one call.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(crate) fn write(&self, checkpoint: &Checkpoint) -> io::Result<()> {
        let partial = self.path.with_extension("json.partial");
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let bytes = serde_json::to_vec(checkpoint)?;
        match fs::write(&partial, &bytes) {
            Err(error) if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => {
                drop(fs::remove_file(&partial));
                let mut file = File::options().write(true).open(&self.path).map_err(|_| error)?;
                file.write_all(&bytes)?;
                file.set_len(bytes.len() as u64)
            }
            written => written.and_then(|()| fs::rename(&partial, &self.path)),
        }
    }

    /// Its number among the run's outputs, from 1.
    #[must_use]
    pub(crate) fn number(&self) -> Option<usize> {
        self.path.file_name()?.to_str()?.split('-').next()?.parse().ok()
    }

    /// The name that files beside it begin with.
    #[must_use]
    pub(crate) fn stem(&self) -> PathBuf {
        self.path.with_extension("")
    }

    /// Where it is, for messages.
    #[must_use]
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

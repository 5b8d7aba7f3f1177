//! The folder of a campaign: `campaign.yaml` without its secrets, `campaign.json`, and a folder for each run.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde_json::Value as Json;

use super::planned::slug;
use crate::run::{
    error::CommandError,
    folder::{log_path, write_json, write_whole},
};

/// Where campaigns are unless `--dir` says otherwise.
const CAMPAIGNS: &str = "campaigns";
const STATE: &str = "campaign.json";
const TEXT: &str = "campaign.yaml";

/// The folder of a campaign, which no other process uses.
#[derive(Debug)]
pub(crate) struct CampaignFolder {
    path: PathBuf,
    /// Holds the lock.
    _text: File,
}

impl CampaignFolder {
    /// Makes the folder of a new campaign.
    ///
    /// # Errors
    /// When it holds one already, or can't be written.
    pub(crate) fn create(given: Option<&Path>, name: &str, text: &str) -> Result<Self, CommandError> {
        let now = Timestamp::now().strftime("%Y%m%d-%H%M%S").to_string();
        let path = given.map_or_else(|| free_folder(&format!("{}-{now}", slug(name))), Path::to_owned);
        if path.join(STATE).exists() {
            return Err(CommandError::configuration(format!(
                "{} already holds a campaign\n  hint: --resume goes on with it; otherwise choose another directory",
                path.display()
            )));
        }
        let refused = |error: io::Error| {
            let hint = "choose another directory with --dir";
            CommandError::configuration(format!("can't write to {}: {error}\n  hint: {hint}", path.display()))
        };
        fs::create_dir_all(&path).map_err(refused)?;
        fs::write(path.join(TEXT), text).map_err(refused)?;
        Self::lock(path)
    }

    /// Opens the folder of a campaign that was interrupted.
    ///
    /// # Errors
    /// When there is none, the campaign has changed since, or it is in progress.
    pub(crate) fn resume(given: Option<&Path>, name: &str, text: &str) -> Result<Self, CommandError> {
        let path = match given {
            Some(path) if path.join(STATE).is_file() => path.to_owned(),
            Some(path) => {
                let message = format!("{} holds no campaign to go on with\n  hint: leave out --resume", path.display());
                return Err(CommandError::configuration(message));
            }
            None => newest_unfinished(name).ok_or_else(|| {
                let hint = "leave out --resume to begin one, or give its directory with --dir";
                let message = format!("no interrupted campaign `{name}` in {CAMPAIGNS}/\n  hint: {hint}");
                CommandError::configuration(message)
            })?,
        };
        if fs::read_to_string(path.join(TEXT)).unwrap_or_default() != text {
            return Err(CommandError::configuration(format!(
                "the campaign has changed since {} was begun\n  hint: compare it with {}; leave out --resume to begin anew",
                path.display(),
                path.join(TEXT).display()
            )));
        }
        Self::lock(path)
    }

    fn lock(path: PathBuf) -> Result<Self, CommandError> {
        let text = File::open(path.join(TEXT)).map_err(|error| CommandError::internal(&error))?;
        if text.try_lock().is_err() {
            let message = format!("the campaign in {} is in progress in another process", path.display());
            return Err(CommandError::configuration(message));
        }
        Ok(Self { path, _text: text })
    }

    #[must_use]
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// When the campaign began, as it was written down.
    #[must_use]
    pub(crate) fn started_at(&self) -> Option<String> {
        state(&self.path)?["started_at"].as_str().map(str::to_owned)
    }

    /// Writes the state down.
    ///
    /// # Errors
    /// When it can't be written.
    pub(crate) fn write(&self, state: &Json) -> Result<(), CommandError> {
        write_json(&self.path.join(STATE), state)
    }

    /// Writes the table down.
    ///
    /// # Errors
    /// When it can't be written.
    pub(crate) fn write_table(&self, text: &str) -> Result<(), CommandError> {
        write_whole(&self.path.join("table.txt"), text)
    }

    /// Moves what an interrupted run left out of the way of the one that takes its place.
    ///
    /// # Errors
    /// When it can't be moved.
    pub(crate) fn set_aside(&self, folder: &str) -> Result<Option<String>, CommandError> {
        let left = self.path.join(folder);
        if !left.exists() {
            return Ok(None);
        }
        let log = log_path(&left);
        if File::open(&log).is_ok_and(|log| log.try_lock().is_err()) {
            return Err(CommandError::configuration(format!("the run in {} is still in progress", left.display())));
        }
        let mut aside = (1_u32..).map(|number| format!("{folder}.interrupted-{number}"));
        let aside = aside.find(|name| !self.path.join(name).exists()).unwrap_or_default();
        fs::rename(&left, self.path.join(&aside)).map_err(|error| CommandError::internal(&error))?;
        Ok(Some(aside))
    }
}

/// A folder that is not there: two campaigns may begin in the same second.
fn free_folder(name: &str) -> PathBuf {
    let path = Path::new(CAMPAIGNS).join(name);
    let others = (2_u32..).map(|number| Path::new(CAMPAIGNS).join(format!("{name}-{number}")));
    std::iter::once(path).chain(others).find(|path| !path.exists()).unwrap_or_default()
}

fn state(folder: &Path) -> Option<Json> {
    serde_json::from_str(&fs::read_to_string(folder.join(STATE)).ok()?).ok()
}

fn newest_unfinished(name: &str) -> Option<PathBuf> {
    let folders = fs::read_dir(CAMPAIGNS).into_iter().flatten().flatten().map(|entry| entry.path());
    let unfinished = folders.filter_map(|path| {
        let state = state(&path).filter(|state| state["name"] == name && state["finished"] == false)?;
        Some((state["started_at"].as_str()?.to_owned(), path))
    });
    unfinished.max().map(|(_, path)| path)
}

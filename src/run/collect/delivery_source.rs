//! Puts an output together for a run: its parts, and the checkpoint that it goes on from.

use std::{path::Path, rc::Rc};

use tokio::sync::watch;

use crate::{
    exit::Exit,
    interval_log::Header,
    output::{
        Delivery, DeliveryStats, OutputAddress, Progress,
        delivery::{
            checkpoint::{Checkpoint, CheckpointFile},
            unwritten::SharedUnwritten,
        },
        kind::{Context, Parts, ServedPage},
        live_source::LiveSource,
    },
    run::{error::CommandError, folder},
};

/// What outputs read from.
pub(crate) struct Source<'a> {
    /// The run's folder.
    pub run: &'a Path,
    /// What the run is.
    pub header: &'a Header,
    /// The progress of the run.
    pub progress: watch::Receiver<Progress>,
    /// What the disk did not take.
    pub unwritten: SharedUnwritten,
    /// What the live page shows; None after the run.
    pub live: Option<Rc<dyn LiveSource>>,
}

/// An output that is ready to run.
pub(crate) enum Built {
    /// Reads the logs and sends.
    Push(Box<Delivery>),
    /// Is fetched from.
    Serve(Rc<dyn ServedPage>),
}

impl Source<'_> {
    /// Builds an output that goes on from where `checkpoint` left off, or begins.
    ///
    /// # Errors
    /// When its settings can't be used, or the log can't be read.
    pub(crate) fn build(
        &self,
        address: &OutputAddress,
        checkpoint: Option<Checkpoint>,
        file: CheckpointFile,
    ) -> Result<Built, CommandError> {
        let name = address.shown();
        let resumed = checkpoint.is_some();
        let checkpoint = checkpoint.unwrap_or_else(|| Checkpoint {
            output: address.name().to_owned(),
            address: address.saved.clone(),
            stats: DeliveryStats::new(name.clone()),
            ..Checkpoint::default()
        });
        let context = Context {
            name: &name,
            run: self.run,
            log: &folder::log_path(self.run),
            header: self.header,
            unwritten: self.unwritten.clone(),
            live: self.live.clone(),
            file_length: checkpoint.file_length,
        };
        let parts = address.build(&context);
        match parts.map_err(|error| CommandError::configuration(format!("{name}: {error}")))? {
            Parts::Serve(page) => Ok(Built::Serve(page)),
            Parts::Push(transport, feed) => {
                let first_ms = checkpoint.next_ms(self.header.started_at_ms);
                Delivery::new(transport, feed, (checkpoint, file, resumed), self.progress.clone(), first_ms)
                    .map(|delivery| Built::Push(Box::new(delivery)))
                    .map_err(|error| CommandError::new(Exit::BadProfile, &error))
            }
        }
    }
}

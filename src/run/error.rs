//! The error that ends a command, with its exit code.

use crate::{exit::Exit, interval_log::LogError};

/// Why a command ends without a result.
#[derive(Debug)]
pub(crate) struct CommandError {
    /// The exit code of the process.
    pub exit: Exit,
    /// What happened and what to do.
    pub message: String,
}

impl CommandError {
    /// An error with its causes, one a line.
    pub(crate) fn new(exit: Exit, error: &dyn std::error::Error) -> Self {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            message += &format!("\n  caused by: {cause}");
            source = cause.source();
        }
        Self { exit, message }
    }

    /// An error of loadagent itself, or of the machine it runs on.
    pub(crate) fn internal(error: &dyn std::error::Error) -> Self {
        Self::new(Exit::Internal, error)
    }

    /// Something wrong in the profile or the configuration.
    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self { exit: Exit::BadProfile, message: message.into() }
    }

    /// Something wrong on the command line.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, message: message.into() }
    }
}

impl From<LogError> for CommandError {
    fn from(error: LogError) -> Self {
        Self::new(Exit::BadProfile, &error)
    }
}

//! Why an attempt failed: its class, which is counted, and its cause, which is put into words for the first example of a
//! class only.

use std::{fmt, io, net::SocketAddr, rc::Rc};

use super::{ErrorClass, Phase};
use crate::net::{
    printable::printable,
    tls_words::{self, Keys},
};

/// Most characters of a cause in words.
const MAX_WORDS: usize = 240;

/// A failure of an attempt.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    /// What is counted.
    pub class: ErrorClass,
    /// What lies behind it, if it is more than the class says. Small, because each user's future holds it.
    pub cause: Option<Rc<Cause>>,
}

/// What lies behind a failure. Errors become words when these are asked for.
#[derive(Debug)]
pub(crate) enum Cause {
    /// Words of this failure alone.
    Text(String),
    /// An error of the operating system or of TLS.
    Io(io::Error),
    /// An error of the operating system while connecting to an address.
    Connect(SocketAddr, io::Error),
    /// The server did not process the request, by its own word.
    NotProcessed(NotProcessed),
}

/// The ways in which a server of HTTP/2 says that it did not process a request (RFC 9113, sections 7 and 8.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotProcessed {
    /// `GOAWAY`: the request's stream is above the last that it answers.
    GoAway,
    /// `RST_STREAM` with `REFUSED_STREAM`.
    RefusedStream,
    /// It wants the request over HTTP/1.1.
    Http11Required,
}

impl NotProcessed {
    /// All of them, in the order of their numbers.
    pub(crate) const ALL: [Self; 3] = [Self::GoAway, Self::RefusedStream, Self::Http11Required];

    /// The value of the label `reason`.
    #[must_use]
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::GoAway => "goaway",
            Self::RefusedStream => "refused_stream",
            Self::Http11Required => "http_1_1_required",
        }
    }
}

impl Failure {
    /// A failure with its cause.
    #[must_use]
    pub(crate) fn because(class: ErrorClass, cause: Cause) -> Self {
        Self { class, cause: Some(Rc::new(cause)) }
    }

    /// A failure with words of its own.
    #[must_use]
    pub(crate) fn text(class: ErrorClass, words: impl Into<String>) -> Self {
        Self::because(class, Cause::Text(words.into()))
    }

    /// An I/O error in a phase.
    #[must_use]
    pub(crate) fn of_io(phase: Phase, error: io::Error) -> Self {
        Self::because(ErrorClass::of_io(phase, &error), Cause::Io(error))
    }

    /// Its cause, or what its class means.
    #[must_use]
    pub(crate) fn words(&self) -> String {
        self.cause.as_ref().map_or_else(|| self.class.meaning().to_owned(), |cause| cause.words())
    }

    /// How the server said that it did not process the request, if it did.
    #[must_use]
    pub(crate) fn not_processed(&self) -> Option<NotProcessed> {
        match self.cause.as_deref()? {
            Cause::NotProcessed(how) => Some(*how),
            _ => None,
        }
    }
}

impl From<ErrorClass> for Failure {
    fn from(class: ErrorClass) -> Self {
        Self { class, cause: None }
    }
}

impl From<Failure> for ErrorClass {
    fn from(failure: Failure) -> Self {
        failure.class
    }
}

impl Cause {
    /// The cause in words, bounded and without control characters.
    #[must_use]
    pub(crate) fn words(&self) -> String {
        let words = match self {
            Self::Text(words) => words.clone(),
            Self::Io(error) => io_words(error),
            Self::Connect(address, error) => format!("{address}: {}", io_words(error)),
            Self::NotProcessed(how) => how.to_string(),
        };
        printable(&words, MAX_WORDS)
    }
}

impl fmt::Display for NotProcessed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::GoAway => {
                "the server ended the connection (GOAWAY) before it took the request, each time it was sent"
            }
            Self::RefusedStream => "the server refused the request (REFUSED_STREAM) each time it was sent",
            Self::Http11Required => "the server requires HTTP/1.1 (HTTP_1_1_REQUIRED), on HTTP/1.1 too",
        })
    }
}

/// What mends errors of TLS, as a profile writes it.
const OPTIONS: Keys = Keys {
    ca: "`http.tls.ca`",
    versions: ", within `http.tls.min_version` and `max_version`",
    certificate: "`http.tls.certificate`",
    server_name: "`http.tls.server_name`",
};

/// An I/O error without the number that the operating system has for it.
fn io_words(error: &io::Error) -> String {
    if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return tls_words::of(error, &OPTIONS);
    }
    let words = error.to_string();
    words.split(" (os error").next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;

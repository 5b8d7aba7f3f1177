//! Addresses: `--out NAME[=URL-or-FILE][?option=value…]`, and the options that several outputs share. Knows no output.
//!
//! Start with [`Address`]: an output reads its own through it.

pub(crate) mod credentials;
pub(crate) mod error;
pub(crate) mod http;
pub(crate) mod options;
mod secrecy;
mod written;

use std::{borrow::Cow, net::SocketAddr, path::PathBuf};

use url::Url;

use self::{
    error::AddressError,
    http::HttpSettings,
    options::Options,
    written::{Environment, Written},
};

/// Where an output sends to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A receiver; the query holds only what goes over the wire.
    Url(Url),
    /// A file, truncated at the start.
    File(PathBuf),
    Stdout,
    /// An address to listen on.
    Listen(SocketAddr),
}

impl Place {
    /// For people: no user, no password, no query.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Url(url) => {
                let host = url.host_str().unwrap_or_default();
                let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
                format!("{}://{host}{port}{}", url.scheme(), url.path())
            }
            Self::File(path) => path.display().to_string(),
            Self::Stdout => "standard output".to_owned(),
            Self::Listen(address) => address.to_string(),
        }
    }
}

/// What stands behind the name of an output, and the environment that `${VAR}` in it refers to.
#[derive(Clone)]
pub(crate) struct Address<'a> {
    output: &'static str,
    text: Cow<'a, str>,
    environment: Environment<'a>,
}

/// A receiver's address, with the options that are left for the output.
#[derive(Debug)]
pub(crate) struct HttpAddress {
    pub url: Url,
    pub http: HttpSettings,
    pub options: Options,
    /// The address for `replay`; None when it holds a secret.
    pub saved: Option<String>,
}

/// A file's address, with its options.
#[derive(Debug)]
pub(crate) struct FileAddress {
    pub place: Place,
    pub options: Options,
    /// The address for `replay`.
    pub saved: Option<String>,
}

/// An address to listen on, with its options.
#[derive(Debug)]
pub(crate) struct ListenAddress {
    pub listen: SocketAddr,
    pub options: Options,
}

impl<'a> Address<'a> {
    /// The address of an output as given: empty, or options only, where the default is meant.
    pub(crate) fn new(output: &'static str, text: &'a str, environment: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { output, text: Cow::Borrowed(text), environment }
    }

    /// With the default before the options, where only those were given.
    #[must_use]
    pub(crate) fn or_default(mut self, default: &str) -> Self {
        if self.text.is_empty() || self.text.starts_with('?') {
            self.text = Cow::Owned(format!("{default}{}", self.text));
        }
        self
    }

    /// As it was given, references and all.
    #[must_use]
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The environment.
    pub(crate) fn environment(&self) -> &'a dyn Fn(&str) -> Option<String> {
        self.environment
    }

    /// A receiver's address: `http://` or `https://`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn http(&self) -> Result<HttpAddress, AddressError> {
        self.http_at(&self.front()?)
    }

    /// The text with the references in its front (scheme, host and port) replaced.
    ///
    /// # Errors
    /// When a variable is not set.
    pub(crate) fn front(&self) -> Result<String, AddressError> {
        written::with_front(&self.text, self.environment)
    }

    /// A receiver's address that means this URL.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn http_at(&self, text: &str) -> Result<HttpAddress, AddressError> {
        let written = Written::of_url(text)?;
        let mut url = written.url(self.environment)?;
        let mut options = written.options(self.environment)?;
        let http = HttpSettings::read(&mut url, written.userinfo(self.environment)?, &mut options)?;
        let is_public = !Written::of_url(&self.text)?.holds_secret();
        let saved = is_public.then(|| format!("{}={}", self.output, self.text));
        Ok(HttpAddress { url, http, options, saved })
    }

    /// A file's address; `-` is standard output.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn file(&self) -> Result<FileAddress, AddressError> {
        let whole =
            written::is_reference(&self.text).then(|| written::spliced(&self.text, self.environment)).transpose()?;
        let address = whole.as_deref().unwrap_or(&self.text);
        let written = Written::of_text(address)?;
        let path = written.text(self.environment)?;
        let options = written.options(self.environment)?;
        // `replay` may be called from another folder.
        let absolute = std::path::absolute(&path).ok().filter(|_| path != "-");
        let kept = absolute.as_ref().and_then(|path| path.to_str()).unwrap_or(&path);
        let query = address.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
        let saved = Some(format!("{}={}{query}", self.output, written::of_file(kept)));
        let place = if path == "-" { Place::Stdout } else { Place::File(path.into()) };
        Ok(FileAddress { place, options, saved })
    }

    /// An address to listen on; `localhost:PORT`, `:PORT` and `PORT` are on this machine only.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn listen(&self) -> Result<ListenAddress, AddressError> {
        let text = written::spliced(&self.text, self.environment)?;
        let written = Written::of_text(&text)?;
        let given = written.text(self.environment)?;
        let local = given.strip_prefix("localhost:").or(given.strip_prefix(':')).unwrap_or(&given);
        // What begins with a number in a variable may go on with a secret, which an error for what follows would show.
        let port = local.parse::<u16>().ok().filter(|_| !self.text.contains("${"));
        let listen = match port {
            Some(port) => SocketAddr::from(([127, 0, 0, 1], port)),
            None => given.parse().map_err(|_| AddressError::NotAListenAddress)?,
        };
        Ok(ListenAddress { listen, options: written.options(self.environment)? })
    }
}

//! Rendering of requests from constant and computed pieces, in order and without parsing.

use std::{io::Write, sync::Arc, time::Duration};

use url::{Position, Url};

use super::{Origin, Wire};
use crate::{
    language::{EscapeContext, EvalContext, RenderError, Template},
    units,
};

/// The pieces of a request.
#[derive(Debug, Clone)]
pub(crate) struct Rendering {
    /// Request line and header lines, without the length of the body.
    pub head: Vec<Piece>,
    pub body: Option<Vec<Piece>>,
    /// The whole URL, if its host is computed; [`Piece::Target`] and [`Piece::Host`] are its parts.
    pub url: Option<UrlTemplate>,
    /// The time-out, if it is computed.
    pub timeout: Option<Template>,
}

/// A piece of a request.
#[derive(Debug, Clone)]
pub(crate) enum Piece {
    Bytes(Arc<[u8]>),
    Value(Template, EscapeContext),
    /// Path and query of the URL.
    Target,
    /// Host and port of the URL.
    Host,
}

impl Piece {
    /// A constant piece.
    #[must_use]
    pub(crate) fn text(text: &str) -> Self {
        Self::Bytes(text.as_bytes().into())
    }

    /// Converts a constant value to bytes.
    #[must_use]
    pub(crate) fn settled(self) -> Self {
        if let Self::Value(template, escape) = &self
            && let Some(bytes) = template.constant_bytes(*escape)
        {
            return Self::Bytes(bytes.into());
        }
        self
    }
}

/// A computed URL, such as the `status_url` of an accepted job.
#[derive(Debug, Clone)]
pub(crate) struct UrlTemplate {
    /// The URL, absolute or relative.
    pub url: Template,
    /// The base of relative URLs.
    pub base: Option<Url>,
}

/// Why a request can't be sent. Contains no values, because it becomes a label.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unrenderable {
    /// A value is missing, or not allowed in its context.
    #[error(transparent)]
    RenderError(#[from] RenderError),
    /// A value is not a URL.
    #[error("`{0}` is not a URL")]
    NoUrl(String),
    /// A value is not a number.
    #[error("`{0}` is not a number")]
    NoNumber(String),
    /// A sample that a counter or trend can't hold.
    #[error("`{0}` is negative or above 9e18; only a gauge takes such a value")]
    NoSample(String),
    /// A value is not a duration.
    #[error("`{0}` is not a duration with a unit, such as 2s")]
    NoTime(String),
    /// Too many computed servers.
    #[error("too many different servers")]
    TooManyServers,
}

/// A rendered request; its buffers are reused.
#[derive(Debug, Default)]
pub(crate) struct Rendered {
    /// The whole request, as in [`super::Wire`].
    pub bytes: Vec<u8>,
    /// Position of the blank line.
    pub splice: usize,
    /// The server, unless it is the origin of the plan.
    pub origin: Option<Origin>,
    /// The time-out, unless it is that of the plan.
    pub timeout: Option<Duration>,
    body: Vec<u8>,
}

/// Larger buffers are not reused.
const SMALL: usize = 256 * 1024;

impl Rendered {
    /// Whether its buffers are small enough to be reused.
    #[must_use]
    pub(crate) fn is_small(&self) -> bool {
        self.bytes.capacity() + self.body.capacity() <= SMALL
    }
}

impl Rendering {
    /// Whether it can fail for want of a value.
    #[must_use]
    pub(crate) fn can_lack_a_value(&self) -> bool {
        let pieces = self.head.iter().chain(self.body.iter().flatten());
        let lacking = |piece: &Piece| matches!(piece, Piece::Value(template, _) if template.can_be_null());
        self.url.is_some() || self.timeout.is_some() || pieces.into_iter().any(lacking)
    }

    /// The request, if it is constant. Its pieces must be joined.
    #[must_use]
    pub(crate) fn constant(&self) -> Option<Wire> {
        if self.timeout.is_some() {
            return None;
        }
        let body = match self.body.as_deref() {
            None => None,
            Some([]) => Some(&[][..]),
            Some([Piece::Bytes(bytes)]) => Some(&**bytes),
            Some(_) => return None,
        };
        let [Piece::Bytes(head)] = &self.head[..] else { return None };
        let length = body.map(|body| format!("Content-Length: {}\r\n", body.len())).unwrap_or_default();
        Some(Wire::new(&[head, length.as_bytes()].concat(), body.unwrap_or_default()))
    }

    /// Renders the request into `out`, replacing its content.
    ///
    /// # Errors
    /// If a value is missing or invalid; the request must not be sent.
    pub(crate) fn render(&self, eval: &mut EvalContext<'_>, out: &mut Rendered) -> Result<(), Unrenderable> {
        out.bytes.clear();
        out.body.clear();
        let url = self.url.as_ref().map(|url| url.resolve(eval)).transpose()?;
        append(&self.head, eval, url.as_ref(), &mut out.bytes)?;
        if let Some(body) = &self.body {
            append(body, eval, None, &mut out.body)?;
            // Writing into a vector can't fail.
            drop(write!(out.bytes, "Content-Length: {}\r\n", out.body.len()));
        }
        out.splice = out.bytes.len();
        out.bytes.extend_from_slice(b"\r\n");
        out.bytes.extend_from_slice(&out.body);
        out.origin = url.as_ref().map(Origin::of);
        out.timeout = self.timeout.as_ref().map(|timeout| time(timeout, eval)).transpose()?;
        Ok(())
    }
}

/// A time-out: a text such as `1.5s`, or a number of milliseconds as in k6.
fn time(template: &Template, eval: &mut EvalContext<'_>) -> Result<Duration, Unrenderable> {
    let mut text = Vec::new();
    template.render(eval, EscapeContext::None, &mut text)?;
    let text = String::from_utf8_lossy(&text);
    let time = match text.trim().parse::<f64>() {
        Ok(milliseconds) => Duration::try_from_secs_f64(milliseconds / 1e3).ok(),
        Err(_) => units::parse_duration(&text).ok(),
    };
    time.filter(|time| !time.is_zero()).ok_or_else(|| Unrenderable::NoTime(template.shape()))
}

impl UrlTemplate {
    fn resolve(&self, eval: &mut EvalContext<'_>) -> Result<Url, Unrenderable> {
        let mut text = Vec::new();
        self.url.render(eval, EscapeContext::Path, &mut text)?;
        let text = String::from_utf8_lossy(&text);
        let url = match &self.base {
            Some(base) => base.join(&text),
            None => Url::parse(&text),
        };
        let usable = |url: &Url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some();
        let url = url.ok().and_then(|url| match url.scheme() {
            // A socket is opened over HTTP.
            "ws" | "wss" => Url::parse(&http_scheme(url.as_str())).ok(),
            _ => Some(url),
        });
        url.filter(usable).ok_or_else(|| Unrenderable::NoUrl(self.url.shape()))
    }
}

/// The URL of the handshake of a socket: `http` for `ws`, `https` for `wss`.
#[must_use]
pub(crate) fn http_scheme(url: &str) -> String {
    match url.split_at_checked(2) {
        Some((scheme, rest))
            if scheme.eq_ignore_ascii_case("ws") && rest.trim_start_matches(['s', 'S']).starts_with("://") =>
        {
            format!("http{rest}")
        }
        _ => url.to_owned(),
    }
}

pub(super) fn append(
    pieces: &[Piece],
    eval: &mut EvalContext<'_>,
    url: Option<&Url>,
    out: &mut Vec<u8>,
) -> Result<(), Unrenderable> {
    for piece in pieces {
        match (piece, url) {
            (Piece::Bytes(bytes), _) => out.extend_from_slice(bytes),
            (Piece::Value(template, escape), _) => template.render(eval, *escape, out)?,
            (Piece::Target, Some(url)) => {
                out.extend_from_slice(url[Position::BeforePath..Position::AfterQuery].as_bytes());
            }
            (Piece::Host, Some(url)) => {
                out.extend_from_slice(url[Position::BeforeHost..Position::BeforePath].as_bytes());
            }
            (Piece::Target | Piece::Host, None) => {}
        }
    }
    Ok(())
}

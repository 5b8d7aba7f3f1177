//! How the changing parts of a request are put between the constant ones: pieces in order, nothing parsed.

use std::{io::Write, sync::Arc};

use url::{Position, Url};

use super::{Origin, Wire};
use crate::language::{Escape, EvalContext, RenderError, Template};

/// The pieces of a request.
#[derive(Debug, Clone)]
pub(crate) struct Rendering {
    /// Request line and header lines, without the length of the body.
    pub head: Vec<Piece>,
    /// The body, if there is one.
    pub body: Option<Vec<Piece>>,
    /// The whole URL, when even its host comes from values; [`Piece::Target`] and [`Piece::Host`] are its parts.
    pub url: Option<UrlTemplate>,
}

/// One piece.
#[derive(Debug, Clone)]
pub(crate) enum Piece {
    /// Always the same.
    Bytes(Arc<[u8]>),
    /// Rendered each time.
    Value(Template, Escape),
    /// Path and query of the URL.
    Target,
    /// Host and port of the URL.
    Host,
}

impl Piece {
    /// A piece that is always the same.
    #[must_use]
    pub(crate) fn text(text: &str) -> Self {
        Self::Bytes(text.as_bytes().into())
    }

    /// A piece whose value never changes becomes bytes.
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

/// A URL that comes from a value, such as the `status_url` of an accepted job.
#[derive(Debug, Clone)]
pub(crate) struct UrlTemplate {
    /// The URL, or a path.
    pub url: Template,
    /// What a path is a path of.
    pub base: Option<Url>,
}

/// Why a request can't be sent. Holds no value: it becomes a label.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unrenderable {
    /// A value is missing, or can't stand where it should.
    #[error(transparent)]
    RenderError(#[from] RenderError),
    /// A value that is no URL.
    #[error("`{0}` is not a URL")]
    NoUrl(String),
    /// A value that is no number where one is needed.
    #[error("`{0}` is not a number")]
    NoNumber(String),
    /// A value that is no time where one is needed.
    #[error("`{0}` is not a time")]
    NoTime(String),
    /// More servers than are kept in mind.
    #[error("requests go to too many servers")]
    TooManyServers,
}

/// A rendered request; its memory is used again and again.
#[derive(Debug, Default)]
pub(crate) struct Rendered {
    /// The whole request, as in [`super::Wire`].
    pub bytes: Vec<u8>,
    /// Where the blank line begins.
    pub splice: usize,
    /// Where it goes, if not to the origin of the plan.
    pub origin: Option<Origin>,
    body: Vec<u8>,
}

/// Larger buffers are not worth keeping.
const SMALL: usize = 256 * 1024;

impl Rendered {
    /// Whether it holds little enough memory to be kept.
    #[must_use]
    pub(crate) fn is_small(&self) -> bool {
        self.bytes.capacity() + self.body.capacity() <= SMALL
    }
}

impl Rendering {
    /// The request, if it is always the same. Its pieces must be joined.
    #[must_use]
    pub(crate) fn constant(&self) -> Option<Wire> {
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

    /// Renders the request into `out`, over what was there.
    ///
    /// # Errors
    /// Why it can't: a request with a hole is not sent.
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
        Ok(())
    }
}

impl UrlTemplate {
    fn resolve(&self, eval: &mut EvalContext<'_>) -> Result<Url, Unrenderable> {
        let mut text = Vec::new();
        self.url.render(eval, Escape::None, &mut text)?;
        let text = String::from_utf8_lossy(&text);
        let url = match &self.base {
            Some(base) => base.join(&text),
            None => Url::parse(&text),
        };
        let usable = |url: &Url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some();
        url.ok().filter(usable).ok_or_else(|| Unrenderable::NoUrl(self.url.shape()))
    }
}

fn append(
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

//! Session features of HTTP: cookies, redirects, digest authentication, requests through a proxy. They are rare, so this
//! code parses heads again and allocates.

use std::cell::RefCell;

use tokio::time::Instant;
use url::Url;

use super::{
    ErrorClass, Failure, Network, Outgoing,
    cookies::{Jar, Site},
    digest::Challenge,
    head_lines,
    response_head::is_redirect,
};
use crate::{
    net::tunnel::authority,
    plan::{Origin, RequestSpec, Wire, http::Reuse},
};

/// The redirects and challenges of a request so far.
#[derive(Debug)]
pub(crate) struct Trail {
    /// When its first attempt was taken up: the time-out counts from there.
    pub begun: Instant,
    redirects_left: u32,
    follows_redirects: bool,
    answered: bool,
    /// How often a stream was opened again.
    pub reconnects: u32,
}

impl Trail {
    /// A request before its first attempt.
    #[must_use]
    pub(crate) fn new(begun: Instant, redirects: u32) -> Self {
        Self { begun, redirects_left: redirects, follows_redirects: redirects > 0, answered: false, reconnects: 0 }
    }

    /// The request to send next after a response.
    ///
    /// # Errors
    /// [`ErrorClass::Redirect`] when the URL is invalid, or after too many redirects.
    pub(crate) fn next(
        &mut self,
        network: &Network,
        request: &Outgoing<'_>,
        status: u16,
        head: &[u8],
    ) -> Result<Option<RequestSpec>, Failure> {
        if status == 401 && !self.answered {
            let next = answered(request, head);
            self.answered = next.is_some();
            return Ok(next);
        }
        let Some(location) = head_lines::values(head, "location").next().filter(|_| is_redirect(status)) else {
            return Ok(None);
        };
        if !self.follows_redirects {
            return Ok(None);
        }
        let failure = |why: &str| {
            // A query may hold secrets.
            let shown = location.split(|byte| matches!(byte, b'?' | b'#')).next().unwrap_or_default();
            Failure::text(ErrorClass::Redirect, format!("{why} `{}`", String::from_utf8_lossy(shown)))
        };
        self.redirects_left =
            self.redirects_left.checked_sub(1).ok_or_else(|| failure("too many redirects, the last to"))?;
        let next = redirected(network, request, status, location);
        next.map(Some).ok_or_else(|| failure("invalid target of a redirect:"))
    }
}

/// The same request with an answer to the challenge of a response.
fn answered(request: &Outgoing<'_>, head: &[u8]) -> Option<RequestSpec> {
    let credentials = request.spec.digest.as_deref()?;
    let mut values = head_lines::values(head, "www-authenticate").filter_map(|value| std::str::from_utf8(value).ok());
    let challenge = values.find_map(Challenge::parse)?;
    let cnonce = format!("{:032x}", fastrand::u128(..));
    let line = challenge.authorization_header(
        credentials,
        &request.spec.method,
        head_lines::target_text(request.bytes),
        &cnonce,
    );
    let mut head = request.head().to_vec();
    head.extend_from_slice(request.extra);
    head.extend_from_slice(line.as_bytes());
    let wire = Wire::new(&head, request.body());
    Some(RequestSpec { wire, origin: request.origin, ..request.spec.clone() })
}

/// The request that a redirect asks for (RFC 9110, section 15.4; methods change as in browsers, Go and k6).
fn redirected(network: &Network, request: &Outgoing<'_>, status: u16, location: &[u8]) -> Option<RequestSpec> {
    let base = url_of(network, request.origin, request.bytes)?;
    let url = base.join(std::str::from_utf8(location).ok()?).ok()?;
    let method = request.spec.method.as_str();
    let becomes_get = matches!(status, 301..=303) && !matches!(method, "GET" | "HEAD");
    let method = if becomes_get { "GET" } else { method };
    let keeps = Keeps { body: !becomes_get, authorization: request.spec.digest.is_none() };
    let (origin, head) = with_url(network, (request.origin, request.head(), request.extra), (method, &url), keeps)?;
    let body = if becomes_get { &[] } else { request.body() };
    Some(RequestSpec { method: method.to_owned(), origin, wire: Wire::new(&head, body), ..request.spec.clone() })
}

/// The URL of a request to an origin.
#[must_use]
pub(crate) fn url_of(network: &Network, origin: usize, request: &[u8]) -> Option<Url> {
    let origin = network.server(origin)?;
    let scheme = if origin.tls { "https" } else { "http" };
    let target = head_lines::target_text(request);
    Url::parse(&format!("{scheme}://{}{target}", authority(&origin.host, origin.port))).ok()
}

/// Which headers a request keeps at another URL.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keeps {
    /// Those of its body.
    pub body: bool,
    /// `Authorization`; what was answered to a challenge is good for one URL.
    pub authorization: bool,
}

/// The head of a request with a method for another URL, and its origin; no secrets go to another server.
#[must_use]
pub(crate) fn with_url(
    network: &Network,
    (old, head, extra): (usize, &[u8], &[u8]),
    (method, url): (&str, &Url),
    keeps: Keeps,
) -> Option<(usize, Vec<u8>)> {
    let host = url.host_str().filter(|host| !host.is_empty() && matches!(url.scheme(), "http" | "https"))?;
    let new = Origin::of(url);
    let elsewhere = new != *network.server(old)?;
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut made = format!("{method} {}{query} HTTP/1.1\r\n", url.path()).into_bytes();
    if elsewhere {
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        made.extend_from_slice(format!("Host: {host}{port}\r\n").as_bytes());
    }
    for (name, value) in head_lines::lines(head).chain(head_lines::pairs(extra)) {
        let name_is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        let of_body = name.get(..8).is_some_and(|begin| begin.eq_ignore_ascii_case(b"content-"));
        let secret = name_is("authorization") || name_is("cookie") || name_is("proxy-authorization");
        let answer = name_is("authorization") && !keeps.authorization;
        if !(elsewhere && (secret || name_is("host")) || !keeps.body && of_body || answer) {
            made.extend_from_slice(&[name, b": ", value, b"\r\n"].concat());
        }
    }
    Some((network.origin(&new)?, made))
}

/// Stores the cookies of a response.
pub(crate) fn take_cookies(jar: &RefCell<Jar>, network: &Network, request: &Outgoing<'_>, head: &[u8]) {
    let Some(origin) = network.server(request.origin) else { return };
    let mut lines = head_lines::values(head, "set-cookie").peekable();
    if lines.peek().is_some() {
        let (site, now, mut jar) = (site(&origin, request), Instant::now(), jar.borrow_mut());
        lines.for_each(|line| jar.take(site, line, now));
    }
}

fn site<'a>(origin: &'a Origin, request: &Outgoing<'a>) -> Site<'a> {
    Site { tls: origin.tls, host: &origin.host, target: head_lines::target_text(request.bytes) }
}

/// Adds the user's cookies and the headers that its connection or a proxy needs. Most requests need none and are sent from
/// the plan's own memory.
pub(crate) fn apply_session_headers<'a>(
    jar: &RefCell<Jar>,
    network: &Network,
    request: Outgoing<'a>,
    space: &'a mut Vec<u8>,
) -> Outgoing<'a> {
    let jar = jar.borrow();
    // A handshake has a connection of its own, which the socket then has.
    let closes = network.http.connections == Reuse::PerRequest && request.spec.websocket.is_none();
    if jar.is_empty() && network.http.proxies.http.is_none() && !closes {
        return request;
    }
    let Some(origin) = network.server(request.origin) else { return request };
    let own = head_lines::text(request.head(), "cookie").unwrap_or_default();
    let mut cookies = Vec::new();
    jar.write_cookie_header(site(&origin, &request), own.as_bytes(), Instant::now(), &mut cookies);
    let proxy = network.http.proxies.between(&origin.host, origin.port, origin.tls);
    let proxy = proxy.filter(|_| !network.needs_tunnel(&origin, network.may_multiplex(request.origin)));
    space.clear();
    // Cookies of both kinds share one line (RFC 6265, section 5.4), and a proxy wants the whole URL: then the request
    // is written anew. Else lines are put in front of the blank one.
    let merges = !own.is_empty() && !cookies.is_empty();
    let whole = merges || proxy.is_some();
    if whole {
        let range = head_lines::target_of(request.bytes);
        space.extend_from_slice(request.bytes.get(..range.start).unwrap_or_default());
        if proxy.is_some() {
            space.extend_from_slice(format!("http://{}", authority(&origin.host, origin.port)).as_bytes());
        }
        let rest = request.head().get(range.start..).unwrap_or_default();
        if merges {
            write_merged(rest, &cookies, space);
        } else {
            space.extend_from_slice(rest);
        }
    }
    space.extend_from_slice(request.extra);
    if !cookies.is_empty() && !merges {
        space.extend_from_slice(&[b"Cookie: ", cookies.as_slice(), b"\r\n"].concat());
    }
    if closes {
        space.extend_from_slice(b"Connection: close\r\n");
    }
    proxy.into_iter().for_each(|proxy| space.extend_from_slice(proxy.authorization.as_bytes()));
    if !whole {
        return Outgoing { extra: space, ..request };
    }
    let splice = space.len();
    space.extend_from_slice(b"\r\n");
    space.extend_from_slice(request.body());
    Outgoing { bytes: space, splice, extra: &[], ..request }
}

/// Writes the rest of a head and adds cookies to its `Cookie` header.
fn write_merged(rest: &[u8], cookies: &[u8], space: &mut Vec<u8>) {
    for line in rest.split_inclusive(|byte| *byte == b'\n') {
        let is_cookie = line.get(..7).is_some_and(|begin| begin.eq_ignore_ascii_case(b"cookie:"));
        if is_cookie {
            space.extend_from_slice(&[line.trim_ascii_end(), b"; ", cookies, b"\r\n"].concat());
        } else {
            space.extend_from_slice(line);
        }
    }
}

#[cfg(test)]
mod tests;

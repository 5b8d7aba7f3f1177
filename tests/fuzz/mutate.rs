//! Changes to inputs that keep some of their structure: lines, words and brackets move rather than bits.

use fastrand::Rng;

/// Largest input; more of the same finds nothing new and is slow.
const MOST: usize = 4_096;

/// Words with a meaning somewhere.
const WORDS: &[&str] = &[
    "${",
    "}",
    "${user}",
    "${count + 1}",
    "${status}",
    "${json.items[0].id}",
    "${env('X')}",
    "${items[-1] ?? 1}",
    "$${",
    "random_int(1, 3)",
    "uuid()",
    "matches",
    "?:",
    "??",
    "&&",
    "..",
    "::",
    "[",
    "]",
    "{",
    "}",
    "(",
    ")",
    "'",
    "\"",
    ",",
    ": ",
    "- ",
    "\n",
    "\n  ",
    "#",
    "|",
    ">",
    "*a",
    "&a ",
    "!!str ",
    "~",
    "null",
    "-1",
    "0",
    "1e400",
    "9223372036854775808",
    "0.1",
    "10000001",
    "1s..3s",
    "3s..1s",
    "30s",
    "20%",
    "2xx",
    "200..299",
    "p(95)<500",
    "over 1m",
    "rate>0.9",
    "get: /",
    "think: 1s",
    "repeat: 2",
    "steps: [{get: /}]",
    "use: a",
    "end: loop",
    "flow: []",
    "check: {status: 200}",
    "extract: {id: $.id}",
    "set: {a: 1}",
    "parallel: 2",
    "json: {a: 1}",
    "choose: []",
    "weight: 0",
    "executor: ",
    "$",
    "$..",
    "[*]",
    "[?@.a==1]",
    "[0:2:-1]",
    "[-1]",
    ".length()",
    "(?i)",
    "(a+)+",
    "[^",
    "\\",
    "\\u0000",
    "\u{fc}",
    "HTTP/1.1 200 OK\r\n",
    "Content-Length: 5\r\n",
    "Transfer-Encoding: chunked\r\n",
    "\r\n\r\n",
    "\r\n",
    "ffffffff\r\n",
    "0\r\n\r\n",
    "Connection: close\r\n",
    "Set-Cookie: a=b; Path=/\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "<input name=",
    "value='",
    "<!--",
    "</",
    "<meta name=",
    "&amp;",
    "&#x110000;",
];

/// A changed copy of a seed, perhaps with parts of another one.
pub(crate) fn mutated(random: &mut Rng, seeds: &[Vec<u8>]) -> Vec<u8> {
    let any = |random: &mut Rng| seeds[random.usize(..seeds.len())].clone();
    let mut input = any(random);
    for _ in 0..=random.usize(..4) {
        match random.u8(..8) {
            0 => {
                let word = word(random);
                splice(random, &mut input, word);
            }
            1 => {
                let other = any(random);
                let (from, to) = span(random, &other);
                splice(random, &mut input, &other[from..to]);
            }
            2 => {
                let (from, to) = span(random, &input);
                input.drain(from..to);
            }
            3 => move_line(random, &mut input),
            4 => replace_word(random, &mut input),
            5 => {
                let (from, to) = span(random, &input);
                let part = input[from..to].to_vec();
                splice(random, &mut input, &part);
            }
            6 if !input.is_empty() => {
                let at = random.usize(..input.len());
                input[at] = random.u8(..);
            }
            _ => input.truncate(random.usize(..=input.len())),
        }
    }
    input.truncate(MOST);
    input
}

fn splice(random: &mut Rng, input: &mut Vec<u8>, part: &[u8]) {
    let at = random.usize(..=input.len());
    input.splice(at..at, part.iter().copied());
}

/// A short part of the input.
fn span(random: &mut Rng, input: &[u8]) -> (usize, usize) {
    let from = random.usize(..=input.len());
    (from, (from + random.usize(..=24)).min(input.len()))
}

/// Takes a line out and puts it elsewhere, perhaps deeper or less deep.
fn move_line(random: &mut Rng, input: &mut Vec<u8>) {
    let mut lines: Vec<Vec<u8>> = input.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let mut line = lines.remove(random.usize(..lines.len()));
    match random.u8(..3) {
        0 => drop(line.splice(..0, *b"  ")),
        1 if line.starts_with(b"  ") => drop(line.drain(..2)),
        _ => {}
    }
    lines.insert(random.usize(..=lines.len()), line);
    *input = lines.join(&b'\n');
}

/// Replaces what stands between two signs by a word.
fn replace_word(random: &mut Rng, input: &mut Vec<u8>) {
    let at = random.usize(..=input.len());
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let from = input[..at].iter().rposition(|byte| !is_word(byte)).map_or(0, |place| place + 1);
    let to = input[at..].iter().position(|byte| !is_word(byte)).map_or(input.len(), |place| at + place);
    input.splice(from..to, word(random).iter().copied());
}

fn word(random: &mut Rng) -> &'static [u8] {
    WORDS[random.usize(..WORDS.len())].as_bytes()
}

//! What mutation begins with: the profiles of this repository, and a few lines for each of the other entries.

use std::{fs, path::Path};

const LANGUAGE: &[&str] = &[
    "/users/${user}/items?n=${count * 2}",
    "${items[0] ?? 'none'} and $${literal}",
    "${json.items[0].id} ${status >= 200 && status < 300 ? 'ok' : error}",
    "status == 200 && length(items) > 1",
    "{a: [1, 2.5e3, 'x'], \"b\": null}.a[-1] in items",
    "body matches '[a-z]+' || !(count % 3 == 0)",
    "${base64(hmac_sha256('key', text(count)))}${random_int(1, 6)}${format_time(now(), '%Y')}",
];

const EXTRACTION: &[&str] = &[
    "$.items[*].id\n{\"items\": [{\"id\": 1}, {\"id\": \"two\"}], \"next\": null}",
    "$..book[?@.price < 10 && @.title]\n{\"book\": [{\"price\": 8.95, \"title\": \"A\"}, {\"price\": 22}]}",
    "$['a b'][1:9:2]\n{\"a b\": [0, 1, 2, [3], {\"x\": \"\\u00e9\\ud83d\\ude00\"}]}",
    "id=\"(\\d+)\"\n<a id=\"12\"><a id=\"13\">",
    "X-Token\nHTTP/1.1 200 OK\r\nx-token: abc\r\nX-Token: d\r\n\r\n",
    "sid\nHTTP/1.1 200 OK\r\nSet-Cookie: sid=a1=b; Path=/\r\nset-cookie: lang=de\r\n\r\n",
    "csrf\n<form><input type=hidden name=\"csrf\" value='a&amp;b'><meta name=csrf content=x></form><!-- <input -->",
    "id=\" \"\nid=\"12\" id=\"\" id=\"",
];

const RESPONSE: &[&str] = &[
    "\0HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "\x04HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n5;x=y\r\nhello\r\n1f\r\n0123456789012345678901234567890\r\n0\r\nT: v\r\n\r\n",
    "\x08HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx",
    "\x0cHTTP/1.1 200 OK\r\nConnection: close, x\r\n\r\nuntil the end",
    "\x02HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n",
];

const STREAM: &[&str] = &[
    "\x03\u{feff}event: a\r\nid: 7\rdata: one\ndata: two\n\n: comment\nretry: 10\ndata\n\n",
    "\x01data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"task\":{\"id\":\"t\",\"status\":{\"state\":\"TASK_STATE_WORKING\"}}}}\n\n",
    "\x05data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"kind\":\"artifact-update\",\"taskId\":\"t\",\"artifact\":{\"parts\":[{\"kind\":\"text\",\"text\":\"a\"}]}}}\n\n",
    "\x08data: [{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32603,\"message\":\"no\"}}]\n\n",
    "\x02data: {\"type\":\"RUN_FINISHED\",\"threadId\":\"t\",\"runId\":\"r\",\"outcome\":{\"type\":\"interrupt\"}}\n\n",
    "\x09data: {\"type\":\"TOOL_CALL_RESULT\",\"messageId\":\"m\",\"toolCallId\":\"c\",\"content\":\"5\"}\n\n",
];

/// Pieces of a size, then frames: a text, a fragmented one around a ping, a long length, a close.
const SOCKET: &[&[u8]] = &[
    b"\x01\x81\x05hello\x82\x02\x00\xff",
    b"\x03\x01\x02he\x89\x00\x80\x03llo\x8a\x01x",
    b"\x05\x82\x7e\x00\x80",
    b"\x02\x88\x05\x03\xe8bye",
    b"\x04\x81\x85abcdhello\x89\x7e\x00\x80",
];

const CONVERSION: &[&str] = &[
    "{\"log\": {\"entries\": [{\"request\": {\"method\": \"POST\", \"url\": \"http://h.example/a/1?b=c%20d&token=x\", \"headers\": [{\"name\": \"Cookie\", \"value\": \"a=b\"}], \"postData\": {\"mimeType\": \"application/json\", \"text\": \"{\\\"id\\\": 42}\"}}, \"response\": {\"status\": 302, \"redirectURL\": \"/x\", \"content\": {\"text\": \"{\\\"id\\\": 42}\"}}}, {\"request\": {\"method\": \"GET\", \"url\": \"http://h.example/42\"}}]}}",
    "openapi: 3.0.0\nservers: [{url: 'http://{a}/v1', variables: {a: {default: h}}}]\npaths:\n  /p/{id}:\n    post:\n      security: [{k: []}]\n      parameters: [{name: id, in: path, schema: {$ref: '#/components/schemas/A'}}]\n      requestBody: {content: {application/json: {schema: {allOf: [{$ref: '#/components/schemas/A'}]}}}}\n      responses: {'2XX': {}}\ncomponents: {schemas: {A: {type: object, required: [a], properties: {a: {type: array, items: {format: date, type: string}}}}}, securitySchemes: {k: {type: apiKey, in: query, name: key}}}\n",
    "{\"info\": {\"name\": \"n\"}, \"auth\": {\"type\": \"basic\", \"basic\": [{\"key\": \"username\", \"value\": \"{{u}}\"}]}, \"variable\": [{\"key\": \"base\", \"value\": \"http://h\"}], \"item\": [{\"name\": \"f\", \"item\": [{\"event\": [{\"listen\": \"test\", \"script\": {\"exec\": [\"pm.globals.set('t', pm.response.json().a[0].b);\"]}}], \"request\": {\"method\": \"PUT\", \"url\": {\"raw\": \"{{base}}/:a?b={{$guid}}\", \"variable\": [{\"key\": \"a\", \"value\": \"1\"}]}, \"body\": {\"mode\": \"raw\", \"raw\": \"{\\\"x\\\": \\\"{{t}}\\\"}\"}}}]}]}",
    "curl -sSL 'http://u:p@h.example/a?b=c' \\\n  -H \"A: b\" -d $'x=\\x41&y=1' --compressed\ncurl -G h/x --data-urlencode 'q=a b' -m 1.5; curl --json '{\"a\": 1}' http://h/\n",
];

/// The seeds of an entry.
pub(crate) fn of(entry: &str) -> Vec<Vec<u8>> {
    let texts = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    match entry {
        "profile" => profiles(),
        "language" => texts(LANGUAGE),
        "extraction" => texts(EXTRACTION),
        "stream" => texts(STREAM),
        "socket" => SOCKET.iter().map(|bytes| bytes.to_vec()).collect(),
        "conversion" => texts(CONVERSION),
        _ => texts(RESPONSE),
    }
}

/// All profiles and tables of broken ones.
fn profiles() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("profiles"), root.join("tests/golden/broken")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "yaml" || kind == "cases") {
                let text = fs::read_to_string(&path).unwrap_or_default();
                found.extend(text.split("\n===").map(|part| part.as_bytes().to_vec()));
            }
        }
    }
    // The order of a folder is not the same everywhere.
    found.sort();
    found
}

//! `convert` and `init --from`: the profiles that they write pass `check`, and send what the source says.

use serde_json::json;

use super::support::{Bench, practice, reply, serve, url};

/// Requests that a server of this test saw: method and target, and the body.
fn lines(requests: &[String]) -> Vec<(String, String)> {
    let line = |request: &String| {
        let first = request.lines().next().unwrap().trim_end_matches(" HTTP/1.1").to_owned();
        (first, request.split("\r\n\r\n").nth(1).unwrap().to_owned())
    };
    requests.iter().map(line).collect()
}

#[test]
fn a_recording_is_sent_again_with_new_values() {
    // Each login gives another token and another cart.
    let count = std::sync::atomic::AtomicUsize::new(0);
    let (address, asked) = serve(move |request| {
        let number = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        match request.split_whitespace().nth(1).unwrap() {
            "/login" => reply(
                201,
                "Set-Cookie: sid=new\r\n",
                format!("{{\"token\":\"new-token-{number}1234\",\"cart\":{{\"id\":9{number}}}}}").as_bytes(),
            ),
            _ => reply(200, "", b"{}"),
        }
    });
    let base = format!("http://{address}");
    let entry = |method: &str, path: &str, headers: serde_json::Value, body: &str, response: serde_json::Value| {
        let post = json!({ "mimeType": "application/json", "text": body });
        let mut request = json!({ "method": method, "url": format!("{base}{path}"), "headers": headers });
        if !body.is_empty() {
            request["postData"] = post;
        }
        json!({ "request": request, "response": response })
    };
    let answer = json!({ "token": "old-token-12345678", "cart": { "id": 77 } }).to_string();
    let login = json!({ "status": 201, "headers": [{ "name": "Set-Cookie", "value": "sid=old" }], "content": { "text": answer } });
    let sent = json!([{ "name": "Authorization", "value": "Bearer old-token-12345678" }, { "name": "Cookie", "value": "sid=old" }]);
    let source = json!({ "log": { "entries": [
        entry("POST", "/login", json!([]), "{\"user\":\"ann\",\"password\":\"s3cr3t\"}", login),
        entry("PUT", "/carts/77/items?n=1+1&cart=77", sent, "{\"cart\":77,\"note\":\"${x}\"}", json!({ "status": 200, "content": {} })),
    ] } });
    let bench = Bench::new();
    bench.write("shop.har", &source.to_string());
    let ran = bench.run(&["convert", "shop.har", "shop.yaml"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("2 values from responses: cart_id, token"), "{}", ran.stdout);
    assert!(ran.stdout.contains("PASSWORD (field password)") && !ran.stdout.contains("s3cr3t"), "{}", ran.stdout);
    assert_eq!(bench.run(&["check", "shop.yaml"]).code, 0);
    let ran = bench.run(&["run", "shop.yaml", "-e", "PASSWORD=pw", "--no-thresholds"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let requests = asked.requests.lock().unwrap().clone();
    assert_eq!(
        lines(&requests),
        [
            ("POST /login".to_owned(), "{\"user\":\"ann\",\"password\":\"pw\"}".to_owned()),
            ("PUT /carts/90/items?n=1+1&cart=90".to_owned(), "{\"cart\":90,\"note\":\"${x}\"}".to_owned()),
        ]
    );
    assert!(
        requests[1].contains("Authorization: Bearer new-token-01234") && requests[1].contains("Cookie: sid=new"),
        "{}",
        requests[1]
    );
    let text = std::fs::read_to_string(bench.path().join("shop.yaml")).unwrap();
    assert!(!text.contains("s3cr3t") && !text.contains("old-token") && !text.contains("sid=old"), "{text}");
    // Never over another file.
    let again = bench.run(&["convert", "shop.har", "shop.yaml"]);
    assert!(again.code == 104 && again.stderr.contains("exists already"), "{}", again.stderr);
}

#[test]
fn descriptions_collections_and_commands_run() {
    let target = practice(&[]);
    let base = url(&target);
    let base = base.trim_end_matches('/');
    let bench = Bench::new();
    bench.write("api.yaml", &format!("openapi: 3.0.3\ninfo: {{title: Shop}}\nservers: [{{url: {base}}}]\npaths:\n  /a/{{id}}:\n    get:\n      parameters: [{{name: id, in: path, required: true, schema: {{type: integer}}}}]\n      responses: {{'200': {{}}}}\n    delete: {{}}\n"));
    let collection = json!({ "info": { "name": "Shop" }, "variable": [{ "key": "base", "value": base }],
        "item": [{ "name": "folder", "item": [{ "name": "one", "request": { "method": "POST", "url": "{{base}}/b", "body": { "mode": "raw", "raw": "{{$guid}}" } } }] }] });
    bench.write("shop.json", &collection.to_string());
    bench.write("shop.sh", &format!("curl '{base}/c?x=1' \\\n  -H 'Accept: text/html'\ncurl {base}/d -d a=1\n"));
    for (source, paths) in [("api.yaml", &["/a/1"][..]), ("shop.json", &["/b"]), ("shop.sh", &["/c", "/d"])] {
        let file = format!("{source}.out.yaml");
        let ran = bench.run(&["convert", source, &file]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
        let ran = bench.run(&["run", &file, "--run-dir", &format!("{source}.run")]);
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        let routes = serde_json::to_value(target.report()).unwrap();
        for path in paths {
            assert_eq!(routes["routes"][path]["total"], 1, "{path}: {routes}");
        }
    }
    // Standard input and output.
    let mut child = bench.command(&["convert", "-", "-"]).stdin(std::process::Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"curl http://h.example/x").unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && text.contains("- get: /x") && text.contains("http://h.example"), "{text}");
}

#[test]
fn errors_have_their_place_and_write_nothing() {
    let bench = Bench::new();
    for (name, text, words) in [
        ("a.har", "{\"log\": {\"entries\": [{\"request\": {}}]}}", "a.har:1:34: a request has no `method`"),
        ("b.json", "{\"info\": {}, \"item\": [\n{}]}", "b.json:2:1: an item has no `request`"),
        ("c.yaml", "openapi: 3.0.0\npaths:\n\t/a: {}\n", "c.yaml:3:2: invalid YAML"),
        ("d.txt", "hello", "d.txt:1:1: the file holds `hello`"),
        ("e.sh", "curl --unknown http://h", "e.sh:1:6: option `--unknown` of curl is not known here"),
    ] {
        bench.write(name, text);
        let ran = bench.run(&["convert", name, "out.yaml"]);
        assert!(ran.code == 104 && ran.stderr.contains(words), "{name}: {}", ran.stderr);
        assert!(!bench.path().join("out.yaml").exists());
    }
    for (words, wanted, code) in [
        (&["convert"][..], "SOURCE", 2),
        (&["convert", "missing.har"], "missing.har: No such file", 104),
        (&["convert", "."], "is a folder", 104),
        (&["convert", "d.txt", "--from", "wsdl"], "possible values: har, openapi, postman, curl", 2),
        (&["run", "a.har"], "loadagent convert a.har", 104),
        (&["init", "--from", "d.txt"], "no known format", 104),
        (&["init", "-u", "5", "--rate", "5"], "cannot be used with", 2),
        (&["init", "--preset", "round"], "round", 104),
    ] {
        let ran = bench.run(words);
        assert!(ran.code == code && ran.stderr.contains(wanted), "{words:?}: {} {}", ran.code, ran.stderr);
    }
}

#[test]
fn init_writes_load_shape_outputs_and_requests() {
    let target = practice(&[]);
    let base = url(&target);
    for (flags, wanted) in [
        (&["--rate", "20", "-d", "1s", "-o", "csv=x.csv"][..], &["rate: 20 ", "outputs:\n  - \"csv=x.csv\""][..]),
        (&["-u", "3", "-d", "1s", "--preset", "smoke"], &["vus: 3 ", "preset: smoke "]),
        (&["-d", "2s"], &["rate: 10 ", "duration: \"2s\""]),
    ] {
        let bench = Bench::new();
        let ran = bench.run(&[&["init", "--url", &base], flags].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let text = std::fs::read_to_string(bench.path().join("loadagent.yaml")).unwrap();
        for words in wanted {
            assert!(text.contains(words), "{words}\n{text}");
        }
        let check = bench.run(&["check"]);
        assert_eq!((check.code, check.stderr.as_str()), (0, ""));
    }
    let bench = Bench::new();
    bench.write("c.sh", &format!("curl {base}from-curl"));
    let ran = bench.run(&["init", "--from", "c.sh", "-u", "2", "-d", "1s"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let ran = bench.run(&["run", "-i", "4"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let routes = serde_json::to_value(target.report()).unwrap();
    assert_eq!(routes["routes"]["/from-curl"]["total"], 4);
    let first = std::fs::read_to_string(bench.path().join("loadagent.yaml")).unwrap();
    assert!(
        first.starts_with("# yaml-language-server: $schema=loadagent.schema.json\n")
            && bench.path().join("loadagent.schema.json").exists()
    );
}

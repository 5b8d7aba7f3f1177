//! Tests of addresses: what is read, what is refused, what is never shown.

use proptest::prelude::*;

use std::time::Duration;

use super::*;
use crate::output::{
    address::http::HttpSettings,
    hdr::HdrOutput,
    influxdb::{InfluxDbOutput, settings::Target},
    prometheus::PrometheusOutput,
    scrape::ScrapeOutput,
};

fn parse(given: &str) -> Result<OutputAddress, OutputError> {
    OutputAddress::parse(given, |name| (name == "TOKEN").then(|| "s3cret".to_owned()))
}

/// Settings of an output over HTTP.
fn http(address: &OutputAddress) -> &HttpSettings {
    match address.name() {
        "prometheus" => &address.output::<PrometheusOutput>().http,
        "influxdb" => &address.output::<InfluxDbOutput>().http,
        name => panic!("{name}"),
    }
}

fn interval(address: &OutputAddress) -> Option<Duration> {
    match address.name() {
        "prometheus" => address.output::<PrometheusOutput>().interval,
        "influxdb" => address.output::<InfluxDbOutput>().interval,
        "hdr" => address.output::<HdrOutput>().interval,
        name => panic!("{name}"),
    }
}

fn url_of(output: &OutputAddress) -> &str {
    match &output.place {
        Place::Url(url) => url.as_str(),
        _ => "",
    }
}

#[test]
fn options_are_taken_out_of_the_query() {
    let output =
        parse("prometheus=http://u:${TOKEN}@h:1/api/v1/write?interval=5s&prefix=k6_&query.extra_label=a%3Db").unwrap();
    assert_eq!(url_of(&output), "http://h:1/api/v1/write?extra_label=a%3Db");
    assert_eq!(interval(&output), Some(Duration::from_secs(5)));
    assert_eq!(http(&output).credentials.header().unwrap().unwrap(), "Basic dTpzM2NyZXQ=");
    assert_eq!(output.shown(), "prometheus http://h:1/api/v1/write");
    assert_eq!(url_of(&parse("experimental-prometheus-rw").unwrap()), "http://localhost:9090/api/v1/write");
    let tenant = parse("prometheus=?tenant=a&bearer_token=x").unwrap();
    assert_eq!(http(&tenant).headers[0], ("X-Scope-OrgID".to_owned(), "a".to_owned()));
    assert_eq!(http(&tenant).credentials.header().unwrap().unwrap(), "Bearer x");
}

#[test]
fn errors_never_show_a_secret_and_name_the_nearest_option() {
    for given in [
        "promethus=http://u:s3cret@h",
        "prometheus=u:s3cret@h",
        "prometheus://u:s3cret@h",
        "prometheus=http://u:s3cret@h?interval=x",
        "prometheus=http://u:s3cret@h?bearer_token=s3cret",
        "kafka=s3cret",
    ] {
        let error = parse(given).unwrap_err().to_string();
        assert!(!error.contains("s3cret"), "{error}");
    }
    let error = parse("prometheus=http://h?intervall=5s").unwrap_err().to_string();
    assert!(error.contains("did you mean `interval`"), "{error}");
}

#[test]
fn words_with_a_literal_secret_are_not_kept() {
    assert_eq!(parse("prometheus=http://u:${TOKEN}@h/w").unwrap().saved.unwrap(), "prometheus=http://u:${TOKEN}@h/w");
    assert_eq!(parse("prometheus=http://u:s3cret@h/w").unwrap().saved, None);
    assert_eq!(parse("influxdb=http://h?org=o&bucket=b&token=s3cret").unwrap().saved, None);
    assert!(parse("influxdb=http://h?org=o&bucket=b&token_file=/run/t").unwrap().saved.is_some());
    assert_eq!(parse("prometheus=http://h/w?header.Authorization=s3cret").unwrap().saved, None);
}

/// Parses with one variable `V` of this value.
fn with(given: &str, value: &str) -> Result<OutputAddress, OutputError> {
    OutputAddress::parse(given, |name| (name == "V").then(|| value.to_owned()))
}

fn authorization(output: &OutputAddress) -> String {
    http(output).credentials.header().unwrap().unwrap()
}

fn basic(user_and_password: &str) -> String {
    use base64::{Engine, prelude::BASE64_STANDARD};
    format!("Basic {}", BASE64_STANDARD.encode(user_and_password))
}

proptest! {
    #[test]
    fn a_variable_is_never_syntax(value in "[a-zA-Z0-9+&#/@%=?:${} é]{1,12}") {
        let output = with("prometheus=http://u:${V}@h:1/a/${V}/b?query.x=${V}", &value).unwrap();
        prop_assert_eq!(authorization(&output), basic(&format!("u:{value}")));
        let Place::Url(url) = &output.place else { panic!("no URL") };
        prop_assert_eq!((url.host_str(), url.port()), (Some("h"), Some(1)));
        let segments: Vec<_> = url.path_segments().unwrap().collect();
        prop_assert_eq!(segments.len(), 3);
        let segment = percent_encoding::percent_decode_str(segments[1]).decode_utf8().unwrap();
        prop_assert_eq!(&*segment, &value);
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        prop_assert_eq!(pairs, [("x".to_owned(), value.clone())]);
        let output = with("influxdb=http://h?org=${V}&bucket=b&token=a${V}", &value).unwrap();
        prop_assert_eq!(authorization(&output), format!("Token a{value}"));
        let target = &output.output::<InfluxDbOutput>().settings.target;
        prop_assert_eq!(target, &Target::Two { org: value.clone(), bucket: "b".to_owned() });
    }

    #[test]
    fn no_error_shows_what_a_variable_holds(value in "[a-z0-9+&#/@%=?]{0,5}s3cret[a-z0-9+&#/@%=?]{0,5}") {
        for given in [
            "prometheus=http://u:${V}@h?nonsense",
            "prometheus=http://h?bearer_token=${V}&version=${V}",
            "prometheus=${V}",
            "prometheus=http://h/?prefix=1${V}",
            "influxdb=http://h/${V}/x",
            "scrape=${V}",
            "hdr=x?interval=1s&${V}",
        ] {
            if let Err(error) = with(given, &value) {
                prop_assert!(!error.to_string().contains("s3cret"), "{given}: {error}");
            }
        }
    }

    #[test]
    fn arbitrary_addresses_never_panic(given in "(prometheus|influxdb|json|hdr|scrape)=[ -~é]{0,40}") {
        drop(with(&given, "x"));
        drop(with(&given.replace('=', "=http://"), "${"));
    }
}

#[test]
fn scheme_host_and_complete_addresses_are_replaced_first() {
    let output = with("prometheus=http://${V}/w", "h:99").unwrap();
    assert_eq!(url_of(&output), "http://h:99/w");
    let output = with("prometheus=${V}/w?interval=2s", "https://u:p%40@h").unwrap();
    assert_eq!((url_of(&output), authorization(&output)), ("https://h/w", basic("u:p@")));
    let output = with("prometheus=${V}", "http://h/w?prefix=k6_&query.a=${V}").unwrap();
    assert_eq!(url_of(&output), "http://h/w?a=%24%7BV%7D", "what a variable holds has no references");
    let output = with("prometheus=${V}?interval=5s", "http://h/w?bearer_token=x").unwrap();
    assert_eq!((interval(&output), authorization(&output)), (Some(Duration::from_secs(5)), "Bearer x".to_owned()));
    assert_eq!(output.saved.unwrap(), "prometheus=${V}?interval=5s");
    assert_eq!(with("scrape=${V}", "127.0.0.1:1").unwrap().place, Place::Listen(([127, 0, 0, 1], 1).into()));
}

#[test]
fn literals_are_percent_decoded_once() {
    let output = parse("prometheus=http://u%40x:R&D%2B%25@h/w").unwrap();
    assert_eq!(authorization(&output), basic("u@x:R&D+%"));
    let output = parse("prometheus=http://h/w?bearer_token=a%2Bb+c").unwrap();
    assert_eq!(authorization(&output), "Bearer a+b c");
    assert_eq!(parse("json=a%3Fb.json").unwrap().place, Place::File("a?b.json".into()));
    assert_eq!(parse("json=100%.json").unwrap().place, Place::File("100%.json".into()));
}

#[test]
fn one_identity_and_no_more() {
    for given in [
        "prometheus=http://u:p@h?bearer_token=t",
        "prometheus=http://h?username=u&bearer_token_file=t",
        "influxdb=http://u:p@h?org=o&bucket=b&token=t",
        "influxdb=http://h?org=o&bucket=b&token=t&bearer_token=t",
        "influxdb=http://h?org=o&bucket=b&token=t&header.authorization=x",
        "prometheus=http://u:p@h?header.Authorization=x",
    ] {
        let error = parse(given).unwrap_err().to_string();
        assert!(error.contains("give either a user or a token"), "{given}: {error}");
    }
    assert!(parse("prometheus=http://${TOKEN}@h?username=u").is_err());
    assert!(with("prometheus=http://${V}@h", "u:p").unwrap_err().to_string().contains("holds no `:`"));
}

#[test]
fn errors_tell_no_tail_of_a_secret() {
    for given in [
        "prometheus=http://h?bearer_token=abc&s3cret",
        "prometheus=http://u:p@h?s3cret=1@host",
        "prometheus=http://u:p@h?a=1&s3cret=1&b@host",
        "prometheus=http://tok?s3cret@h",
        "prometheus=http://h?header.X-Key=abc&s3cret",
        "influxdb=http://h?u=me&p=abc&s3cret",
        "prometheus=http://h/w?bearer_token=abc#s3cret",
        "influxdb=http://h/x/s3cret?token=a",
        "scrape=u:s3cret@h",
        "prometheus=http:///u:s3cret@h",
        "prometheus=http:u:s3cret@h",
        "prometheus=http:\\\\u:s3cret@h/",
    ] {
        let error = parse(given).unwrap_err().to_string();
        assert!(!error.contains("s3cret"), "{given}: {error}");
    }
    let near = parse("prometheus=http://h?bearer_token=abc&intervall=1s").unwrap_err().to_string();
    assert!(near.contains("unknown option `intervall`; did you mean `interval`"), "{near}");
    let far = parse("prometheus=http://h?nonsense=1").unwrap_err().to_string();
    assert!(far.contains("unknown option `nonsense`"), "{far}");
}

#[test]
fn what_may_be_a_secret_is_not_kept() {
    for given in [
        "prometheus=http://t0ken@h/w",
        "prometheus=http://h/w?username=t0ken",
        "prometheus=http://h/w?header.X-Anything=v",
        "prometheus=http://h/w?query.anything=v",
        "prometheus=http://h/w?bearer_token=${TOKEN}s3cret${TOKEN}",
        "prometheus=http://u:a${TOKEN}@h/w",
    ] {
        assert_eq!(parse(given).unwrap().saved, None, "{given}");
    }
    for given in [
        "prometheus=http://${TOKEN}@h/w",
        "prometheus=http://h/w?username=u&password_file=/f",
        "prometheus=http://u@h/w?password=${TOKEN}",
        "prometheus=http://h/w?tenant=a&header.X-Scope-OrgID=b&header.AccountID=1",
        "prometheus=http://h/w?query.extra_label=a%3Db&query.extra_filters[]=x&header.X-Key=${TOKEN}",
    ] {
        assert_eq!(parse(given).unwrap().saved.as_deref(), Some(given));
    }
}

#[test]
fn secrets_are_found_in_every_spelling_and_never_shown() {
    let output =
        parse("prometheus=http://u:R%26D%20x@h/w?header.X-Key=h%2Bader&query.auth=que%2Fry&tenant=tenant&query.v=1");
    let output = output.unwrap();
    let settings = http(&output);
    let secrets = settings.secrets();
    for secret in ["R&D x", "R%26D%20x", "R%26D+x", "dTpSJkQgeA==", "h+ader", "h%2Bader", "que/ry", "que%2Fry"] {
        assert!(secrets.iter().any(|known| known == secret), "{secret} is not among {secrets:?}");
    }
    assert!(!secrets.iter().any(|secret| secret == "tenant" || secret == "1"), "{secrets:?}");
    assert!(secrets.is_sorted_by_key(|secret| std::cmp::Reverse(secret.len())));
    let shown = format!("{settings:?}");
    assert!(shown.contains("X-Key") && !secrets.iter().any(|secret| shown.contains(secret.as_str())), "{shown}");
    let bearer = parse("prometheus=http://h/w?header.Authorization=Bearer%20s3cret").unwrap();
    assert!(http(&bearer).secrets().contains(&"s3cret".to_owned()));
    assert_eq!(http(&parse("prometheus=http://t0ken@h/w").unwrap()).secrets()[1], "t0ken");
}

#[test]
fn headers_of_the_protocol_are_its_own() {
    for name in [
        "Content-Type",
        "content-encoding",
        "Content-Length",
        "HOST",
        "User-Agent",
        "X-Prometheus-Remote-Write-Version",
    ] {
        let error = parse(&format!("prometheus=http://h?header.{name}=x")).unwrap_err().to_string();
        assert!(error.contains("loadagent sets it itself"), "{error}");
    }
    assert!(parse("prometheus=http://h?header.X-Mine=x").is_ok());
}

#[test]
fn intervals_are_whole_seconds_of_push_outputs() {
    for given in ["prometheus=?interval=2s", "influxdb=?interval=2s", "hdr=?interval=2s"] {
        assert_eq!(interval(&parse(given).unwrap()), Some(Duration::from_secs(2)), "{given}");
    }
    for given in [
        "json=?interval=2s",
        "csv=?interval=2s",
        "scrape=?interval=2s",
        "influxdb=?mode=raw&interval=2s",
        "influxdb=?mode=sampled&interval=2s",
    ] {
        let error = parse(given).unwrap_err().to_string();
        assert!(error.contains("unknown option `interval`"), "{given}: {error}");
    }
    for given in ["hdr=?interval=1500ms", "hdr=?interval=500ms", "hdr=?interval=0s"] {
        assert!(parse(given).unwrap_err().to_string().contains("whole seconds"), "{given}");
    }
}

#[test]
fn prefixes_of_prometheus_and_its_page_are_alike() {
    for kind in ["prometheus", "scrape"] {
        for bad in ["1a", "a-b", "a%20b", "%C3%A9"] {
            assert!(
                parse(&format!("{kind}=?prefix={bad}")).unwrap_err().to_string().contains("`prefix`"),
                "{kind} {bad}"
            );
        }
    }
    assert_eq!(parse("scrape=?prefix=k6_").unwrap().output::<ScrapeOutput>().prefix, "k6_");
    assert_eq!(parse("scrape").unwrap().output::<ScrapeOutput>().prefix, "loadagent_");
}

#[test]
fn a_port_alone_is_on_this_machine() {
    for (given, port) in [("dashboard", 5665), ("web-dashboard", 5665), ("scrape=:9", 9), ("dashboard=localhost:0", 0)]
    {
        assert_eq!(parse(given).unwrap().place, Place::Listen(([127, 0, 0, 1], port).into()), "{given}");
    }
    assert_eq!(parse("dashboard=0.0.0.0:80?hosts=a.b").unwrap().place, Place::Listen(([0, 0, 0, 0], 80).into()));
    for given in ["dashboard=localhost", "dashboard=example.com:80", "dashboard=:99999", "dashboard=?port=1"] {
        parse(given).unwrap_err();
    }
}

#[test]
fn a_resolution_of_no_histogram_is_a_error() {
    let error = parse("prometheus=?histograms=classic&schema=3").unwrap_err().to_string();
    assert!(error.contains("`schema` is for native histograms"), "{error}");
    assert!(parse("prometheus=?histograms=native&schema=3").is_ok());
}

#[test]
fn files_are_found_again_from_another_folder() {
    let here = std::env::current_dir().unwrap();
    let words = with("hdr=${V}/x%3F.hlog?interval=2s", "sub").unwrap().saved.unwrap();
    let path = here.join("sub/x?.hlog");
    assert_eq!(words, format!("hdr={}?interval=2s", path.display().to_string().replace('?', "%3F")));
    assert_eq!(with(&words, "").unwrap().place, Place::File(path));
    assert_eq!(parse("json=-").unwrap().saved.unwrap(), "json=-");
    assert_eq!(parse("json=/a/b.json").unwrap().saved.unwrap(), "json=/a/b.json");
    assert_eq!(with("json=${V}", "y.json").unwrap().saved.unwrap(), format!("json={}/y.json", here.display()));
}

#[test]
fn two_outputs_never_write_into_one_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("there"), "").unwrap();
    std::os::unix::fs::symlink(path("there"), path("link")).unwrap();
    let check = |given: &[String]| {
        let outputs: Vec<_> = given.iter().map(|given| parse(given).unwrap()).collect();
        OutputAddress::one_place_each(&outputs).map_err(|error| error.to_string())
    };
    let same = [("new", "new"), ("new", "./new"), ("there", "link")];
    for (one, other) in same {
        let error = check(&[format!("json={}", path(one)), format!("csv={}", path(other))]).unwrap_err();
        assert!(error.contains("--out csv") && error.contains("`json` writes there already"), "{error}");
    }
    assert!(check(&["json=-".into(), "csv=-".into()]).is_err());
    assert_eq!(check(&[format!("json={}", path("a")), format!("csv={}", path("b"))]), Ok(()));
    let twice = ["prometheus", "prometheus"].map(ToOwned::to_owned);
    assert_eq!(check(&twice), Ok(()));
}

#[test]
fn an_unknown_option_is_named_unless_it_may_be_the_rest_of_a_secret() {
    let named = [
        ("influxdb=http://u:secret@h/db?precision=ns", "precision"),
        ("prometheus=http://u:secret@h?colour=1", "colour"),
        ("influxdb=http://h/db?u=me&p=secret", "u"),
        ("influxdb=http://h/db?precision=ns&token=secret", "precision"),
        ("prometheus=http://h?colour=red&password=secret&username=me", "colour"),
    ];
    for (given, name) in named {
        let error = parse(given).unwrap_err().to_string();
        assert!(error.contains(&format!("unknown option `{name}`")) && !error.contains("secret"), "{given}: {error}");
    }
    for given in ["influxdb=http://h/db?token=se&cret", "prometheus=?username=u&password=se&cret=1&x=2"] {
        let error = parse(given).unwrap_err().to_string();
        assert!(error.contains("must be percent-encoded") && !error.contains("cret`"), "{given}: {error}");
    }
}

#[test]
fn what_is_no_secret_is_not_struck_out() {
    let output = parse("prometheus=http://u:e@h/?query.db=metrics&query.u=s3cretive").unwrap();
    let secrets = http(&output).secrets();
    assert!(!secrets.iter().any(|text| text == "e" || text == "metrics"), "{secrets:?}");
    assert!(secrets.iter().any(|text| text == "s3cretive"), "{secrets:?}");
}

//! Tests of the questions: answers, defaults, wrong answers, none.

use super::*;

fn answered(text: &str) -> (io::Result<InitArgs>, String) {
    let args = InitArgs { file: "x.yaml".into(), url: None, from: None, load: FirstLoad::default() };
    let mut output = Vec::new();
    let answers = ask(&args, &mut text.as_bytes(), &mut output);
    (answers, String::from_utf8(output).unwrap())
}

#[test]
fn answers_are_flags_and_nothing_is_a_default() {
    let answers = answered("https://shop.example\n20\n2m\nspike\ncsv=a.csv, json=b.json\n").0.unwrap();
    assert_eq!(answers.url.as_deref(), Some("https://shop.example"));
    let wanted = FirstLoad {
        vus: Some(20),
        rate: None,
        duration: Some("2m".into()),
        preset: Some("spike".into()),
        outputs: vec!["csv=a.csv".into(), "json=b.json".into()],
    };
    assert_eq!(answers.load, wanted);
    let answers = answered("\n\n\n\n\n").0.unwrap();
    assert_eq!((answers.url.as_deref(), answers.load.rate), (Some(InitArgs::URL), Some(10.0)));
    assert_eq!(
        (answers.load.duration.as_deref(), answers.load.preset, answers.load.outputs),
        (Some("30s"), None, vec![])
    );
}

#[test]
fn wrong_answers_are_asked_for_again() {
    let (answers, shown) = answered("ftp://x\nno-file\n\nmany\n-1/s\n7/s\n5\n5s\nround\nconstant\nnosuch=1\n\n");
    let answers = answers.unwrap();
    assert_eq!((answers.load.rate, answers.load.duration.as_deref()), (Some(7.0), Some("5s")));
    for words in [
        "http:// or https://",
        "no file `no-file`",
        "for example 50/s",
        "which unit?",
        "`round` is none of them",
        "nosuch",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
}

#[test]
fn no_answers_are_an_error() {
    assert!(answered("").0.is_err());
    assert!(answered(&"x\n".repeat(100)).0.unwrap_err().to_string().contains("flags answer them"));
}

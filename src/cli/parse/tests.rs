//! Words of other tools, and options before their command.

use super::*;
use crate::cli::Command;

fn words(line: &str) -> Vec<OsString> {
    line.split(' ').map(OsString::from).collect()
}

#[test]
fn options_of_other_tools_lead_to_those_of_here() {
    for (names, here) in ELSEWHERE.iter().chain(NOT_NEEDED) {
        for name in *names {
            let error = read(&words(&format!("loadagent run http://h/ {name} 5"))).unwrap_err();
            let shown = error.to_string();
            assert_eq!(error.kind(), ErrorKind::UnknownArgument, "{name} is an option of loadagent: {shown}");
            assert!(shown.contains(here) && !shown.contains("as a value"), "{name}: {shown}");
        }
    }
    let shown = read(&words("loadagent run http://h/ --conections=5")).unwrap_err().to_string();
    assert!(!shown.contains("as a value"), "{shown}");
    let shown = read(&words("loadagent run http://h/ --duraton 5s")).unwrap_err().to_string();
    assert!(shown.contains("--duration") && !shown.contains("as a value"), "{shown}");
}

#[test]
fn hints_name_options_that_exist() {
    let mut command = command();
    command.build();
    let run = command.find_subcommand("run").unwrap();
    for (_, here) in ELSEWHERE.iter().chain(NOT_NEEDED) {
        for name in here.split([' ', '(', ')', ',', ':']).filter(|word| word.starts_with('-')) {
            let is_known = run.get_arguments().any(|arg| {
                arg.get_long().is_some_and(|long| name == format!("--{long}"))
                    || arg.get_short().is_some_and(|short| name == format!("-{short}"))
            });
            assert!(is_known, "{here}: there is no {name}");
        }
    }
}

#[test]
fn options_may_stand_before_their_command() {
    for line in [
        "loadagent --out json=x -q run quickstart -d 1s",
        "loadagent --out json=x run -q quickstart -d 1s",
        "loadagent --out json=x -d 1s -q run quickstart",
        "loadagent run quickstart --out json=x -d 1s -q",
    ] {
        let Some(Command::Run(args)) = read(&words(line)).unwrap().command else { panic!("{line}") };
        assert_eq!(args.outputs, ["json=x"], "{line}");
        assert_eq!(args.profile.as_deref(), Some("quickstart"), "{line}");
        assert_eq!((args.load.duration.as_deref(), args.quiet), (Some("1s"), true), "{line}");
    }
    let checked = read(&words("loadagent -u 5 check http://h/ --json")).unwrap().command;
    assert!(matches!(checked, Some(Command::Check(args)) if args.json && args.run.load.vus == Some(5)));
    read(&words("loadagent run quickstart --out")).unwrap_err();
}

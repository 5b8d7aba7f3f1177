//! Tests of scripts: values that are kept, statuses, and what is not understood.

use super::*;

fn found(text: &str) -> Found {
    read(&text.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>())
}

fn extracts(text: &str) -> Vec<(String, String)> {
    found(text).extracts
}

#[test]
fn values_are_followed_through_variables() {
    let pair = |name: &str, path: &str| vec![(name.to_owned(), path.to_owned())];
    assert_eq!(
        extracts(
            "var all = JSON.parse(responseBody);\nvar user = all.user || {};\nif (user.token) {\npm.globals.set('token', user.token);\n}"
        ),
        pair("token", "$.user.token")
    );
    assert_eq!(
        extracts("pm.environment.set(\"id\", pm.response.json().items[0][\"the id\"]);"),
        pair("id", "$.items[0]['the id']")
    );
    assert_eq!(
        extracts("const id = pm.response.json().id;\npostman.setEnvironmentVariable('id', id)"),
        pair("id", "$.id")
    );
    // A value of elsewhere is none of the response.
    assert_eq!(extracts("pm.globals.set('x', other.value);"), []);
    assert_eq!(extracts("pm.globals.set('x', pm.globals.get('y'));"), []);
}

#[test]
fn what_is_not_understood_is_noted() {
    let whole = "pm.test('is made', () => {\npm.response.to.have.status(201);\n});";
    assert_eq!(found(whole), Found { status: Some(201), extracts: Vec::new(), is_whole: true });
    assert!(!found("console.log('x');").is_whole && !found("pm.globals.set('x', y.z);").is_whole);
    assert_eq!(found("tests['ok'] = responseCode.code === 404;").status, Some(404));
}

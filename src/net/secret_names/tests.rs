//! Names of secrets, and names that only look like some.

use super::*;

#[test]
fn names_of_secrets_are_known_in_every_spelling() {
    for name in [
        "X-API-Key",
        "apikey",
        "x-auth-token",
        "Api_Secret",
        "Cookie",
        "Set-Cookie",
        " authorization ",
        "X-Amz-Signature",
        "Proxy-Authorization",
        "Ocp-Apim-Subscription-Key",
        "X-Session-Id",
        "password",
        "db_pass",
        "PASS",
        "passphrase",
        "client_secret",
        "accessToken",
        "sig",
        "jwt",
    ] {
        assert!(names_secret(name), "{name}");
    }
    for name in
        ["Host", ":authority", "WWW-Authenticate", "author", "passengers", "bypass", "Accept", "page", "design", ""]
    {
        assert!(!names_secret(name), "{name}");
    }
}

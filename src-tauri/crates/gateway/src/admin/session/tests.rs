use super::*;
use http::HeaderValue;

const START: Moment = Moment {
    monotonic_ms: 0,
    unix_ms: 1_000_000,
};

fn admin() -> Admin {
    Admin::new(AdminAccess {
        username: "admin".to_owned(),
        password: SecretString::from("correct horse"),
    })
}

fn with(value: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, HeaderValue::try_from(value).unwrap());
    headers
}

#[test]
fn a_session_lives_until_logout_or_its_end() {
    let admin = admin();
    let session = admin.login("admin", "correct horse", START).unwrap();
    let headers = with(&format!("Bearer {}", session.token));
    assert!(admin.admits(&headers, START));
    let late = Moment {
        monotonic_ms: LIFETIME_MS,
        ..START
    };
    assert!(!admin.admits(&headers, late));
    admin.logout(&headers);
    assert!(!admin.admits(&headers, START));
}

#[test]
fn basic_is_accepted_and_wrong_words_are_not() {
    let admin = admin();
    let basic = |pair: &str| with(&format!("Basic {}", STANDARD.encode(pair)));
    assert!(admin.admits(&basic("admin:correct horse"), START));
    for wrong in ["admin:correct hors", "root:correct horse", "admin", ":"] {
        assert!(!admin.admits(&basic(wrong), START), "{wrong}");
    }
    assert!(!admin.admits(&with("Bearer fka-0000"), START));
    assert!(!admin.admits(&HeaderMap::new(), START));
    assert!(admin.login("admin", "", START).is_none());
}

#[test]
fn sessions_are_bounded() {
    let admin = admin();
    for _ in 0..200 {
        admin.login("admin", "correct horse", START).unwrap();
    }
    assert!(admin.lock().len() <= MAX_SESSIONS);
}

/// S27: a stolen session is not the password.
#[test]
fn a_session_is_no_password() {
    let admin = admin();
    let session = admin.login("admin", "correct horse", START).unwrap();
    assert!(!admin.admits_by_password(&with(&format!("Bearer {}", session.token))));
    assert!(!admin.admits_by_password(&HeaderMap::new()));
    let basic = |pair: &str| with(&format!("Basic {}", STANDARD.encode(pair)));
    assert!(admin.admits_by_password(&basic("admin:correct horse")));
    let token = format!("admin:{}", session.token);
    assert!(!admin.admits_by_password(&basic(&token)));
}

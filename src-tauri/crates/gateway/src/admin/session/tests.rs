use super::*;
use flowkeep_core::clock::{Clock as _, ManualClock};
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

fn pair_of(headers: &HeaderMap) -> Option<String> {
    match Shown::of(headers) {
        Some(Shown::Password(pair)) => Some(pair),
        _ => None,
    }
}

/// S39: server-side, at once.
#[test]
fn a_logout_ends_the_session() {
    let admin = admin();
    let session = admin.open(START).unwrap();
    let shown = Shown::Session(session.token.clone());
    assert!(admin.uses(&session.token, START));
    assert!(admin.still_admits(&shown, START));
    admin.logout(&with(&format!("Bearer {}", session.token)));
    assert!(!admin.uses(&session.token, START));
    assert!(!admin.still_admits(&shown, START));
}

/// S39: nobody used it.
#[test]
fn an_idle_session_ends() {
    let clock = ManualClock::at(1_000_000);
    let admin = admin();
    let session = admin.open(clock.now()).unwrap();
    clock.advance_ms(IDLE_MS - 1);
    assert!(admin.uses(&session.token, clock.now()));
    clock.advance_ms(IDLE_MS - 1);
    // Looking whether it is still good is no use of it.
    assert!(admin.still_admits(&Shown::Session(session.token.clone()), clock.now()));
    clock.advance_ms(1);
    assert!(!admin.still_admits(&Shown::Session(session.token.clone()), clock.now()));
    assert!(!admin.uses(&session.token, clock.now()));
}

/// S39: somebody used it all the time, perhaps a thief.
#[test]
fn a_session_in_use_ends_too() {
    let clock = ManualClock::at(1_000_000);
    let admin = admin();
    let session = admin.open(clock.now()).unwrap();
    let step = IDLE_MS / 2;
    for _ in 1..LIFETIME_MS / step {
        clock.advance_ms(step);
        assert!(admin.uses(&session.token, clock.now()));
    }
    clock.advance_ms(step);
    assert!(!admin.uses(&session.token, clock.now()));
}

/// F38: a wall clock that jumps neither ends nor prolongs a session.
#[test]
fn a_jump_of_the_wall_clock_changes_nothing() {
    let clock = ManualClock::at(1_000_000_000_000);
    let admin = admin();
    let session = admin.open(clock.now()).unwrap();
    clock.jump_wall_ms(365 * 24 * 3_600_000);
    assert!(admin.uses(&session.token, clock.now()));
    clock.jump_wall_ms(-400 * 24 * 3_600_000);
    clock.advance_ms(LIFETIME_MS);
    assert!(!admin.uses(&session.token, clock.now()));
}

#[test]
fn what_is_shown_is_read_from_the_header() {
    let basic = |pair: &str| with(&format!("Basic {}", STANDARD.encode(pair)));
    let admin = admin();
    let pair = pair_of(&basic("admin:correct horse")).unwrap();
    assert!(admin.knows_pair(&pair));
    for wrong in ["admin:correct hors", "root:correct horse", "admin", ":"] {
        let pair = pair_of(&basic(wrong)).unwrap();
        assert!(!admin.knows_pair(&pair), "{wrong}");
    }
    assert!(!admin.uses("fka-0000", START));
    for nothing in ["", "Basic", "Basic %%%", "Digest x", "fka-0000"] {
        assert!(Shown::of(&with(nothing)).is_none(), "{nothing}");
    }
    assert!(Shown::of(&HeaderMap::new()).is_none());
}

#[test]
fn sessions_are_bounded() {
    let admin = admin();
    for _ in 0..200 {
        admin.open(START).unwrap();
    }
    let sessions = admin.lock();
    assert_eq!(sessions.open.len(), MAX_SESSIONS);
    assert_eq!(sessions.ended.len(), 200 - MAX_SESSIONS);
}

/// S9: whoever shows a session that is over does not guess.
#[test]
fn sessions_that_have_ended_are_remembered() {
    let clock = ManualClock::at(1_000_000);
    let admin = admin();
    let [left, idle] = [(); 2].map(|()| admin.open(clock.now()).unwrap().token);
    assert!(admin.has_opened(&left), "an open one as well");
    admin.logout(&with(&format!("Bearer {left}")));
    clock.advance_ms(IDLE_MS);
    for _ in 0..2 {
        for token in [&left, &idle] {
            assert!(!admin.uses(token, clock.now()));
            assert!(admin.has_opened(token));
        }
        // The next login sweeps out what is over.
        admin.open(clock.now()).unwrap();
    }
    assert!(!admin.has_opened("fka-0000"));
}

#[test]
fn only_the_newest_of_the_ended_are_remembered() {
    let admin = admin();
    let tokens: Vec<String> = (0..=MAX_ENDED)
        .map(|_| admin.open(START).unwrap().token)
        .inspect(|token| admin.logout(&with(&format!("Bearer {token}"))))
        .collect();
    // One that is shown again takes no second place.
    admin.logout(&with(&format!("Bearer {}", tokens[1])));
    assert_eq!(admin.lock().ended.len(), MAX_ENDED);
    assert!(!admin.has_opened(&tokens[0]));
    assert!(tokens[1..].iter().all(|token| admin.has_opened(token)));
}

/// S27: a stolen session is not the password.
#[test]
fn a_session_is_no_password() {
    let admin = admin();
    let session = admin.open(START).unwrap();
    let shown = with(&format!("Bearer {}", session.token));
    assert!(matches!(Shown::of(&shown), Some(Shown::Session(_))));
    assert!(!admin.knows_pair(&format!("admin:{}", session.token)));
}

#[test]
fn short_passwords_can_be_guessed() {
    assert!(admin().is_guessable());
    let long = AdminAccess {
        username: "admin".to_owned(),
        password: SecretString::from("x".repeat(SHORTEST_SAFE)),
    };
    assert!(!Admin::new(long).is_guessable());
}

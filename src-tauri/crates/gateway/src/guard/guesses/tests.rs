use super::*;

fn at(ms: u64) -> Moment {
    Moment {
        // A program does not start at the beginning of time.
        monotonic_ms: 1_000_000 + ms,
        unix_ms: 0,
    }
}

fn source(last: u8) -> Source {
    IpAddr::from([203, 0, 113, last]).into()
}

fn seconds(rest: Option<Duration>) -> Option<u64> {
    rest.map(|rest| rest.as_secs())
}

#[test]
fn ten_are_free_and_then_rests_double_up_to_a_minute() {
    let guesses = Guesses::of("token");
    let mut now = 0;
    for _ in 0..FREE {
        assert_eq!(guesses.rest(source(1), at(now)), None);
        assert_eq!(guesses.wrong(source(1), at(now)), None);
    }
    for expected in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
        assert_eq!(seconds(guesses.rest(source(1), at(now))), Some(expected));
        // Guessing meanwhile neither counts nor prolongs.
        assert_eq!(seconds(guesses.wrong(source(1), at(now))), Some(expected));
        now += expected * 1_000;
        assert_eq!(guesses.rest(source(1), at(now)), None);
        assert_eq!(guesses.wrong(source(1), at(now)), None);
    }
    assert_eq!(guesses.rest(source(2), at(now)), None, "another source");
}

#[test]
fn a_quarter_of_an_hour_later_all_is_forgotten() {
    let guesses = Guesses::of("token");
    for step in 0..u64::from(FREE) {
        assert_eq!(guesses.wrong(source(1), at(step)), None);
    }
    let later = FORGOTTEN_MS + 1_000;
    assert_eq!(guesses.wrong(source(1), at(later)), None);
    assert_eq!(guesses.rest(source(1), at(later)), None);
}

/// Many sources with a few guesses each are one attack.
#[test]
fn all_together_rest_too() {
    let guesses = Guesses::of("password");
    for number in 0..FREE_OF_ALL {
        let number = u8::try_from(number).unwrap();
        assert_eq!(guesses.wrong(source(number), at(0)), None);
    }
    assert_eq!(seconds(guesses.rest(source(1), at(0))), Some(1));
    // Whoever has not guessed yet is listened to, once.
    assert_eq!(guesses.rest(source(200), at(0)), None);
    assert!(guesses.wrong(source(200), at(0)).is_some());
    assert!(guesses.rest(source(200), at(0)).is_some());
}

#[test]
fn memory_is_bounded() {
    let guesses = Guesses::of("password");
    let mut now = 0;
    for number in 0..20_000_u32 {
        // Slow enough that the common rest is over.
        now += 61_000;
        let ip = IpAddr::from((0x0a00_0000 + number).to_be_bytes());
        guesses.wrong(ip.into(), at(now));
    }
    assert!(guesses.lock().sources.len() <= MOST_SOURCES);
    // With all places taken a new one gets no free try.
    let full = Guesses::of("password");
    for number in 0..MOST_SOURCES + 10 {
        let number = u32::try_from(number).unwrap();
        let ip = IpAddr::from((0x0a00_0000 + number).to_be_bytes());
        full.wrong(ip.into(), at(0));
    }
    assert_eq!(full.lock().sources.len(), MOST_SOURCES);
    assert!(full.rest(source(1), at(0)).is_some());
}

#[test]
fn a_network_of_ipv6_is_one_source() {
    let source = |text: &str| Source::from(text.parse::<IpAddr>().unwrap());
    assert_eq!(source("2001:db8:1:2::1"), source("2001:db8:1:2:ffff::9"));
    assert_ne!(source("2001:db8:1:2::1"), source("2001:db8:1:3::1"));
    assert_eq!(source("::ffff:192.0.2.1"), source("192.0.2.1"));
    assert_ne!(source("192.0.2.1"), source("192.0.2.2"));
}

#[test]
fn this_computer_is_one_source() {
    let source = |text: &str| Source::from(text.parse::<IpAddr>().unwrap());
    for other in ["127.0.0.2", "127.255.255.254", "::1", "::ffff:127.0.0.9"] {
        assert_eq!(source(other), source("127.0.0.1"), "{other}");
    }
}

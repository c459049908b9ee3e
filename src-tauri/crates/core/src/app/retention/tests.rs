use super::*;

const START: Moment = Moment {
    monotonic_ms: 5_000,
    unix_ms: 1_790_812_800_000,
};

fn later(passed_days: u64, shown_days: i64) -> Moment {
    Moment {
        monotonic_ms: START.monotonic_ms + passed_days * DAY_MS,
        unix_ms: START.unix_ms + shown_days * 86_400_000,
    }
}

#[test]
fn a_clock_that_jumps_ahead_does_not_empty_the_log() {
    for (days, passed, shown, sane) in [
        (90, 200, 200, true),
        // Asleep for four weeks.
        (90, 2, 30, true),
        (90, 0, 31, false),
        (90, 0, 365, false),
        (3, 0, 7, true),
        (3, 0, 8, false),
        // Set back.
        (90, 10, -400, true),
    ] {
        let now = later(passed, shown);
        assert_eq!(
            clock_is_sane(days, START, now),
            sane,
            "{days} {passed} {shown}"
        );
    }
}

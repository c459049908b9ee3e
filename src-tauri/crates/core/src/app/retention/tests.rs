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

fn look(rows: u64, written: u64, at: Instant) -> Look {
    let limits = Retention {
        rows,
        ..Retention::default()
    };
    Look {
        limits,
        written,
        at,
    }
}

#[test]
fn a_small_limit_is_looked_at_sooner() {
    let begun = Instant::now();
    let last = look(300, 1_000, begun);
    let due = |rows, written, after| look(rows, written, begun + after).is_due_after(&last);
    assert!(!due(300, 1_000, LOOK), "nothing has come");
    assert!(due(300, 1_000, AGE_LOOK), "rows have become older");
    assert!(!due(300, 1_014, GLANCE), "little has come");
    assert!(due(300, 1_015, GLANCE), "a twentieth has come");
    assert!(due(300, 1_001, LOOK));
    assert!(due(299, 1_000, GLANCE), "the limit is another one");
    let unlimited = look(0, 0, begun);
    assert!(!look(0, 1_000_000, begun + GLANCE).is_due_after(&unlimited));
}

/// Also by bytes, and by whichever is smaller.
#[test]
fn the_part_is_one_of_the_smallest_limit() {
    let limits = |rows, bytes| Retention {
        days: 90,
        rows,
        bytes,
    };
    assert_eq!(part_of(&limits(5_000_000, 0)), 250_000);
    assert_eq!(part_of(&limits(5_000_000, MIB)), MIB / ROW_BYTES / PART);
    assert_eq!(part_of(&limits(300, 1 << 30)), 15);
    assert_eq!(part_of(&limits(0, 0)), u64::MAX);
}

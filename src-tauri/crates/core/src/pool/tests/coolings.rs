//! 429, restrictions, and how the last account is never shut out.

use super::*;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// Limits "a" once and says for how long.
fn kept_away_by(class: Class) -> i64 {
    let pool = pool_of(&["a", "b"]);
    let lease = lease_of(&pool, 0, MODEL, "a");
    let settled = settle(&pool, 0, &lease, class);
    assert_eq!(settled.changes.len(), 1);
    assert!(!settled.upstream_level);
    kept_away_ms(&pool, 0, "a")
}

#[test]
fn a_limit_lasts_as_long_as_its_window_and_a_little_more() {
    let cases = [
        (limited(RateWindow::Minute, None), MINUTE),
        (limited(RateWindow::Hour, None), HOUR),
        (limited(RateWindow::Unknown, None), 10_000),
        (limited(RateWindow::Minute, Some(2)), 2_000),
        (limited(RateWindow::Minute, Some(0)), 1_000),
        (limited(RateWindow::Minute, Some(86_400)), HOUR),
        // From eight in the morning to midnight in China.
        (limited(RateWindow::Day, None), 16 * HOUR),
        (limited(RateWindow::Day, Some(86_400)), 16 * HOUR),
        (Class::PaidOnly, HOUR),
        (Class::ModelRestricted, 6 * HOUR),
    ];
    for (class, expected) in cases {
        let length = kept_away_by(class);
        let longest = expected + (expected / 10).min(MINUTE);
        assert!(
            (expected..=longest).contains(&length),
            "{class:?}: {length}"
        );
    }
}

#[test]
fn only_that_model_is_left_alone() {
    let pool = pool_of(&["a", "b"]);
    let lease = lease_of(&pool, 0, MODEL, "a");
    let settled = settle(&pool, 0, &lease, limited(RateWindow::Minute, None));
    let [
        StateChange::Cooling {
            account,
            model,
            condition,
        },
    ] = &settled.changes[..]
    else {
        panic!("{:?}", settled.changes);
    };
    assert_eq!((account.as_str(), model.as_str()), ("a", MODEL));
    assert_eq!(condition.text, "the vendor's words");
    assert_eq!(
        (condition.status, condition.vendor_code),
        (Some(429), Some(50_602))
    );
    assert_eq!(condition.since_ms, START);
    for ms in [0, 1, 59_999] {
        assert_eq!(pick(&pool, ms).unwrap().key().as_str(), "b");
    }
    let other = pool.pick(at(1), &demand(OTHER_MODEL)).unwrap();
    assert_eq!(other.key().as_str(), "a");
    // State and counts: it serves, but it cools.
    assert_eq!(state_of(&pool, 1, "a"), KeyState::Usable);
    let counts = pool.counts(at(1));
    assert_eq!((counts.usable, counts.cooling), (2, 1));
    // And is back afterwards.
    assert!(!lease_of(&pool, 66_001, MODEL, "a").is_probe());
    assert_eq!(pool.counts(at(66_001)).cooling, 0);
}

/// F38: the wall clock jumps, the cooling goes on as it was.
#[test]
fn a_jumping_clock_neither_frees_nor_traps() {
    let pool = pool_of(&["a", "b"]);
    let lease = lease_of(&pool, 0, MODEL, "a");
    let _settled = settle(&pool, 0, &lease, limited(RateWindow::Minute, None));
    for day in [-1, 1] {
        let jumped = |ms: u64| Moment {
            unix_ms: START + day * 24 * HOUR,
            ..at(ms)
        };
        for _ in 0..2 {
            let lease = pool.pick(jumped(59_000), &demand(MODEL)).unwrap();
            assert_eq!(lease.key().as_str(), "b");
        }
    }
    assert_eq!(pick(&pool, 66_001).unwrap().key().as_str(), "a");
}

#[test]
fn an_unnamed_window_grows_with_each_failure_in_a_row() {
    let pool = pool_of(&["a", "b"]);
    let mut ms = 0;
    for expected in [
        10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 600_000, 600_000,
    ] {
        let lease = lease_of(&pool, ms, MODEL, "a");
        let _settled = settle(&pool, ms, &lease, limited(RateWindow::Unknown, None));
        let length = kept_away_ms(&pool, ms, "a");
        assert!(
            (expected..=expected * 11 / 10).contains(&length),
            "{expected}: {length}"
        );
        ms += u64::try_from(length).unwrap();
    }
    // A success ends the row.
    let lease = lease_of(&pool, ms, MODEL, "a");
    let settled = settle(&pool, ms, &lease, Class::Success);
    let cooled = StateChange::Cooled {
        account: "a".into(),
        model: MODEL.to_owned(),
    };
    assert_eq!(settled.changes, [cooled]);
    let lease = lease_of(&pool, ms, MODEL, "a");
    let _settled = settle(&pool, ms, &lease, limited(RateWindow::Unknown, None));
    assert!(kept_away_ms(&pool, ms, "a") <= 11_000);
}

#[test]
fn requests_that_were_under_way_count_as_one_failure() {
    let pool = pool_of(&["a"]);
    let leases: Vec<Lease> = (0..5).map(|_| pick(&pool, 0).unwrap()).collect();
    let changes: Vec<usize> = leases
        .iter()
        .map(|lease| {
            settle(&pool, 10, lease, limited(RateWindow::Unknown, None))
                .changes
                .len()
        })
        .collect();
    assert_eq!(changes, [1, 0, 0, 0, 0]);
    assert!(kept_away_ms(&pool, 10, "a") <= 11_000);
    // Nor does an answer that was under way disprove what came after it.
    let pool = pool_of(&["a", "b"]);
    let early = lease_of(&pool, 0, MODEL, "a");
    let late = lease_of(&pool, 0, MODEL, "a");
    let _settled = settle(&pool, 10, &late, limited(RateWindow::Minute, None));
    assert_eq!(
        settle(&pool, 20, &early, Class::Success),
        Settled::default()
    );
    assert_eq!(pick(&pool, 30).unwrap().key().as_str(), "b");
}

#[test]
fn paid_models_are_left_alone_together() {
    let pool = pool_of(&["gift", "paid"]);
    let pro = "Pro/zai-org/GLM-5.1";
    let lease = lease_of(&pool, 0, pro, "gift");
    let settled = settle_on(&pool, 0, (&lease, pro), Class::PaidOnly);
    let [StateChange::Cooling { model, .. }] = &settled.changes[..] else {
        panic!("{:?}", settled.changes);
    };
    assert_eq!(model, "Pro/*");
    for _ in 0..3 {
        let lease = pool
            .pick(at(1), &demand("Pro/deepseek-ai/DeepSeek-V3"))
            .unwrap();
        assert_eq!(lease.key().as_str(), "paid");
    }
    assert_eq!(pick(&pool, 1).unwrap().key().as_str(), "gift");
    // A paid model without the prefix is left alone by its own name.
    let lease = lease_of(&pool, 2, MODEL, "gift");
    let _settled = settle(&pool, 2, &lease, Class::PaidOnly);
    assert_eq!(view_of(&pool, 2, "gift").cooling[1].0, MODEL);
}

#[test]
fn a_client_cannot_make_a_pattern_of_a_model_name() {
    let pool = pool_of(&["a"]);
    let lease = pool.pick(at(0), &demand("*")).unwrap();
    let settled = settle_on(&pool, 0, (&lease, "*"), limited(RateWindow::Minute, None));
    assert_eq!(settled.changes, []);
    assert!(pick(&pool, 1).is_ok());
}

#[test]
fn client_made_names_do_not_grow_the_list_for_ever() {
    let pool = pool_of(&["a"]);
    for number in 0..1_000 {
        let model = format!("model-{number}");
        let lease = pool.pick(at(0), &demand(&model)).unwrap();
        let _settled = settle_on(
            &pool,
            0,
            (&lease, &model),
            limited(RateWindow::Minute, None),
        );
    }
    assert_eq!(view_of(&pool, 0, "a").cooling.len(), 256);
}

#[test]
fn requests_without_a_model_have_their_own_limit() {
    let pool = pool_of(&["a"]);
    let lease = pool.pick(at(0), &Demand::default()).unwrap();
    let verdict = Verdict::plain(limited(RateWindow::Minute, None));
    let _settled = pool.settle(at(0), &lease, None, &verdict);
    assert!(matches!(
        pool.pick(at(1), &Demand::default()),
        Err(NoKey::Cooling { .. })
    ));
    assert!(pick(&pool, 1).is_ok());
}

/// The last account is tested, but by one request at a time and not too often.
#[test]
fn the_last_account_is_never_shut_out() {
    let pool = pool_of(&["a"]);
    let lease = pick(&pool, 0).unwrap();
    let _settled = settle(&pool, 0, &lease, limited(RateWindow::Minute, Some(30)));
    let NoKey::Cooling { retry_after, why } = pick(&pool, 500).unwrap_err() else {
        panic!("it cools");
    };
    assert_eq!(why, Resting::RateLimit);
    assert!(
        (29_500..=32_500).contains(&retry_after.as_millis()),
        "{retry_after:?}"
    );
    assert_eq!(pool.retry_after(at(500), Some(MODEL)), Some(retry_after));

    let probe = pick(&pool, 3_500).unwrap();
    assert!(probe.is_probe());
    assert!(pick(&pool, 8_000).is_err(), "one at a time");
    let _settled = settle(&pool, 8_000, &probe, limited(RateWindow::Minute, Some(30)));
    assert!(pick(&pool, 8_500).is_err(), "not too often");
    let probe_2 = pick(&pool, 12_000).unwrap();
    drop(probe);
    assert!(
        pick(&pool, 16_000).is_err(),
        "the first one's end is not the second one's"
    );
    let _settled = settle(&pool, 16_000, &probe_2, Class::Success);
    assert!(!pick(&pool, 16_001).unwrap().is_probe());
}

#[test]
fn a_dropped_probe_lets_the_next_one_go() {
    let pool = pool_of(&["a"]);
    let lease = pick(&pool, 0).unwrap();
    let _settled = settle(&pool, 0, &lease, limited(RateWindow::Minute, None));
    drop(pick(&pool, 6_600).unwrap());
    assert!(pick(&pool, 6_700).is_err());
    assert!(pick(&pool, 13_300).unwrap().is_probe());
}

#[test]
fn the_one_that_failed_longest_ago_is_tested_first() {
    let pool = pool_of(&["a", "b"]);
    for (ms, name) in [(0, "b"), (5_000, "a")] {
        let lease = lease_of(&pool, ms, MODEL, name);
        let _settled = settle(&pool, ms, &lease, limited(RateWindow::Minute, None));
    }
    assert_eq!(pick(&pool, 20_000).unwrap().key().as_str(), "b");
}

/// F10: limits are per account and model, so two accounts at once are no
/// coincidence.
#[test]
fn two_accounts_limited_at_once_on_different_models_blame_the_upstream() {
    let pool = pool_of(&["a", "b"]);
    let first = lease_of(&pool, 0, MODEL, "a");
    let second = lease_of(&pool, 0, OTHER_MODEL, "b");
    let minute = limited(RateWindow::Minute, Some(600));
    assert!(!settle(&pool, 0, &first, minute).upstream_level);
    let settled = settle_on(&pool, 900, (&second, OTHER_MODEL), minute);
    assert!(settled.upstream_level);
    // Both are back one second later, and the earlier change is corrected.
    assert_eq!(settled.changes.len(), 2);
    assert_eq!(kept_away_ms(&pool, 900, "a"), 1_000);
    assert_eq!(kept_away_ms(&pool, 900, "b"), 1_000);
    assert!(!pick(&pool, 1_900).unwrap().is_probe());
}

#[test]
fn accounts_that_fill_up_on_the_same_model_are_a_coincidence() {
    let upstream_level = |window, ms| {
        let pool = pool_of(&["a", "b"]);
        let first = lease_of(&pool, 0, MODEL, "a");
        let second = lease_of(&pool, 0, MODEL, "b");
        let _settled = settle(&pool, 0, &first, limited(window, None));
        settle(&pool, ms, &second, limited(window, None)).upstream_level
    };
    assert!(!upstream_level(RateWindow::Minute, 100));
    // But a refusal that names no window is a gateway's, not the account's.
    assert!(upstream_level(RateWindow::Unknown, 100));
    assert!(!upstream_level(RateWindow::Unknown, 1_000));
}

#[test]
fn one_account_limited_on_two_models_blames_nobody_else() {
    let pool = pool_of(&["a", "b"]);
    let minute = limited(RateWindow::Minute, None);
    for model in [MODEL, OTHER_MODEL] {
        let lease = lease_of(&pool, 0, model, "a");
        assert!(!settle_on(&pool, 0, (&lease, model), minute).upstream_level);
    }
}

/// What a second account says as well is as likely the request's own fault.
#[test]
fn the_same_refusal_elsewhere_keeps_nobody_away_for_long() {
    let pool = pool_of(&["a", "b", "c"]);
    for (ms, name) in [(0, "a"), (100, "b")] {
        let lease = lease_of(&pool, ms, MODEL, name);
        let _settled = settle(&pool, ms, &lease, Class::ModelRestricted);
    }
    for name in ["a", "b"] {
        let length = kept_away_ms(&pool, 100, name);
        assert!((59_000..=66_000).contains(&length), "{name}: {length}");
    }
    // The third answers. Whoever is refused alone after that is kept away.
    let lease = lease_of(&pool, 200, MODEL, "c");
    let _settled = settle(&pool, 200, &lease, Class::Success);
    let lease = lease_of(&pool, 70_000, MODEL, "a");
    let _settled = settle(&pool, 70_000, &lease, Class::ModelRestricted);
    assert!(kept_away_ms(&pool, 70_000, "a") >= 6 * HOUR);
}

#[test]
fn refusals_that_repeat_everywhere_are_asked_ever_less() {
    let pool = pool_of(&["a", "b"]);
    let mut ms = 0;
    for expected in [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360] {
        for name in ["a", "b"] {
            let lease = lease_of(&pool, ms, MODEL, name);
            let _settled = settle(&pool, ms, &lease, Class::ModelRestricted);
        }
        for name in ["a", "b"] {
            let length = kept_away_ms(&pool, ms, name);
            let minutes = expected * MINUTE;
            assert!((minutes..=minutes + MINUTE).contains(&length), "{length}");
        }
        ms +=
            u64::try_from(kept_away_ms(&pool, ms, "a").max(kept_away_ms(&pool, ms, "b"))).unwrap();
    }
}

/// What a client is told is what it is.
#[test]
fn a_restriction_is_not_called_a_rate_limit() {
    let pool = pool_of(&["a"]);
    let lease = pick(&pool, 0).unwrap();
    let _settled = settle(&pool, 0, &lease, Class::ModelRestricted);
    let NoKey::Cooling { why, .. } = pick(&pool, 1).unwrap_err() else {
        panic!("it may not use the model");
    };
    let said = "the vendor's words".to_owned();
    assert_eq!(why, Resting::Restriction { said });
}

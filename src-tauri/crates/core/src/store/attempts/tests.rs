use super::super::tests::{Folder, number, plan, record, write};
use super::*;
use crate::model::Left;

fn answered(after_ms: u32) -> AttemptRecord {
    let record = record(1);
    AttemptRecord {
        account: record.account.unwrap(),
        model: record.model_asked,
        after_ms,
        chosen: Choice::Session,
        status: Some(200),
        vendor_code: None,
        headers_ms: Some(240),
        first_byte_ms: Some(250 - after_ms),
        end_ms: Some(4_000 - after_ms),
        left: None,
    }
}

fn left(left: Left, chosen: Choice) -> AttemptRecord {
    AttemptRecord {
        account: AccountId::from("another"),
        model: None,
        chosen,
        status: (left != Left::NotSent).then_some(429),
        vendor_code: Some(50_609),
        headers_ms: None,
        first_byte_ms: None,
        end_ms: Some(12),
        left: Some(left),
        ..answered(0)
    }
}

fn with(trail: Vec<AttemptRecord>, outcome: Outcome) -> RequestRecord {
    RequestRecord {
        attempts: u32::try_from(trail.len()).unwrap(),
        trail,
        outcome,
        ..record(1)
    }
}

#[test]
fn every_trail_comes_back() {
    let folder = Folder::new();
    let store = folder.open();
    let lefts = Left::ALL.map(|reason| left(reason, Choice::Strategy));
    let choices = Choice::ALL.map(|chosen| left(Left::RateLimited, chosen));
    let trails = [
        // Told by the row of the request.
        (vec![answered(0)], Outcome::Success),
        (vec![answered(3)], Outcome::Success),
        // Not told by it.
        (vec![left(Left::Rejected, Choice::Owner)], Outcome::Rejected),
        (
            vec![AttemptRecord {
                model: Some("another".into()),
                ..answered(0)
            }],
            Outcome::Success,
        ),
        (
            lefts.into_iter().chain([answered(9)]).collect(),
            Outcome::Success,
        ),
        (choices.to_vec(), Outcome::Refused),
        (Vec::new(), Outcome::Refused),
    ];
    write(
        &store,
        trails.clone().map(|(trail, outcome)| with(trail, outcome)),
    );
    for (id, (trail, _)) in (1..).zip(trails) {
        assert_eq!(store.request_attempts(id).unwrap(), trail, "{id}");
    }
    assert_eq!(store.request_attempts(99).unwrap(), []);
    // An answer at once costs no row of its own.
    let path = folder.path("usage.db");
    let rows = "SELECT count(*) FROM attempts WHERE request <= 2";
    assert_eq!(number(&path, rows), 0);
    let rows = "SELECT count(*) FROM attempts";
    assert_eq!(number(&path, rows), 1 + 1 + 16 + 4);
}

#[test]
fn an_endless_trail_is_kept_in_bounds() {
    let folder = Folder::new();
    let store = folder.open();
    let trail = vec![left(Left::ModelBusy, Choice::Strategy); 500];
    write(&store, [with(trail.clone(), Outcome::Refused)]);
    assert_eq!(store.request_attempts(1).unwrap(), trail[..MOST]);
    assert_eq!(store.request(1).unwrap().unwrap().record.attempts, 500);
}

#[test]
fn a_trail_is_found_by_its_key() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, [record(1)]);
    for (sql, by) in [
        (SELECT, "SEARCH attempts USING PRIMARY KEY (request=?)"),
        (
            SELECT_ONLY,
            "SEARCH requests USING INTEGER PRIMARY KEY (rowid=?)",
        ),
    ] {
        let plan = plan(&folder.path("usage.db"), sql);
        assert!(plan.contains(by), "{plan}");
        assert!(!plan.contains("SCAN") && !plan.contains("TEMP"), "{plan}");
    }
}

//! What a table must not hold.

use super::{PriceTable, row};
use crate::price::{PriceError, PriceRow, RowFault};

fn refused(rows: &[PriceRow]) -> PriceError {
    PriceTable::shipped().with_overrides(rows).unwrap_err()
}

/// A row of model `m` with these fields instead of a price.
fn m(id: &str, fields: &str) -> PriceRow {
    row(&format!(
        r#"{{"id":"{id}","site":"cn","model":"m",{fields}}}"#
    ))
}

#[test]
fn each_fault_of_a_row_is_named() {
    let cases = [
        (r#""image":"1","zone":"Mars/Olympus""#, RowFault::Zone),
        (
            r#""image":"1","from":"2026-02-01","until":"2026-02-01""#,
            RowFault::Days,
        ),
        (
            r#""image":"1","hours":{"from":"02:00","until":"02:00"}"#,
            RowFault::Hours,
        ),
        (
            r#""tokens":[{"from_input_tokens":1,"input":"1"}]"#,
            RowFault::Tiers,
        ),
        (
            r#""tokens":[{"input":"1"},{"from_input_tokens":0,"input":"1"}]"#,
            RowFault::Tiers,
        ),
        (
            r#""tokens":[{"input":"1","output":"1"},{"from_input_tokens":9,"input":"1"}]"#,
            RowFault::Output,
        ),
        (r#""note":"nothing""#, RowFault::Empty),
        (r#""clip":"-1""#, RowFault::Negative),
        (
            r#""tokens":[{"input":"1","cached":"1.1"}]"#,
            RowFault::Cached,
        ),
        (r#""second":"1","batch_percent":101"#, RowFault::Batch),
    ];
    for (fields, expected) in cases {
        match refused(&[m("user:m", fields)]) {
            PriceError::Row { id, fault } => assert_eq!((id.as_str(), fault), ("user:m", expected)),
            other => panic!("{fields}: {other}"),
        }
    }
    for (id, model, expected) in [
        (String::new(), "m".to_owned(), RowFault::Name),
        ("x".repeat(201), "m".to_owned(), RowFault::Name),
        ("x".to_owned(), String::new(), RowFault::Model),
        ("x".to_owned(), "m".repeat(201), RowFault::Model),
    ] {
        let sample = m("user:m", r#""image":"1""#);
        let found = refused(&[PriceRow {
            id,
            model,
            ..sample
        }]);
        assert!(matches!(found, PriceError::Row { fault, .. } if fault == expected));
    }
}

#[test]
fn rows_that_hold_at_the_same_time_are_refused_and_others_are_not() {
    let overlap = |a: &str, b: &str| {
        let rows = [
            m("a", &format!(r#""image":"1",{a}"#)),
            m("b", &format!(r#""image":"2",{b}"#)),
        ];
        match PriceTable::shipped().with_overrides(&rows) {
            Ok(_) => false,
            Err(PriceError::Overlap { first, second }) => {
                assert_eq!((first.as_str(), second.as_str()), ("a", "b"));
                true
            }
            Err(other) => panic!("{other}"),
        }
    };
    let hours =
        |from: &str, until: &str| format!(r#""hours":{{"from":"{from}","until":"{until}"}}"#);
    assert!(overlap(r#""batch_percent":50"#, r#""batch_percent":50"#));
    assert!(overlap(r#""until":"2026-09-02""#, r#""from":"2026-09-01""#));
    assert!(!overlap(
        r#""until":"2026-09-01""#,
        r#""from":"2026-09-01""#
    ));
    assert!(!overlap(&hours("02:00", "08:00"), &hours("08:00", "02:00")));
    assert!(overlap(&hours("02:00", "08:00"), &hours("07:59", "02:00")));
    assert!(overlap(&hours("22:00", "04:00"), &hours("03:00", "05:00")));
    assert!(overlap(&hours("01:00", "05:00"), &hours("02:00", "03:00")));
    assert!(overlap(&hours("02:00", "08:00"), r#""note":"all day""#));
    let elsewhere = format!(r#""zone":"UTC",{}"#, hours("08:00", "02:00"));
    assert!(overlap(&hours("02:00", "08:00"), &elsewhere));
}

#[test]
fn two_rows_of_one_name_are_refused() {
    let rows = [
        m("a", r#""image":"1","until":"2026-01-01""#),
        m("a", r#""image":"1","from":"2026-01-01""#),
    ];
    assert!(matches!(refused(&rows), PriceError::SameName { id } if id == "a"));
}

#[test]
fn a_file_of_another_form_is_refused() {
    let file = |schema: u32, row: &str| {
        format!(
            r#"{{"schema":{schema},"as_of":{{"cn":"2026-07-21","com":"2026-07-02"}},
                "sources":{{"bill":"a bill"}},"rows":[{row}]}}"#
        )
    };
    let good = r#"{"id":"a","site":"cn","model":"m","image":"1","source":"bill"}"#;
    assert!(PriceTable::read(&file(1, good)).is_ok());
    assert!(matches!(
        PriceTable::read(&file(2, good)),
        Err(PriceError::Schema { found: 2, known: 1 })
    ));
    assert!(matches!(
        PriceTable::read(&file(1, &good.replace("bill", "hearsay"))),
        Err(PriceError::Row {
            fault: RowFault::Source,
            ..
        })
    ));
    let unreadable = [
        good.replace("image", "picture"),
        good.replace(r#""1""#, "1.5"),
        good.replace(r#""1""#, r#""1.5 CNY""#),
        good.replace(r#""cn""#, r#""net""#),
    ];
    for row in unreadable {
        let read = PriceTable::read(&file(1, &row));
        assert!(matches!(read, Err(PriceError::Unreadable(_))), "{row}");
    }
}

use flowkeep_contract::{ImportLine, ImportOutcome, ImportReport};

use super::render;

fn line(number: u32, outcome: ImportOutcome, message: Option<&str>) -> ImportLine {
    ImportLine {
        line: number,
        masked: "sk-…0000".to_owned(),
        label: None,
        account: None,
        site: None,
        outcome,
        reason: None,
        message: message.map(str::to_owned),
    }
}

#[test]
fn each_rejected_line_is_named_and_each_good_one_counted() {
    let report = ImportReport {
        added: 2,
        unchecked: 1,
        known: 2,
        rejected: 2,
        lines: vec![
            line(
                3,
                ImportOutcome::Malformed,
                Some("a SiliconFlow key starts with sk-"),
            ),
            line(14, ImportOutcome::Unauthorized, Some("unknown key (401)")),
            line(1, ImportOutcome::Added, None),
            line(2, ImportOutcome::AddedUnchecked, Some("connection refused")),
            line(4, ImportOutcome::Known, None),
            line(5, ImportOutcome::Duplicate, None),
        ],
        ..ImportReport::default()
    };
    assert_eq!(
        render(&report),
        "\
line 3   sk-…0000  not a key             a SiliconFlow key starts with sk-
line 14  sk-…0000  not added             unknown key (401)
line 2   sk-…0000  added unchecked       connection refused
line 5   sk-…0000  twice in this import
added 2 (1 unchecked), known 2, rejected 2"
    );
}

#[test]
fn lines_that_do_not_fit_are_counted() {
    let report = ImportReport {
        added: 1,
        lines: vec![line(1, ImportOutcome::Added, None)],
        lines_left_out: 99,
        ..ImportReport::default()
    };
    assert_eq!(
        render(&report),
        "… and 99 more lines\nadded 1, known 0, rejected 0"
    );
}

#[test]
fn calls_that_were_taken_over_are_counted() {
    let report = ImportReport {
        added: 3,
        calls: 12,
        ..ImportReport::default()
    };
    assert_eq!(
        render(&report),
        "added 3, known 0, rejected 0, 12 calls taken over"
    );
}

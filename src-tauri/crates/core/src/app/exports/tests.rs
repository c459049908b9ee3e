use flowkeep_contract::{ErrorCode, ExportRequestsRequest};

use super::super::records::tests::{Past, good};
use super::csv_rows::plain;
use super::file::{Names, Unfinished};
use super::*;
use crate::model::RequestRecord;

fn text(past: &Past, format: ExportFormat) -> String {
    let export = past
        .records
        .export_requests(format, RequestFilter::default());
    let mut export = export.unwrap();
    let mut bytes = Vec::new();
    while let Some(piece) = export.next_piece().unwrap() {
        bytes.extend(piece);
    }
    assert_eq!(export.next_piece().unwrap(), None, "the end stays the end");
    String::from_utf8(bytes).unwrap()
}

/// S38: no cell is a formula, no character steers a terminal.
#[test]
fn cells_are_text_and_nothing_else() {
    for (text, cell) in [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'=1"),
        ("\r1", "'1"),
        ("\n1", "'1"),
        (" =1", "' =1"),
        ("\u{a0}\u{3000}+1", "'\u{a0}\u{3000}+1"),
        ("\u{feff}=1", "'\u{feff}=1"),
        (" \t\u{200b}-1", "' \u{200b}-1"),
        ("＝1+1", "'＝1+1"),
        ("＋1", "'＋1"),
        ("－1", "'－1"),
        ("＠SUM(A1)", "'＠SUM(A1)"),
        (" a=b", " a=b"),
        (" ", " "),
        ("\u{1b}=1\u{7}", "'=1"),
        ("a=b", "a=b"),
        ("工作", "工作"),
        ("", ""),
    ] {
        assert_eq!(plain(text), cell, "{text:?}");
    }
}

#[test]
fn hostile_rows_come_back_as_text() {
    let past = Past::at("2026-11-23T12:00:00Z");
    past.write([RequestRecord {
        model_asked: Some("=cmd|'/c calc'!A1".into()),
        error: Some("a \"quoted\",\r\n=line\u{1b}[2J".to_owned()),
        vendor_code: Some(-7),
        ..good("2026-11-23T11:00:00Z")
    }]);
    let csv = text(&past, ExportFormat::Csv);
    assert_eq!(csv.lines().count(), 2, "{csv}");
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let head = reader.headers().unwrap().clone();
    let row = reader.records().next().unwrap().unwrap();
    let cell = |name| &row[head.iter().position(|one| one == name).unwrap()];
    assert_eq!(cell("model"), "'=cmd|'/c calc'!A1");
    assert_eq!(cell("error"), "a \"quoted\",=line[2J");
    assert_eq!(cell("vendor_code"), "-7", "a number of ours is a number");
    assert_eq!(cell("started_at"), "2026-11-23T11:00:00.000Z");
    assert_eq!((cell("cost"), cell("currency")), ("0.07", "CNY"));
    assert_eq!((cell("saved"), cell("outcome")), ("0.005", "success"));
    assert_eq!((cell("estimated_tokens"), cell("images")), ("", ""));

    let lines = text(&past, ExportFormat::Jsonl);
    let row: serde_json::Value = serde_json::from_str(lines.trim_end()).unwrap();
    assert_eq!(row["model"], "=cmd|'/c calc'!A1");
    assert_eq!(row["cost"]["nano"], 70_000_000);
}

#[test]
fn every_row_comes_once_whatever_is_recorded_meanwhile() {
    let past = Past::at("2026-11-23T12:00:00Z");
    let count = PIECE * 2 + 1;
    past.write((0..count).map(|_| good("2026-11-23T11:00:00Z")));
    let export = past
        .records
        .export_requests(ExportFormat::Jsonl, RequestFilter::default());
    let mut export = export.unwrap();
    let mut ids = Vec::new();
    while let Some(piece) = export.next_piece().unwrap() {
        let piece = String::from_utf8(piece).unwrap();
        ids.extend(piece.lines().map(|line| {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            row["id"].as_i64().unwrap()
        }));
        past.write([good("2026-11-23T11:30:00Z")]);
    }
    assert_eq!(export.rows(), u64::from(count));
    assert_eq!(ids.len(), usize::try_from(count).unwrap());
    assert!(ids.windows(2).all(|two| two[0] > two[1]));
}

#[test]
fn an_empty_log_has_a_head_at_most() {
    let past = Past::at("2026-11-23T12:00:00Z");
    assert_eq!(text(&past, ExportFormat::Jsonl), "");
    assert!(text(&past, ExportFormat::Csv).starts_with("id,request_id,started_at,"));
}

fn names_in(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name();
    let mut names: Vec<_> = entries.map(name).collect();
    names.sort();
    let text = |name: std::ffi::OsString| name.into_string().unwrap();
    names.into_iter().map(text).collect()
}

/// The name is given when all is in the file; before, an end by force leaves a
/// `.part`, any other end nothing.
#[test]
fn an_export_that_is_cut_off_leaves_no_half_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.csv");
    let names = Names::chosen(path.clone()).unwrap();
    let unfinished = Unfinished::begin(&names).unwrap();
    let under_way = names_in(folder.path());
    let [part] = under_way.as_slice() else {
        unreachable!("{under_way:?}");
    };
    assert!(part.starts_with("log.csv."), "{part}");
    assert_eq!(part.rsplit('.').next(), Some("part"), "{part}");
    drop(unfinished);
    assert_eq!(names_in(folder.path()), [""; 0]);

    // Killed: the next one is not hindered.
    std::mem::forget(Unfinished::begin(&names).unwrap());
    let again = Unfinished::begin(&names).unwrap();
    assert_eq!(again.finish(&names).unwrap(), path);
    let left = names_in(folder.path());
    assert_eq!(left.len(), 2, "{left:?}");
    assert_eq!(left[0], "log.csv");
    std::fs::remove_file(folder.path().join(&left[1])).unwrap();
    std::fs::remove_file(&path).unwrap();

    // Somebody takes the name while it is being written.
    let late = Unfinished::begin(&names).unwrap();
    std::fs::write(&path, "precious").unwrap();
    let error = late.finish(&names).unwrap_err();
    assert!(
        error.message.contains("is there already"),
        "{}",
        error.message
    );
    assert_eq!(names_in(folder.path()), ["log.csv"]);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
}

/// The log cannot be read any more while the file is there already.
#[test]
fn an_export_that_fails_leaves_nothing() {
    let past = Past::at("2026-11-23T12:00:00Z");
    past.write([good("2026-11-23T11:00:00Z")]);
    let path = past.folder.path().join("usage.db");
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE;
    let other = rusqlite::Connection::open_with_flags(path, flags).unwrap();
    other
        .execute_batch("ALTER TABLE requests RENAME TO gone")
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let failed = past.records.export_to_file(ExportRequestsRequest {
        format: ExportFormat::Csv,
        path: Some(folder.path().join("log.csv").to_str().unwrap().to_owned()),
        filter: RequestFilter::default(),
    });
    failed.unwrap_err();
    assert_eq!(names_in(folder.path()), [""; 0]);
}

/// S18: a new file of the owner's alone, and never through a planted link.
#[cfg(unix)]
#[test]
fn a_file_is_new_private_and_not_behind_a_link() {
    use std::os::unix::fs::{MetadataExt as _, symlink};

    let past = Past::at("2026-11-23T12:00:00Z");
    past.write([good("2026-11-23T11:00:00Z")]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.csv");
    let request = |path: &std::path::Path| ExportRequestsRequest {
        format: ExportFormat::Csv,
        path: Some(path.to_str().unwrap().to_owned()),
        filter: RequestFilter::default(),
    };
    let report = past.records.export_to_file(request(&path)).unwrap();
    assert_eq!(
        (report.path.as_str(), report.rows),
        (path.to_str().unwrap(), 1)
    );
    assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    let written = std::fs::read_to_string(&path).unwrap();
    assert_eq!(written, text(&past, ExportFormat::Csv));

    let target = folder.path().join("target");
    std::fs::write(&target, "precious").unwrap();
    let link = folder.path().join("link.csv");
    symlink(&target, &link).unwrap();
    for taken in [&path, &link] {
        let error = past.records.export_to_file(request(taken)).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidRequest, "{}", error.message);
        assert!(error.message.contains("is there already"));
    }
    assert_eq!(std::fs::read_to_string(&target).unwrap(), "precious");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), written);
    assert_eq!(names_in(folder.path()), ["link.csv", "log.csv", "target"]);
    let relative = past.records.export_to_file(request("log.csv".as_ref()));
    assert_eq!(relative.unwrap_err().code, ErrorCode::InvalidRequest);
    let nowhere = folder.path().join("no/such/folder.csv");
    let error = past.records.export_to_file(request(&nowhere)).unwrap_err();
    assert_eq!(error.code, ErrorCode::Storage);
}

use super::*;
use crate::app::error::chain;
use crate::app::money::Ledger;
use crate::price::{PriceTable, Site};

const ROWS: &str = r#"
[[rows]]
id = "mine"
site = "cn"
model = "acme/*"
from = "2026-01-01"
hours = { from = "02:00", until = "08:00" }
tokens = [{ input = "1.5", output = "4.5", cached = "0.15" }]
note = "by contract"
"#;

fn file(text: &str) -> (tempfile::TempDir, PriceFile) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(NAME), text).unwrap();
    let file = PriceFile::in_folder(folder.path());
    (folder, file)
}

fn save(file: &PriceFile, rows: &[PriceRow]) {
    let lock = file.lock().unwrap();
    file.save(rows, &lock).unwrap();
}

#[test]
fn a_missing_file_has_no_rows() {
    let folder = tempfile::tempdir().unwrap();
    let own = PriceFile::in_folder(folder.path()).look().own.unwrap();
    assert_eq!(own.rows(), []);
}

#[test]
fn rows_are_read_in_the_form_of_the_shipped_ones() {
    let (_folder, file) = file(ROWS);
    let rows = file.look().own.unwrap().rows();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].id, "mine");
    assert_eq!(rows[0].site, Site::Cn);
    assert_eq!(rows[0].tokens[0].input.to_string(), "1.5");
}

/// Every kind of row there is survives being written and read.
#[test]
fn what_is_written_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = PriceFile::in_folder(folder.path());
    let table = PriceTable::shipped();
    // The names of shipped rows are taken.
    let own = |row: &PriceRow| PriceRow {
        id: format!("own:{}", row.id),
        ..row.clone()
    };
    let rows: Vec<_> = table.shipped_rows().map(own).collect();
    assert!(rows.len() > 100);
    save(&file, &rows);
    assert_eq!(file.look().own.unwrap().rows(), rows);
    save(&file, &[]);
    assert_eq!(file.look().own.unwrap().rows(), []);
}

#[cfg(unix)]
#[test]
fn only_its_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let file = PriceFile::in_folder(folder.path());
    save(&file, &[]);
    let mode = std::fs::metadata(file.path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_fault_is_named_with_its_line() {
    for (text, words) in [
        ("rows = 1", "line 1"),
        ("[[row]]", "row"),
        ("[[rows", "line 1"),
    ] {
        let (_folder, file) = file(text);
        let error = file.look().own.unwrap_err();
        let said = chain(&error);
        assert!(said.contains(words), "{text:?}: {said}");
        assert!(said.contains("prices.toml"), "{said}");
    }
}

#[test]
fn a_damaged_file_is_kept_when_it_is_replaced() {
    let (folder, file) = file("[[rows");
    save(&file, &[]);
    assert_eq!(file.look().own.unwrap().rows(), []);
    let kept = std::fs::read_to_string(folder.path().join(DAMAGED)).unwrap();
    assert_eq!(kept, "[[rows");
}

/// The engine opens whatever the file says, and says what is wrong with it.
#[test]
fn a_file_that_is_no_toml_leaves_the_shipped_prices_and_a_warning() {
    let (folder, _) = file("[[rows");
    let (ledger, warning) = Ledger::open(folder.path());
    let warning = warning.unwrap();
    assert!(warning.contains("line 1"), "{warning}");
    assert!(warning.contains("came with Flowkeep"), "{warning}");
    assert_eq!(ledger.in_force().overrides().count(), 0);
    let (folder, _) = file(ROWS);
    let (ledger, warning) = Ledger::open(folder.path());
    assert_eq!(warning, None);
    assert_eq!(ledger.in_force().overrides().count(), 1);
}

/// The row of `ROWS` and one of each way to be wrong.
fn mixed() -> String {
    let bad = |id: &str, rest: &str| format!("[[rows]]\nid = \"{id}\"\nsite = \"cn\"\n{rest}\n");
    [
        bad("below", "model = \"m\"\nimage = \"-1\""),
        ROWS.to_owned(),
        bad("number", "model = \"m\"\nimage = 0.3"),
        bad("extra", "model = \"m\"\nimage = \"1\"\nprice = 3"),
        bad("mine", "model = \"m\"\nimage = \"1\""),
        bad("cn:deepseek-ai/DeepSeek-V3", "model = \"m\"\nimage = \"1\""),
        bad("again", "model = \"acme/*\"\nimage = \"1\""),
        "[[rows]]\nmodel = \"nameless\"\n".to_owned(),
        bad("fine", "model = \"other\"\nimage = \"0.5\""),
    ]
    .join("\n")
}

fn ids(ledger: &Ledger) -> Vec<String> {
    let table = ledger.in_force();
    table.overrides().map(|row| row.id.clone()).collect()
}

#[test]
fn a_row_that_cannot_be_meant_does_not_void_the_others() {
    let (folder, _) = file(&mixed());
    let (ledger, warning) = Ledger::open(folder.path());
    assert_eq!(ids(&ledger), ["mine", "fine"]);
    let warning = warning.unwrap();
    for words in [
        "7 of 9 rows",
        "`below`: has a price below 0",
        "price row `number`",
        "price row `extra`",
        "two price rows are named `mine`",
        "two price rows are named `cn:deepseek-ai/DeepSeek-V3`",
        "price rows `mine` and `again` hold at the same time",
        "price row 8",
        "prices.toml",
    ] {
        assert!(warning.contains(words), "{words}: {warning}");
    }
}

#[test]
fn rows_that_cannot_be_meant_stay_in_the_file_until_they_are_corrected() {
    let (folder, prices) = file(&mixed());
    let mut corrected = prices.look().own.unwrap().rows().remove(1);
    corrected.id = "number".to_owned();
    corrected.model = "mended".to_owned();
    corrected.note = None;
    save(&prices, &[corrected]);
    let text = std::fs::read_to_string(prices.path()).unwrap();
    for kept in ["below", "extra", "again", "nameless", "price = 3"] {
        assert!(text.contains(kept), "{kept}: {text}");
    }
    for gone in ["\"fine\"", "image = 0.3", "by contract"] {
        assert!(!text.contains(gone), "{gone}: {text}");
    }
    let (ledger, warning) = Ledger::open(folder.path());
    // What contradicted a row that is gone holds now.
    assert_eq!(ids(&ledger), ["number", "mine", "again"]);
    assert!(warning.unwrap().contains("4 of 7 rows"));
}

/// What was understood in another way than it was written counts as the same row: its
/// words and comments stay.
#[test]
fn rows_that_are_not_changed_stay_as_they_are_written() {
    let text = format!("# by hand\n{ROWS}\n# agreed\n[[rows]]\nid = \"x\"");
    let (_folder, file) = file(&text);
    let rows = file.look().own.unwrap().rows();
    save(&file, &rows);
    let written = std::fs::read_to_string(file.path()).unwrap();
    assert_eq!(written.trim_end(), text);
}

#[test]
fn each_version_of_the_file_has_its_revision() {
    let folder = tempfile::tempdir().unwrap();
    let file = PriceFile::in_folder(folder.path());
    let missing = file.look().revision;
    assert_eq!(missing, file.look().revision);
    save(&file, &[]);
    let empty = file.look().revision;
    assert_ne!(missing, empty);
    std::fs::write(file.path(), ROWS).unwrap();
    assert_ne!(empty, file.look().revision);
}

/// Nobody writes while another one reads to change.
#[test]
fn one_changes_the_file_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let file = PriceFile::in_folder(folder.path());
    let held = file.lock().unwrap();
    let other = PriceFile::in_folder(folder.path());
    let (told, hears) = std::sync::mpsc::channel();
    let waiting = std::thread::spawn(move || {
        let lock = other.lock().unwrap();
        told.send(()).unwrap();
        drop(lock);
    });
    assert!(hears.try_recv().is_err());
    let again = private::open_or_create(&folder.path().join(LOCK)).unwrap();
    assert!(again.try_lock().is_err());
    drop(held);
    waiting.join().unwrap();
    assert!(hears.try_recv().is_ok());
}

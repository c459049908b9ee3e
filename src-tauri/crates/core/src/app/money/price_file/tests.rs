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

#[test]
fn a_missing_file_has_no_rows() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(PriceFile::in_folder(folder.path()).read().unwrap(), []);
}

#[test]
fn rows_are_read_in_the_form_of_the_shipped_ones() {
    let (_folder, file) = file(ROWS);
    let rows = file.read().unwrap();
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
    let rows: Vec<_> = table.shipped_rows().cloned().collect();
    assert!(rows.len() > 100);
    file.save(&rows).unwrap();
    assert_eq!(file.read().unwrap(), rows);
    file.save(&[]).unwrap();
    assert_eq!(file.read().unwrap(), []);
}

#[cfg(unix)]
#[test]
fn only_its_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let file = PriceFile::in_folder(folder.path());
    file.save(&[]).unwrap();
    let mode = std::fs::metadata(file.path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_fault_is_named_with_its_line() {
    for (text, words) in [
        ("rows = 1", "line 1"),
        ("\n\n[[rows]]\nid = \"x\"\nprice = 3\n", "price"),
        ("[[rows]]\nid = \"x\"\nsite = \"de\"", "de"),
        (
            "[[rows]]\nid = \"x\"\nsite = \"cn\"\nmodel = \"m\"\nimage = 0.3",
            "line 5",
        ),
        ("[[row]]", "row"),
        ("[[rows", "line 1"),
    ] {
        let (_folder, file) = file(text);
        let error = file.read().unwrap_err();
        let said = chain(&error);
        assert!(said.contains(words), "{text:?}: {said}");
        assert!(said.contains("prices.toml"), "{said}");
    }
}

#[test]
fn a_damaged_file_is_kept_when_it_is_replaced() {
    let (folder, file) = file("[[rows");
    file.save(&[]).unwrap();
    assert_eq!(file.read().unwrap(), []);
    let kept = std::fs::read_to_string(folder.path().join(DAMAGED)).unwrap();
    assert_eq!(kept, "[[rows");
}

/// The engine opens whatever the file says, and says what is wrong with it.
#[test]
fn a_bad_file_leaves_the_shipped_prices_and_a_warning() {
    let unusable = ROWS.replace("\"1.5\"", "\"-1\"");
    let taken = ROWS.replace("\"mine\"", "\"cn:deepseek-ai/DeepSeek-V3\"");
    for (text, words) in [
        ("[[rows", "line 1"),
        (&*unusable, "has a price below 0"),
        (&*taken, "two price rows are named"),
    ] {
        let (folder, _) = file(text);
        let (ledger, warning) = Ledger::open(folder.path());
        let warning = warning.unwrap();
        assert!(warning.contains(words), "{warning}");
        assert!(warning.contains("came with Flowkeep"), "{warning}");
        let prices = ledger.prices.read().unwrap();
        assert_eq!(prices.overrides().count(), 0);
    }
    let (folder, _) = file(ROWS);
    let (ledger, warning) = Ledger::open(folder.path());
    assert_eq!(warning, None);
    assert_eq!(ledger.prices.read().unwrap().overrides().count(), 1);
}

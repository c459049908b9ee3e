use super::loose_tables;
use crate::tree::SourceFile;

fn loose(path: &str, text: &str) -> Vec<String> {
    loose_tables(&SourceFile::sample(path, text))
}

#[test]
fn a_table_without_strict_is_reported_where_it_stands() {
    let text = "CREATE TABLE a (id INTEGER) STRICT;\n\nCREATE TABLE IF NOT EXISTS b (\n  id INTEGER CHECK (id > 0)\n);";
    assert_eq!(loose("store/1.sql", text), ["store/1.sql:3 is not STRICT"]);
    assert_eq!(
        loose(
            "a.rs",
            "\"create table b (id TEXT) WITHOUT ROWID\"; // strict"
        )
        .len(),
        1
    );
}

#[test]
fn strict_tables_indexes_and_prose_are_fine() {
    assert!(
        loose(
            "1.sql",
            "CREATE TABLE a (\n  id INTEGER, -- (key)\n  b TEXT) STRICT, WITHOUT ROWID;"
        )
        .is_empty()
    );
    assert!(loose("1.sql", "CREATE INDEX a_b ON a (b);").is_empty());
    assert!(loose("a.rs", "/// Every `CREATE TABLE` has a test.\nfn a() {}").is_empty());
    assert!(loose("docs/a.md", "CREATE TABLE a (b);").is_empty());
}

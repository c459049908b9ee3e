use super::*;
use crate::price::PriceTable;

const FILE: &str = "# Mine, by hand.

# Agreed in May.
[[rows]]
id = \"one\"   # the first
site = \"cn\"
model = \"acme/*\"
# until they ask for more
tokens = [{ input = \"1.5\", output = \"4.5\" }]
note = \"by contract\" # page 3

[[rows]]
id = \"two\"
site = \"cn\"
model = \"other\"
# in a table of its own
[[rows.tokens]]
input = \"2\"

# behind all of them
";

fn read(text: &str) -> PriceDocument {
    PriceDocument::read(text).unwrap().unwrap()
}

fn row(text: &str) -> PriceRow {
    toml::from_str(text).unwrap()
}

fn one(rest: &str) -> PriceRow {
    row(&format!(
        "id = \"one\"\nsite = \"cn\"\nmodel = \"acme/*\"\n{rest}"
    ))
}

#[test]
fn rows_that_stay_are_not_touched() {
    let any = one("image = \"1\"");
    let places = [(&any, Place::Same(0)), (&any, Place::Same(1))];
    assert_eq!(read(FILE).with(&places, &[]).unwrap(), FILE);
    assert_eq!(read(FILE).with(&[], &[0, 1]).unwrap(), FILE);
    let other_way_round = read(FILE).with(&[], &[1, 0]).unwrap();
    let first = "# Mine, by hand.\n\n[[rows]]\nid = \"two\"";
    assert!(other_way_round.starts_with(first), "{other_way_round}");
    assert!(
        other_way_round.contains("\"2\"\n\n# Agreed"),
        "{other_way_round}"
    );
    assert_eq!(read(&other_way_round).rows.len(), 2);
}

/// Files of Windows, and files of comments alone.
#[test]
fn a_head_stays_before_the_first_row() {
    let one = one("image = \"1\"");
    let windows = FILE.replace('\n', "\r\n");
    let text = read(&windows).with(&[(&one, Place::New)], &[]).unwrap();
    assert!(text.starts_with("# Mine, by hand.\n\n[[rows]]\n"), "{text}");
    assert!(!text.contains("Agreed in May"), "{text}");
    let text = read("# None yet.\n")
        .with(&[(&one, Place::New)], &[])
        .unwrap();
    assert!(text.starts_with("# None yet.\n[[rows]]\n"), "{text}");
}

#[test]
fn a_row_that_changes_keeps_its_comments() {
    let dear = one("tokens = [{ input = \"3\", output = \"4.5\" }]\nnote = \"new\"");
    let text = read(FILE)
        .with(&[(&dear, Place::Changed(0))], &[1])
        .unwrap();
    let first = FILE
        .replace("input = \"1.5\"", "input = \"3\"")
        .replace("by contract", "new");
    let without_tiers = |text: &str| {
        let lines = text.lines().filter(|line| !line.starts_with("tokens"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(without_tiers(&text), without_tiers(&first));
    let read_again: toml::Value = toml::from_str(&text).unwrap();
    let changed: PriceRow = read_again["rows"][0].clone().try_into().unwrap();
    assert_eq!(changed, dear);
}

#[test]
fn a_row_goes_with_its_comments_and_a_new_one_comes_behind() {
    let new = row("id = \"three\"\nsite = \"com\"\nmodel = \"m\"\nimage = \"0.5\"");
    let text = read(FILE).with(&[(&new, Place::New)], &[1]).unwrap();
    assert!(text.starts_with("# Mine, by hand.\n\n[[rows]]"), "{text}");
    assert!(!text.contains("Agreed in May"), "{text}");
    assert!(text.contains("# in a table of its own"), "{text}");
    assert!(text.ends_with("# behind all of them\n"), "{text}");
    assert_eq!(read(&text).rows.len(), 2);
}

#[test]
fn a_new_file_says_what_it_is_and_another_head_is_left_alone() {
    let new = one("image = \"0.5\"");
    for empty in ["", " \n", FIRST_LINES] {
        let text = read(empty).with(&[(&new, Place::New)], &[]).unwrap();
        assert!(text.starts_with(FIRST_LINES), "{empty:?}: {text}");
        assert_eq!(text.matches("Prices of your own").count(), 1, "{text}");
        let without = read(&text).with(&[], &[]).unwrap();
        assert_eq!(without, FIRST_LINES);
    }
    let text = read(FILE).with(&[], &[0]).unwrap();
    assert!(!text.contains("Prices of your own"), "{text}");
    let inline = "rows = [{ id = \"one\", site = \"cn\", model = \"m\", image = \"1\" }]";
    assert_eq!(read(inline).rows.len(), 1);
    assert!(PriceDocument::read("rows = [1]").unwrap().is_none());
    assert!(PriceDocument::read("[[rows").is_err());
}

/// Whatever is in a row is written so that it can be read.
#[test]
fn every_shipped_row_is_written_and_read_again() {
    let table = PriceTable::shipped();
    let rows: Vec<PriceRow> = table.shipped_rows().cloned().collect();
    let places: Vec<_> = rows.iter().map(|row| (row, Place::New)).collect();
    let text = read("").with(&places, &[]).unwrap();
    let file: toml::Value = toml::from_str(&text).unwrap();
    let read: Vec<PriceRow> = file["rows"].clone().try_into().unwrap();
    assert_eq!(read, rows);
}

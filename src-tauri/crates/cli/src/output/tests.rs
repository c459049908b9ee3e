use super::{Columns, escaped, plain, table};

fn row(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|&cell| cell.to_owned()).collect()
}

#[test]
fn columns_are_aligned_also_beside_chinese() {
    let text = table(&[
        row(&["ID", "LABEL", "STATE"]),
        row(&["a1", "工作", "usable"]),
        row(&["b22", "home", ""]),
    ]);
    assert_eq!(text, "ID   LABEL  STATE\na1   工作   usable\nb22  home");
}

#[test]
fn a_label_cannot_steer_the_terminal() {
    assert_eq!(plain("\u{1b}]0;x\u{7}name\u{202e}"), "]0;xname");
    assert!(!table(&[row(&["\u{1b}[31mred"])]).contains('\u{1b}'));
}

/// S38: JSON itself leaves some of these characters as they are.
#[test]
fn json_cannot_steer_the_terminal_and_means_the_same() {
    let value = serde_json::json!({"model": "a\u{9b}2J\u{202e}b\u{7f}\n"});
    let text = escaped(&serde_json::to_string_pretty(&value).unwrap());
    let hidden = |c: char| c != '\n' && c.is_control() || c == '\u{202e}';
    assert!(!text.contains(hidden), "{text:?}");
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&text).unwrap(),
        value
    );
}

#[test]
fn columns_keep_their_places() {
    let mut columns = Columns::default();
    columns.lines(&[row(&["longer", "x"])]);
    assert_eq!(columns.lines(&[row(&["a", "b"])]), "a       b");
}

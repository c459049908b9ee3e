use super::{plain, table};

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

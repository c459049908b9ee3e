use super::*;

const KEY: &str = "sk-testalpha0000000000000000000000000000000000001234";
const OTHER: &str = "sk-testbeta00000000000000000000000000000000000005678";

fn read(text: &str) -> Vec<Line> {
    Layout::of(text).expect("a table").read(text)
}

#[test]
fn columns_are_found_by_their_names_in_any_order() {
    for delimiter in [",", ";", "\t", "|"] {
        let text = format!(
            "\n# old pool\nname{delimiter}API_KEY{delimiter}余额{delimiter}account{delimiter}colour\r\n\
             work{delimiter}{KEY}{delimiter}12.5{delimiter}team{delimiter}red\r\n\
             \r\n\
             home{delimiter}{OTHER}\r\n"
        );
        let lines = read(&text);
        let entries: Vec<_> = lines.iter().map(|line| line.as_ref().unwrap()).collect();
        let [first, second] = entries[..] else {
            panic!("two rows with {delimiter:?}: {lines:?}");
        };
        assert_eq!((first.line, first.label.as_deref()), (4, Some("work")));
        assert_eq!(first.account.as_deref(), Some("team"));
        assert_eq!(first.balance.unwrap().amount.to_string(), "12.5");
        assert_eq!((second.line, second.label.as_deref()), (6, Some("home")));
        assert_eq!(second.key.last_four(), "5678");
        assert_eq!(second.balance, None);
    }
}

#[test]
fn quoted_cells_keep_delimiters_and_line_breaks() {
    let text = format!("key,label\n{KEY},\"a, \"\"b\"\"\nand c\"\n{OTHER},d\n");
    let lines = read(&text);
    let label = |at: usize| lines[at].as_ref().unwrap().label.clone().unwrap();
    // A line break is a control character, which no label has.
    assert_eq!(label(0), "a, \"b\"and c");
    assert_eq!(
        (lines[1].as_ref().unwrap().line, label(1)),
        (4, "d".to_owned())
    );
}

#[test]
fn rows_without_a_good_key_are_reported_by_their_line() {
    let text = format!("key,label\n,nothing\nsk-short,b\n{KEY},c\n,\n");
    let lines = read(&text);
    let rejected: Vec<_> = lines
        .iter()
        .filter_map(|line| line.as_ref().err())
        .map(|rejected| rejected.line)
        .collect();
    assert_eq!((lines.len(), rejected), (3, vec![2, 3]));
}

#[test]
fn what_has_no_header_is_no_table() {
    for text in [
        "",
        "# key,label\n",
        "label,account\nwork,team",
        "sk-x, my key",
    ] {
        assert_eq!(Layout::of(text), None, "{text:?}");
    }
    assert_eq!(Layout::of(&format!("{KEY},key\n{OTHER},b")), None);
    // One column is a table as well.
    assert_eq!(read(&format!("key\n{KEY}\n")).len(), 1);
}

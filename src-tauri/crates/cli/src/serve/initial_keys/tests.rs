use super::one_per_line;

#[test]
fn commas_and_blanks_separate_keys() {
    assert_eq!(
        one_per_line(" sk-a,sk-b, sk-c\n\tsk-d,, "),
        "sk-a\nsk-b\nsk-c\nsk-d"
    );
    assert_eq!(one_per_line(" , "), "");
}

use super::{Language, Strings, code_of};

fn rust(text: &str) -> String {
    code_of(text, Language::Rust, Strings::Blank)
}

fn script(text: &str) -> String {
    code_of(text, Language::JavaScript, Strings::Blank)
}

/// What is left of a text, with runs of spaces made one.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn rust_comments_and_strings_become_spaces_of_the_same_length() {
    let text = "let a = \"{ \\\" }\"; // fn b() {\n/* { /* nested */ } */ let c = '{';";
    let code = rust(text);
    assert_eq!(code.len(), text.len());
    assert_eq!(code.lines().count(), 2);
    assert_eq!(words(&code), "let a = ; let c = ;");
}

#[test]
fn rust_raw_strings_end_where_their_hashes_do() {
    assert_eq!(
        words(&rust("a(r#\"}\" {\"#, br\"\\\", c\"{\", b'{')")),
        "a( , , , b )"
    );
}

#[test]
fn a_lifetime_is_not_a_character() {
    assert_eq!(
        rust("fn a<'t>(x: &'t str) -> char { '\\'' }"),
        "fn a<'t>(x: &'t str) -> char {      }"
    );
    assert_eq!(words(&rust("['é', '→', '😀', 'x']")), "[ , , , ]");
}

#[test]
fn a_word_that_ends_in_a_prefix_letter_is_not_a_raw_string() {
    assert_eq!(words(&rust("for\"{\" r#type")), "for r#type");
}

#[test]
fn strings_can_stay() {
    let text = "use 'x'; // gone\nconst b = `c ${'d'}`;";
    assert_eq!(
        words(&code_of(text, Language::JavaScript, Strings::Keep)),
        "use 'x'; const b = `c ${'d'}`;"
    );
}

#[test]
fn script_templates_hold_code_that_holds_templates() {
    assert_eq!(
        words(&script("a(`{ ${b({ c: `}` })} {`) + '}'")),
        "a(` ${b({ c: ` ` })} `) +"
    );
}

#[test]
fn a_regular_expression_is_not_a_division() {
    assert_eq!(
        words(&script("x = /[/{]\\/{/.test(y) && a / b / c")),
        "x = .test(y) && a / b / c"
    );
    assert_eq!(words(&script("return /{/")), "return");
}

use super::{bodies, too_long};
use crate::masking::Language;
use crate::tree::SourceFile;

/// A body of so many lines, with blank lines, comments and braces in strings between them.
fn filled(lines: usize) -> String {
    "    act(\"}\"); // }\n\n    // aside\n".repeat(lines)
}

fn complaints(path: &str, text: &str) -> Vec<String> {
    too_long(&SourceFile::sample(path, text))
}

#[test]
fn a_rust_function_of_61_lines_is_reported_where_it_stands() {
    let text = format!(
        "mod a;\n\nimpl B {{\n  fn long(c: [u8; 4]) -> bool where D: E {{\n{}}}\n}}\n",
        filled(61)
    );
    assert_eq!(complaints("a.rs", &text), ["a.rs:4 has 61 lines"]);
}

#[test]
fn sixty_lines_of_code_are_fine() {
    assert!(complaints("a.rs", &format!("fn a() {{\n{}}}", filled(60))).is_empty());
}

#[test]
fn declarations_and_function_types_have_no_body() {
    let text = format!(
        "trait A {{ fn b(&self) -> [u8; 2]; }}\nstruct C {{ d: fn(u8) -> u8 }}\nconst E: &str = \"\n{}\";",
        "x\n".repeat(80)
    );
    assert!(complaints("a.rs", &text).is_empty());
}

#[test]
fn a_long_string_counts_as_lines_of_its_function() {
    let text = format!("fn a() -> &'static str {{\n\"\n{}\"\n}}", "x\n".repeat(80));
    assert_eq!(complaints("a.rs", &text).len(), 1);
}

#[test]
fn script_functions_and_arrows_are_measured() {
    let long = filled(61);
    let function = format!("export async function a({{ b, c }} = {{}}) {{\n{long}}}\n");
    let arrow = format!("const d = (e) => {{\n{long}}};\n");
    assert_eq!(
        complaints("scripts/a.mjs", &function),
        ["scripts/a.mjs:1 has 61 lines"]
    );
    assert_eq!(
        complaints("scripts/a.mjs", &arrow),
        ["scripts/a.mjs:1 has 61 lines"]
    );
    assert!(
        complaints("tests/ui/a.mjs", &arrow).is_empty(),
        "eslint measures that one"
    );
}

#[test]
fn every_function_of_a_file_is_found() {
    let text = "fn a() { fn b() {} }\npub(crate) const fn c<'t>() -> &'t str { \"{\" }\nmacro_rules! d { () => { fn e() {} } }";
    assert_eq!(bodies(text, Language::Rust).len(), 4);
}

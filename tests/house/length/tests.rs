use super::{is_limited, lines_under, too_long};
use crate::tree::SourceFile;

#[test]
fn a_file_of_401_lines_is_reported_and_one_of_400_is_not() {
    let long = SourceFile::sample("a.rs", &"x\n".repeat(401));
    let fits = SourceFile::sample("b.rs", &"x\n".repeat(400));
    assert_eq!(too_long(&[&long, &fits]), ["a.rs has 401 lines"]);
}

#[test]
fn code_is_limited_and_prose_is_not() {
    assert!(is_limited(&SourceFile::sample("ui/src/App.svelte", "")));
    assert!(!is_limited(&SourceFile::sample("docs/architecture.md", "")));
    assert!(!is_limited(&SourceFile::sample("folder.rs/LICENSE", "")));
}

#[test]
fn lines_add_up_below_a_folder_only() {
    let files = [
        ("a/b.rs", "1\n2\n"),
        ("a/c/d.rs", "3\n"),
        ("ab/e.rs", "4\n"),
    ];
    let files = files.map(|(path, text)| SourceFile::sample(path, text));
    assert_eq!(lines_under(&files, "a/"), 3);
}

use super::{raw_html, real_keys, unsafe_switches, vague_names};
use crate::tree::SourceFile;

fn file(path: &str, text: &str) -> SourceFile {
    SourceFile::sample(path, text)
}

#[test]
fn vague_names_are_reported() {
    let files = [
        file("ui/src/lib/utils.ts", ""),
        file("a/Helper.svelte", ""),
        file("pool/lease.rs", ""),
        file("docs/misc.md", ""),
    ];
    assert_eq!(
        vague_names(&files),
        ["ui/src/lib/utils.ts", "a/Helper.svelte"]
    );
}

#[test]
fn raw_html_is_reported() {
    assert_eq!(
        raw_html(&file("ui/src/a.svelte", "<p>\n{@html text}</p>")),
        ["ui/src/a.svelte:2 inserts raw HTML"]
    );
    assert!(raw_html(&file("ui/src/a.svelte", "<p>{text}</p>")).is_empty());
}

#[test]
fn switched_off_protections_are_reported_outside_tests() {
    let switch = "client.danger_accept_invalid_certs(true)";
    assert!(
        !unsafe_switches(&file(
            "src-tauri/crates/core/src/upstream/client.rs",
            switch
        ))
        .is_empty()
    );
    assert!(
        !unsafe_switches(&file(
            "src-tauri/tauri.conf.json",
            "{\"dangerousDisableAssetCspModification\": true}"
        ))
        .is_empty()
    );
    assert!(
        unsafe_switches(&file("src-tauri/crates/core/src/upstream/tests.rs", switch)).is_empty()
    );
    assert!(
        unsafe_switches(&file(
            "src-tauri/crates/core/src/a.rs",
            "// dangerous without a lock"
        ))
        .is_empty()
    );
}

#[test]
fn what_looks_like_a_real_key_is_reported() {
    let letters: String = ('a'..='z').cycle().take(48).collect();
    let text = format!("key:\n\"sk-{letters}\"");
    assert_eq!(
        real_keys(&file("docs/a.md", &text)),
        ["docs/a.md:2 holds a key"]
    );
}

#[test]
fn test_keys_placeholders_and_short_words_are_fine() {
    let letters: String = ('a'..='z').cycle().take(44).collect();
    assert!(real_keys(&file("a.rs", &format!("sk-test{letters}"))).is_empty());
    assert!(real_keys(&file("a.md", &format!("sk-{}", "x".repeat(48)))).is_empty());
    assert!(
        real_keys(&file(
            "a.css",
            ".mask-image, task-list-of-many-words-that-go-on-and-on {}"
        ))
        .is_empty()
    );
}

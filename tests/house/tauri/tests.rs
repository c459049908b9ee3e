use super::mentions;
use crate::tree::SourceFile;

fn count(path: &str, text: &str) -> usize {
    mentions(&SourceFile::sample(path, text)).len()
}

#[test]
fn a_mention_in_code_is_reported_with_its_line() {
    let file = SourceFile::sample(
        "src-tauri/crates/core/src/app/mod.rs",
        "\nuse tauri::AppHandle;",
    );
    assert_eq!(
        mentions(&file),
        ["src-tauri/crates/core/src/app/mod.rs:2 names Tauri"]
    );
    assert_eq!(
        count(
            "ui/src/pages/keys/Keys.svelte",
            "import { invoke } from '@tauri-apps/api/core';"
        ),
        1
    );
    assert_eq!(
        count(
            "ui/src/lib/state/session.ts",
            "if ('__TAURI_INTERNALS__' in window) {}"
        ),
        1
    );
}

#[test]
fn the_shell_its_adapter_comments_and_paths_are_fine() {
    assert_eq!(
        count("src-tauri/src/main.rs", "tauri::Builder::default()"),
        0
    );
    assert_eq!(
        count(
            "ui/src/lib/backend/tauri.ts",
            "import '@tauri-apps/api/core';"
        ),
        0
    );
    assert_eq!(
        count(
            "src-tauri/crates/cli/src/main.rs",
            "// as in the Tauri shell\nconst A: &str = \"src-tauri/x\";"
        ),
        0
    );
    assert_eq!(count("docs/architecture.md", "Tauri"), 0);
    assert_eq!(count("src-tauri/Cargo.toml", "tauri.workspace = true"), 0);
}

#[test]
fn the_interface_picks_its_adapter_without_using_its_packages() {
    assert_eq!(
        count(
            "ui/src/lib/backend/index.ts",
            "const { tauri } = await import('./tauri');"
        ),
        0
    );
    assert_eq!(
        count(
            "ui/src/lib/backend/index.ts",
            "import '@tauri-apps/api/core';"
        ),
        1
    );
}

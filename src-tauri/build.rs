//! Compiles the configuration, the capabilities and one permission per command.

use std::error::Error;

use flowkeep_contract::{COMMANDS, DESKTOP_COMMANDS};

/// What the window tells the shell outside the contract: its first paint.
const WINDOW_PAINTED: &str = "window_painted";

fn main() -> Result<(), Box<dyn Error>> {
    // A pattern of our own is not watched by `tauri-build`.
    println!("cargo:rerun-if-changed=../capabilities");
    println!("cargo:rerun-if-changed=../icons");
    let contract = COMMANDS.iter().chain(DESKTOP_COMMANDS);
    let commands: Vec<&'static str> = contract
        .map(|command| command.name)
        .chain([WINDOW_PAINTED])
        .collect();
    // Without this list every command would be open to every page of the window.
    let manifest = tauri_build::AppManifest::new().commands(commands.leak());
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("../capabilities/**/*.json")
        .app_manifest(manifest);
    tauri_build::try_build(attributes).map_err(Into::into)
}

use std::path::Path;

use super::typescript;

/// D2: the UI's types are exactly what Rust says, or this fails.
#[test]
fn the_generated_typescript_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../ui/src/lib/contract.ts");
    let fresh = typescript();
    if std::env::var_os("FLOWKEEP_UPDATE_CONTRACT").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &fresh).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        written, fresh,
        "ui/src/lib/contract.ts is stale: run FLOWKEEP_UPDATE_CONTRACT=1 cargo nextest run -p flowkeep-contract"
    );
}

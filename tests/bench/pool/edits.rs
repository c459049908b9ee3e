//! How long it takes to bring in and remove many keys (F44), on disk and all.

use std::time::{Duration, Instant};

use flowkeep_contract::{ApiError, Empty, Host, ImportKeysRequest, RemoveKeysRequest};
use flowkeep_core::app::{App, AppOptions};
use flowkeep_core::vault::VaultChoice;

/// Keys of an import, and how long it may take.
const IMPORT: (usize, Duration) = (10_000, Duration::from_secs(2));
/// Keys that are removed at once.
const REMOVAL: usize = 30_000;

/// Prints both; whether the import was in time. A build without optimisation says
/// nothing about that, so there it always was.
///
/// # Errors
/// When the engine refuses, which no machine is too slow for.
#[expect(clippy::print_stdout, reason = "a benchmark tells on the terminal")]
pub(crate) fn print() -> Result<bool, Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let folder = tempfile::tempdir()?;
    let options = AppOptions {
        vault: VaultChoice::File,
        ..AppOptions::new(folder.path(), Host::Server)
    };
    let (imported, removed) = runtime.block_on(async {
        let app = App::open(options).await?;
        let imported = import(&app, 0..IMPORT.0).await?;
        import(&app, IMPORT.0..REMOVAL).await?;
        let removed = remove_all(&app).await?;
        app.close().await;
        Ok::<_, Box<dyn std::error::Error>>((imported, removed))
    })?;
    println!("\n| many keys | takes |");
    println!("|---|---:|");
    println!("| {} imported without a check | {imported:?} |", IMPORT.0);
    println!("| {REMOVAL} removed at once | {removed:?} |");
    let is_optimised = !cfg!(debug_assertions);
    let counts = if is_optimised {
        ""
    } else {
        ", in a release build"
    };
    println!("\ntarget: import <= {:?}{counts}", IMPORT.1);
    Ok(!is_optimised || imported <= IMPORT.1)
}

async fn import(app: &App, keys: std::ops::Range<usize>) -> Result<Duration, ApiError> {
    let lines: Vec<String> = keys.map(|n| format!("sk-test{n:044}")).collect();
    let request = ImportKeysRequest {
        text: lines.join("\n"),
        validate: false,
        force: false,
    };
    let begun = Instant::now();
    app.import_keys(request).await?;
    Ok(begun.elapsed())
}

async fn remove_all(app: &App) -> Result<Duration, ApiError> {
    let keys = app.list_keys(Empty {}).await?.keys;
    let ids = keys.into_iter().map(|key| key.id).collect();
    let begun = Instant::now();
    app.remove_keys(RemoveKeysRequest { ids }).await?;
    Ok(begun.elapsed())
}

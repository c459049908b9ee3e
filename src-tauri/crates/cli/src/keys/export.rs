//! `flowkeep keys export`: keys leave only for who says so (S27).

use std::io;
use std::path::Path;

use flowkeep_core::app::ExportedKeys;
use flowkeep_core::private;

use super::resolve;
use crate::args::ExportArgs;
use crate::consent;
use crate::engine;
use crate::failure::Failure;
use crate::output;
use crate::variables::Variables;

const WARNING: &str = "this shows all keys in plain text";

/// Writes all keys, one per line, in the order of their addition.
pub(super) async fn run(args: &ExportArgs, variables: &Variables) -> Result<(), Failure> {
    let place = resolve(&args.place, variables)?;
    // A file keeps the keys from other people; a screen does not.
    if args.file.is_none() && !args.yes && !consent::given(WARNING, "say --yes, or name a file")? {
        return Err(Failure::Failed("no key was shown".to_owned()));
    }
    let app = engine::open_beside(&place).await?;
    let exported = app.export_keys().await;
    app.close().await;
    let exported = exported?;
    match &args.file {
        None => {
            write(&exported, io::stdout().lock()).map_err(|error| Failure::unwritten(&error))?;
        }
        Some(path) => {
            write_file(&exported, path)?;
            output::note(&format!(
                "wrote {} keys to {}; whoever has this file can use them",
                exported.keys.len(),
                path.display()
            ));
        }
    }
    if exported.missing > 0 {
        return Err(Failure::Failed(format!(
            "{} keys are missing: the vault does not give them now",
            exported.missing
        )));
    }
    Ok(())
}

fn write_file(exported: &ExportedKeys, path: &Path) -> Result<(), Failure> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => Failure::Failed(format!(
            "{} exists already; choose another name",
            path.display()
        )),
        _ => Failure::Failed(format!("write {}: {error}", path.display())),
    };
    let file = private::create_new(path).map_err(failed)?;
    write(exported, io::BufWriter::new(file)).map_err(failed)
}

fn write(exported: &ExportedKeys, mut out: impl io::Write) -> io::Result<()> {
    for key in &exported.keys {
        writeln!(out, "{}", key.expose())?;
    }
    out.flush()
}

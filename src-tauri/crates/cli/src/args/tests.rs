use std::path::Path;

use clap::{CommandFactory as _, Parser as _};
use flowkeep_core::vault::VaultChoice;

use super::{Cli, Command, KeysCommand};

fn parse(line: &str) -> Command {
    Cli::try_parse_from(line.split(' ')).unwrap().command
}

#[test]
fn the_definition_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn serve_takes_all_flags() {
    let Command::Serve(args) = parse(
        "flowkeep serve --host ::1 --port 0 --data-dir /d --upstream http://127.0.0.1:1/v1 --vault file --no-token",
    ) else {
        panic!("not serve");
    };
    assert_eq!(args.host.as_deref(), Some("::1"));
    assert_eq!(args.port, Some(0));
    assert!(args.no_token);
    assert_eq!(args.place.vault, Some(VaultChoice::File));
    assert_eq!(args.place.data_dir.as_deref(), Some(Path::new("/d")));
    assert_eq!(
        args.place.upstream.as_deref(),
        Some("http://127.0.0.1:1/v1")
    );
}

#[test]
fn an_import_reads_the_standard_input_unless_told_otherwise() {
    for (line, file) in [
        ("flowkeep keys import", "-"),
        ("flowkeep keys import -", "-"),
        ("flowkeep keys import keys.txt --force", "keys.txt"),
    ] {
        let Command::Keys {
            command: KeysCommand::Import(args),
        } = parse(line)
        else {
            panic!("not an import");
        };
        assert_eq!(args.file, Path::new(file));
    }
}

#[test]
fn wrong_usage_is_refused() {
    for line in [
        "flowkeep",
        "flowkeep keys remove",
        "flowkeep serve --port 70000",
        "flowkeep serve --vault drawer",
        "flowkeep serve --api-key abc",
    ] {
        let error = Cli::try_parse_from(line.split(' ')).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{line}");
    }
}

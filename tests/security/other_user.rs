//! S8: another user of the machine has no rights here. Needs to be root, to
//! become somebody else.

#![cfg(target_os = "linux")]

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use flowkeep_core::vault::VaultChoice;
use flowkeep_tests::{MODEL, Rig, RigOptions};

/// Runs a command as the user `nobody`, off the threads that serve.
async fn as_nobody(program: &'static str, arguments: Vec<String>) -> Output {
    let run = move || {
        Command::new("setpriv")
            .args([
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                "--",
                program,
            ])
            .args(arguments)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("LC_ALL", "C")
            .output()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    let output = output.expect("setpriv (util-linux) is installed");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(
        !words.contains("setpriv:"),
        "this test must run as root: {words}"
    );
    output
}

async fn rig() -> Rig {
    let rig = Rig::with(RigOptions {
        vault: VaultChoice::File,
        settings: "theme = \"dark\"\n".to_owned(),
        ..RigOptions::default()
    })
    .await;
    assert_eq!(rig.chats(MODEL, 2).await.count(200), 2);
    rig.settled_rows().await;
    rig
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// S8: being on this machine gives no trust.
#[tokio::test]
async fn another_user_needs_the_token_too() {
    let rig = rig().await;
    let url = rig.url("/v1/models");
    let ask = async |more: &[String]| {
        let format = ["-s", "-o", "/dev/null", "-w", "%{http_code}", &url];
        let arguments = format
            .iter()
            .map(ToString::to_string)
            .chain(more.iter().cloned());
        let output = as_nobody("curl", arguments.collect()).await;
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(ask(&[]).await, "401");
    let token = format!("Authorization: Bearer {}", rig.token);
    assert_eq!(
        ask(&["-H".to_owned(), token]).await,
        "200",
        "the token is what counts"
    );
}

/// S8: no file of the data folder can be read, neither through the folder nor,
/// were the folder open, by itself.
#[tokio::test]
async fn another_user_reads_no_file() {
    let rig = rig().await;
    let names = files(rig.folder());
    for wanted in [
        "flowkeep.db",
        "usage.db",
        "vault.age",
        "vault.key",
        "settings.toml",
    ] {
        assert!(
            names.iter().any(|path| path.ends_with(wanted)),
            "{wanted} in {names:?}"
        );
    }
    let listed = as_nobody("ls", vec![rig.folder().display().to_string()]).await;
    assert!(!listed.status.success());
    for open in [false, true] {
        if open {
            std::fs::set_permissions(rig.folder(), Permissions::from_mode(0o755)).unwrap();
        }
        for path in &names {
            let output = as_nobody("cat", vec![path.display().to_string()]).await;
            let words = String::from_utf8_lossy(&output.stderr);
            assert!(
                words.contains("Permission denied"),
                "{} (folder open: {open})",
                path.display()
            );
            assert!(output.stdout.is_empty());
        }
    }
}

/// S18: modes as the files stand: nothing for group and others.
#[tokio::test]
async fn files_are_for_their_owner_only() {
    let rig = rig().await;
    for path in files(rig.folder()) {
        let mode = std::fs::metadata(&path).unwrap().mode() & 0o777;
        assert_eq!(mode & 0o077, 0, "{} has mode {mode:o}", path.display());
    }
    assert_eq!(
        std::fs::metadata(rig.folder()).unwrap().mode() & 0o777,
        0o700
    );
}

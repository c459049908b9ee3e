//! The vault in a process of its own, for the tests of `tests/vault`: the bus's
//! address comes from the environment, which a test cannot change for itself.
//!
//! Reads one order per line and answers each with one line.

use std::io::Write as _;
use std::path::Path;

use flowkeep_core::model::{ApiKey, KeyId};
use flowkeep_core::vault::{Vault, VaultChoice, VaultOptions};

const FOLDER: &str = "FLOWKEEP_TEST_FOLDER";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::var_os(FOLDER).ok_or("a test starts this with a folder")?;
    let mut vault = None;
    for order in std::io::stdin().lines() {
        let order = order?;
        let answer = match order.split_once(' ') {
            Some(("open", choice)) => match open(Path::new(&folder), choice) {
                Ok(opened) => {
                    let answer = format!("{} {:?}", opened.kind(), opened.state());
                    vault = Some(opened);
                    answer
                }
                Err(answer) => answer,
            },
            _ => act(vault.as_ref().ok_or("open the vault first")?, &order),
        };
        writeln!(std::io::stdout(), "{answer}")?;
    }
    Ok(())
}

fn open(folder: &Path, choice: &str) -> Result<Vault, String> {
    let (choice, hint) = choice.split_once(' ').unwrap_or((choice, "0"));
    let options = VaultOptions {
        choice: choice
            .parse::<VaultChoice>()
            .map_err(|error| error.to_string())?,
        install_id: "test".to_owned(),
        data_dir: folder.to_owned(),
        passphrase: None,
        bundle_count_hint: hint.parse().map_err(|_| "no hint".to_owned())?,
    };
    Vault::open(&options).map_err(|error| format!("error: {error}"))
}

fn act(vault: &Vault, order: &str) -> String {
    let (word, argument) = order.split_once(' ').unwrap_or((order, ""));
    match word {
        "add" => match vault.add(&keys(argument.parse().unwrap_or_default())) {
            Ok(places) => format!("added {}", places.len()),
            Err(error) => format!("error: {error}"),
        },
        "load" => match vault.load() {
            Ok(contents) => format!(
                "loaded {} unreadable {:?} reads {}",
                contents.keys.len(),
                contents.unreadable_bundles,
                vault.reads()
            ),
            Err(error) => format!("error: {error}"),
        },
        "state" => format!("{:?}", vault.state()),
        "probe" => format!("{:?}", vault.probe()),
        "unlock" => format!("{:?}", vault.try_unlock()),
        "warning" => vault.warning().unwrap_or_default(),
        other => format!("error: no order {other:?}"),
    }
}

/// Keys of the usual length that no other call makes.
fn keys(count: usize) -> Vec<(KeyId, ApiKey)> {
    let key = |id: &KeyId| ApiKey::parse(&format!("sk-test{:0>44}", id.as_str()));
    let ids = (0..count).map(|_| KeyId::generate());
    ids.filter_map(|id| Some((id.clone(), key(&id).ok()?)))
        .collect()
}

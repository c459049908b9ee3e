//! The vault in a process of its own, driven line by line.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use flowkeep_core::model::{ApiKey, KeyId};
use flowkeep_core::vault::{Vault, VaultChoice, VaultOptions};

const FOLDER: &str = "FLOWKEEP_TEST_FOLDER";
/// Far more than the vault may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Marks our lines among those of the test harness.
const MARK: &str = "» ";

/// The hand of the puppet.
pub(crate) struct Puppet {
    process: Child,
    orders: ChildStdin,
    answers: Receiver<String>,
}

impl Puppet {
    /// Starts a process with just these variables and this data folder.
    pub(crate) fn start<'a>(
        data_dir: &Path,
        environment: impl IntoIterator<Item = (&'a str, std::path::PathBuf)>,
    ) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "puppet::obey", "--ignored", "--nocapture"])
            .env_clear()
            .env(FOLDER, data_dir)
            .envs(environment)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let orders = process.stdin.take().unwrap();
        let answers = answers(process.stdout.take().unwrap());
        Self {
            process,
            orders,
            answers,
        }
    }

    /// Gives an order and waits for the answer.
    pub(crate) fn ask(&mut self, order: &str) -> String {
        writeln!(self.orders, "{order}").unwrap();
        self.answers
            .recv_timeout(PATIENCE)
            .unwrap_or_else(|error| panic!("no answer to {order:?}: {error}"))
    }
}

/// Reads the puppet's lines apart, so that a hang fails instead of hanging.
fn answers(output: ChildStdout) -> Receiver<String> {
    let (sender, receiver) = mpsc::sync_channel(1);
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines() {
            let line = line.unwrap_or_default();
            // The harness writes the test's name before our first line.
            if let Some((_, answer)) = line.split_once(MARK)
                && sender.send(answer.to_owned()).is_err()
            {
                return;
            }
        }
    });
    receiver
}

impl Drop for Puppet {
    fn drop(&mut self) {
        // It may hang on purpose; nothing of it is needed any more.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
#[ignore = "the other side of the tests of this binary, started by them"]
fn obey() {
    let folder = std::env::var_os(FOLDER).expect("started by a test");
    let mut vault = None;
    for order in std::io::stdin().lines() {
        let order = order.unwrap();
        let answer = match order.split_once(' ') {
            Some(("open", choice)) => match open(Path::new(&folder), choice) {
                Ok(opened) => {
                    let answer = format!("{} {:?}", opened.kind(), opened.state());
                    vault = Some(opened);
                    answer
                }
                Err(answer) => answer,
            },
            _ => act(vault.as_ref().expect("the vault is open"), &order),
        };
        println!("\n{MARK}{answer}");
    }
}

fn open(folder: &Path, choice: &str) -> Result<Vault, String> {
    let (choice, hint) = choice.split_once(' ').unwrap_or((choice, "0"));
    let options = VaultOptions {
        choice: choice.parse::<VaultChoice>().unwrap(),
        install_id: "test".to_owned(),
        data_dir: folder.to_owned(),
        passphrase: None,
        bundle_count_hint: hint.parse().unwrap(),
    };
    Vault::open(&options).map_err(|error| format!("error: {error}"))
}

fn act(vault: &Vault, order: &str) -> String {
    let (word, argument) = order.split_once(' ').unwrap_or((order, ""));
    match word {
        "add" => match vault.add(&keys(argument.parse().unwrap())) {
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
        other => panic!("no order {other:?}"),
    }
}

/// Keys of the usual length that no other call makes.
fn keys(count: usize) -> Vec<(KeyId, ApiKey)> {
    let key = |id: &KeyId| ApiKey::parse(&format!("sk-test{:0>44}", id.as_str())).unwrap();
    let ids = (0..count).map(|_| KeyId::generate());
    ids.map(|id| (id.clone(), key(&id))).collect()
}

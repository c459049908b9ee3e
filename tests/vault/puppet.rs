//! The vault in a process of its own, driven line by line.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

const FOLDER: &str = "FLOWKEEP_TEST_FOLDER";
/// Far more than the vault may take.
const PATIENCE: Duration = Duration::from_mins(1);

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
        let tests = std::env::current_exe().unwrap();
        // Cargo builds the examples of a package together with its tests.
        let built = tests.ancestors().nth(2).unwrap();
        let mut process = Command::new(built.join("examples/vault-process"))
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
            if sender.send(line.unwrap_or_default()).is_err() {
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

//! Starting the `flowkeep` program, reading what it says, and ending it.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How long a debug build on a busy machine may take for anything.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// The program, with an environment of its own.
///
/// # Panics
/// When it was not built.
#[must_use]
pub fn flowkeep(words: &[&str]) -> Command {
    let test = std::env::current_exe().expect("a test knows where it is");
    let folder = test.parent().and_then(|deps| deps.parent());
    let program: PathBuf = folder.expect("target/debug").join("flowkeep");
    assert!(
        program.exists(),
        "{} is missing: run cargo build -p flowkeep-cli",
        program.display()
    );
    let mut command = Command::new(program);
    command.env_clear().args(words);
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    // No session bus: keychains are the business of `tests/vault`.
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
    command
}

/// A program that has ended.
#[derive(Debug)]
pub struct Ended {
    /// Exit code; none when a signal killed it.
    pub code: Option<i32>,
    /// All of stdout that nobody took before.
    pub stdout: String,
    /// All of stderr that nobody took before.
    pub stderr: String,
    /// From the start, or from the last signal.
    pub took: Duration,
}

/// Runs a command to its end with this text on stdin.
///
/// # Panics
/// When it does not start or does not end.
pub fn run_with_input(command: &mut Command, input: &str) -> Ended {
    let mut running = Running::spawn(command.stdin(Stdio::piped()));
    let mut stdin = running.child.stdin.take().expect("a pipe");
    let input = input.to_owned();
    // A program that refuses early closes the pipe, which is no failure here.
    let writer = thread::spawn(move || stdin.write_all(input.as_bytes()).is_ok());
    let ended = running.wait();
    writer.join().expect("the writer ends");
    ended
}

/// Runs a command to its end without input.
///
/// # Panics
/// When it does not start or does not end.
pub fn run(command: &mut Command) -> Ended {
    Running::spawn(command.stdin(Stdio::null())).wait()
}

/// A program that runs; it is killed with the test.
#[derive(Debug)]
pub struct Running {
    child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
    since: Instant,
}

impl Running {
    /// Starts a command with this text on stdin, without waiting for anything.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(command: &mut Command, input: &str) -> Self {
        let mut running = Self::spawn(command.stdin(Stdio::piped()));
        let mut stdin = running.child.stdin.take().expect("a pipe");
        let input = input.to_owned();
        // A program that is killed while it reads closes the pipe.
        thread::spawn(move || stdin.write_all(input.as_bytes()).is_ok());
        running
    }

    fn spawn(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stdout = lines_of(child.stdout.take().expect("a pipe"));
        let stderr = lines_of(child.stderr.take().expect("a pipe"));
        Self {
            child,
            stdout,
            stderr,
            since: Instant::now(),
        }
    }

    /// Starts a server and waits for the line with its address, without `http://`.
    ///
    /// # Panics
    /// When it ends instead; shows what it said.
    pub fn serve(command: &mut Command) -> (Self, String) {
        let running = Self::spawn(command.stdin(Stdio::null()));
        let line = running.stdout.recv_timeout(PATIENCE).unwrap_or_default();
        let address = line.strip_prefix("listening on http://").map(str::to_owned);
        let Some(address) = address else {
            let ended = running.stop();
            unreachable!("no address but {line:?}: {ended:?}");
        };
        (running, address)
    }

    /// The next line of stdout.
    ///
    /// # Panics
    /// When none comes.
    #[must_use]
    pub fn line(&self) -> String {
        self.stdout.recv_timeout(PATIENCE).expect("another line")
    }

    /// The next line of stderr.
    ///
    /// # Panics
    /// When none comes.
    #[must_use]
    pub fn complaint(&self) -> String {
        let line = self.stderr.recv_timeout(PATIENCE);
        line.expect("another line of stderr")
    }

    /// The process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by its name.
    ///
    /// # Panics
    /// When there is no `kill`.
    pub fn signal(&mut self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status();
        // One that has ended already is not there for a signal.
        assert!(sent.is_ok(), "kill -s {name}");
        self.since = Instant::now();
    }

    /// Waits for the end; kills what does not end.
    ///
    /// # Panics
    /// When it does not end.
    #[must_use]
    pub fn wait(mut self) -> Ended {
        let status = self.wait_for_exit();
        let took = self.since.elapsed();
        Ended {
            code: status.code(),
            stdout: self.stdout.iter().collect::<Vec<_>>().join("\n"),
            stderr: self.stderr.iter().collect::<Vec<_>>().join("\n"),
            took,
        }
    }

    fn wait_for_exit(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("our own child") {
                return status;
            }
            assert!(begun.elapsed() < PATIENCE, "the program does not end");
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// SIGTERM, and the end.
    ///
    /// # Panics
    /// When it does not end.
    #[expect(clippy::must_use_candidate, reason = "often only the end counts")]
    pub fn stop(mut self) -> Ended {
        self.signal("TERM");
        self.wait()
    }

    /// SIGKILL, as when the power of the process is cut.
    ///
    /// # Panics
    /// When it cannot be killed.
    pub fn kill(mut self) {
        self.child.kill().expect("our own child");
        self.wait_for_exit();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines_of(source: impl Read + Send + 'static) -> Receiver<String> {
    let (lines, receiver): (Sender<String>, _) = channel();
    thread::spawn(move || {
        for line in BufReader::new(source).lines().map_while(Result::ok) {
            if lines.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

//! Everything that the process says, down to TRACE, the libraries included.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, OnceLock};

use tracing_subscriber::EnvFilter;

/// All but the simulator, which stands for the vendor: what the vendor logs of
/// the requests it gets is not ours.
const EVERYTHING: &str = "trace,flowkeep_simulator=off";

/// The captured log of this process.
#[derive(Clone, Default)]
pub(crate) struct Logs(Arc<Mutex<Vec<u8>>>);

impl Logs {
    /// Starts capturing, once per process.
    pub(crate) fn capture() -> Self {
        static LOGS: OnceLock<Logs> = OnceLock::new();
        LOGS.get_or_init(|| {
            let logs = Self::default();
            let sink = logs.clone();
            tracing_subscriber::fmt()
                .with_env_filter(EnvFilter::new(EVERYTHING))
                .with_ansi(false)
                .with_writer(move || sink.clone())
                .init();
            logs
        })
        .clone()
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }
}

impl Write for Logs {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

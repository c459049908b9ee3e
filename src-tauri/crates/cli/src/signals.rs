//! SIGINT and SIGTERM: the first asks to stop, the second to stop now (F29).

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What the signals have asked for so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signals {
    /// Finish what runs, then end.
    pub(crate) stop: CancellationToken,
    /// End now.
    pub(crate) hurry: CancellationToken,
}

impl Signals {
    /// Takes over both signals from now on.
    ///
    /// # Errors
    /// When the system refuses.
    pub(crate) fn listen(tasks: &TaskTracker) -> std::io::Result<Self> {
        let signals = Self::default();
        let mut source = Source::new()?;
        let told = signals.clone();
        tasks.spawn(async move {
            source.next().await;
            told.stop.cancel();
            tracing::info!("stopping; a second signal ends it at once");
            source.next().await;
            told.hurry.cancel();
        });
        Ok(signals)
    }
}

#[cfg(unix)]
struct Source {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Source {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Source {
    interrupt: tokio::signal::windows::CtrlC,
    close: tokio::signal::windows::CtrlClose,
}

#[cfg(windows)]
impl Source {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: tokio::signal::windows::ctrl_c()?,
            close: tokio::signal::windows::ctrl_close()?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.close.recv() => {}
        }
    }
}

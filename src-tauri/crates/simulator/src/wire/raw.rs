//! Answers written byte for byte, past the HTTP library.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use super::{Peer, Wire};
use crate::ledger::Call;

/// One step of a raw answer.
#[derive(Debug)]
pub(crate) enum RawStep {
    /// Writes these bytes.
    Write(Bytes),
    /// Closes the connection in an orderly way.
    Close,
    /// Resets the connection.
    Reset,
}

/// A scripted raw answer and the ledger entry it belongs to.
pub(crate) struct RawAnswer {
    call: Call,
    steps: Vec<RawStep>,
}

impl std::fmt::Debug for RawAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RawAnswer")
            .field("steps", &self.steps)
            .finish_non_exhaustive()
    }
}

impl RawAnswer {
    pub(crate) fn new(call: Call, steps: Vec<RawStep>) -> Self {
        Self { call, steps }
    }

    /// Plays the steps; the connection is closed when this returns.
    pub(crate) async fn play(mut self, mut wire: Wire, peer: &Peer) -> io::Result<()> {
        for step in self.steps {
            match step {
                RawStep::Write(bytes) => {
                    wire.write_all(&bytes).await?;
                    self.call.wrote(bytes.len(), None);
                }
                RawStep::Close => {
                    wire.shutdown().await?;
                    self.call.end(false);
                    drain(&mut wire).await?;
                }
                RawStep::Reset => {
                    self.call.end(false);
                    peer.reset_on_close();
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

/// How long a client may take to close after us.
const PATIENCE: Duration = Duration::from_secs(5);

/// Reads until the client closes too, so that our close is not a reset.
async fn drain(wire: &mut Wire) -> io::Result<()> {
    let mut scratch = [0; 4096];
    let until_closed = async {
        while wire.read(&mut scratch).await? > 0 {}
        Ok(())
    };
    timeout(PATIENCE, until_closed).await.unwrap_or(Ok(()))
}

//! The socket under a connection, with what HTTP libraries do not offer:
//! counting, resets and raw bytes.

mod raw;

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::locked::lock;

pub(crate) use raw::{RawAnswer, RawStep};

/// What the two ends of a connection's code tell each other.
#[derive(Debug, Default)]
pub(crate) struct Peer {
    written: AtomicU64,
    reset_on_close: AtomicBool,
    raw: Mutex<Option<Box<RawAnswer>>>,
    idle_deadline: Mutex<Option<Instant>>,
    idle_changed: Notify,
}

impl Peer {
    /// Bytes the operating system has taken on this connection.
    pub(crate) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Makes the coming close of the socket a reset.
    pub(crate) fn reset_on_close(&self) {
        self.reset_on_close.store(true, Ordering::Release);
    }

    /// Leaves an answer to be written past HTTP once the connection is free.
    pub(crate) fn leave_raw(&self, answer: Box<RawAnswer>) {
        *lock(&self.raw) = Some(answer);
    }

    pub(crate) fn take_raw(&self) -> Option<Box<RawAnswer>> {
        lock(&self.raw).take()
    }

    /// Closes the connection after this long without a new request.
    pub(crate) fn close_when_idle(&self, after: Duration) {
        *lock(&self.idle_deadline) = Some(Instant::now() + after);
        self.idle_changed.notify_one();
    }

    /// A new request has come: the connection is not idle.
    pub(crate) fn busy(&self) {
        if lock(&self.idle_deadline).take().is_some() {
            self.idle_changed.notify_one();
        }
    }

    /// Resolves when the connection has been idle for too long.
    pub(crate) async fn idle_too_long(&self) {
        loop {
            let deadline = *lock(&self.idle_deadline);
            match deadline {
                None => self.idle_changed.notified().await,
                Some(deadline) => {
                    tokio::select! {
                        () = sleep_until(deadline) => return,
                        () = self.idle_changed.notified() => {}
                    }
                }
            }
        }
    }
}

/// A TCP stream that counts what it writes and can end in a reset.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: TcpStream,
    peer: Arc<Peer>,
}

impl Wire {
    pub(crate) fn new(stream: TcpStream, peer: Arc<Peer>) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self { stream, peer })
    }

    fn count(&self, result: &Poll<io::Result<usize>>) {
        if let Poll::Ready(Ok(bytes)) = result {
            self.peer
                .written
                .fetch_add(*bytes as u64, Ordering::Relaxed);
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.peer.reset_on_close.load(Ordering::Acquire) {
            let linger = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
            if let Err(error) = linger {
                tracing::debug!(%error, "could not make the close of a socket a reset");
            }
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.count(&result);
        result
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.count(&result);
        result
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

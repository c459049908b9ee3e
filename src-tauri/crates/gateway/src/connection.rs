//! One client connection: its I/O, and noticing at once that the client left.
//!
//! hyper notices a hang-up only while it reads. When a request is under way and
//! bytes of the next one are already in its buffer, or a body is not being read,
//! it does not; then [`ClientSocket`] watches for the peer's FIN itself (F22).
//!
//! An answer that comes before the end of the request's body must not be
//! overtaken by a reset, so such a connection is closed with patience.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How often unread bytes are looked past for a hang-up.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// How long a client that was answered early may go on sending, and how long it
/// may pause: nginx's `lingering_time` and `lingering_timeout`.
const LINGER: Duration = Duration::from_secs(30);
const LINGER_PAUSE: Duration = Duration::from_secs(5);
/// What is thrown away at a time.
const LINGER_PIECE: usize = 64 * 1024;

/// The shared part of a connection.
#[derive(Debug)]
pub(crate) struct ClientSocket {
    tcp: TcpStream,
    read_is_pending: AtomicBool,
    /// The body of the request under way has not come to its end.
    body_is_open: AtomicBool,
}

/// What hyper reads from and writes to.
#[derive(Debug)]
pub(crate) struct ClientIo(Arc<ClientSocket>);

impl ClientSocket {
    pub(crate) fn new(tcp: TcpStream) -> Arc<Self> {
        Arc::new(Self {
            tcp,
            read_is_pending: AtomicBool::new(true),
            body_is_open: AtomicBool::new(false),
        })
    }

    /// Whether the client still has something to send of its request.
    pub(crate) fn body_is_open(&self) -> bool {
        self.body_is_open.load(Ordering::Relaxed)
    }

    /// Notes how far the body of the request has come.
    pub(crate) fn set_body_is_open(&self, is_open: bool) {
        self.body_is_open.store(is_open, Ordering::Relaxed);
    }

    /// Reads and throws away what a client still sends that was answered before
    /// its request had come, until it closes the connection too. Closing with
    /// bytes unread would be a reset, which may overtake the answer
    /// (RFC 9112 §9.6).
    pub(crate) async fn linger(&self) {
        if self.shut_down().is_err() {
            return;
        }
        let mut thrown_away = Vec::with_capacity(LINGER_PIECE);
        let draining = async {
            while let Ok(Ok(())) = timeout(LINGER_PAUSE, self.tcp.readable()).await {
                thrown_away.clear();
                match self.tcp.try_read_buf(&mut thrown_away) {
                    Ok(1..) => {}
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    Ok(0) | Err(_) => return,
                }
            }
        };
        // One that sends for longer is cut off.
        let _ = timeout(LINGER, draining).await;
    }

    fn shut_down(&self) -> io::Result<()> {
        socket2::SockRef::from(&self.tcp).shutdown(std::net::Shutdown::Write)
    }

    pub(crate) fn io(self: &Arc<Self>) -> ClientIo {
        ClientIo(Arc::clone(self))
    }

    /// Whether nobody waits for the next byte, so that a hang-up would go unseen.
    fn is_unwatched(&self) -> bool {
        !self.read_is_pending.load(Ordering::Relaxed)
    }

    /// Returns when the client has closed its side.
    async fn hang_up(self: Arc<Self>) {
        loop {
            match self.tcp.ready(Interest::READABLE).await {
                Ok(ready) if !ready.is_read_closed() => tokio::time::sleep(LOOK_AGAIN).await,
                Ok(_) | Err(_) => return,
            }
        }
    }
}

/// Drives `connection` to its end, or until the client hangs up unseen.
/// Returns `None` in that case: dropping the connection cancels the request.
pub(crate) async fn drive<C: Future>(
    socket: &Arc<ClientSocket>,
    mut connection: Pin<&mut C>,
) -> Option<C::Output> {
    let mut watch: Option<Pin<Box<dyn Future<Output = ()> + Send>>> = None;
    std::future::poll_fn(move |cx| {
        if let Poll::Ready(output) = connection.as_mut().poll(cx) {
            return Poll::Ready(Some(output));
        }
        if !socket.is_unwatched() {
            watch = None;
            return Poll::Pending;
        }
        let watching = watch.get_or_insert_with(|| Box::pin(Arc::clone(socket).hang_up()));
        watching.as_mut().poll(cx).map(|()| None)
    })
    .await
}

impl AsyncRead for ClientIo {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let socket = &self.0;
        loop {
            let Poll::Ready(readable) = socket.tcp.poll_read_ready(cx) else {
                socket.read_is_pending.store(true, Ordering::Relaxed);
                return Poll::Pending;
            };
            socket.read_is_pending.store(false, Ordering::Relaxed);
            readable?;
            // Fills spare capacity as it is; zeroing it first would cost more
            // than the read.
            match socket.tcp.try_read_buf(buf) {
                Ok(_) => return Poll::Ready(Ok(())),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl ClientIo {
    fn poll_try_write(
        &self,
        cx: &mut Context<'_>,
        write: impl Fn(&TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.0.tcp.poll_write_ready(cx))?;
            match write(&self.0.tcp) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                done => return Poll::Ready(done),
            }
        }
    }
}

impl AsyncWrite for ClientIo {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_try_write(cx, |tcp| tcp.try_write(bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_try_write(cx, |tcp| tcp.try_write_vectored(slices))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.0.shut_down())
    }
}

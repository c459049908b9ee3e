//! An upstream on a bare socket, for what no HTTP server would send or take.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

/// How much of a body is read at a time.
const PIECE: usize = 64 * 1024;

/// Listens until it is dropped; each connection brings one request.
#[derive(Debug)]
pub struct BareUpstream {
    base_url: String,
    _stop: DropGuard,
}

/// A request whose head came; the answer is whatever is said.
#[derive(Debug)]
pub struct Asked {
    /// The head as it came, without its last empty line.
    pub head: String,
    socket: TcpStream,
    /// What came of the body together with the head.
    held: Vec<u8>,
    /// Bytes of the body that are still to be read, as far as the head tells.
    left: u64,
}

impl BareUpstream {
    /// `answer` gets every request. A connection that fails is over, no more: it
    /// is the gateway that hung up.
    ///
    /// # Panics
    /// When there is no free port.
    pub async fn start<A>(answer: impl Fn(Asked) -> A + Send + Sync + 'static) -> Self
    where
        A: Future<Output = io::Result<()>> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a free port");
        let addr = listener.local_addr().expect("it is bound");
        let answer = Arc::new(answer);
        let stop = CancellationToken::new();
        let tasks = TaskTracker::new();
        let conversations = tasks.clone();
        let stopped = stop.clone();
        tasks.spawn(stop.clone().run_until_cancelled_owned(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let answer = Arc::clone(&answer);
                let conversation = async move {
                    let asked = Asked::read(socket).await?;
                    answer(asked).await
                };
                let stopped = stopped.clone();
                conversations.spawn(stopped.run_until_cancelled_owned(conversation));
            }
        }));
        Self {
            base_url: format!("http://{addr}/v1"),
            _stop: stop.drop_guard(),
        }
    }

    /// Answers every request with these bytes and closes the connection.
    ///
    /// # Panics
    /// When there is no free port.
    pub async fn saying(answer: impl Into<Vec<u8>>) -> Self {
        let answer: Arc<[u8]> = answer.into().into();
        Self::start(move |mut asked| {
            let answer = Arc::clone(&answer);
            async move {
                asked.skip_body().await?;
                asked.say(&answer).await?;
                asked.close().await
            }
        })
        .await
    }

    /// The base URL for a gateway.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.base_url.clone()
    }
}

impl Asked {
    async fn read(mut socket: TcpStream) -> io::Result<Self> {
        let mut read = Vec::new();
        let end = loop {
            if let Some(at) = read.windows(4).position(|window| window == b"\r\n\r\n") {
                break at;
            }
            if socket.read_buf(&mut read).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        };
        let body = read.split_off(end + 4);
        let head = String::from_utf8_lossy(&read[..end]).into_owned();
        let length: u64 = field(&head, "content-length").parse().unwrap_or(0);
        Ok(Self {
            left: length.saturating_sub(body.len() as u64),
            held: body,
            head,
            socket,
        })
    }

    /// A header; empty when absent.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        field(&self.head, name)
    }

    /// The next bytes of a body that told its length; none at its end.
    ///
    /// # Errors
    /// When the gateway breaks off.
    pub async fn next_piece(&mut self) -> io::Result<Vec<u8>> {
        if !self.held.is_empty() || self.left == 0 {
            return Ok(std::mem::take(&mut self.held));
        }
        let mut piece = Vec::with_capacity(PIECE);
        let count = self.socket.read_buf(&mut piece).await?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left = self.left.saturating_sub(count as u64);
        Ok(piece)
    }

    /// Reads the body to its end.
    ///
    /// # Errors
    /// When the gateway breaks off.
    pub async fn read_body(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let piece = self.next_piece().await?;
            if piece.is_empty() {
                return Ok(body);
            }
            body.extend_from_slice(&piece);
        }
    }

    /// Reads the body to its end and forgets it; returns its length.
    ///
    /// # Errors
    /// When the gateway breaks off.
    pub async fn skip_body(&mut self) -> io::Result<u64> {
        let mut length = 0;
        loop {
            let piece = self.next_piece().await?;
            if piece.is_empty() {
                return Ok(length);
            }
            length += piece.len() as u64;
        }
    }

    /// Reads a body in chunks to its end and forgets it; returns its length
    /// without the framing.
    ///
    /// # Errors
    /// When the gateway breaks off or sends no chunks.
    pub async fn skip_chunks(&mut self) -> io::Result<u64> {
        let mut length = 0;
        loop {
            let line = self.read_line().await?;
            let size = u64::from_str_radix(&line, 16).map_err(io::Error::other)?;
            let mut left = size + 2;
            while left > 0 {
                self.fill().await?;
                let taken = self
                    .held
                    .len()
                    .min(usize::try_from(left).unwrap_or(usize::MAX));
                self.held.drain(..taken);
                left -= taken as u64;
            }
            if size == 0 {
                return Ok(length);
            }
            length += size;
        }
    }

    async fn read_line(&mut self) -> io::Result<String> {
        loop {
            if let Some(at) = self.held.windows(2).position(|window| window == b"\r\n") {
                let line = self.held.drain(..at + 2).take(at).collect();
                return String::from_utf8(line).map_err(io::Error::other);
            }
            let count = self.socket.read_buf(&mut self.held).await?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// Reads more when nothing is held.
    async fn fill(&mut self) -> io::Result<()> {
        if self.held.is_empty() {
            self.held.reserve(PIECE);
            if self.socket.read_buf(&mut self.held).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(())
    }

    /// Sends bytes as they are; waits while the gateway takes none.
    ///
    /// # Errors
    /// When the gateway hung up.
    pub async fn say(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.socket.write_all(bytes.as_ref()).await
    }

    /// Sends a chunk of a body in chunks.
    ///
    /// # Errors
    /// When the gateway hung up.
    pub async fn say_chunk(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.say(format!("{:x}\r\n", bytes.len())).await?;
        self.say(bytes).await?;
        self.say("\r\n").await
    }

    /// Ends the connection in an orderly way, whatever is still to be read.
    ///
    /// # Errors
    /// When the gateway hung up before.
    pub async fn close(mut self) -> io::Result<()> {
        self.socket.shutdown().await?;
        self.wait_for_end().await
    }

    /// Says nothing more and reads until the gateway closes the connection.
    ///
    /// # Errors
    /// When the gateway breaks off.
    pub async fn wait_for_end(mut self) -> io::Result<()> {
        let mut rest = vec![0; PIECE];
        while self.socket.read(&mut rest).await? > 0 {}
        Ok(())
    }

    /// Resets the connection: what was sent and not yet read may be lost.
    ///
    /// # Errors
    /// When the socket is gone.
    pub fn reset(self) -> io::Result<()> {
        self.socket.set_zero_linger()
    }
}

fn field<'a>(head: &'a str, name: &str) -> &'a str {
    let value = head.lines().find_map(|line| {
        let (this, value) = line.split_once(':')?;
        this.eq_ignore_ascii_case(name).then(|| value.trim())
    });
    value.unwrap_or_default()
}

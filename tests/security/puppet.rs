//! An upstream that says exactly what a test wants, and knows the key it got.

use std::fmt::Write as _;
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

type Script = dyn Fn(&str) -> String + Send + Sync;

/// Answers one request per connection, then closes it.
pub(crate) struct Puppet {
    base_url: String,
    _stop: DropGuard,
}

impl Puppet {
    /// `answer` gets the value of `Authorization` and returns the raw answer.
    pub(crate) async fn start(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let answer: Arc<Script> = Arc::new(answer);
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let tasks = TaskTracker::new();
        let conversations = tasks.clone();
        tasks.spawn(stopped.run_until_cancelled_owned(async move {
            while let Ok((socket, _)) = listener.accept().await {
                conversations.spawn(converse(socket, Arc::clone(&answer)));
            }
        }));
        Self {
            base_url: format!("http://{addr}/v1"),
            _stop: stop.drop_guard(),
        }
    }

    pub(crate) fn base_url(&self) -> String {
        self.base_url.clone()
    }
}

async fn converse(mut socket: TcpStream, answer: Arc<Script>) {
    let mut read = Vec::new();
    let head = loop {
        match socket.read_buf(&mut read).await {
            Ok(1..) => {}
            _ => return,
        }
        let text = String::from_utf8_lossy(&read);
        if let Some((head, _)) = text.split_once("\r\n\r\n") {
            break head.to_owned();
        }
    };
    let length: usize = header(&head, "content-length").parse().unwrap_or(0);
    while read.len() < head.len() + 4 + length {
        match socket.read_buf(&mut read).await {
            Ok(1..) => {}
            _ => return,
        }
    }
    let text = answer(&header(&head, "authorization"));
    let _ = socket.write_all(text.as_bytes()).await;
    let _ = socket.shutdown().await;
}

fn header(head: &str, name: &str) -> String {
    let value = head.lines().find_map(|line| {
        let (this, value) = line.split_once(':')?;
        this.eq_ignore_ascii_case(name).then(|| value.trim())
    });
    value.unwrap_or_default().to_owned()
}

/// An answer whose body comes in these chunks.
pub(crate) fn chunked(status: &str, headers: &str, pieces: &[&str]) -> String {
    let mut text = format!(
        "HTTP/1.1 {status}\r\n{headers}transfer-encoding: chunked\r\nconnection: close\r\n\r\n"
    );
    for piece in pieces {
        let _ = write!(text, "{:x}\r\n{piece}\r\n", piece.len());
    }
    text + "0\r\n\r\n"
}

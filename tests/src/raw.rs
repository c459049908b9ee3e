//! A client on a bare socket, for what HTTP libraries do not let one do.

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::{PATIENCE, Rig};

/// One connection to the gateway.
#[derive(Debug)]
pub struct RawClient {
    socket: TcpStream,
    /// What was read and not handed out.
    held: Vec<u8>,
}

impl RawClient {
    /// Connects.
    ///
    /// # Panics
    /// When the gateway does not listen.
    pub async fn connect(rig: &Rig) -> Self {
        let socket = TcpStream::connect(("127.0.0.1", rig.port())).await;
        Self {
            socket: socket.expect("the gateway listens"),
            held: Vec::new(),
        }
    }

    /// Sends bytes as they are.
    ///
    /// # Panics
    /// When the connection is gone.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let sent = self.socket.write_all(bytes.as_ref()).await;
        sent.expect("the connection takes bytes");
    }

    /// Reads up to and with `end`.
    ///
    /// # Panics
    /// When the connection ends or falls silent before; shows what came.
    pub async fn read_until(&mut self, end: &str) -> String {
        let mut from = 0;
        loop {
            let found = find(&self.held[from..], end.as_bytes());
            if let Some(at) = found {
                let rest = self.held.split_off(from + at + end.len());
                let read = std::mem::replace(&mut self.held, rest);
                return String::from_utf8_lossy(&read).into_owned();
            }
            from = self.held.len().saturating_sub(end.len());
            let read = timeout(PATIENCE, self.socket.read_buf(&mut self.held)).await;
            let more = matches!(read, Ok(Ok(count)) if count > 0);
            assert!(
                more,
                "no {end:?} in {:?}",
                String::from_utf8_lossy(&self.held)
            );
        }
    }

    /// Reads a head and the body whose length it tells.
    ///
    /// # Panics
    /// When the head tells none or the body does not come.
    pub async fn read_answer(&mut self) -> (String, String) {
        let head = self.read_until("\r\n\r\n").await;
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length
            .and_then(|length| length.parse().ok())
            .expect("a length");
        while self.held.len() < length {
            let read = timeout(PATIENCE, self.socket.read_buf(&mut self.held)).await;
            assert!(
                matches!(read, Ok(Ok(count)) if count > 0),
                "the body breaks off"
            );
        }
        let rest = self.held.split_off(length);
        let body = std::mem::replace(&mut self.held, rest);
        (head, String::from_utf8_lossy(&body).into_owned())
    }

    /// Reads until the gateway closes the connection.
    ///
    /// # Panics
    /// When it does not.
    pub async fn read_to_end(mut self) -> String {
        let reading = self.socket.read_to_end(&mut self.held);
        let read = timeout(PATIENCE, reading)
            .await
            .expect("the connection is closed");
        drop(read);
        String::from_utf8_lossy(&self.held).into_owned()
    }
}

impl Rig {
    /// A POST as it stands on the wire, with the client token.
    #[must_use]
    pub fn raw_post(&self, path: &str, body: &Value) -> String {
        let body = body.to_string();
        let length = format!("content-length: {}", body.len());
        self.raw_head("POST", path, &["content-type: application/json", &length]) + &body
    }

    /// The head of a request, with `Host` and the client token.
    #[must_use]
    pub fn raw_head(&self, method: &str, path: &str, headers: &[&str]) -> String {
        let headers = headers.join("\r\n") + if headers.is_empty() { "" } else { "\r\n" };
        format!(
            "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nauthorization: Bearer {}\r\n{headers}\r\n",
            self.port(),
            self.token,
        )
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len())
        .position(|window| window == wanted)
}

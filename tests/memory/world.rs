//! The program, an upstream before it, and a client on a bare socket.

use flowkeep_simulator::sample_key;
use flowkeep_tests::program::{Running, flowkeep};
use flowkeep_tests::{BareUpstream, MODEL, Rig};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::footprint::Watch;

const TOKEN: &str = "a-test-token-of-enough-letters-0000000";

/// A running `flowkeep serve` with one key.
pub(crate) struct World {
    program: Running,
    address: String,
    _folder: TempDir,
    _upstream: BareUpstream,
}

impl World {
    pub(crate) fn before(upstream: BareUpstream) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let mut command = flowkeep(&["serve", "--port", "0", "--vault", "memory"]);
        command.args(["--upstream", &upstream.base_url()]);
        command.arg("--data-dir").arg(folder.path());
        command.env("HOME", folder.path());
        command.env("FLOWKEEP_API_KEY", TOKEN);
        command.env("FLOWKEEP_KEYS", sample_key("one"));
        command.env("FLOWKEEP_REFRESH_INTERVAL", "0");
        let (program, address) = Running::serve(&mut command);
        Self {
            program,
            address,
            _folder: folder,
            _upstream: upstream,
        }
    }

    /// Begins to watch what the program has.
    pub(crate) fn watch(&self) -> Watch {
        Watch::start(self.program.pid())
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        let socket = TcpStream::connect(&self.address).await;
        socket.expect("the gateway listens")
    }

    /// The head of a POST.
    pub(crate) fn head(&self, path: &str, headers: &str) -> String {
        format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {TOKEN}\r\n{headers}\r\n",
            self.address
        )
    }

    /// A connection that has asked for a chat and read nothing yet.
    pub(crate) async fn ask(&self, stream: bool) -> TcpStream {
        let body = Rig::chat_body(MODEL, stream).to_string();
        let length = body.len();
        let headers = format!(
            "content-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n"
        );
        let mut socket = self.connect().await;
        let head = self.head("/v1/chat/completions", &headers);
        socket.write_all((head + &body).as_bytes()).await.unwrap();
        socket
    }

    /// A chat read to its end and forgotten; its status and how many bytes came.
    pub(crate) async fn chat(&self, stream: bool) -> (u16, u64) {
        drain(self.ask(stream).await).await
    }
}

/// Reads an answer to its end; its status, 0 in the middle of one, and how many
/// bytes came.
pub(crate) async fn drain(mut socket: TcpStream) -> (u16, u64) {
    let mut status = 0;
    let mut length = 0;
    let mut piece = vec![0; 256 * 1024];
    loop {
        match socket.read(&mut piece).await {
            Ok(0) | Err(_) => return (status, length),
            Ok(count) => {
                let first = piece[..count].strip_prefix(b"HTTP/1.1 ");
                if let Some(first) = first.filter(|_| length == 0) {
                    let digits = String::from_utf8_lossy(&first[..3]);
                    status = digits.parse().expect("a status");
                }
                length += count as u64;
            }
        }
    }
}

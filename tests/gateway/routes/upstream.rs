//! An upstream that keeps every byte it got and answers what a test wants.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

/// Marks the requests of a test: what Flowkeep asks by itself has none.
pub(super) const MARK: &str = "x-trace-id";

/// One request, byte for byte.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    pub(super) method: String,
    /// Path and query as they stood in the request line.
    pub(super) target: String,
    /// Names as they came, in their order.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Heard {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(this, _)| this == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Answers one request per connection, then closes it.
pub(super) struct Upstream {
    addr: String,
    heard: Arc<Mutex<Vec<Heard>>>,
    answer: Arc<Mutex<Vec<u8>>>,
    _stop: DropGuard,
}

impl Upstream {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap().to_string();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let answer = Arc::new(Mutex::new(Vec::new()));
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let tasks = TaskTracker::new();
        let shared = (Arc::clone(&heard), Arc::clone(&answer));
        let conversations = tasks.clone();
        tasks.spawn(stopped.run_until_cancelled_owned(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (heard, answer) = shared.clone();
                conversations.spawn(converse(socket, heard, answer));
            }
        }));
        Self {
            addr,
            heard,
            answer,
            _stop: stop.drop_guard(),
        }
    }

    pub(super) fn addr(&self) -> &str {
        &self.addr
    }

    pub(super) fn base_url(&self) -> String {
        format!("http://{}/v1", self.addr)
    }

    /// Marked requests get these bytes from now on.
    pub(super) fn answer(&self, answer: Vec<u8>) {
        *self.answer.lock().unwrap() = answer;
    }

    /// The marked requests since the last call.
    pub(super) fn heard(&self) -> Vec<Heard> {
        std::mem::take(&mut *self.heard.lock().unwrap())
    }
}

async fn converse(
    mut socket: TcpStream,
    heard: Arc<Mutex<Vec<Heard>>>,
    answer: Arc<Mutex<Vec<u8>>>,
) {
    let Some(request) = listen(&mut socket).await else {
        return;
    };
    let answer = if request.header(MARK).is_some() {
        heard.lock().unwrap().push(request);
        answer.lock().unwrap().clone()
    } else {
        let list = r#"{"object":"list","data":[]}"#;
        let begin = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n";
        format!("{begin}content-length: {}\r\n\r\n{list}", list.len()).into_bytes()
    };
    let _ = socket.write_all(&answer).await;
    let _ = socket.shutdown().await;
}

async fn listen(socket: &mut TcpStream) -> Option<Heard> {
    let mut held = Vec::new();
    let end = loop {
        if let Some(at) = find(&held, b"\r\n\r\n") {
            break at;
        }
        more(socket, &mut held).await?;
    };
    let mut body = held.split_off(end + 4);
    let text = String::from_utf8(held).ok()?;
    let mut lines = text.trim_end().split("\r\n");
    let (method, rest) = lines.next()?.split_once(' ')?;
    let target = rest.strip_suffix(" HTTP/1.1")?.to_owned();
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let mut heard = Heard {
        method: method.to_owned(),
        target,
        headers,
        body: Vec::new(),
    };
    if heard.header("transfer-encoding").is_some() {
        heard.body = chunks(socket, body).await?;
        return Some(heard);
    }
    let length: usize = heard.header("content-length").unwrap_or("0").parse().ok()?;
    while body.len() < length {
        more(socket, &mut body).await?;
    }
    heard.body = body;
    Some(heard)
}

/// The bytes of a chunked body.
async fn chunks(socket: &mut TcpStream, mut held: Vec<u8>) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = loop {
            if let Some(at) = find(&held, b"\r\n") {
                break at;
            }
            more(socket, &mut held).await?;
        };
        let size = std::str::from_utf8(&held[..line]).ok()?;
        let size = usize::from_str_radix(size, 16).ok()?;
        while held.len() < line + 2 + size + 2 {
            more(socket, &mut held).await?;
        }
        body.extend_from_slice(&held[line + 2..line + 2 + size]);
        held.drain(..line + 2 + size + 2);
        if size == 0 {
            return Some(body);
        }
    }
}

async fn more(socket: &mut TcpStream, held: &mut Vec<u8>) -> Option<()> {
    matches!(socket.read_buf(held).await, Ok(1..)).then_some(())
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len())
        .position(|window| window == wanted)
}

//! An exchange on a bare socket, for requests that no HTTP library would send.

use flowkeep_tests::{RawClient, Rig};

/// What came back until the gateway closed the connection.
#[derive(Debug)]
pub(crate) struct Spoken {
    /// Status of the first answer; 0 when there was none.
    pub(crate) status: u16,
    /// Head of the first answer, in lower case.
    pub(crate) head: String,
    /// Everything behind that head.
    pub(crate) rest: String,
}

impl Spoken {
    fn read(text: &str) -> Self {
        let (head, rest) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let status = head
            .strip_prefix("HTTP/1.1 ")
            .and_then(|line| line.get(..3))
            .and_then(|status| status.parse().ok());
        Self {
            status: status.unwrap_or(0),
            head: head.to_ascii_lowercase(),
            rest: rest.to_owned(),
        }
    }
}

/// Sends these bytes and reads to the end: the request must make the gateway
/// close the connection, by its fault or by `connection: close`.
pub(crate) async fn speak(rig: &Rig, bytes: impl AsRef<[u8]>) -> Spoken {
    let mut client = RawClient::connect(rig).await;
    client.send(bytes).await;
    Spoken::read(&client.read_to_end().await)
}

/// A `GET` of the models with this `Host` line (none when empty) and the token.
pub(crate) fn get_models(rig: &Rig, target: &str, host_lines: &str) -> String {
    format!(
        "GET {target} HTTP/1.1\r\n{host_lines}authorization: Bearer {}\r\nconnection: close\r\n\r\n",
        rig.token
    )
}

/// How many requests of any kind reached the upstream.
pub(crate) fn reached(rig: &Rig) -> usize {
    rig.simulator.ledger().count()
}

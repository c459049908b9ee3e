//! Reads the body of a request: whole, as a form, or only to count it.

mod form;

use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_util::stream::poll_fn;
use http::header::{CONTENT_TYPE, HeaderMap};
use http_body::Body as _;
use hyper::body::Incoming;
use sha2::{Digest as _, Sha256};

use crate::ledger::Call;

pub(crate) use form::Form;

/// Largest request body, 2 GiB: twice the vendor's limit for batch files.
const MAX_BODY: u64 = 2 << 30;
/// Largest body that is kept for the ledger when no route needs it whole.
const MOST_RECORDED: usize = 32 << 20;

/// The body of a request, as far as the routes need it.
#[derive(Debug)]
pub(crate) enum Submission {
    /// All of it; empty where it was only counted.
    Whole(Bytes),
    /// The parts of a multipart form.
    Form(Form),
    /// A multipart body that is none.
    BrokenForm,
    /// More than the simulator takes.
    TooLarge,
}

/// What a route wants of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Only its length and digest.
    Nothing,
    /// All of it.
    Whole,
    /// A form's parts if it is a form, otherwise all of it.
    Form,
}

/// What is done with a request body while it is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Intake {
    /// Whether the ledger has a place for a digest.
    pub(crate) hash: bool,
    /// Whether the ledger keeps the bytes.
    pub(crate) record: bool,
    pub(crate) wanted: Wanted,
}

/// Why a body ended early.
#[derive(Debug, thiserror::Error)]
enum Stopped {
    #[error("read request body")]
    Read(#[source] hyper::Error),
    #[error("request body is too large")]
    TooLarge,
}

impl Intake {
    /// Reads a body to its end.
    pub(crate) async fn read(
        self,
        (headers, body): (&HeaderMap, Incoming),
        call: &mut Call,
    ) -> Result<Submission, hyper::Error> {
        let boundary = match self.wanted {
            Wanted::Form => boundary(headers),
            Wanted::Nothing | Wanted::Whole => None,
        };
        let keeps_all = boundary.is_none() && self.wanted != Wanted::Nothing;
        let mut reader = Reader {
            body,
            hasher: self.hash.then(Sha256::new),
            kept: (keeps_all || self.record).then(Kept::default),
            keeps_all,
            read: 0,
            call,
            stopped: None,
        };
        let form = match boundary {
            Some(boundary) => Some(form::read(&mut reader, boundary).await),
            None => None,
        };
        // What stands after a form, or all of it when there is no form.
        while reader.next().await.is_some_and(|part| part.is_ok()) {}
        match reader.stopped.take() {
            Some(Stopped::Read(error)) => return Err(error),
            Some(Stopped::TooLarge) => return Ok(Submission::TooLarge),
            None => {}
        }
        let whole = reader.finish(self.record);
        Ok(match form {
            None if keeps_all => Submission::Whole(whole),
            None => Submission::Whole(Bytes::new()),
            Some(Some(form)) => {
                for upload in form.uploads() {
                    call.uploaded(&upload);
                }
                Submission::Form(form)
            }
            Some(None) => Submission::BrokenForm,
        })
    }
}

/// The boundary of a multipart form, if the body is one.
fn boundary(headers: &HeaderMap) -> Option<String> {
    let content_type = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    multer::parse_boundary(content_type).ok()
}

/// A body on its way in.
struct Reader<'a> {
    body: Incoming,
    hasher: Option<Sha256>,
    kept: Option<Kept>,
    /// Whether a route needs all of it, whatever its size.
    keeps_all: bool,
    read: u64,
    call: &'a mut Call,
    stopped: Option<Stopped>,
}

impl Reader<'_> {
    async fn next(&mut self) -> Option<Result<Bytes, Ended>> {
        std::future::poll_fn(|cx| self.poll_data(cx)).await
    }

    /// The next bytes; after an error there are no more.
    fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Ended>>> {
        if self.stopped.is_some() {
            return Poll::Ready(None);
        }
        loop {
            let frame = ready!(std::pin::Pin::new(&mut self.body).poll_frame(cx));
            match frame {
                None => return Poll::Ready(None),
                Some(Err(error)) => {
                    self.stopped = Some(Stopped::Read(error));
                    return Poll::Ready(Some(Err(Ended)));
                }
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Poll::Ready(Some(self.take(data)));
                    }
                }
            }
        }
    }

    fn take(&mut self, data: Bytes) -> Result<Bytes, Ended> {
        self.read += data.len() as u64;
        if let Some(hasher) = &mut self.hasher {
            hasher.update(&data);
            self.call.body_read(self.read);
        }
        if self.read > MAX_BODY {
            self.stopped = Some(Stopped::TooLarge);
            return Err(Ended);
        }
        if let Some(kept) = &mut self.kept {
            kept.push(data.clone());
            if !self.keeps_all && kept.len() > MOST_RECORDED {
                self.kept = None;
            }
        }
        Ok(data)
    }

    /// Notes the whole body and returns what was kept of it.
    fn finish(self, record: bool) -> Bytes {
        let kept = self.kept.map(Kept::into_bytes);
        if let Some(hasher) = self.hasher {
            let recorded = kept.clone().filter(|_| record);
            self.call.body_whole(hex(&hasher.finalize()), recorded);
        }
        kept.unwrap_or_default()
    }
}

/// The reason is in the reader.
#[derive(Debug, thiserror::Error)]
#[error("the request body ended early")]
struct Ended;

/// The parts of a body; one part, the common case, is not copied.
#[derive(Default)]
struct Kept {
    first: Bytes,
    joined: BytesMut,
}

impl Kept {
    fn len(&self) -> usize {
        self.first.len() + self.joined.len()
    }

    fn push(&mut self, part: Bytes) {
        if self.first.is_empty() && self.joined.is_empty() {
            self.first = part;
            return;
        }
        if !self.first.is_empty() {
            self.joined.extend_from_slice(&self.first);
            self.first.clear();
        }
        self.joined.extend_from_slice(&part);
    }

    fn into_bytes(self) -> Bytes {
        if self.joined.is_empty() {
            self.first
        } else {
            self.joined.freeze()
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

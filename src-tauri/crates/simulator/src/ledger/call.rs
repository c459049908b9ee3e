//! The pen: follows one request from its head to the end of its answer.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use http::request::Parts;
use tokio_util::sync::CancellationToken;

use super::{Book, Entry, Ledger, Record, Upload, Usage, Work};
use crate::customers::Customer;
use crate::locked::lock;
use crate::model::Model;
use crate::resources::Touch;
use crate::wire::Peer;

/// Who pays for an answer, and at which prices.
pub(crate) struct Bill {
    /// The account.
    pub(crate) customer: Arc<Customer>,
    /// The model whose prices count.
    pub(crate) model: Arc<Model>,
    /// The model's id as the rate limits know it.
    pub(crate) asked_model: String,
}

/// The head of a request and where it came from.
pub(crate) struct Arrival<'a> {
    pub(crate) head: &'a Parts,
    /// Route below `/v1`.
    pub(crate) route: &'a str,
    pub(crate) peer: &'a Arc<Peer>,
    /// Cancelled when the simulator is being stopped.
    pub(crate) stopping: &'a CancellationToken,
}

/// One request in flight; dropping it before its end means the client left.
pub(crate) struct Call {
    book: Arc<Book>,
    record: Option<Arc<Record>>,
    stopping: CancellationToken,
    bill: Option<Bill>,
    /// What is needed for the sums when no record is kept.
    sums: Sums,
    ended: bool,
}

/// The part of an entry that is known even when entries are not kept.
#[derive(Default)]
struct Sums {
    status: u16,
    told: Option<Usage>,
    generated: Option<Usage>,
    bytes_sent: u64,
    work: Work,
}

impl Ledger {
    /// Opens the entry of a request whose head has arrived.
    pub(crate) fn open(&self, arrival: &Arrival<'_>) -> Call {
        let book = Arc::clone(&self.book);
        let seq = book.next_seq.fetch_add(1, Ordering::Relaxed);
        book.in_flight.fetch_add(1, Ordering::AcqRel);
        lock(&book.totals).requests += 1;
        let record = (book.capacity > 0).then(|| {
            let entry = new_entry(seq, book.now_ms(), arrival);
            Arc::new(Record::new(entry, Arc::clone(arrival.peer)))
        });
        if let Some(record) = &record {
            let mut records = lock(&book.records);
            if records.len() >= book.capacity {
                records.pop_front();
            }
            records.push_back(Arc::clone(record));
        }
        book.changed.notify_waiters();
        Call {
            book,
            record,
            stopping: arrival.stopping.clone(),
            bill: None,
            sums: Sums::default(),
            ended: false,
        }
    }
}

impl Call {
    fn note(&self, change: impl FnOnce(&mut Entry)) {
        if let Some(record) = &self.record {
            record.change(change);
        }
    }

    /// Notes how much of the body has been read.
    pub(crate) fn body_read(&self, bytes: u64) {
        self.note(|entry| entry.body_bytes = bytes);
        self.book.changed.notify_waiters();
    }

    /// Notes the whole body.
    pub(crate) fn body_whole(&self, sha256: String, body: Option<Bytes>) {
        self.note(|entry| {
            entry.body_sha256 = Some(sha256);
            entry.body = body;
        });
        self.book.changed.notify_waiters();
    }

    /// Notes the key that was sent and the account behind it.
    pub(crate) fn signed(&self, key: Option<&str>, account: Option<&str>) {
        self.note(|entry| {
            entry.key = key.map(str::to_owned);
            entry.account = account.map(str::to_owned);
        });
    }

    /// Notes what was asked for.
    pub(crate) fn asked(&self, model: Option<&str>, stream: bool) {
        self.note(|entry| {
            entry.model = model.map(str::to_owned);
            entry.stream = stream;
        });
    }

    /// Notes a file of the body.
    pub(crate) fn uploaded(&self, upload: &Upload) {
        self.note(|entry| entry.uploads.push(upload.clone()));
    }

    /// Notes a resource that the request names or made.
    pub(crate) fn touched(&self, touch: Touch, caller: Option<&str>) {
        if touch.owner.is_some() && touch.owner.as_deref() != caller {
            lock(&self.book.totals).misdirected += 1;
        }
        self.note(|entry| entry.touched.push(touch));
    }

    /// Notes what is done for the answer beside tokens; paid with a 2xx.
    pub(crate) fn works(&mut self, work: Work) {
        self.sums.work = work;
    }

    /// Says who pays for what is sent from now on.
    pub(crate) fn bill_to(&mut self, bill: Bill) {
        self.bill = Some(bill);
    }

    /// Notes that the head of the answer was written.
    pub(crate) fn answered(&mut self, status: u16) {
        self.sums.status = status;
        self.note(|entry| entry.status = status);
        self.book.changed.notify_waiters();
    }

    /// Notes a part of the body, and the usage up to its end.
    pub(crate) fn wrote(&mut self, bytes: usize, usage: Option<(Usage, bool)>) {
        let sums = &mut self.sums;
        sums.bytes_sent += bytes as u64;
        if let Some((generated, is_told)) = usage {
            sums.generated = Some(generated);
            if is_told {
                sums.told = Some(generated);
            }
        }
        let (sent, told, generated) = (sums.bytes_sent, sums.told, sums.generated);
        self.note(|entry| {
            entry.bytes_sent = sent;
            entry.told = told;
            entry.generated = generated;
        });
        self.book.changed.notify_waiters();
    }

    /// Whether the end was noted.
    pub(crate) fn is_ended(&self) -> bool {
        self.ended
    }

    /// Ends the request: `completed` when the whole answer was written.
    pub(crate) fn end(&mut self, completed: bool) {
        self.close(completed, None);
    }

    fn close(&mut self, completed: bool, client_closed_at_ms: Option<u64>) {
        if self.ended {
            return;
        }
        self.ended = true;
        if !(200..300).contains(&self.sums.status) {
            self.sums.work = Work::default();
        }
        let cost_nano = self.settle();
        let sums = &self.sums;
        let end = Entry {
            status: sums.status,
            told: sums.told,
            generated: sums.generated,
            completed,
            client_closed_at_ms,
            ended: true,
            bytes_sent: sums.bytes_sent,
            cost_nano,
            work: sums.work,
            ..Entry::default()
        };
        self.note(|entry| {
            entry.completed = end.completed;
            entry.client_closed_at_ms = end.client_closed_at_ms;
            entry.ended = true;
            entry.bytes_in_flight = 0;
            entry.cost_nano = end.cost_nano;
            entry.work = end.work;
        });
        lock(&self.book.totals).close(&end);
        self.book.in_flight.fetch_sub(1, Ordering::AcqRel);
        self.book.changed.notify_waiters();
    }

    /// Takes the price of what was sent from the account.
    fn settle(&self) -> i64 {
        let Some(bill) = &self.bill else {
            return 0;
        };
        let usage = self.sums.generated.unwrap_or_default();
        let now = self.book.now_ms();
        let spent = (usage, self.sums.work);
        bill.customer
            .settle(&bill.model, &bill.asked_model, spent, now)
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let client_left = (!self.stopping.is_cancelled()).then(|| self.book.now_ms());
        self.close(false, client_left);
    }
}

fn new_entry(seq: u64, at_ms: u64, arrival: &Arrival<'_>) -> Entry {
    let head = arrival.head;
    let headers = head
        .headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        })
        .collect();
    Entry {
        seq,
        at_ms,
        method: head.method.to_string(),
        route: arrival.route.to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().map(str::to_owned),
        headers,
        ..Entry::default()
    }
}

//! A batch and its way through the documented states (§2.15).

use serde::Serialize;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use super::{Clock, Job};

/// What a batch was made from.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) endpoint: String,
    pub(crate) input_file_id: String,
    pub(crate) file_name: String,
    /// As it was sent, `24h` to `336h`.
    pub(crate) completion_window: String,
    pub(crate) window_hours: u64,
    pub(crate) metadata: Value,
    /// Requests in the input file.
    pub(crate) lines: u64,
    /// Whether it will fail.
    pub(crate) fails: bool,
}

/// One batch.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    order: Order,
    /// Id of the result, told once there is one.
    output_file_id: String,
    job: Job,
    cancel: Cancel,
    created_at: u64,
    reached: Reached,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cancel {
    NotAsked,
    Asked,
    Done,
}

/// When each state was seen first, in Unix seconds.
#[derive(Clone, Copy, Debug, Default)]
struct Reached {
    in_progress: Option<u64>,
    finalizing: Option<u64>,
    completed: Option<u64>,
    failed: Option<u64>,
    cancelling: Option<u64>,
    cancelled: Option<u64>,
}

/// The documented states, without those that only time brings (`expired`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BatchState {
    InQueue,
    InProgress,
    Finalizing,
    Completed,
    Failed,
    Cancelling,
    Cancelled,
}

/// `request_counts` of a batch.
#[derive(Serialize)]
struct Counts {
    total: u64,
    completed: u64,
    failed: u64,
}

/// The batch object, in the vendor's order of fields.
#[derive(Serialize)]
struct View<'a> {
    id: &'a str,
    object: &'static str,
    endpoint: &'a str,
    errors: Option<Value>,
    input_file_id: &'a str,
    completion_window: &'a str,
    status: BatchState,
    output_file_id: Option<&'a str>,
    error_file_id: Option<&'a str>,
    created_at: u64,
    in_progress_at: Option<u64>,
    expires_at: u64,
    finalizing_at: Option<u64>,
    completed_at: Option<u64>,
    failed_at: Option<u64>,
    expired_at: Option<u64>,
    cancelling_at: Option<u64>,
    cancelled_at: Option<u64>,
    request_counts: Option<Counts>,
    metadata: &'a Value,
    /// Only in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    file_name: Option<&'a str>,
}

impl Batch {
    pub(crate) fn new(order: Order, output_file_id: String, clock: Clock) -> Self {
        Self {
            order,
            output_file_id,
            job: Job::begin(clock),
            cancel: Cancel::NotAsked,
            created_at: clock.unix_s,
            reached: Reached::default(),
        }
    }

    /// The object a client gets that asks for it, and which goes on by that.
    pub(crate) fn look(&mut self, id: &str, clock: Clock) -> (Box<RawValue>, BatchState) {
        let state = self.settle(clock);
        self.job.look(clock);
        (self.view(id, state, false), state)
    }

    /// The object as it stands in a list.
    pub(crate) fn peek(&mut self, id: &str, clock: Clock) -> Box<RawValue> {
        let state = self.settle(clock);
        self.view(id, state, true)
    }

    /// The object of a new batch.
    pub(crate) fn fresh(&self, id: &str) -> Box<RawValue> {
        self.view(id, BatchState::InQueue, false)
    }

    /// Id of the file that will hold the results.
    pub(crate) fn output_file_id(&self) -> &str {
        &self.output_file_id
    }

    /// Cancels it, unless it is over.
    pub(crate) fn cancel(&mut self, id: &str, clock: Clock) -> Box<RawValue> {
        let state = self.settle(clock);
        let is_over = matches!(state, BatchState::Completed | BatchState::Failed);
        if is_over || self.cancel != Cancel::NotAsked {
            return self.view(id, state, false);
        }
        self.cancel = Cancel::Asked;
        let state = self.settle(clock);
        let view = self.view(id, state, false);
        // The next one to look finds it cancelled.
        self.cancel = Cancel::Done;
        view
    }

    /// The state it is in now; notes when it got there.
    fn settle(&mut self, clock: Clock) -> BatchState {
        let reached = &mut self.reached;
        let now = clock.unix_s;
        match self.cancel {
            Cancel::Asked => {
                reached.cancelling.get_or_insert(now);
                return BatchState::Cancelling;
            }
            Cancel::Done => {
                reached.cancelled.get_or_insert(now);
                return BatchState::Cancelled;
            }
            Cancel::NotAsked => {}
        }
        let stage = self.job.stage(clock);
        if stage >= 1 {
            reached.in_progress.get_or_insert(now);
        }
        match stage {
            0 => BatchState::InQueue,
            1 => BatchState::InProgress,
            _ if self.order.fails => {
                reached.failed.get_or_insert(now);
                BatchState::Failed
            }
            2 => {
                reached.finalizing.get_or_insert(now);
                BatchState::Finalizing
            }
            _ => {
                reached.finalizing.get_or_insert(now);
                reached.completed.get_or_insert(now);
                BatchState::Completed
            }
        }
    }

    fn view(&self, id: &str, state: BatchState, in_list: bool) -> Box<RawValue> {
        let (order, reached) = (&self.order, self.reached);
        let done = state == BatchState::Completed;
        let view = View {
            id,
            object: "batch",
            endpoint: &order.endpoint,
            errors: None,
            input_file_id: &order.input_file_id,
            completion_window: &order.completion_window,
            status: state,
            output_file_id: done.then_some(self.output_file_id.as_str()),
            error_file_id: None,
            created_at: self.created_at,
            in_progress_at: reached.in_progress,
            expires_at: self.created_at + order.window_hours * 3600,
            finalizing_at: reached.finalizing,
            completed_at: reached.completed,
            failed_at: reached.failed,
            expired_at: None,
            cancelling_at: reached.cancelling,
            cancelled_at: reached.cancelled,
            request_counts: self.counts(state),
            metadata: &order.metadata,
            file_name: in_list.then_some(order.file_name.as_str()),
        };
        to_raw_value(&view).expect("strings and numbers always serialize")
    }

    fn counts(&self, state: BatchState) -> Option<Counts> {
        let total = self.order.lines;
        let (completed, failed) = match state {
            BatchState::InQueue | BatchState::Cancelling | BatchState::Cancelled => return None,
            BatchState::InProgress => (0, 0),
            BatchState::Finalizing | BatchState::Completed => (total, 0),
            BatchState::Failed => (0, total),
        };
        Some(Counts {
            total,
            completed,
            failed,
        })
    }
}

//! The upstream requests of one request: to whom, why, how long, and why left.

use std::sync::Arc;

use crate::model::{AccountId, AttemptRecord, Choice, Left, Verdict};

/// Which one; several may be under way at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AttemptNumber(usize);

/// All of them, in the order in which they began. Times are milliseconds since the
/// start of the request.
#[derive(Debug, Default)]
pub(super) struct Trail(Vec<AttemptRecord>);

impl Trail {
    /// An upstream request begins.
    pub(super) fn begin(
        &mut self,
        (account, chosen): (&AccountId, Choice),
        model: Option<Arc<str>>,
        at_ms: u32,
    ) -> AttemptNumber {
        let number = AttemptNumber(self.0.len());
        if self.0.is_empty() {
            // Nearly all requests have one.
            self.0.reserve_exact(1);
        }
        self.0.push(AttemptRecord {
            account: account.clone(),
            model,
            after_ms: at_ms,
            chosen,
            status: None,
            vendor_code: None,
            headers_ms: None,
            first_byte_ms: None,
            end_ms: None,
            left: None,
        });
        number
    }

    /// The head of its answer is there.
    pub(super) fn got_head(&mut self, number: AttemptNumber, at_ms: u32) {
        self.change(number, |attempt| {
            attempt.headers_ms = Some(since(attempt, at_ms));
        });
    }

    /// It is known what came of it: its first byte, or why it was left. `model` is
    /// the one that was sent, which an upload may tell late.
    pub(super) fn settle(
        &mut self,
        number: AttemptNumber,
        (verdict, model): (&Verdict, Option<Arc<str>>),
        at_ms: u32,
    ) {
        self.change(number, |attempt| {
            let now = Some(since(attempt, at_ms));
            attempt.model = attempt.model.take().or(model);
            attempt.status = verdict.evidence.status;
            attempt.vendor_code = verdict.evidence.vendor_code;
            attempt.left = Left::of(&verdict.class);
            if attempt.left.is_none() {
                attempt.first_byte_ms = now;
            } else {
                attempt.end_ms = now;
            }
        });
    }

    /// It is over; why it was left, unless that is known already or it answered.
    pub(super) fn end(&mut self, number: AttemptNumber, left: Option<Left>, at_ms: u32) {
        self.change(number, |attempt| {
            attempt.end_ms = Some(since(attempt, at_ms));
            attempt.left = attempt.left.or(left);
        });
    }

    /// The request is over, and with it whatever is still under way. What has no
    /// answer by then was left because the client went.
    pub(super) fn close(mut self, at_ms: u32) -> Vec<AttemptRecord> {
        for attempt in &mut self.0 {
            if attempt.end_ms.is_none() {
                attempt.end_ms = Some(since(attempt, at_ms));
                let is_answered = attempt.status.is_some();
                attempt.left = attempt.left.or((!is_answered).then_some(Left::ClientGone));
            }
        }
        self.0
    }

    fn change(&mut self, number: AttemptNumber, change: impl FnOnce(&mut AttemptRecord)) {
        if let Some(attempt) = self.0.get_mut(number.0) {
            change(attempt);
        }
    }
}

fn since(attempt: &AttemptRecord, at_ms: u32) -> u32 {
    at_ms.saturating_sub(attempt.after_ms)
}

#[cfg(test)]
mod tests;

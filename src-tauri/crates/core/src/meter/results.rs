//! Results of a batch, line by line, while their file passes (API reference §2.15).
//!
//! A line is `{"custom_id", "response": {"status_code", "body": {"model", "usage", …}},
//! "error"}` and may be of any length: only the few values that are wanted are
//! kept, each up to a bound, so that the memory does not grow with the file. A file
//! whose first line has another form is not looked at any further.

mod line;

use memchr::memchr;

use self::line::Line;
use crate::model::Usage;

/// What one line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResultLine {
    /// A request that a model answered, and so is paid for.
    Answered {
        /// The model that answered, as the answer names it.
        model: Option<String>,
        /// What it used; `None` when that is not told.
        usage: Option<Usage>,
    },
    /// A request that failed, which costs nothing.
    Failed,
    /// No line of this form, or none that can be read.
    Strange,
}

/// What the file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Its first line has not ended.
    Unknown,
    /// Results of a batch.
    Results,
    /// Something else.
    Other,
}

/// Watches a file pass.
#[derive(Debug)]
pub(super) struct ResultScan {
    form: Form,
    line: Line,
    found: Vec<ResultLine>,
}

impl ResultScan {
    pub(super) fn new() -> Self {
        Self {
            form: Form::Unknown,
            line: Line::default(),
            found: Vec::new(),
        }
    }

    pub(super) fn feed(&mut self, chunk: &[u8]) {
        let mut rest = chunk;
        while self.form != Form::Other {
            let Some(end) = memchr(b'\n', rest) else {
                self.line.feed(rest);
                break;
            };
            self.line.feed(&rest[..end]);
            self.end_line();
            rest = &rest[end + 1..];
        }
        // A file of another kind may be one endless line.
        if self.form == Form::Unknown && self.line.is_broken() {
            self.form = Form::Other;
        }
    }

    /// The file is over: its last line may lack its end.
    pub(super) fn close(&mut self) {
        if self.form != Form::Other {
            self.end_line();
        }
    }

    /// The lines that have ended since they were last taken.
    pub(super) fn take(&mut self) -> Vec<ResultLine> {
        std::mem::take(&mut self.found)
    }

    fn end_line(&mut self) {
        if self.line.is_blank() {
            return;
        }
        let result = self.line.end();
        if self.form == Form::Unknown {
            self.form = match result {
                ResultLine::Strange => Form::Other,
                ResultLine::Answered { .. } | ResultLine::Failed => Form::Results,
            };
        }
        if self.form == Form::Results {
            self.found.push(result);
        }
    }
}

#[cfg(test)]
mod tests;

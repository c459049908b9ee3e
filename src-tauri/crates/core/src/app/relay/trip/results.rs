//! What a request learns of the results of a batch that pass in its answer.

use super::{Trip, recordable_model};
use crate::app::money::Takings;
use crate::meter::UsageScanner;

impl Trip {
    /// Takes note of the results that have passed.
    pub(in crate::app::relay) fn take_results(&mut self, scanner: &mut UsageScanner, at_end: bool) {
        if let Some(takings) = &mut self.takings {
            for line in scanner.take_results(at_end) {
                takings.add(line);
            }
        }
    }

    /// The whole file has passed.
    pub(super) fn count_results(&mut self, takings: Takings) {
        let Some(total) = self.app.count_results(takings) else {
            return;
        };
        self.record.model_asked = Some(recordable_model(&total.model));
        self.record.usage = total.usage;
        self.record.cost = total.cost;
        self.record.saved_nano = total.saved_nano;
    }
}

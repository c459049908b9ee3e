//! What can be wrong with a table of prices.

/// Why a table was not taken.
#[derive(Debug, thiserror::Error)]
pub enum PriceError {
    /// No JSON of the expected form.
    #[error("read the price table")]
    Unreadable(#[source] serde_json::Error),
    /// Written for another version of the program.
    #[error("price table of schema {found}, this program reads schema {known}")]
    Schema {
        /// What the file says.
        found: u32,
        /// What the program reads.
        known: u32,
    },
    /// A row that cannot be meant.
    #[error("price row `{id}`")]
    Row {
        /// Its name.
        id: String,
        /// What is wrong with it.
        #[source]
        fault: RowFault,
    },
    /// Two rows of one name.
    #[error("two price rows are named `{id}`")]
    SameName {
        /// The name.
        id: String,
    },
    /// Two rows that hold for the same model at the same time.
    #[error("price rows `{first}` and `{second}` hold at the same time")]
    Overlap {
        /// Name of the one.
        first: String,
        /// Name of the other.
        second: String,
    },
}

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    /// No name, or a very long one.
    #[error("needs a name of 1 to 200 bytes")]
    Name,
    /// No model, or a very long one.
    #[error("needs a model of 1 to 200 bytes")]
    Model,
    /// A zone that is not in the IANA database.
    #[error("names an unknown time zone")]
    Zone,
    /// `until` is not after `from`, or a day is outside the calendar.
    #[error("ends before it begins")]
    Days,
    /// Hours of no length.
    #[error("has hours that begin and end at the same time")]
    Hours,
    /// Tiers that do not begin at 0 or do not rise.
    #[error("needs tiers that begin at 0 tokens and rise")]
    Tiers,
    /// Some tiers have a price for output and some have none.
    #[error("needs a price for output in all tiers or in none")]
    Output,
    /// No price at all.
    #[error("has no price")]
    Empty,
    /// A price below 0.
    #[error("has a price below 0")]
    Negative,
    /// Cached input that costs more than other input.
    #[error("asks more for cached input than for other input")]
    Cached,
    /// More than the whole price for a batch.
    #[error("asks more than 100 percent for a batch")]
    Batch,
    /// A shipped row without a listed source.
    #[error("names no source that the table lists")]
    Source,
}

//! Searching the log, newest first.
//!
//! Whatever is filtered by, only blocks that have it are walked ([`super::blocks`]).
//! A text is found in two ways at once: by names (model, client, user agent) as
//! any other filter, and by errors and whole trace ids, which tell their rows
//! ([`super::words`], [`super::traces`]). No search lasts longer than a
//! reader may (S25).

mod text;

use std::collections::BTreeSet;

use rusqlite::{CachedStatement, Connection, Row, named_params};

use self::text::Text;
use super::blocks::{block_of, ids_of, zone};
use super::columns::outcome_code;
use super::filter::{Filter, UsageFilter};
use super::requests::{self, MOST_ROWS, RequestRow};
use super::{Store, StoreError, traces, words};
use crate::model::Outcome;

/// Which rows of the log; an absent part lets all through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestSearch {
    /// Rows with a smaller id only.
    pub before: Option<i64>,
    /// At most so many; held to 1 to 1,000.
    pub limit: u32,
    /// Words, each of which must be a part of the model, the client's id or name,
    /// its user agent or the error, in any case, or be the whole trace id. Of one
    /// or two letters, only the newest 5,000 errors are looked through, which
    /// [`FoundRequests::is_partial`] tells.
    pub text: Option<String>,
    /// Model asked for or used, exactly.
    pub model: Option<String>,
    /// Account id.
    pub account: Option<String>,
    /// Client token's id.
    pub client: Option<String>,
    /// Route.
    pub route: Option<String>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// Started then or later, Unix milliseconds.
    pub from_ms: Option<i64>,
    /// Started before, Unix milliseconds.
    pub to_ms: Option<i64>,
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FoundRequests {
    /// Rows, newest first.
    pub rows: Vec<RequestRow>,
    /// Whether older errors may match that were not looked through.
    pub is_partial: bool,
}

/// Ids, and whether there may be more that nobody looked at.
type Ids = (Vec<i64>, bool);

macro_rules! zone {
    ($parameter:literal, $dimension:literal, $names:literal) => {
        concat!(
            " AND (",
            $parameter,
            " IS NULL OR EXISTS (SELECT 1 FROM log_zones WHERE dimension = ",
            $dimension,
            " AND log_zones.block = log_blocks.block AND ",
            $parameter,
            " IN (",
            $names,
            ")))"
        )
    };
}

/// Blocks that may have rows, newest first.
pub(super) const SELECT_BLOCKS: &str = concat!(
    "SELECT block FROM log_blocks WHERE block <= :newest AND block >= :oldest
    AND last_ms >= :from AND first_ms < :to",
    zone!(":model", "1", "name, other"),
    zone!(":account", "2", "name"),
    zone!(":client", "3", "name"),
    zone!(":route", "4", "name"),
    zone!(":outcome", "5", "name"),
    " AND (:names IS NULL OR EXISTS (SELECT 1 FROM log_zones WHERE dimension IN (1, 3)
    AND log_zones.block = log_blocks.block AND (name IN (SELECT value FROM json_each(:names))
    OR other IN (SELECT value FROM json_each(:names))))) ORDER BY block DESC"
);
/// Rows of a block, newest first, as far as filters tell.
pub(super) const SELECT_ROWS: &str = "SELECT id, model_asked, model_used, client, user_agent,
    error, trace_id FROM requests WHERE id >= :first AND id <= :last
    AND started_at_ms >= :from AND started_at_ms < :to
    AND (:model IS NULL OR model_asked = :model OR model_used = :model)
    AND (:account IS NULL OR account_id = :account) AND (:client IS NULL OR client = :client)
    AND (:route IS NULL OR route = :route) AND (:outcome IS NULL OR outcome = :outcome)
    ORDER BY id DESC";
const SELECT_OLDEST: &str = "SELECT min(block) FROM log_blocks WHERE last_ms >= :from";

/// A search in numbers.
struct Wanted {
    filter: Filter,
    outcome: Option<i64>,
    from_ms: i64,
    to_ms: i64,
    /// Ids are smaller.
    before: i64,
    limit: usize,
    text: Option<Text>,
}

impl Wanted {
    /// Absent when nothing can match.
    fn of(
        connection: &Connection,
        search: &RequestSearch,
        text: Option<Text>,
    ) -> rusqlite::Result<Option<Self>> {
        let filter = UsageFilter {
            model: search.model.clone(),
            account: search.account.clone(),
            client: search.client.clone(),
            route: search.route.clone(),
        };
        let Some(filter) = Filter::find(connection, &filter)? else {
            return Ok(None);
        };
        Ok(Some(Self {
            filter,
            outcome: search.outcome.map(outcome_code),
            from_ms: search.from_ms.unwrap_or(0),
            to_ms: search.to_ms.unwrap_or(i64::MAX),
            before: search.before.unwrap_or(i64::MAX),
            limit: usize::try_from(search.limit.clamp(1, MOST_ROWS)).unwrap_or(1),
            text,
        }))
    }

    fn text_fits(&self, row: &Row<'_>) -> rusqlite::Result<bool> {
        self.text.as_ref().map_or(Ok(true), |text| text.fits(row))
    }

    /// Hands matching rows of these ids to `take`, newest first, until it says
    /// false; says false then. The statement is [`SELECT_ROWS`].
    fn walk(
        &self,
        select: &mut CachedStatement<'_>,
        (first, last): (i64, i64),
        take: &mut dyn FnMut(&Row<'_>) -> rusqlite::Result<bool>,
    ) -> rusqlite::Result<bool> {
        let mut rows = select.query(named_params! {
            ":first": first, ":last": last.min(self.before.saturating_sub(1)),
            ":from": self.from_ms, ":to": self.to_ms, ":model": self.filter.model,
            ":account": self.filter.account, ":client": self.filter.client,
            ":route": self.filter.route, ":outcome": self.outcome,
        })?;
        while let Some(row) = rows.next()? {
            if self.text_fits(row)? && !take(row)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The newest rows found by filters, and by names if `names` are given.
    fn by_blocks(
        &self,
        connection: &Connection,
        names: Option<&str>,
    ) -> rusqlite::Result<Vec<i64>> {
        let mut found = Vec::new();
        let mut select_rows = connection.prepare_cached(SELECT_ROWS)?;
        let mut select = connection.prepare_cached(SELECT_BLOCKS)?;
        let mut blocks = select.query(named_params! {
            ":newest": block_of(self.before), ":oldest": 0, ":from": self.from_ms,
            ":to": self.to_ms, ":model": self.filter.model, ":account": self.filter.account,
            ":client": self.filter.client, ":route": self.filter.route,
            ":outcome": self.outcome, ":names": names,
        })?;
        while let Some(block) = blocks.next()? {
            let ids = ids_of(block.get(0)?);
            let goes_on = self.walk(&mut select_rows, ids, &mut |row| {
                found.push(row.get(0)?);
                Ok(found.len() < self.limit)
            })?;
            if !goes_on {
                break;
            }
        }
        Ok(found)
    }

    /// The newest rows whose error has the text, or whose trace id it is.
    fn by_words(&self, connection: &Connection, text: &Text) -> rusqlite::Result<Ids> {
        let oldest: Option<i64> = connection
            .prepare_cached(SELECT_OLDEST)?
            .query_row(named_params! { ":from": self.from_ms }, |row| row.get(0))?;
        let Some(oldest) = oldest else {
            return Ok(Ids::default());
        };
        let mut select = connection.prepare_cached(SELECT_ROWS)?;
        let mut found = BTreeSet::new();
        let mut take = |id| {
            self.walk(&mut select, (id, id), &mut |_| {
                found.insert(id);
                Ok(true)
            })?;
            Ok(found.len() < self.limit)
        };
        let span = (ids_of(oldest).0, self.before);
        let is_partial = words::candidates(connection, text.pivot(), span, &mut take)?;
        let mut found: Vec<i64> = found.into_iter().rev().collect();
        for id in traces::candidates(connection, text.pivot(), oldest, self.before)? {
            self.walk(&mut select, (id, id), &mut |_| {
                found.push(id);
                Ok(true)
            })?;
        }
        Ok((found, is_partial))
    }

    fn ids(&self, connection: &Connection) -> rusqlite::Result<Ids> {
        let Some(text) = &self.text else {
            return Ok((self.by_blocks(connection, None)?, false));
        };
        let (by_words, is_partial) = self.by_words(connection, text)?;
        let mut found: BTreeSet<i64> = by_words.into_iter().collect();
        if let Some(names) = text.pivot_names() {
            found.extend(self.by_blocks(connection, Some(&names))?);
        }
        let newest = found.into_iter().rev().take(self.limit);
        Ok((newest.collect(), is_partial))
    }
}

impl Store {
    /// Rows of the log, newest first.
    ///
    /// # Errors
    /// When the database does not answer within two seconds.
    pub fn search_requests(&self, search: &RequestSearch) -> Result<Vec<RequestRow>, StoreError> {
        self.find_requests(search).map(|found| found.rows)
    }

    /// The same, and whether it may be incomplete.
    ///
    /// # Errors
    /// When the database does not answer within two seconds.
    pub fn find_requests(&self, search: &RequestSearch) -> Result<FoundRequests, StoreError> {
        let text = search.text.as_deref().map(text::words).unwrap_or_default();
        let clients = if text.is_empty() {
            Vec::new()
        } else {
            self.clients()?
        };
        self.read_usage("search the log", |connection| {
            // All of one moment.
            let moment = connection.unchecked_transaction()?;
            let text = Text::find(&moment, text, &clients)?;
            let Some(wanted) = Wanted::of(&moment, search, text)? else {
                return Ok(FoundRequests::default());
            };
            let (ids, is_partial) = wanted.ids(&moment)?;
            let rows = ids.into_iter().map(|id| requests::one(&moment, id));
            Ok(FoundRequests {
                rows: rows.collect::<rusqlite::Result<_>>()?,
                is_partial,
            })
        })
    }

    /// Hands rows of the log to `take`, newest first, until it says false. Reads
    /// page by page, so that memory is bounded and the writer is not held up;
    /// [`RequestSearch::limit`] is the size of a page.
    ///
    /// # Errors
    /// When the database does not answer a page within two seconds.
    pub fn each_request(
        &self,
        search: &RequestSearch,
        mut take: impl FnMut(RequestRow) -> bool,
    ) -> Result<(), StoreError> {
        let mut search = search.clone();
        loop {
            let page = self.search_requests(&search)?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            search.before = Some(last.id);
            for row in page {
                if !take(row) {
                    return Ok(());
                }
            }
        }
    }
}

/// The zones stand as numbers in [`SELECT_BLOCKS`].
const _: () = assert!(
    zone::MODEL == 1
        && zone::ACCOUNT == 2
        && zone::CLIENT == 3
        && zone::ROUTE == 4
        && zone::OUTCOME == 5
);

#[cfg(test)]
mod tests;

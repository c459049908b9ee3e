//! Requests of the log as sums and histograms count them, for the times that these
//! do not tell.
//!
//! A row becomes a record with what is counted of it, so that the rules of
//! [`super::sums`] hold for both.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Connection, Row, named_params};

use super::blocks::in_block;
use super::filter::Filter;
use super::history::OLDER_POOL;
use super::names;
use super::rollup::dimension;
use super::span::Bounds;
use super::{Store, StoreError};
use crate::model::{Cost, Currency, Money, Nano, RequestRecord, Units, Usage};

macro_rules! select {
    () => {
        concat!(
            "SELECT started_at_ms / 3600000, coalesce(model_used, model_asked, 0) AS model,
            coalesce(account_id, 0) AS account_id, coalesce(key_id, 0), client, route, outcome,
            coalesce(user_agent, 0), stream, attempts, prompt_tokens, completion_tokens,
            cached_tokens, reasoning_tokens, image_tokens, images, clips, bytes, sound_ms,
            currency, cost_nano, saved_nano, cost_incomplete, first_byte_ms, duration_ms
            FROM log_blocks CROSS JOIN requests ON ",
            in_block!(),
            " WHERE log_blocks.last_ms >= :from AND log_blocks.first_ms < :to
            AND started_at_ms >= :from AND started_at_ms < :to
            AND (:model IS NULL OR coalesce(model_used, model_asked, 0) = :model)
            AND (:account IS NULL OR coalesce(account_id, 0) = :account)
            AND (:client IS NULL OR client = :client) AND (:route IS NULL OR route = :route)"
        )
    };
}

/// Requests that started between two moments.
pub(super) const SELECT_ALL: &str = select!();
/// Those that succeeded, newest first.
pub(super) const SELECT_GOOD: &str = concat!(
    select!(),
    " AND +outcome = 1 ORDER BY log_blocks.block DESC, requests.id DESC"
);

/// How many started between two moments.
pub(super) const COUNT: &str = concat!(
    "SELECT count(*) FROM log_blocks CROSS JOIN requests ON ",
    in_block!(),
    " WHERE log_blocks.last_ms >= :from AND log_blocks.first_ms < :to
    AND started_at_ms >= :from AND started_at_ms < :to"
);

/// A request as it is counted.
pub(super) struct Logged {
    /// Hours since 1970.
    pub(super) hour: i64,
    /// With what is counted, and nothing else.
    pub(super) record: RequestRecord,
    /// By the numbers of dimensions.
    names: [i64; 8],
}

impl Logged {
    /// Its name in a dimension; 0 in the one of everything.
    pub(super) fn name(&self, number: i64) -> i64 {
        let name = usize::try_from(number)
            .ok()
            .and_then(|at| self.names.get(at));
        name.copied().unwrap_or(0)
    }
}

/// Columns of [`select!`] stand in the order of the dimensions' numbers.
const _: () = assert!(
    dimension::MODEL == 1
        && dimension::ACCOUNT == 2
        && dimension::KEY == 3
        && dimension::CLIENT == 4
        && dimension::ROUTE == 5
        && dimension::OUTCOME == 6
        && dimension::TOOL == 7
);

/// Reads rows, and knows the words that rules go by.
struct Reader<'a> {
    connection: &'a Connection,
    routes: HashMap<i64, String>,
    older_pool: Option<i64>,
}

impl<'a> Reader<'a> {
    fn of(connection: &'a Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            connection,
            routes: HashMap::new(),
            older_pool: names::find(connection, OLDER_POOL)?,
        })
    }

    fn route(&mut self, number: i64) -> rusqlite::Result<String> {
        if let Some(route) = self.routes.get(&number) {
            return Ok(route.clone());
        }
        let route = names::name(self.connection, number)?;
        self.routes.insert(number, route.clone());
        Ok(route)
    }

    fn read(&mut self, row: &Row<'_>) -> rusqlite::Result<Logged> {
        let hour = row.get(0)?;
        let mut names = [0; 8];
        for (at, name) in names.iter_mut().enumerate().skip(1) {
            *name = row.get(at)?;
        }
        let [_, model, _, _, client, route, ..] = names;
        let is_older = self.older_pool == Some(client);
        let record = RequestRecord {
            route: self.route(route)?,
            // Sums go by its number; that there is one counts here.
            model_asked: (model != 0).then(Arc::default),
            client: if is_older {
                OLDER_POOL.into()
            } else {
                Arc::default()
            },
            outcome: row.get(6)?,
            stream: row.get(8)?,
            attempts: row.get(9)?,
            usage: usage(row)?,
            units: units(row)?,
            cost: cost(row)?,
            saved_nano: row.get(21)?,
            first_byte_ms: row.get(23)?,
            duration_ms: row.get(24)?,
            ..RequestRecord::begun(uuid::Uuid::nil(), 0)
        };
        Ok(Logged {
            hour,
            record,
            names,
        })
    }
}

fn count(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<u64>> {
    let count: Option<u32> = row.get(at)?;
    Ok(count.map(u64::from))
}

fn usage(row: &Row<'_>) -> rusqlite::Result<Usage> {
    Ok(Usage {
        prompt_tokens: count(row, 10)?,
        completion_tokens: count(row, 11)?,
        cached_tokens: count(row, 12)?,
        reasoning_tokens: count(row, 13)?,
    })
}

fn units(row: &Row<'_>) -> rusqlite::Result<Units> {
    Ok(Units {
        image_tokens: count(row, 14)?,
        images: count(row, 15)?,
        clips: count(row, 16)?,
        bytes: count(row, 17)?,
        sound_ms: count(row, 18)?,
    })
}

fn cost(row: &Row<'_>) -> rusqlite::Result<Option<Cost>> {
    let currency: Option<Currency> = row.get(19)?;
    let nano: Option<i64> = row.get(20)?;
    let incomplete: Option<bool> = row.get(22)?;
    Ok(currency.zip(nano).map(|(currency, nano)| Cost {
        money: Money::new(Nano::new(nano), currency),
        price: Arc::default(),
        incomplete: incomplete.unwrap_or_default(),
    }))
}

/// Hands requests to `take` until it says false. The statement is one of the above.
pub(super) fn each(
    connection: &Connection,
    sql: &str,
    filter: Filter,
    (from, to): Bounds,
    mut take: impl FnMut(&Logged) -> bool,
) -> rusqlite::Result<()> {
    let mut reader = Reader::of(connection)?;
    let mut select = connection.prepare_cached(sql)?;
    let mut rows = select.query(named_params! {
        ":from": from, ":to": to, ":model": filter.model, ":account": filter.account,
        ":client": filter.client, ":route": filter.route,
    })?;
    while let Some(row) = rows.next()? {
        if !take(&reader.read(row)?) {
            break;
        }
    }
    Ok(())
}

impl Store {
    /// How many requests that started from `from_ms` and before `to_ms` (Unix
    /// milliseconds) are still in the log.
    ///
    /// # Errors
    /// When the database does not answer within two seconds.
    pub fn logged_calls(&self, from_ms: i64, to_ms: i64) -> Result<i64, StoreError> {
        self.read_usage("count the requests of the log", |connection| {
            connection
                .prepare_cached(COUNT)?
                .query_row(named_params! { ":from": from_ms, ":to": to_ms }, |row| {
                    row.get(0)
                })
        })
    }
}

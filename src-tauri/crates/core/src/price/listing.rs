//! A checked price row, ready to be asked whether it holds.

use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::error::{PriceError, RowFault};
use super::row::{Hours, PriceRow, Tier};
use crate::model::Nano;

/// Longest name of a row or a model, in bytes: what the store keeps of a word.
const LONGEST_NAME: usize = 200;

/// A row with its days in Unix time.
#[derive(Debug)]
pub(super) struct Listing {
    pub(super) row: PriceRow,
    pub(super) id: Arc<str>,
    days: Range<i64>,
    hours: Option<(Hours, TimeZone)>,
}

impl Listing {
    /// Checks a row by itself.
    pub(super) fn of(row: &PriceRow, zones: &TimeZoneDatabase) -> Result<Self, PriceError> {
        let wrong = |fault| PriceError::Row {
            id: row.id.clone(),
            fault,
        };
        check(row).map_err(wrong)?;
        let zone = zones
            .get(row.zone_name())
            .map_err(|_| wrong(RowFault::Zone))?;
        let starts = midnight(row.from, &zone)
            .map_err(wrong)?
            .unwrap_or(i64::MIN);
        let ends = midnight(row.until, &zone)
            .map_err(wrong)?
            .unwrap_or(i64::MAX);
        if starts >= ends {
            return Err(wrong(RowFault::Days));
        }
        Ok(Self {
            row: row.clone(),
            id: row.id.as_str().into(),
            days: starts..ends,
            hours: row.hours.map(|hours| (hours, zone)),
        })
    }

    /// Whether the price holds at a moment, in Unix milliseconds.
    pub(super) fn holds(&self, at_ms: i64) -> bool {
        self.days.contains(&at_ms)
            && self.hours.as_ref().is_none_or(|(hours, zone)| {
                Timestamp::from_millisecond(at_ms)
                    .is_ok_and(|at| hours.contain(zone.to_datetime(at).time()))
            })
    }

    /// Whether both may hold at one moment. Hours of two zones count as meeting:
    /// where they meet would change with the season.
    pub(super) fn meets(&self, other: &Self) -> bool {
        let share_days = self.days.start < other.days.end && other.days.start < self.days.end;
        let share_hours = match (&self.hours, &other.hours) {
            (Some((ours, zone)), Some((theirs, their_zone))) => {
                zone != their_zone || ours.meet(*theirs)
            }
            (None, _) | (_, None) => true,
        };
        share_days && share_hours
    }
}

/// Where a day begins, in Unix milliseconds.
fn midnight(day: Option<Date>, zone: &TimeZone) -> Result<Option<i64>, RowFault> {
    let Some(day) = day else {
        return Ok(None);
    };
    let start = day.to_zoned(zone.clone()).map_err(|_| RowFault::Days)?;
    Ok(Some(start.timestamp().as_millisecond()))
}

fn check(row: &PriceRow) -> Result<(), RowFault> {
    let is_named = |name: &str| (1..=LONGEST_NAME).contains(&name.len());
    let faults = [
        (!is_named(&row.id), RowFault::Name),
        (!is_named(&row.model), RowFault::Model),
        (
            row.hours.is_some_and(|hours| hours.from == hours.until),
            RowFault::Hours,
        ),
        (!tiers_rise(&row.tokens), RowFault::Tiers),
        (!output_is_uniform(&row.tokens), RowFault::Output),
        (row.prices().next().is_none(), RowFault::Empty),
        (
            row.prices().any(|price| price < Nano::ZERO),
            RowFault::Negative,
        ),
        (
            row.tokens
                .iter()
                .any(|tier| tier.cached_or_input() > tier.input),
            RowFault::Cached,
        ),
        (row.batch_percent > 100, RowFault::Batch),
    ];
    match faults.into_iter().find(|(is_wrong, _)| *is_wrong) {
        Some((_, fault)) => Err(fault),
        None => Ok(()),
    }
}

fn tiers_rise(tiers: &[Tier]) -> bool {
    let begins_at_0 = tiers.first().is_none_or(|tier| tier.from_input_tokens == 0);
    begins_at_0 && tiers.is_sorted_by(|a, b| a.from_input_tokens < b.from_input_tokens)
}

fn output_is_uniform(tiers: &[Tier]) -> bool {
    tiers
        .windows(2)
        .all(|pair| pair[0].output.is_some() == pair[1].output.is_some())
}

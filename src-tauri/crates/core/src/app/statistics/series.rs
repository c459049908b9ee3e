//! A time in its parts, without gaps.

use flowkeep_contract::{ApiError, SeriesPoint, UsageSeries, UsageSeriesRequest};

use super::super::App;
use super::super::records::Records;
use super::calendar::{Calendar, zone};
use super::cuts::{Grain, HOUR_MS, span};
use super::totals::add;
use crate::store::UsageFilter;

impl Records {
    /// Sums by hour, day or month of a time zone.
    ///
    /// # Errors
    /// When the time runs backwards, has too many parts or an unknown zone, or
    /// the database does not answer in time.
    pub fn usage_series(&self, request: &UsageSeriesRequest) -> Result<UsageSeries, ApiError> {
        let calendar = Calendar {
            zone: zone(request.time_zone.as_deref())?,
            step: request.step,
        };
        let now = self.now_ms();
        let (from, to) = calendar.usual_span(now, request.from_ms, request.to_ms);
        let (from, to) = span(Some(from), Some(to))?;
        let bounds = calendar.parts(from, to)?;
        let filter = self.usage_filter(&request.filter)?;
        let mut points: Vec<SeriesPoint> = bounds
            .windows(2)
            .map(|ends| SeriesPoint {
                label: calendar.label(ends[0]),
                start_ms: ends[0],
                end_ms: ends[1],
                ..SeriesPoint::default()
            })
            .collect();
        self.fill(&mut points, &bounds, &filter)?;
        Ok(UsageSeries {
            step: request.step,
            time_zone: calendar.zone_name(now),
            points,
        })
    }

    /// Adds every hour to its point; an hour that is cut is added in pieces.
    fn fill(
        &self,
        points: &mut [SeriesPoint],
        bounds: &[i64],
        filter: &UsageFilter,
    ) -> Result<(), ApiError> {
        let grain = Grain::of(filter);
        let cuts = bounds.iter().map(|ms| self.cut(*ms, grain));
        let cuts = cuts.collect::<Result<Vec<i64>, _>>()?;
        let (Some(&first), Some(&last)) = (cuts.first(), cuts.last()) else {
            return Ok(());
        };
        for hour in self.store.usage_by_hour(first, last, filter)? {
            let begin = (hour.hour * HOUR_MS).max(first);
            let end = (hour.hour * HOUR_MS + HOUR_MS).min(last);
            // Of cuts at the same moment the last one begins the part that follows.
            let later = cuts.partition_point(|cut| *cut <= begin);
            let at = later.saturating_sub(1);
            let inner = cuts[later..].iter().take_while(|cut| **cut < end);
            let mut pieces: Vec<i64> = std::iter::once(begin).chain(inner.copied()).collect();
            pieces.push(end);
            for (place, piece) in pieces.windows(2).enumerate() {
                let Some(point) = points.get_mut(at + place) else {
                    continue;
                };
                if pieces.len() == 2 {
                    add(&mut point.totals, &hour.sums);
                } else {
                    let sums = self.store.usage_sums(piece[0], piece[1], filter)?;
                    add(&mut point.totals, &sums);
                }
            }
        }
        Ok(())
    }
}

impl App {
    /// Sums by hour, day or month of a time zone.
    ///
    /// # Errors
    /// As [`Records::usage_series`].
    pub async fn usage_series(&self, request: UsageSeriesRequest) -> Result<UsageSeries, ApiError> {
        self.recorded(move |records| records.usage_series(&request))
            .await
    }
}

use proptest::prelude::*;

use super::*;

const DAY_MS: i64 = DAY * HOUR_MS;

fn milliseconds(span: Span) -> Vec<Bounds> {
    let unit = |grain: i64| if grain == DAY { DAY_MS } else { HOUR_MS };
    let slices = span
        .slices()
        .map(|[grain, first, end]| (first * unit(grain), end * unit(grain)));
    let mut pieces: Vec<Bounds> = slices.chain(span.rims()).collect();
    pieces.sort_unstable();
    pieces
}

/// The same with quarters of an hour.
fn milliseconds_by_quarter(span: Span) -> Vec<Bounds> {
    let whole = span
        .quarters()
        .map(|[_, first, end]| (first * QUARTER_MS, end * QUARTER_MS));
    let mut pieces: Vec<Bounds> = milliseconds(Span {
        rims: [(0, 0); 2],
        ..span
    });
    pieces.extend(whole.chain(span.rims_of_quarters()));
    pieces.sort_unstable();
    pieces
}

proptest! {
    /// The pieces join, and none is longer than it must be.
    #[test]
    fn pieces_join(from in 0..20 * DAY_MS, length in 0..20 * DAY_MS, grid in 0..4_usize) {
        let grid = [1, QUARTER_MS, HOUR_MS / 2, DAY_MS][grid];
        let (from, to) = (from - from % grid, from + length - (from + length) % grid);
        let span = Span::between(from, to);
        for (span, pieces) in [
            (span, milliseconds(span)),
            (span.by_hour(), milliseconds(span.by_hour())),
            (span, milliseconds_by_quarter(span)),
        ] {
            prop_assert!(pieces.windows(2).all(|pair| pair[0].1 == pair[1].0), "{pieces:?}");
            if from < to {
                prop_assert_eq!(pieces.first().map(|piece| piece.0), Some(from));
                prop_assert_eq!(pieces.last().map(|piece| piece.1), Some(to));
            } else {
                prop_assert_eq!(pieces, []);
            }
            for (from, to) in span.rims() {
                prop_assert!(to - from < HOUR_MS);
            }
            for (from, to) in span.rims_of_quarters() {
                prop_assert!(to - from < 2 * QUARTER_MS);
                prop_assert!(grid % QUARTER_MS != 0, "nothing is left to the log");
            }
            let [before, after] = Span::between(from, to).hours;
            prop_assert!(before.1 - before.0 < 2 * DAY && after.1 - after.0 < DAY);
        }
    }
}

#[test]
fn odd_times_are_empty_or_without_end() {
    assert_eq!(milliseconds(Span::between(20, 10)), []);
    assert_eq!(milliseconds(Span::between(-DAY_MS, -5)), []);
    let all = Span::between(i64::MIN, i64::MAX);
    assert_eq!(all.days, (0, i64::MAX / DAY_MS));
    assert_eq!(milliseconds(Span::between(10, 20)), [(10, 20)]);
}

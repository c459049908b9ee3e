use proptest::prelude::*;

use super::*;

/// The nearest-rank percentile of the values themselves.
fn exact(values: &mut [u32], percent: u8) -> u32 {
    values.sort_unstable();
    let rank = (values.len() * usize::from(percent)).div_ceil(100).max(1);
    values[rank - 1]
}

fn of(values: &[u32]) -> Histogram {
    let mut histogram = Histogram::default();
    for value in values {
        histogram.add(*value);
    }
    histogram
}

#[test]
fn parts_follow_each_other_without_a_gap() {
    let mut next = 0;
    for part in 0..ALL {
        let (low, width) = bounds(part);
        assert_eq!(low, next, "{part}");
        next = low + width;
    }
    assert_eq!(next, 1 << 32);
}

proptest! {
    #[test]
    fn a_value_lies_in_its_part(value in any::<u32>()) {
        let (low, width) = bounds(part(value));
        let value = u64::from(value);
        prop_assert!(low <= value && value < low + width);
        prop_assert!(width * 16 <= value.max(16), "{width} of {value}");
    }

    /// Against the percentiles of the values themselves.
    #[test]
    fn percentiles_are_right_to_a_sixteenth(
        mut values in proptest::collection::vec(
            prop_oneof![0_u32..40, 30_u32..5_000, 1_000_u32..700_000, any::<u32>()], 1..400,
        ),
    ) {
        let histogram = of(&values);
        for percent in [50, 90, 95, 99, 100] {
            let is = f64::from(histogram.percentile(percent).unwrap());
            let should = f64::from(exact(&mut values, percent));
            prop_assert!((is - should).abs() <= should / 16.0, "p{percent}: {is} for {should}");
        }
    }

    #[test]
    fn a_stored_histogram_comes_back(values in proptest::collection::vec(any::<u32>(), 0..200)) {
        let histogram = of(&values);
        let mut read = Histogram::default();
        read.add_encoded(&histogram.encoded());
        prop_assert_eq!(&read, &histogram);
        read.merge(&histogram, -1);
        prop_assert_eq!(read.percentile(50), None);
        prop_assert_eq!(read.encoded(), Vec::<u8>::new());
    }

    #[test]
    fn rubbish_is_read_to_its_end(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let mut histogram = Histogram::default();
        histogram.add_encoded(&bytes);
        let _ = histogram.percentile(50);
    }
}

#[test]
fn nothing_has_no_percentile() {
    assert_eq!(Histogram::default().percentile(50), None);
    assert_eq!(of(&[7]).percentile(99), Some(7));
}

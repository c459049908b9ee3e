//! The Prometheus text format, version 0.0.4
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>), written by the
//! `prometheus` crate.

use prometheus::TextEncoder;
use prometheus::proto::{
    Bucket, Counter, Gauge, Histogram as Buckets, LabelPair, Metric, MetricFamily, MetricType,
};

use super::tally::float;
use super::{BOUNDS_MS, Family, Histogram, Sample, Samples};

/// `Content-Type` of the text.
pub const CONTENT_TYPE: &str = prometheus::TEXT_FORMAT;

/// The text of these families.
///
/// # Panics
/// Never: a family without samples is left out, and all have names.
#[must_use]
pub fn write(families: &[Family]) -> String {
    let families: Vec<MetricFamily> = families
        .iter()
        .filter(|family| !family.samples.is_empty())
        .map(of_family)
        .collect();
    TextEncoder::new()
        .encode_to_string(&families)
        .expect("each family has a name and samples")
}

fn of_family(family: &Family) -> MetricFamily {
    let (kind, metrics) = match &family.samples {
        Samples::Counter(samples) => {
            let metrics = of_samples(samples, |metric, number| {
                let mut counter = Counter::default();
                counter.set_value(*number);
                metric.set_counter(counter);
            });
            (MetricType::COUNTER, metrics)
        }
        Samples::Gauge(samples) => {
            let metrics = of_samples(samples, |metric, number| {
                let mut gauge = Gauge::default();
                gauge.set_value(*number);
                metric.set_gauge(gauge);
            });
            (MetricType::GAUGE, metrics)
        }
        Samples::Histogram(samples) => {
            let metrics = of_samples(samples, |metric, histogram| {
                metric.set_histogram(buckets(histogram));
            });
            (MetricType::HISTOGRAM, metrics)
        }
    };
    let mut told = MetricFamily::default();
    told.set_name(family.name.to_owned());
    told.set_help(family.help.to_owned());
    told.set_field_type(kind);
    told.set_metric(metrics);
    told
}

fn of_samples<T>(samples: &[Sample<T>], set: impl Fn(&mut Metric, &T)) -> Vec<Metric> {
    let metrics = samples.iter().map(|sample| {
        let labels = sample.labels.iter().map(|(name, value)| {
            let mut pair = LabelPair::default();
            pair.set_name((*name).to_owned());
            pair.set_value(value.clone());
            pair
        });
        let mut metric = Metric::from_label(labels.collect());
        set(&mut metric, &sample.value);
        metric
    });
    metrics.collect()
}

fn buckets(histogram: &Histogram) -> Buckets {
    let mut told = Buckets::default();
    told.set_sample_count(histogram.count());
    told.set_sample_sum(float(histogram.sum_ms()) / 1_000.0);
    let mut below = 0;
    let counts = BOUNDS_MS.iter().zip(histogram.buckets());
    let buckets = counts.map(|(bound, count)| {
        below += count;
        let mut bucket = Bucket::default();
        bucket.set_upper_bound(f64::from(*bound) / 1_000.0);
        bucket.set_cumulative_count(below);
        bucket
    });
    told.set_bucket(buckets.collect());
    told
}

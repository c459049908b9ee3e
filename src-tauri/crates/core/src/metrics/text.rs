//! The Prometheus text format, version 0.0.4
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>), written by the
//! `prometheus` crate.

use prometheus::proto::{
    Bucket, Counter, Gauge, Histogram as Steps, LabelPair, Metric, MetricFamily, MetricType,
};
use prometheus::{Encoder as _, TextEncoder};

use super::tally::float;
use super::{BOUNDS_MS, Family, Histogram, Kind, Sample, Value};

/// `Content-Type` of the text.
pub const CONTENT_TYPE: &str = prometheus::TEXT_FORMAT;

/// The text of these families.
///
/// # Errors
/// When a family has no name; ours have.
pub fn write(families: &[Family]) -> Result<String, prometheus::Error> {
    let families: Vec<MetricFamily> = families
        .iter()
        .filter(|family| !family.samples.is_empty())
        .map(of_family)
        .collect();
    let mut text = Vec::new();
    TextEncoder::new().encode(&families, &mut text)?;
    String::from_utf8(text).map_err(|error| prometheus::Error::Msg(error.to_string()))
}

fn of_family(family: &Family) -> MetricFamily {
    let mut told = MetricFamily::default();
    told.set_name(family.name.to_owned());
    told.set_help(family.help.to_owned());
    told.set_field_type(match family.kind {
        Kind::Counter => MetricType::COUNTER,
        Kind::Gauge => MetricType::GAUGE,
        Kind::Histogram => MetricType::HISTOGRAM,
    });
    let samples = family.samples.iter();
    told.set_metric(
        samples
            .map(|sample| of_sample(family.kind, sample))
            .collect(),
    );
    told
}

fn of_sample(kind: Kind, sample: &Sample) -> Metric {
    let labels = sample.labels.iter().map(|(name, value)| {
        let mut pair = LabelPair::default();
        pair.set_name((*name).to_owned());
        pair.set_value(value.clone());
        pair
    });
    let mut metric = Metric::from_label(labels.collect());
    match (&sample.value, kind) {
        (Value::Number(number), Kind::Counter) => {
            let mut counter = Counter::default();
            counter.set_value(*number);
            metric.set_counter(counter);
        }
        (Value::Number(number), Kind::Gauge | Kind::Histogram) => {
            let mut gauge = Gauge::default();
            gauge.set_value(*number);
            metric.set_gauge(gauge);
        }
        (Value::Steps(steps), _) => metric.set_histogram(of_steps(steps)),
    }
    metric
}

fn of_steps(steps: &Histogram) -> Steps {
    let mut told = Steps::default();
    told.set_sample_count(steps.count());
    told.set_sample_sum(float(steps.sum_ms()) / 1_000.0);
    let mut below = 0;
    let buckets = BOUNDS_MS.iter().zip(steps.steps()).map(|(bound, count)| {
        below += count;
        let mut bucket = Bucket::default();
        bucket.set_upper_bound(f64::from(*bound) / 1_000.0);
        bucket.set_cumulative_count(below);
        bucket
    });
    told.set_bucket(buckets.collect());
    told
}

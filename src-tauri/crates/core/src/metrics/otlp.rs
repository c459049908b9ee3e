//! The same families as a message of the OpenTelemetry protocol
//! (<https://opentelemetry.io/docs/specs/otlp/>), for a collector that many machines
//! send to. The types are those of the `opentelemetry-proto` crate.

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Gauge, Histogram as Buckets, HistogramDataPoint, Metric,
    NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, metric, number_data_point,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message as _;

use super::tally::float;
use super::{BOUNDS_MS, Family, Histogram, Labels, Sample, Samples};

/// `Content-Type` of the message.
pub const CONTENT_TYPE: &str = "application/x-protobuf";

/// Who sends, and the time that the figures cover.
#[derive(Clone, Debug)]
pub struct Sender<'a> {
    /// Version of Flowkeep.
    pub version: &'a str,
    /// What tells this process from others.
    pub instance: &'a str,
    /// Unix milliseconds of its start.
    pub started_ms: i64,
    /// Unix milliseconds of the figures.
    pub now_ms: i64,
}

/// The message of these families.
#[must_use]
pub fn write(families: &[Family], sender: &Sender<'_>) -> Vec<u8> {
    let metrics = families
        .iter()
        .filter(|family| !family.samples.is_empty())
        .map(|family| of_family(family, sender));
    let scope = ScopeMetrics {
        scope: Some(InstrumentationScope {
            name: "flowkeep".to_owned(),
            version: sender.version.to_owned(),
            ..InstrumentationScope::default()
        }),
        metrics: metrics.collect(),
        ..ScopeMetrics::default()
    };
    let resource = Resource {
        attributes: vec![
            attribute("service.name", "flowkeep"),
            attribute("service.version", sender.version),
            attribute("service.instance.id", sender.instance),
        ],
        ..Resource::default()
    };
    let request = ExportMetricsServiceRequest {
        resource_metrics: vec![ResourceMetrics {
            resource: Some(resource),
            scope_metrics: vec![scope],
            ..ResourceMetrics::default()
        }],
    };
    request.encode_to_vec()
}

fn attribute(name: &str, value: &str) -> KeyValue {
    KeyValue {
        key: name.to_owned(),
        value: Some(AnyValue {
            value: Some(any_value::Value::StringValue(value.to_owned())),
        }),
        ..KeyValue::default()
    }
}

fn of_family(family: &Family, sender: &Sender<'_>) -> Metric {
    let number = |sample: &Sample<f64>| number(sample, sender);
    let buckets = |sample: &Sample<Histogram>| buckets(sample, sender);
    let cumulative = AggregationTemporality::Cumulative.into();
    let data = match &family.samples {
        Samples::Counter(samples) => metric::Data::Sum(Sum {
            data_points: samples.iter().map(number).collect(),
            aggregation_temporality: cumulative,
            is_monotonic: true,
        }),
        Samples::Gauge(samples) => metric::Data::Gauge(Gauge {
            data_points: samples.iter().map(number).collect(),
        }),
        Samples::Histogram(samples) => metric::Data::Histogram(Buckets {
            data_points: samples.iter().map(buckets).collect(),
            aggregation_temporality: cumulative,
        }),
    };
    let unit = if family.name.ends_with("_seconds") {
        "s"
    } else {
        "1"
    };
    Metric {
        name: family.name.to_owned(),
        description: family.help.to_owned(),
        unit: unit.to_owned(),
        data: Some(data),
        ..Metric::default()
    }
}

fn attributes(labels: &Labels) -> Vec<KeyValue> {
    let labels = labels.iter();
    labels.map(|(name, value)| attribute(name, value)).collect()
}

fn nanos(unix_ms: i64) -> u64 {
    u64::try_from(unix_ms)
        .unwrap_or(0)
        .saturating_mul(1_000_000)
}

fn number(sample: &Sample<f64>, sender: &Sender<'_>) -> NumberDataPoint {
    NumberDataPoint {
        attributes: attributes(&sample.labels),
        start_time_unix_nano: nanos(sender.started_ms),
        time_unix_nano: nanos(sender.now_ms),
        value: Some(number_data_point::Value::AsDouble(sample.value)),
        ..NumberDataPoint::default()
    }
}

fn buckets(sample: &Sample<Histogram>, sender: &Sender<'_>) -> HistogramDataPoint {
    let histogram = &sample.value;
    HistogramDataPoint {
        attributes: attributes(&sample.labels),
        start_time_unix_nano: nanos(sender.started_ms),
        time_unix_nano: nanos(sender.now_ms),
        count: histogram.count(),
        sum: Some(float(histogram.sum_ms()) / 1_000.0),
        bucket_counts: histogram.buckets().to_vec(),
        explicit_bounds: BOUNDS_MS.map(|bound| f64::from(bound) / 1_000.0).to_vec(),
        ..HistogramDataPoint::default()
    }
}

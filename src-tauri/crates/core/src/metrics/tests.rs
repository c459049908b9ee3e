use std::sync::{Arc, mpsc};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::metrics::v1::metric;
use prost::Message as _;
use uuid::Uuid;

use super::*;
use crate::model::{
    AccountId, AttemptRecord, Choice, Cost, Currency, Left, Money, Nano, Outcome, RequestRecord,
    Usage,
};

fn record(model: &str) -> RequestRecord {
    RequestRecord {
        route: "chat/completions".to_owned(),
        model_asked: Some(model.into()),
        account: Some(AccountId::from("a1")),
        client: "default".into(),
        outcome: Outcome::Success,
        usage: Usage {
            prompt_tokens: Some(1_000),
            completion_tokens: Some(20),
            ..Usage::default()
        },
        cost: Some(Cost {
            money: Money::new(Nano::new(1_500_000_000), Currency::Cny),
            price: "row".into(),
            incomplete: false,
        }),
        saved_nano: Some(250_000_000),
        first_byte_ms: Some(100),
        duration_ms: 700_000,
        ..RequestRecord::begun(Uuid::nil(), 0)
    }
}

fn attempt(left: Option<Left>) -> AttemptRecord {
    AttemptRecord {
        account: AccountId::from("a1"),
        model: None,
        after_ms: 0,
        chosen: Choice::Strategy,
        status: None,
        vendor_code: None,
        headers_ms: None,
        first_byte_ms: None,
        end_ms: None,
        left,
    }
}

fn told(tally: &Tally) -> String {
    text::write(&tally.families(|_| "my \"first\"\n".to_owned()))
}

#[test]
fn requests_tokens_money_and_times_are_told() {
    let tally = Tally::default();
    tally.note(&record("m"));
    tally.note(&RequestRecord {
        trail: vec![attempt(Some(Left::RateLimited)), attempt(None)],
        ..record("m")
    });
    let text = told(&tally);
    // An account's name is the user's: it is escaped.
    let series = r#"account="my \"first\"\n",client="default""#;
    for line in [
        format!(r#"flowkeep_requests_total{{{series},model="m",outcome="success",route="chat/completions"}} 2"#),
        format!(r#"flowkeep_tokens_total{{{series},kind="prompt",model="m",route="chat/completions"}} 2000"#),
        format!(r#"flowkeep_cost_total{{{series},currency="CNY",model="m",route="chat/completions"}} 3"#),
        format!(
            r#"flowkeep_saved_by_cache_total{{{series},currency="CNY",model="m",route="chat/completions"}} 0.5"#
        ),
        r#"flowkeep_attempts_total{account="my \"first\"\n",result="rate_limited"} 1"#.to_owned(),
        r#"flowkeep_first_byte_seconds_bucket{model="m",route="chat/completions",le="0.1"} 2"#.to_owned(),
        r#"flowkeep_first_byte_seconds_bucket{model="m",route="chat/completions",le="0.05"} 0"#.to_owned(),
        r#"flowkeep_request_duration_seconds_bucket{model="m",route="chat/completions",le="600"} 0"#.to_owned(),
        r#"flowkeep_request_duration_seconds_bucket{model="m",route="chat/completions",le="+Inf"} 2"#.to_owned(),
        r#"flowkeep_request_duration_seconds_sum{model="m",route="chat/completions"} 1400"#.to_owned(),
    ] {
        assert!(text.lines().any(|told| told == line), "{line}\n{text}");
    }
    assert!(
        !text.contains("kind=\"cached\""),
        "unknown is not 0:\n{text}"
    );
}

#[test]
fn a_client_cannot_fill_the_memory_with_models() {
    let tally = Tally::default();
    for n in 0..5_000 {
        tally.note(&record(&format!("model-{n}")));
    }
    tally.note(&record(&"y".repeat(100_000)));
    let families = tally.families(|_| String::new());
    assert_eq!(
        counted(&families, "flowkeep_requests_total"),
        (2_001, 5_001)
    );
    assert!(text::write(&families).len() < 8_000_000);
}

/// Lines of a counter, and their sum.
fn counted(families: &[Family], name: &str) -> (usize, u64) {
    let family = families.iter().find(|family| family.name == name).unwrap();
    let Samples::Counter(samples) = &family.samples else {
        panic!("{name} is a counter");
    };
    let sum: f64 = samples.iter().map(|sample| sample.value).sum();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a sum of small counts"
    )]
    let sum = sum.round() as u64;
    (samples.len(), sum)
}

/// Tokens and accounts come and go while the program runs.
#[test]
fn clients_and_accounts_do_not_fill_the_memory_either() {
    let tally = Tally::default();
    for n in 0..25_000 {
        let account = AccountId::from(format!("a{n}").as_str());
        tally.note(&RequestRecord {
            client: format!("client-{n}").into(),
            account: Some(account.clone()),
            trail: vec![AttemptRecord {
                account,
                ..attempt(None)
            }],
            ..record("m")
        });
    }
    tally.note(&RequestRecord {
        trail: vec![attempt(Some(Left::RateLimited))],
        ..record("m")
    });
    let families = tally.families(ToString::to_string);
    assert_eq!(
        counted(&families, "flowkeep_requests_total"),
        (2_000 + 2_000 + 1, 25_001),
        "by all names, without the model, and the rest"
    );
    assert_eq!(
        counted(&families, "flowkeep_attempts_total"),
        (20_000 + 2, 25_001)
    );
    let text = text::write(&families);
    let others = r#"account="(others)""#;
    for line in [
        format!(
            r#"flowkeep_requests_total{{{others},client="(others)",model="(others)",outcome="success",route="(others)"}} 21001"#
        ),
        format!(r#"flowkeep_attempts_total{{{others},result="answered"}} 5000"#),
        format!(r#"flowkeep_attempts_total{{{others},result="rate_limited"}} 1"#),
    ] {
        assert!(text.lines().any(|told| told == line), "{line}");
    }
}

/// Names come from the pool, whose lock others hold.
#[test]
fn a_finished_request_does_not_wait_for_the_name_of_an_account() {
    let tally = Arc::new(Tally::default());
    tally.note(&record("m"));
    let families = tally.families(|_| {
        let (noted, waiting) = mpsc::channel();
        let tally = Arc::clone(&tally);
        std::thread::spawn(move || {
            tally.note(&record("m"));
            noted.send(())
        });
        let is_noted = waiting.recv_timeout(Duration::from_secs(10)).is_ok();
        assert!(is_noted, "the sums are not locked");
        String::new()
    });
    assert_eq!(counted(&families, "flowkeep_requests_total"), (1, 1));
}

#[test]
fn the_otlp_message_says_the_same() {
    let tally = Arc::new(Tally::default());
    tally.note(&record("m"));
    let sender = otlp::Sender {
        version: "1.2.3",
        instance: "here",
        started_ms: 1_000,
        now_ms: 61_000,
    };
    let message = otlp::write(&tally.families(|_| "alpha".to_owned()), &sender);
    let request = ExportMetricsServiceRequest::decode(message.as_slice()).unwrap();
    let metrics = &request.resource_metrics[0].scope_metrics[0].metrics;
    let find = |name: &str| metrics.iter().find(|metric| metric.name == name).unwrap();
    let Some(metric::Data::Sum(sum)) = &find("flowkeep_requests_total").data else {
        panic!("a counter is a sum");
    };
    assert!(sum.is_monotonic);
    assert_eq!(sum.data_points[0].start_time_unix_nano, 1_000_000_000);
    let Some(metric::Data::Histogram(buckets)) = &find("flowkeep_first_byte_seconds").data else {
        panic!("times are a histogram");
    };
    let point = &buckets.data_points[0];
    assert_eq!((point.count, point.explicit_bounds.len()), (1, 14));
    assert_eq!(point.bucket_counts.iter().sum::<u64>(), 1);
}

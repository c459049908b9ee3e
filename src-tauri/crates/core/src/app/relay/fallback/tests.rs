use proptest::prelude::*;

use super::*;
use crate::model::RateWindow;
use crate::upstream::classify::classify;

fn of_body(status: u16, body: &str, effect: Effect) -> Option<Trigger> {
    trigger(
        &classify(status, None, body.as_bytes(), Some("m"), 0),
        effect,
    )
}

/// The vendor's own words for a lack of capacity (API reference §5).
const BUSY: [(u16, &str); 5] = [
    (
        503,
        r#"{"code":50505,"message":"Model service overloaded."}"#,
    ),
    (503, r#"{"code":50508,"message":"System is too busy now."}"#),
    (503, r#"{"code":50603,"message":"System is really busy."}"#),
    (429, r#"{"code":50609,"message":"System is too busy now…"}"#),
    (503, ""),
];
/// And for a model that is not there.
const GONE: [(u16, &str); 2] = [
    (400, r#"{"code":20012,"message":"Model does not exist."}"#),
    (
        400,
        r#"{"type":"error","error":{"message":"模型配置不存在: a/b"}}"#,
    ),
];
/// What says nothing of the model.
const OTHER: [(u16, &str); 5] = [
    (
        400,
        r#"{"code":20015,"message":"Field required","data":null}"#,
    ),
    (
        500,
        r#"{"code":50507,"message":"Request failed: Unknown error."}"#,
    ),
    (504, "<html>"),
    (401, r#"{"code":30014,"message":"Token is invalid."}"#),
    (402, r#"{"code":30001,"message":"balance is insufficient"}"#),
];

#[test]
fn each_reason_is_recognised() {
    for (rows, expected) in [
        (&BUSY[..], Some(Trigger::Busy)),
        (&GONE, Some(Trigger::Gone)),
        (&OTHER, None),
    ] {
        for (status, body) in rows {
            let found = of_body(*status, body, Effect::Inference);
            assert_eq!(found, expected, "{status} {body}");
        }
    }
}

#[test]
fn the_numbers_of_a_request_that_is_too_long_are_read() {
    let chat = r#"{"code":20015,"message":"length of prompt_tokens (235121) must be less than max_seq_len (65536).","data":null}"#;
    let window = Some(65_536);
    let asked = Some(235_121);
    assert_eq!(
        of_body(400, chat, Effect::Inference),
        Some(Trigger::TooLong { window, asked })
    );
    let text = r#"{"code":20042,"message":"input must have less than 512 tokens","data":null}"#;
    let window = Some(512);
    let asked = None;
    assert_eq!(
        of_body(413, text, Effect::Inference),
        Some(Trigger::TooLong { window, asked })
    );
}

/// D10: what may have been created is not created twice.
#[test]
fn what_creates_goes_on_only_after_a_certain_refusal() {
    assert_eq!(of_body(503, "", Effect::Creates), None);
    let timed_out = Verdict::plain(Class::TimedOut);
    assert_eq!(trigger(&timed_out, Effect::Creates), None);
    assert_eq!(
        trigger(&timed_out, Effect::Inference),
        Some(Trigger::TimedOut)
    );
    let busy = Verdict::plain(Class::ModelBusy { retry_after: None });
    assert_eq!(trigger(&busy, Effect::Creates), Some(Trigger::Busy));
    // One account's limit is not the model's: others are asked first.
    let limited = Verdict::plain(Class::RateLimited {
        window: RateWindow::Minute,
        retry_after: None,
    });
    assert_eq!(trigger(&limited, Effect::Inference), None);
}

fn context_of(model: &str) -> Option<u64> {
    model.parse().ok()
}

fn models(names: &[&str]) -> Vec<Arc<str>> {
    names.iter().map(|name| Arc::from(*name)).collect()
}

#[test]
fn a_long_request_goes_to_a_larger_model_only() {
    let list = models(&["100", "50", "unknown", "200", "400"]);
    let long = |window, asked| Trigger::TooLong { window, asked };
    for (trigger, expected) in [
        (long(Some(100), Some(150)), Some(3)),
        (long(None, None), Some(3)),
        (long(None, Some(300)), Some(4)),
        (long(None, Some(500)), None),
        (Trigger::Busy, Some(1)),
        (Trigger::Gone, Some(1)),
    ] {
        assert_eq!(next(&list, 0, trigger, context_of), expected, "{trigger:?}");
    }
    assert_eq!(next(&list, 4, Trigger::Busy, context_of), None);
    let unknown = models(&["unknown", "200"]);
    assert_eq!(next(&unknown, 0, long(None, None), context_of), None);
}

proptest! {
    /// A list is walked forwards and ends.
    #[test]
    fn a_walk_ends(sizes in prop::collection::vec(0_u64..9, 1..9), asked in 0_u64..9, long in any::<bool>()) {
        let list: Vec<Arc<str>> = sizes.iter().map(|size| Arc::from(size.to_string())).collect();
        let trigger = if long { Trigger::TooLong { window: None, asked: Some(asked) } } else { Trigger::Busy };
        let mut at = 0;
        while let Some(place) = next(&list, at, trigger, context_of) {
            prop_assert!(place > at && place < list.len());
            prop_assert!(!long || sizes[place] > sizes[at].max(asked));
            at = place;
        }
    }
}

/// D10: a page of something in between is no certain refusal, whatever it says.
#[test]
fn a_creation_goes_to_no_other_model_after_a_503_without_a_code() {
    for body in [
        "<html><title>Server overloaded</title></html>",
        "overloaded",
        r#"{"error":{"message":"System is busy","code":503}}"#,
    ] {
        assert_eq!(of_body(503, body, Effect::Creates), None, "{body}");
        let other = of_body(503, body, Effect::Inference);
        assert_eq!(other, Some(Trigger::Busy), "{body}");
    }
    assert_eq!(
        of_body(503, BUSY[0].1, Effect::Creates),
        Some(Trigger::Busy)
    );
}

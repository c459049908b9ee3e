//! Routes whose use is told otherwise than in `usage` (API reference §2.5 to §2.13).

use super::*;
use crate::model::{Route, Units};

/// However a document is cut, it tells the same.
fn counts(counted: Counted, body: &str) -> Scan {
    let bytes = body.as_bytes();
    let scan = count(BodyKind::Json, counted, [bytes]);
    for cut in 0..=bytes.len() {
        let (head, tail) = bytes.split_at(cut);
        let pieces = count(BodyKind::Json, counted, [head, tail]);
        assert_eq!(pieces, scan, "cut at {cut}");
    }
    scan
}

const RANKING: &str = r#"{"id":"019","results":[{"index":0,"document":{"text":"\"meta\":{\"tokens\":{\"input_tokens\":7}}"},"relevance_score":0.99}],"meta":{"tokens":{"input_tokens":12,"output_tokens":0,"image_tokens":30},"billed_units":{"input_tokens":12,"output_tokens":0,"image_tokens":30,"search_units":0,"classifications":0}}}"#;

#[test]
fn a_reranking_tells_its_tokens_in_meta() {
    let scan = counts(Counted::Ranked, RANKING);
    assert_eq!(scan.usage, usage(12, 0, None, None));
    assert_eq!(scan.units.image_tokens, Some(30));
    // Also at the end of a document that is too long to be kept.
    let long = RANKING.replace("\"019\"", &format!("\"{}\"", "x".repeat(5 << 20)));
    let scan = count(
        BodyKind::Json,
        Counted::Ranked,
        long.as_bytes().chunks(1 << 16),
    );
    assert_eq!(scan.usage, usage(12, 0, None, None));
    let older = r#"{"results":[],"tokens":{"input_tokens":5,"output_tokens":1}}"#;
    let scan = counts(Counted::Ranked, older);
    assert_eq!(scan.usage, usage(5, 1, None, None));
    assert_eq!(scan.units, Units::default());
    let silent = counts(Counted::Ranked, r#"{"results":[]}"#);
    assert_eq!(silent, clean(Usage::default()));
}

#[test]
fn pictures_are_counted_under_either_name() {
    let images = |body| counts(Counted::Images, body).units.images;
    let both = r#"{"images":[{"url":"a"},{"url":"b"}],"timings":{"inference":0.9},"seed":42,"data":[{"url":"a"},{"url":"b"}]}"#;
    assert_eq!(images(both), Some(2));
    assert_eq!(
        images(r#"{"created":1,"data":[{"b64_json":"eA=="}]}"#),
        Some(1)
    );
    assert_eq!(images(r#"{"images":[]}"#), Some(0));
    assert_eq!(images(r#"{"seed":1}"#), None);
    assert_eq!(images(r#"{"images":[{"url":"#), None);
}

#[test]
fn a_clip_is_counted_when_it_is_accepted() {
    let clips = |body| counts(Counted::Clip, body).units.clips;
    assert_eq!(clips(r#"{"requestId":"8s3k"}"#), Some(1));
    assert_eq!(clips(r#"{"requestId":""}"#), None);
    assert_eq!(clips(r#"{"status":"Succeed"}"#), None);
}

#[test]
fn sound_is_counted_where_its_length_is_told() {
    let sound = |body| counts(Counted::Sound, body).units.sound_ms;
    assert_eq!(sound(r#"{"duration":1.0,"text":""}"#), Some(1_000));
    assert_eq!(
        sound(r#"{"text":"x","usage":{"type":"duration","seconds":9}}"#),
        Some(9_000)
    );
    assert_eq!(sound(r#"{"duration":0.0015,"text":""}"#), Some(2));
    assert_eq!(sound(r#"{"text":"你好。"}"#), None);
    assert_eq!(sound(r#"{"duration":-1,"text":""}"#), None);
    assert_eq!(sound(r#"{"duration":1e300,"text":""}"#), None);
}

#[test]
fn lists_and_states_count_nothing() {
    let body = r#"{"usage":{"prompt_tokens":1},"requestId":"x","data":[1],"duration":1}"#;
    assert_eq!(counts(Counted::Nothing, body), clean(Usage::default()));
    for path in ["video/status", "files", "batches/batch_x", "audio/speech"] {
        assert_eq!(Counted::of(&Route::of(path)), Counted::Nothing, "{path}");
    }
    assert_eq!(Counted::of(&Route::of("video/submit")), Counted::Clip);
    assert_eq!(Counted::of(&Route::of("systemone")), Counted::Tokens);
}

#[test]
fn systemone_names_its_tokens_in_its_own_way() {
    let body = r#"{"model":"Kev-4b","answers":{},"usage":{"input_tokens":9,"output_tokens":2}}"#;
    let scan = counts(Counted::Tokens, body);
    assert_eq!(scan.usage, usage(9, 2, None, None));
}

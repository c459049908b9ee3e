//! Every row of the API reference §5.

use super::*;

/// Status, body, what it means, and the code that is remembered.
type Row = (u16, &'static str, Class, Option<i64>);

const fn rate(window: RateWindow) -> Class {
    Class::RateLimited {
        window,
        retry_after: None,
    }
}

const ROWS: &[Row] = &[
    (
        400,
        r#"{"code":20012,"message":"Model does not exist. Please check it carefully.","data":null}"#,
        Class::Rejected,
        Some(20_012),
    ),
    (
        400,
        r#"{"code":20015,"message":"The parameter is invalid. Please check again.","data":null}"#,
        Class::Rejected,
        Some(20_015),
    ),
    (
        400,
        r#"{"code":20015,"message":"Value error, current model does not support parameter `enable_thinking`.","data":null}"#,
        Class::Rejected,
        Some(20_015),
    ),
    (
        400,
        r#"{"code":20015,"message":"length of prompt_tokens (235121) must be less than max_seq_len (65536).","data":null}"#,
        Class::Rejected,
        Some(20_015),
    ),
    (
        400,
        r#"{"code":20015,"message":"This model does not support batch inference","data":null}"#,
        Class::Rejected,
        Some(20_015),
    ),
    (
        400,
        r#"{"type":"error","error":{"type":"invalid_request_error","message":"模型配置不存在: Pro/zai-org/GLM-5"}}"#,
        Class::Rejected,
        None,
    ),
    (
        401,
        r#"{"code":30014,"data":null,"message":"Token is invalid."}"#,
        Class::KeyUnauthorized,
        Some(30_014),
    ),
    (401, r#""Invalid token""#, Class::KeyUnauthorized, None),
    (401, r#""Api key is invalid""#, Class::KeyUnauthorized, None),
    (
        402,
        r#"{"code":30001,"message":"Sorry, your account balance is insufficient","data":null}"#,
        Class::AccountExhausted,
        Some(30_001),
    ),
    (
        403,
        r#"{"code":30001,"message":"Sorry, your account balance is insufficient","data":null}"#,
        Class::AccountExhausted,
        Some(30_001),
    ),
    (
        403,
        r#"{"code":30011,"message":"The selected model requires paid balance. Your paid balance is insufficient. Please top up and try again.","data":null}"#,
        Class::PaidOnly,
        Some(30_011),
    ),
    (
        403,
        r#"{"code":30003,"message":"Model disabled.","data":null}"#,
        Class::ModelRestricted,
        Some(30_003),
    ),
    (
        403,
        "real-name verification is required",
        Class::ModelRestricted,
        None,
    ),
    (403, r#""Forbidden""#, Class::ModelRestricted, None),
    (404, "Not Found", Class::Rejected, None),
    (404, "404 page not found", Class::Rejected, None),
    (
        410,
        r#"{"code":20092,"message":"This endpoint is deprecated and is no longer available.","data":null}"#,
        Class::Rejected,
        Some(20_092),
    ),
    (
        413,
        r#"{"code":20042,"message":"input must have less than 512 tokens","data":null}"#,
        Class::Rejected,
        Some(20_042),
    ),
    (
        429,
        r#"{"message":"Request was rejected due to rate limiting. Details: TPM limit reached.","data":null}"#,
        rate(Minute),
        None,
    ),
    (
        429,
        r#"{"message":"Request was rejected due to rate limiting. Details: RPH limit reached.","data":null}"#,
        rate(Hour),
        None,
    ),
    (
        429,
        "Request was rejected due to rate limiting. If you want more, please contact contact@siliconflow.cn. Details:TPM limit reached.",
        rate(Minute),
        None,
    ),
    (
        429,
        "Request was rejected due to rate limiting. If you want more, please contact contact@siliconflow.cn",
        rate(Unknown),
        None,
    ),
    (
        429,
        r#"{"code":50602,"message":"Request was rejected due to rate limiting. Details: TPM limit reached.","data":null}"#,
        rate(Minute),
        Some(50_602),
    ),
    (
        429,
        r#"{"code":50603,"message":"Request was rejected due to rate limiting. Details: TPM limit reached.","data":null}"#,
        rate(Minute),
        Some(50_603),
    ),
    (
        429,
        r#"{"code":50609,"message":"System is too busy now. Please try again later.","data":null}"#,
        BUSY_CLASS,
        Some(50_609),
    ),
    (
        429,
        r#"{"message":"System is really busy, please try again later","code":20015}"#,
        BUSY_CLASS,
        Some(20_015),
    ),
    (
        503,
        r#"{"message":"System is really busy, please try again later","code":20015}"#,
        BUSY_CLASS,
        Some(20_015),
    ),
    (
        451,
        r#"{"code":20001,"message":"The image was rejected","data":null}"#,
        Class::Rejected,
        Some(20_001),
    ),
    (
        500,
        r#"{"code":50507,"message":"Request failed: Unknown error.","data":null}"#,
        Class::UpstreamFailed,
        Some(50_507),
    ),
    (
        503,
        r#"{"code":50505,"message":"Model service overloaded. Please try again later.","data":null}"#,
        BUSY_CLASS,
        Some(50_505),
    ),
    (
        503,
        r#"{"code":50508,"message":"System is too busy now. Please try again later.","data":null}"#,
        BUSY_CLASS,
        Some(50_508),
    ),
    (
        503,
        r#"{"code":50603,"message":"System is really busy. Please try again later.","data":null}"#,
        BUSY_CLASS,
        Some(50_603),
    ),
    (
        504,
        "<html><head><title>504 Gateway Time-out</title></head></html>",
        Class::UpstreamFailed,
        None,
    ),
    (504, "upstream timed out", Class::UpstreamFailed, None),
    (502, "", Class::UpstreamFailed, None),
    (503, "", Class::UpstreamFailed, None),
    (429, "", rate(Unknown), None),
    (402, "", Class::AccountExhausted, None),
    (302, "", Class::Redirected, None),
    (
        200,
        r#"{"code":50505,"message":"Model service overloaded. Please try again later.","data":null}"#,
        BUSY_CLASS,
        Some(50_505),
    ),
];

#[test]
fn every_row_of_the_table() {
    for (status, body, class, code) in ROWS {
        let verdict = classify(*status, None, body.as_bytes(), MODEL, NOW);
        assert_eq!(verdict.class, *class, "{status} {body}");
        assert_eq!(verdict.evidence.vendor_code, *code, "{status} {body}");
        assert_eq!(verdict.evidence.status, Some(*status));
    }
}

#[test]
fn the_evidence_quotes_the_vendor() {
    let text = |status, body: &str| {
        classify(status, None, body.as_bytes(), MODEL, NOW)
            .evidence
            .text
    };
    assert_eq!(text(404, "Not Found"), "Not Found");
    assert_eq!(text(504, ROWS[33].1), "504 Gateway Time-out");
    assert_eq!(
        text(
            400,
            r#"{"type":"error","error":{"message":"模型配置不存在"}}"#
        ),
        "模型配置不存在"
    );
}

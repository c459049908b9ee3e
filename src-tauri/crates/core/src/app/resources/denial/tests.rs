use super::*;

fn evidence(status: u16, vendor_code: Option<i64>, text: &str) -> Evidence {
    Evidence {
        status: Some(status),
        vendor_code,
        text: text.to_owned(),
    }
}

/// Rejections, and whether another account may have what was named.
#[test]
fn only_what_another_account_could_have_is_a_denial() {
    use ResourceKind::{Batch, File, Video, Voice};
    let rows = [
        (Batch, 404, None, "Not Found", true),
        (Batch, 404, Some(20_012), "Batch not found", true),
        (File, 400, Some(20_015), "The file does not exist", true),
        (File, 400, Some(20_015), "文件不存在", true),
        (Video, 400, Some(20_015), "requestId not found", true),
        (Video, 200, Some(20_015), "unknown requestId", true),
        (Voice, 400, Some(20_015), "The voice is not yours", true),
        (
            Voice,
            400,
            Some(20_015),
            "The parameter is invalid. Please check again.",
            true,
        ),
        (Voice, 403, None, "no such voice", true),
        (
            Voice,
            400,
            Some(20_012),
            "Model does not exist. Please check it carefully.",
            false,
        ),
        (Voice, 400, Some(20_015), "Field required", false),
        (
            File,
            400,
            Some(20_015),
            "completion_window too short",
            false,
        ),
        (
            Voice,
            413,
            Some(20_042),
            "input too long for this voice",
            false,
        ),
        (Batch, 409, None, "batch not found", false),
        (
            Batch,
            410,
            Some(20_092),
            "This endpoint is deprecated",
            false,
        ),
    ];
    for (kind, status, code, text, denied) in rows {
        let evidence = evidence(status, code, text);
        assert_eq!(denies(kind)(&evidence), denied, "{kind:?} {evidence:?}");
    }
}

#[test]
fn without_an_answer_nothing_is_denied() {
    let silence = Evidence {
        text: "file not found".to_owned(),
        ..Evidence::default()
    };
    for kind in ResourceKind::ALL {
        assert!(!denies(kind)(&silence), "{kind:?}");
    }
}

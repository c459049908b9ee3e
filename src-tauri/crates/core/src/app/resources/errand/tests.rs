use bytes::Bytes;
use http::HeaderMap;
use tokio_util::sync::CancellationToken;

use super::*;

fn call(method: &str, path: &str, body: &'static str) -> Call {
    Call {
        request_id: uuid::Uuid::nil(),
        method: method.parse().unwrap(),
        route: Route::resolve(method, path),
        query: None,
        headers: HeaderMap::new(),
        body: CallBody::Whole(Bytes::from_static(body.as_bytes())),
        model: None,
        stream: false,
        client: "cursor".into(),
        account: None,
        session: None,
        captured: false,
        reservation: None,
        abort: CancellationToken::new(),
    }
}

fn errand(method: &str, path: &str, body: &'static str) -> Errand {
    Errand::of(&call(method, path, body)).unwrap()
}

fn need(method: &str, path: &str, body: &'static str) -> Need {
    match errand(method, path, body) {
        Errand::Need(need) => need,
        other => unreachable!("{method} {path}: {other:?}"),
    }
}

/// Request, kind and id, what may be done with an unknown one, what it does.
const NEEDS: &str = r#"
POST audio/speech {"model":"m","voice":"speech:v:a:b","input":"hi"}; voice speech:v:a:b; Seek; uses
POST audio/voice/deletions {"uri":"speech:v"}; voice speech:v; Refuse; removes
POST audio/reference/delete {"uri":"speech:v"}; voice speech:v; Refuse; removes
POST video/status {"requestId":"8s3k"}; video 8s3k; Seek; uses
POST batches {"input_file_id":"file-1"}; file file-1; Seek; makes
GET batches/batch_1; batch batch_1; Seek; tells
POST batches/batch_1/cancel; batch batch_1; Refuse; tells
GET files/file-1; file file-1; Seek; uses
HEAD files/file-1/content; file file-1; Seek; uses
DELETE files/file-1; file file-1; Refuse; removes
GET batches/batch_1/x; batch batch_1; Seek; uses
GET files/file-1/a/b; file file-1; Seek; uses
HEAD b%61tches//%62atch_1/x; batch batch_1; Seek; uses
GET Files/file-1%20/x; file file-1; Seek; uses
"#;

#[test]
fn what_names_a_resource_needs_it() {
    for row in NEEDS.trim().lines() {
        let (request, expected) = row.split_once("; ").unwrap();
        let mut words = request.splitn(3, ' ');
        let mut word = || words.next().unwrap_or_default();
        let need = need(word(), word(), word());
        let does = match (need.removes, need.makes, need.tells) {
            (true, false, None) => "removes",
            (false, true, Some(ResourceKind::Batch)) => "makes",
            (false, false, Some(ResourceKind::Batch)) => "tells",
            (false, false, None) => "uses",
            other => unreachable!("{other:?}"),
        };
        let kind = need.kind.as_str();
        let got = format!("{kind} {}; {:?}; {does}", need.id, need.unknown);
        assert_eq!(got, expected, "{request}");
    }
}

/// Another spelling of an id is the same resource.
#[test]
fn an_id_in_a_path_is_decoded() {
    assert_eq!(need("GET", "files/%66ile-1", "").id, "file-1");
}

#[test]
fn what_names_none_makes_one_or_does_nothing() {
    use ResourceKind::{Batch, File, Video, Voice};
    let rows = [
        ("POST", "uploads/audio/voice", "", Errand::Make(Voice)),
        ("POST", "audio/reference", "", Errand::Make(Voice)),
        ("POST", "files", "", Errand::Make(File)),
        ("POST", "video/generations", "{}", Errand::Make(Video)),
        (
            "POST",
            "batches",
            r#"{"endpoint":"x"}"#,
            Errand::Make(Batch),
        ),
        ("GET", "audio/reference", "", Errand::List(Voice)),
        ("GET", "files", "", Errand::List(File)),
        ("HEAD", "batches", "", Errand::List(Batch)),
        (
            "POST",
            "audio/speech",
            r#"{"voice":"m:alex"}"#,
            Errand::Nothing,
        ),
        (
            "POST",
            "audio/speech",
            r#"{"voice":"","references":[]}"#,
            Errand::Nothing,
        ),
        ("POST", "video/status", "{}", Errand::Nothing),
        (
            "POST",
            "chat/completions",
            r#"{"voice":"speech:v"}"#,
            Errand::Nothing,
        ),
        ("POST", "no/such", r#"{"uri":"speech:v"}"#, Errand::Nothing),
    ];
    for (method, path, body, expected) in rows {
        assert_eq!(
            errand(method, path, body),
            expected,
            "{method} {path} {body}"
        );
    }
}

/// Spellings that a lenient upstream takes for the same id.
#[test]
fn blanks_and_large_letters_hide_no_id() {
    let status = need("POST", "video/status", r#"{"REQUESTID":" 8s3k\n"}"#);
    assert_eq!(status.id, "8s3k");
    let speech = need("POST", "audio/speech", r#"{"Voice":" speech:v"}"#);
    assert_eq!(speech.id, "speech:v");
    assert_eq!(need("GET", "files/%20file-1%09", "").id, "file-1");
}

/// A write below a batch that nobody knows might do something to another's.
#[test]
fn an_undocumented_write_needs_a_known_owner() {
    for (path, kind) in [
        ("batches/b/x", ResourceKind::Batch),
        ("files/b/x", ResourceKind::File),
    ] {
        let need = need("POST", path, "{}");
        assert_eq!((need.kind, &*need.id), (kind, "b"), "{path}");
        assert_eq!(need.unknown, Unknown::Refuse, "{path}");
    }
    assert_eq!(errand("GET", "batchest/b/x", ""), Errand::Nothing);
}

/// Nothing may pass unread where the body names the resource.
#[test]
fn a_body_that_streams_is_never_passed_unread() {
    for path in [
        "audio/speech",
        "audio/voice/deletions",
        "video/status",
        "batches",
    ] {
        let mut call = call("POST", path, "");
        call.body = CallBody::Stream(reqwest::Body::from("{}"));
        assert!(Errand::is_in_body(&call), "{path}");
        assert_eq!(Errand::of(&call), Err(Unclear::NotJson), "{path}");
    }
    assert!(!Errand::is_in_body(&call("GET", "batches", "")));
    assert!(!Errand::is_in_body(&call("POST", "files", "")));
}

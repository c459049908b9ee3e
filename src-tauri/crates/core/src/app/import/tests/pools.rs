//! Files of an older pool, made here as that program made them.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flowkeep_contract::{Empty, ImportFormat, ListRequestsRequest};
use rusqlite::Connection;

use super::*;

/// The schema of the older pool, with a key that is none and calls of a key that
/// is gone.
fn older_pool() -> Vec<u8> {
    let connection = Connection::open_in_memory().unwrap();
    // The older pool's own words; its tables are not ours to make strict.
    let schema = [
        "create  table api_keys (key TEXT PRIMARY KEY, add_time REAL, balance REAL,",
        "usage_count INTEGER, enabled INTEGER DEFAULT 1);",
        "create  table logs (id INTEGER PRIMARY KEY AUTOINCREMENT, used_key TEXT, model TEXT,",
        "call_time REAL, input_tokens INTEGER, output_tokens INTEGER, total_tokens INTEGER);",
    ];
    connection.execute_batch(&schema.join(" ")).unwrap();
    let add = "INSERT INTO api_keys VALUES (?1, 1754000000.5, ?2, 3, ?3)";
    for (key, balance, enabled) in [
        (key(1), Some(13.5), 1),
        (key(2), None, 1),
        ("nonsense".to_owned(), Some(1.0), 1),
        (key(3), Some(0.25), 0),
    ] {
        connection.execute(add, (key, balance, enabled)).unwrap();
    }
    let call = "INSERT INTO logs (used_key, model, call_time, input_tokens, output_tokens,
        total_tokens) VALUES (?1, 'Qwen/Qwen3-8B', ?2, ?3, ?4, ?3 + ?4)";
    for (key, at, input, output) in [
        (key(1), 1_754_000_100.0, 10, 5),
        (key(1), 1_754_000_200.25, 0, 0),
        (key(9), 1_754_000_300.0, 7, 1),
    ] {
        connection.execute(call, (key, at, input, output)).unwrap();
    }
    connection.serialize("main").unwrap().to_vec()
}

async fn preview_file(desk: &Desk, file: &[u8]) -> ImportPreview {
    let request = PreviewImportRequest {
        text: None,
        file: Some(BASE64_STANDARD.encode(file)),
        validate: false,
    };
    desk.app.preview_import(request).await.unwrap()
}

async fn calls(desk: &Desk) -> Vec<(String, Option<i64>)> {
    let request = ListRequestsRequest {
        before: None,
        limit: Some(100),
        ..ListRequestsRequest::default()
    };
    let page = desk.app.list_requests(request).await.unwrap();
    let rows = page.requests.into_iter();
    rows.map(|row| (row.route, row.prompt_tokens)).collect()
}

/// Done-when 6: the older pool's database, its `keys.txt`, CSV and JSON; the dry
/// run of each tells what its import does, to the line.
#[tokio::test]
async fn every_form_is_imported_as_its_dry_run_says() {
    let (one, two, three) = (key(1), key(2), key(3));
    let keys_txt = format!("{one}\n{two}\nnonsense\n{three}\n");
    let table = format!("label,key\na,{one}\nb,{two}\nc,nonsense\nd,{three}\n");
    let json = format!("[\"{one}\",{{\"key\":\"{two}\"}},{{\"key\":\"nonsense\"}},\"{three} d\"]");
    for (format, file, rejected) in [
        (ImportFormat::OlderPool, older_pool(), 3),
        (ImportFormat::Lines, keys_txt.into_bytes(), 3),
        (ImportFormat::Csv, table.into_bytes(), 4),
        (ImportFormat::Json, json.into_bytes(), 3),
    ] {
        let desk = Desk::new().await;
        let preview = preview_file(&desk, &file).await;
        assert_eq!(preview.format, format);
        assert_eq!(preview.report.lines[0].line, rejected, "{format:?}");
        let report = desk.confirm(&preview.preview).await.unwrap();
        assert_eq!((report.added, report.rejected), (3, 1), "{format:?}");
        assert_eq!(report.lines, preview.report.lines);
        let known = preview_file(&desk, &file).await.report;
        assert_eq!((known.added, known.known, known.rejected), (0, 3, 1));
    }
}

#[tokio::test]
async fn an_older_pools_keys_keep_their_balance_and_their_switch() {
    let desk = Desk::new().await;
    let preview = preview_file(&desk, &older_pool()).await;
    assert_eq!(preview.calls, 3);
    let report = desk.confirm(&preview.preview).await.unwrap();
    assert_eq!(report.calls, 0, "nobody asked for them");
    let keys = desk.app.list_keys(Empty {}).await.unwrap().keys;
    let told: Vec<_> = keys
        .iter()
        .map(|key| (key.balance.as_ref().map(|one| one.nano), key.enabled))
        .collect();
    assert_eq!(
        told,
        [
            (Some(13_500_000_000), true),
            (None, true),
            (Some(250_000_000), false)
        ]
    );
    let balance = keys[0].balance.as_ref().unwrap();
    assert_eq!(balance.currency, "CNY");
    // As of the last call that the older pool made.
    assert_eq!(balance.as_of_ms, 1_754_000_300_000);
}

/// Its calls count once, however often they are imported, and go with an undo.
#[tokio::test]
async fn an_older_pools_calls_are_taken_over_when_wished() {
    let desk = Desk::new().await;
    let take = async |history| {
        let preview = preview_file(&desk, &older_pool()).await.preview;
        let request = ConfirmImportRequest {
            preview,
            force: false,
            history,
        };
        desk.app.confirm_import(request).await.unwrap()
    };
    let first = take(true).await;
    assert_eq!((first.added, first.calls), (3, 3));
    let unknown = "unknown".to_owned();
    assert_eq!(
        calls(&desk).await,
        [
            (unknown.clone(), Some(7)),
            (unknown.clone(), None),
            (unknown, Some(10)),
        ]
    );
    let used = || async {
        let keys = desk.app.list_keys(Empty {}).await.unwrap().keys;
        keys.iter().map(|key| key.usage_count).sum::<i64>()
    };
    assert_eq!(used().await, 2, "the third call's key is gone");
    let again = take(true).await;
    assert_eq!((again.added, again.calls, again.undo), (0, 0, None));

    desk.undo(&first.undo.unwrap()).await.unwrap();
    assert_eq!(calls(&desk).await, []);
    take(false).await;
    assert_eq!(used().await, 0, "the sums went with the calls");
}

/// A3: what was taken over once is not taken over again when its rows have left
/// the log; an undo takes it out of the sums all the same, and after that it may
/// come again.
#[tokio::test]
async fn calls_count_once_also_when_they_have_left_the_log() {
    let desk = Desk::new().await;
    let take = async || {
        let preview = preview_file(&desk, &older_pool()).await.preview;
        let request = ConfirmImportRequest {
            preview,
            force: false,
            history: true,
        };
        desk.app.confirm_import(request).await.unwrap()
    };
    let counted = || {
        let all = crate::store::UsageFilter::default();
        let sums = desk.app.0.store.usage_sums(0, i64::MAX, &all).unwrap();
        (sums.calls, sums.prompt_tokens)
    };
    let first = take().await;
    assert_eq!((first.calls, counted()), (3, (3, 17)));
    desk.app.0.store.clear_requests().unwrap();
    let again = take().await;
    assert_eq!((again.calls, again.undo), (0, None));
    assert_eq!((calls(&desk).await.len(), counted()), (0, (3, 17)));

    let undone = desk.undo_all(&first.undo.unwrap()).await;
    assert_eq!((undone.removed, undone.calls, counted()), (3, 3, (0, 0)));
    let anew = take().await;
    assert_eq!((anew.calls, counted()), (3, (3, 17)));
    assert_eq!(calls(&desk).await.len(), 3, "they are in the log again");
}

#[tokio::test]
async fn another_programs_database_is_refused_in_words() {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch("CREATE TABLE notes (text TEXT) STRICT")
        .unwrap();
    let bytes = connection.serialize("main").unwrap().to_vec();
    let desk = Desk::new().await;
    let request = PreviewImportRequest {
        text: None,
        file: Some(BASE64_STANDARD.encode(bytes)),
        validate: false,
    };
    let error = desk.app.preview_import(request).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidRequest);
    assert!(error.message.contains("api_keys"), "{error}");
}

use std::time::Duration;

use flowkeep_contract::{
    Choice as Chosen, ExportFormat, GetRequestRequest, Left as Why, ListRequestsRequest, Outcome,
    RequestFilter,
};
use jiff::Timestamp;
use tempfile::TempDir;
use uuid::Uuid;

use super::*;
use crate::clock::ManualClock;
use crate::model::{
    self, AccountId, AttemptRecord, Choice, Cost, Currency, KeyId, Left, Money, Nano,
    RequestRecord, Usage,
};
use crate::store::NewKey;

/// Long enough for a busy machine; tests that pass never wait for it.
const PATIENCE: Duration = Duration::from_secs(20);

pub(in crate::app) fn ms(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_millisecond()
}

/// A data folder with hand-made records.
pub(in crate::app) struct Past {
    pub(in crate::app) records: Records,
    pub(in crate::app) clock: Arc<ManualClock>,
    pub(in crate::app) folder: TempDir,
}

impl Past {
    pub(in crate::app) fn at(now: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(ms(now)));
        let given: Arc<dyn Clock> = Arc::<ManualClock>::clone(&clock);
        let (store, warnings) = Store::open(folder.path(), Arc::clone(&given)).unwrap();
        assert_eq!(warnings, Vec::<String>::new());
        Self {
            records: Records::over(store, given),
            clock,
            folder,
        }
    }

    /// Writes records and waits until they are on disk.
    pub(in crate::app) fn write(&self, records: impl IntoIterator<Item = RequestRecord>) {
        let journal = self.records.store.journal();
        for record in records {
            journal.record(record);
        }
        assert!(journal.flush(PATIENCE));
    }
}

/// A good request of 100 prompt tokens, half of them cached, and 10 others, for
/// 0.07 yuan.
pub(in crate::app) fn good(at: &str) -> RequestRecord {
    RequestRecord {
        route: "chat/completions".to_owned(),
        model_asked: Some("Qwen/Qwen3-8B".into()),
        key: Some(KeyId::from("key-1")),
        key_last_four: Some("0001".to_owned()),
        account: Some(AccountId::from("account-1")),
        client: "default".into(),
        status: 200,
        outcome: model::Outcome::Success,
        attempts: 1,
        usage: Usage {
            prompt_tokens: Some(100),
            completion_tokens: Some(10),
            cached_tokens: Some(50),
            reasoning_tokens: Some(4),
        },
        cost: Some(Cost {
            money: Money::new(Nano::new(70_000_000), Currency::Cny),
            price: "qwen3-8b".into(),
            incomplete: false,
        }),
        saved_nano: Some(5_000_000),
        user_agent: Some("claude-cli".into()),
        first_byte_ms: Some(100),
        duration_ms: 1_000,
        ..RequestRecord::begun(Uuid::now_v7(), ms(at))
    }
}

pub(in crate::app) fn new_key(n: u32, account: &str) -> NewKey {
    let mut fingerprint = [0; 32];
    fingerprint[..4].copy_from_slice(&n.to_be_bytes());
    NewKey {
        key_id: KeyId::from(format!("key-{n}").as_str()),
        label: "laptop".to_owned(),
        account_label: Some(account.to_owned()),
        site: "default".to_owned(),
        balance: None,
        fingerprint: model::Fingerprint(fingerprint),
        last_four: format!("{n:04}"),
        bundle: 0,
        enabled: true,
        weight: 1,
        state: model::KeyState::Usable,
        condition: None,
    }
}

fn listed(past: &Past, filter: RequestFilter) -> Vec<i64> {
    let page = past.records.list_requests(ListRequestsRequest {
        filter,
        ..ListRequestsRequest::default()
    });
    page.unwrap().requests.iter().map(|row| row.id).collect()
}

/// A short word is looked for in the newest 5,000 errors, and the page says so.
#[test]
fn a_page_tells_that_a_search_is_not_complete() {
    let past = Past::at("2026-11-23T12:00:00Z");
    past.write((0..5_001).map(|_| RequestRecord {
        error: Some("other".to_owned()),
        ..good("2026-11-23T11:00:00Z")
    }));
    let is_partial = |text: &str| {
        let page = past.records.list_requests(ListRequestsRequest {
            filter: RequestFilter {
                text: Some(text.to_owned()),
                ..RequestFilter::default()
            },
            ..ListRequestsRequest::default()
        });
        page.unwrap().is_partial
    };
    assert!(is_partial("zq"));
    let export = |text: &str| {
        let filter = RequestFilter {
            text: Some(text.to_owned()),
            ..RequestFilter::default()
        };
        let mut export = past
            .records
            .export_requests(ExportFormat::Jsonl, filter)
            .unwrap();
        while export.next_piece().unwrap().is_some() {}
        (export.rows(), export.is_partial())
    };
    assert_eq!(export("zq"), (0, true));
    assert_eq!(export("zqx"), (0, false));
    assert!(!is_partial("zqx"));
    assert!(!is_partial("ot"));
}

#[test]
fn a_row_tells_all_that_was_recorded() {
    let past = Past::at("2026-11-23T12:00:00Z");
    past.write([good("2026-11-23T11:00:00Z")]);
    let page = past.records.list_requests(ListRequestsRequest::default());
    let row = page.unwrap().requests.remove(0);
    assert_eq!(
        (row.reasoning_tokens, row.estimated_tokens),
        (Some(4), None)
    );
    assert_eq!(row.user_agent.as_deref(), Some("claude-cli"));
    assert_eq!((&*row.client, &*row.client_id), ("default", "default"));
    assert_eq!(row.account_id.as_deref(), Some("account-1"));
    let cost = row.cost.unwrap();
    assert_eq!((cost.nano, &*cost.currency), (70_000_000, "CNY"));
    assert_eq!((&*cost.price, cost.incomplete), ("qwen3-8b", false));
    assert_eq!(cost.saved_nano, Some(5_000_000));
}

/// The account is gone, and so is its key; both keep their names, and can still
/// be asked for by them.
#[test]
fn a_removed_account_keeps_its_name() {
    let past = Past::at("2026-11-23T12:00:00Z");
    let store = &past.records.store;
    store.insert_keys(&[new_key(1, "team")]).unwrap();
    let team = store.accounts().unwrap()[0].account_id.clone();
    let mine = RequestRecord {
        account: Some(team),
        ..good("2026-11-23T11:00:00Z")
    };
    past.write([good("2026-11-23T10:00:00Z"), mine]);
    store.remove_keys(&[KeyId::from("key-1")]).unwrap();
    assert_eq!(store.accounts().unwrap(), []);
    let page = past.records.list_requests(ListRequestsRequest::default());
    let rows = page.unwrap().requests;
    assert_eq!(rows[0].account.as_deref(), Some("team"));
    assert_eq!(rows[1].account.as_deref(), Some("account-1"), "never known");
    let of_team = RequestFilter {
        account: Some("team".to_owned()),
        ..RequestFilter::default()
    };
    assert_eq!(listed(&past, of_team), [rows[0].id]);
}

fn filter(change: impl FnOnce(&mut RequestFilter)) -> RequestFilter {
    let mut filter = RequestFilter::default();
    change(&mut filter);
    filter
}

#[test]
fn the_log_is_filtered_and_searched() {
    let past = Past::at("2026-11-23T12:00:00Z");
    let failed = RequestRecord {
        outcome: model::Outcome::Rejected,
        status: 400,
        model_asked: Some("no/such-model".into()),
        error: Some("Model does not exist".to_owned()),
        vendor_code: Some(20_012),
        route: "messages".to_owned(),
        cost: None,
        ..good("2026-11-23T11:30:00Z")
    };
    past.write([good("2026-11-23T11:00:00Z"), failed]);
    let ids = listed(&past, RequestFilter::default());
    let (good, failed) = (ids[1], ids[0]);
    let some = |text: &str| Some(text.to_owned());
    let half_past = Some(ms("2026-11-23T11:30:00Z"));
    let cases: [(RequestFilter, &[i64]); 9] = [
        (filter(|f| f.outcome = Some(Outcome::Rejected)), &[failed]),
        (filter(|f| f.model = some("Qwen/Qwen3-8B")), &[good]),
        (filter(|f| f.route = some("messages")), &[failed]),
        (filter(|f| f.client = some("nobody")), &[]),
        (filter(|f| f.account = some("account-1")), &[failed, good]),
        (filter(|f| f.from_ms = half_past), &[failed]),
        (filter(|f| f.to_ms = half_past), &[good]),
        (filter(|f| f.text = some("not exist")), &[failed]),
        (filter(|f| f.text = some("  ")), &[failed, good]),
    ];
    for (filter, expected) in cases {
        assert_eq!(listed(&past, filter.clone()), expected, "{filter:?}");
    }
    let refused = past.records.list_requests(ListRequestsRequest {
        filter: filter(|f| f.text = Some("x".repeat(129))),
        ..ListRequestsRequest::default()
    });
    assert_eq!(refused.unwrap_err().code, ErrorCode::InvalidRequest);
}

#[test]
fn a_request_tells_all_its_attempts() {
    let past = Past::at("2026-11-23T12:00:00Z");
    past.records
        .store
        .insert_keys(&[new_key(1, "team")])
        .unwrap();
    let team = past.records.store.accounts().unwrap()[0].account_id.clone();
    let first = AttemptRecord {
        account: AccountId::from("gone"),
        model: Some("Qwen/Qwen3-8B".into()),
        after_ms: 1,
        chosen: Choice::Session,
        status: Some(429),
        vendor_code: Some(50_602),
        headers_ms: Some(30),
        first_byte_ms: Some(31),
        end_ms: Some(32),
        left: Some(Left::RateLimited),
    };
    let second = AttemptRecord {
        account: team.clone(),
        after_ms: 40,
        chosen: Choice::Strategy,
        status: Some(200),
        vendor_code: None,
        left: None,
        ..first.clone()
    };
    past.write([RequestRecord {
        account: Some(team),
        attempts: 2,
        trail: vec![first, second],
        ..good("2026-11-23T11:00:00Z")
    }]);
    let id = listed(&past, RequestFilter::default())[0];
    let details = past.records.get_request(GetRequestRequest { id }).unwrap();
    assert_eq!(details.request.id, id);
    let told: Vec<_> = details
        .attempts
        .iter()
        .map(|one| (one.account.as_deref(), one.chosen, one.left, one.after_ms))
        .collect();
    assert_eq!(
        told,
        [
            (Some("gone"), Chosen::Session, Some(Why::RateLimited), 1),
            (Some("team"), Chosen::Strategy, None, 40),
        ]
    );
    assert_eq!(details.attempts[0].vendor_code, Some(50_602));
    let missing = past.records.get_request(GetRequestRequest { id: id + 1 });
    assert_eq!(missing.unwrap_err().code, ErrorCode::NotFound);
}

/// What a gateway beside us records is noticed; what we read is not.
#[test]
fn the_version_moves_when_another_process_records() {
    let past = Past::at("2026-11-23T12:00:00Z");
    past.write([good("2026-11-23T11:00:00Z")]);
    let beside = Records::open(past.folder.path()).unwrap();
    let before = beside.version().unwrap();
    beside
        .list_requests(ListRequestsRequest::default())
        .unwrap();
    assert_eq!(beside.version().unwrap(), before);
    past.write([good("2026-11-23T11:30:00Z")]);
    assert_ne!(beside.version().unwrap(), before);
    beside.close();
}

/// A gateway may be writing to it: it is left where it is, and said.
#[test]
fn a_damaged_log_is_not_set_aside_under_a_gateway() {
    let folder = tempfile::tempdir().unwrap();
    let usage = folder.path().join("usage.db");
    std::fs::write(&usage, [b'x'; 8_192]).unwrap();
    let error = Records::open(folder.path()).unwrap_err();
    assert!(error.to_string().contains("usage.db"), "{error}");
    assert_eq!(std::fs::read(&usage).unwrap(), [b'x'; 8_192]);
}

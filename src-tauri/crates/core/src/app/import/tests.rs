use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use flowkeep_contract::{
    Empty, Event, Host, ImportOutcome, KeyState, RemoveKeysRequest, UndoImportReport,
    UndoImportRequest,
};
use tempfile::TempDir;
use zeroize::Zeroizing;

use super::*;
use crate::app::AppOptions;
use crate::clock::ManualClock;
use crate::vault::{
    Availability, MemoryStore, SecretStore, SecretStoreError, StoreFactory, VaultChoice, VaultKind,
};

mod pools;

/// A keychain that writes so many items and then fails.
#[derive(Clone)]
struct Failing {
    store: MemoryStore,
    /// Writes that are left.
    left: Arc<AtomicUsize>,
}

impl SecretStore for Failing {
    fn kind(&self) -> VaultKind {
        VaultKind::Memory
    }

    fn max_item_bytes(&self) -> usize {
        // A few keys per item, so that an import needs several.
        256
    }

    fn availability(&self) -> Availability {
        Availability::Ready
    }

    fn read(&self, item: &str) -> Result<Option<Zeroizing<Vec<u8>>>, SecretStoreError> {
        self.store.read(item)
    }

    fn write(&mut self, item: &str, bytes: &[u8]) -> Result<(), SecretStoreError> {
        let left = self
            .left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
        left.map_err(|_| SecretStoreError::Platform("it went away".into()))?;
        self.store.write(item, bytes)
    }

    fn delete(&mut self, item: &str) -> Result<(), SecretStoreError> {
        self.store.delete(item)
    }
}

impl Failing {
    fn new() -> Self {
        Self {
            store: MemoryStore::default(),
            left: Arc::new(AtomicUsize::new(usize::MAX)),
        }
    }

    fn factory(&self) -> StoreFactory {
        let store = self.clone();
        Arc::new(move || Ok(Box::new(store.clone())))
    }
}

/// An engine in a folder of its own, with a clock that is moved by hand.
pub(super) struct Desk {
    pub(super) app: App,
    pub(super) clock: Arc<ManualClock>,
    _folder: TempDir,
}

impl Desk {
    pub(super) async fn new() -> Self {
        Self::over(None).await
    }

    async fn over(secrets: Option<StoreFactory>) -> Self {
        let folder = TempDir::new().unwrap();
        let clock = Arc::new(ManualClock::at(1_787_400_000_000));
        let options = AppOptions {
            vault: VaultChoice::Memory,
            secrets,
            clock: Arc::<ManualClock>::clone(&clock),
            ..AppOptions::new(folder.path(), Host::Server)
        };
        Self {
            app: App::open(options).await.unwrap(),
            clock,
            _folder: folder,
        }
    }

    pub(super) async fn import(&self, text: &str) -> Result<ImportReport, ApiError> {
        let request = ImportKeysRequest {
            text: text.to_owned(),
            validate: false,
            force: false,
        };
        self.app.import_keys(request).await
    }

    pub(super) async fn preview(&self, text: &str) -> ImportPreview {
        let request = PreviewImportRequest {
            text: Some(text.to_owned()),
            file: None,
            validate: false,
        };
        self.app.preview_import(request).await.unwrap()
    }

    pub(super) async fn confirm(&self, preview: &str) -> Result<ImportReport, ApiError> {
        let request = ConfirmImportRequest {
            preview: preview.to_owned(),
            ..ConfirmImportRequest::default()
        };
        self.app.confirm_import(request).await
    }

    async fn labels(&self) -> Vec<String> {
        let keys = self.app.list_keys(Empty {}).await.unwrap().keys;
        keys.into_iter().map(|key| key.label).collect()
    }

    async fn undo(&self, id: &str) -> Result<u32, ApiError> {
        let request = UndoImportRequest {
            undo: id.to_owned(),
        };
        let report = self.app.undo_import(request).await;
        report.map(|report| report.removed)
    }

    async fn undo_all(&self, id: &str) -> UndoImportReport {
        let undo = id.to_owned();
        let report = self.app.undo_import(UndoImportRequest { undo }).await;
        report.unwrap()
    }
}

/// A key that no other number has.
pub(super) fn key(number: usize) -> String {
    format!("sk-test{number:044}")
}

fn text_of(count: usize) -> String {
    let lines: Vec<_> = (0..count)
        .map(|n| format!("{} key {n}\n", key(n)))
        .collect();
    lines.concat()
}

fn mixed() -> String {
    format!(
        "{0} one\nnonsense\n{1} two account=team site=com\n{0} again\n\
         {2} three account=team\n{3} four account=team site=cn\n{4} weight=x\n",
        key(1),
        key(2),
        key(3),
        key(4),
        key(5)
    )
}

/// Done-when 6: the report of the dry run is the report of the import, but for
/// the way to undo it; a second import of the same only finds known keys.
#[tokio::test]
async fn the_dry_run_tells_what_the_import_does_to_the_line() {
    let desk = Desk::new().await;
    desk.import(&format!("{} known", key(3))).await.unwrap();
    let preview = desk.preview(&mixed()).await;
    assert_eq!(desk.labels().await, ["known"], "nothing is added yet");
    let outcomes: Vec<_> = preview
        .report
        .lines
        .iter()
        .map(|line| (line.line, line.outcome))
        .collect();
    assert_eq!(
        outcomes,
        [
            (2, ImportOutcome::Malformed),
            (6, ImportOutcome::Malformed),
            (7, ImportOutcome::Malformed),
            (1, ImportOutcome::AddedUnchecked),
            (3, ImportOutcome::AddedUnchecked),
            (4, ImportOutcome::Duplicate),
            (5, ImportOutcome::Known),
        ]
    );
    let report = desk.confirm(&preview.preview).await.unwrap();
    assert!(report.undo.is_some());
    let but_for_the_undo = ImportReport {
        undo: None,
        ..report
    };
    assert_eq!(but_for_the_undo, preview.report);
    assert_eq!(desk.labels().await, ["known", "one", "two"]);

    let again = desk.import(&mixed()).await.unwrap();
    assert_eq!((again.added, again.known, again.rejected), (0, 4, 3));
    assert_eq!(again.undo, None);
}

#[tokio::test]
async fn a_dry_run_is_carried_out_once_and_not_after_another_one() {
    let desk = Desk::new().await;
    let first = desk.preview(&key(1)).await.preview;
    let second = desk.preview(&key(2)).await.preview;
    let expired = |answer: Result<ImportReport, ApiError>| {
        assert_eq!(answer.unwrap_err().code, ErrorCode::ImportExpired);
    };
    expired(desk.confirm(&first).await);
    assert_eq!(desk.confirm(&second).await.unwrap().added, 1);
    expired(desk.confirm(&second).await);
}

#[tokio::test]
async fn what_was_said_about_keys_is_kept() {
    let desk = Desk::new().await;
    let text = format!(
        "key,label,account,site,balance,weight,enabled\n\
         {},one,team,com,12.50,3,1\n{},two,team,,99,,0\n",
        key(1),
        key(2)
    );
    desk.import(&text).await.unwrap();
    let keys = desk.app.list_keys(Empty {}).await.unwrap().keys;
    let [one, two] = &keys[..] else {
        panic!("two keys: {keys:?}");
    };
    assert_eq!((one.account.as_str(), one.weight), ("team", 3));
    assert_eq!(one.account_id, two.account_id);
    assert_eq!(one.site.base, "https://api.siliconflow.com/v1");
    assert_eq!(one.site.currency, "USD");
    // The balance that made the account; the second line found it there.
    let balance = two.balance.as_ref().unwrap();
    assert_eq!(
        (balance.nano, balance.currency.as_str()),
        (12_500_000_000, "USD")
    );
    assert_eq!((two.enabled, two.state), (false, KeyState::Disabled));
}

#[tokio::test]
async fn an_import_is_undone_exactly_and_for_half_a_minute() {
    let desk = Desk::new().await;
    let before = format!("{} mine account=team", key(1));
    desk.import(&before).await.unwrap();
    let text = format!("{before}\n{} new account=team\n{} own", key(2), key(3));
    let report = desk.import(&text).await.unwrap();
    let undo = report.undo.unwrap();
    assert_eq!(desk.labels().await, ["mine", "new", "own"]);
    desk.clock.advance_ms(30_000);
    assert_eq!(desk.undo(&undo).await.unwrap(), 2);
    assert_eq!(desk.labels().await, ["mine"]);
    let again = desk.undo(&undo).await.unwrap_err();
    assert_eq!(again.code, ErrorCode::ImportExpired);
    // The secrets are gone as well: the same keys are new again.
    let undo = desk.import(&text).await.unwrap().undo.unwrap();
    desk.clock.advance_ms(60_000);
    let late = desk.undo(&undo).await.unwrap_err();
    assert_eq!(late.code, ErrorCode::ImportExpired);
    assert_eq!(desk.labels().await.len(), 3);
}

/// The keychain fails after each possible number of writes: either all keys are
/// in, or none is, and the keychain keeps nothing of them.
#[tokio::test]
async fn no_key_is_half_in_when_the_keychain_fails_in_the_middle() {
    let mut ends = Vec::new();
    for writes in 0.. {
        let keychain = Failing::new();
        let desk = Desk::over(Some(keychain.factory())).await;
        keychain.left.store(writes, Ordering::SeqCst);
        let answer = desk.import(&text_of(12)).await;
        keychain.left.store(usize::MAX, Ordering::SeqCst);
        let there = desk.labels().await.len();
        let added = answer.is_ok();
        ends.push(added);
        assert_eq!(there, if added { 12 } else { 0 }, "after {writes} writes");
        if added {
            break;
        }
        assert_eq!(answer.unwrap_err().code, ErrorCode::VaultUnavailable);
        // And nothing hinders the next try, or is left behind after it.
        assert_eq!(desk.import(&text_of(12)).await.unwrap().added, 12);
        let kept = desk.app.0.vault.load().unwrap().keys.len();
        assert_eq!(kept, 12, "after {writes} writes");
    }
    assert!(ends.len() > 3, "several writes were needed: {ends:?}");
}

/// A keychain that fails costs no second dry run.
#[tokio::test]
async fn a_failed_import_can_be_confirmed_again() {
    let keychain = Failing::new();
    let desk = Desk::over(Some(keychain.factory())).await;
    let preview = desk.preview(&text_of(2)).await.preview;
    keychain.left.store(0, Ordering::SeqCst);
    assert!(desk.confirm(&preview).await.is_err());
    keychain.left.store(usize::MAX, Ordering::SeqCst);
    assert_eq!(desk.confirm(&preview).await.unwrap().added, 2);
}

#[tokio::test]
async fn a_second_import_at_the_same_time_is_refused_in_words() {
    let desk = Desk::new().await;
    let running = desk.app.import_alone().unwrap();
    let error = desk.import(&key(1)).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::ImportRunning);
    assert!(error.message.contains("wait"), "{error}");
    drop(running);
    assert_eq!(desk.import(&key(1)).await.unwrap().added, 1);
}

#[tokio::test]
async fn too_much_and_nothing_are_refused() {
    let desk = Desk::new().await;
    let nothing = desk.import("# only a comment").await.unwrap_err();
    assert_eq!(nothing.code, ErrorCode::NothingToImport);
    let too_much = desk.import(&" ".repeat(MAX_TEXT + 1)).await.unwrap_err();
    assert_eq!(too_much.code, ErrorCode::ImportTooLarge);
    let request = PreviewImportRequest {
        text: None,
        file: Some("no base64!".to_owned()),
        validate: false,
    };
    let garbled = desk.app.preview_import(request).await.unwrap_err();
    assert_eq!(garbled.code, ErrorCode::InvalidRequest);
}

/// The report is cut, the sums are not; what is wrong stands in front.
#[tokio::test]
async fn ten_thousand_keys_go_in_and_out_at_once() {
    let desk = Desk::new().await;
    let mut events = desk.app.subscribe();
    let text = text_of(10_000) + "nonsense\n";
    let report = desk.import(&text).await.unwrap();
    assert_eq!((report.added, report.rejected), (10_000, 1));
    assert_eq!(report.lines.len(), 1000);
    assert_eq!(report.lines_left_out, 9_001);
    assert_eq!(report.lines[0].outcome, ImportOutcome::Malformed);
    // The windows are told once, not per key.
    let mut told = 0;
    while let Ok(event) = events.try_recv() {
        told += usize::from(matches!(event, Event::Changed { .. }));
    }
    assert!(told <= 2, "{told} events");
    let keys = desk.app.list_keys(Empty {}).await.unwrap().keys;
    let ids = keys.into_iter().map(|key| key.id).collect();
    let removed = desk.app.remove_keys(RemoveKeysRequest { ids }).await;
    assert_eq!(removed.unwrap().removed, 10_000);
    assert_eq!(desk.labels().await, [""; 0]);
}

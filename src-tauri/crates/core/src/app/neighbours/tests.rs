use flowkeep_contract::Host;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use super::*;
use crate::app::AppOptions;
use crate::store::Store;
use crate::vault::VaultChoice;

const TOKEN: &str = "fk-of-another-process";

/// An engine, and another process's hand on its database.
struct Neighbourhood {
    app: App,
    other: Store,
    _folder: TempDir,
}

impl Neighbourhood {
    async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let options = AppOptions {
            vault: VaultChoice::Memory,
            ..AppOptions::new(folder.path(), Host::Server)
        };
        let clock = std::sync::Arc::clone(&options.clock);
        Self {
            app: App::open(options).await.unwrap(),
            other: Store::open_beside(folder.path(), clock).unwrap(),
            _folder: folder,
        }
    }

    fn looks(&self) -> u64 {
        self.app.0.neighbours.begun.load(Ordering::SeqCst)
    }

    fn knows_the_token(&self) -> bool {
        self.app.check_token(Some(TOKEN)).is_ok()
    }

    fn make_the_token(&self) {
        let hash = Sha256::digest(TOKEN).into();
        self.other.put_client("cursor", "cursor", &hash).unwrap();
    }
}

#[tokio::test]
async fn what_was_committed_before_the_question_is_in_force_after_it() {
    let here = Neighbourhood::new().await;
    here.app.take_up_commits().await;
    assert!(!here.knows_the_token());
    here.make_the_token();
    here.app.take_up_commits().await;
    assert!(here.knows_the_token());
    assert!(here.app.has_issued_token(TOKEN));
    here.other.revoke_client("cursor").unwrap();
    here.app.take_up_commits().await;
    assert!(!here.knows_the_token());
    assert!(here.app.has_issued_token(TOKEN), "it was one of ours");
    assert!(!here.app.has_issued_token("fk-of-nobody"));
    here.app.close().await;
}

/// S9: whoever floods the gateway with wrong tokens makes it look no more often.
#[tokio::test]
async fn a_thousand_questions_are_one_look() {
    let here = Neighbourhood::new().await;
    // The look after the start is done.
    here.app.take_up_commits().await;
    let before = here.looks();
    futures_util::future::join_all((0..1_000).map(|_| here.app.take_up_commits())).await;
    // One that had begun may have been under way.
    assert!((1..=2).contains(&(here.looks() - before)));
    here.app.close().await;
}

#[tokio::test]
async fn nobody_waits_for_an_engine_that_is_closed() {
    let here = Neighbourhood::new().await;
    here.app.close().await;
    let looks = here.looks();
    here.app.take_up_commits().await;
    assert_eq!(here.looks(), looks);
}

/// While clients come the looks are frequent; each marks the time anew.
#[tokio::test]
async fn clients_are_noticed() {
    let here = Neighbourhood::new().await;
    let is_busy = || here.app.0.neighbours.is_busy.load(Ordering::Relaxed);
    here.app.take_up_commits().await;
    assert!(
        !is_busy() && !here.knows_the_token() && !is_busy(),
        "no client"
    );
    here.make_the_token();
    here.app.take_up_commits().await;
    assert!(here.knows_the_token());
    assert!(is_busy());
    here.app.close().await;
}

//! The command that asks about keys and balances, one run at a time.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use flowkeep_contract::{
    ApiError, Empty, ErrorCode, Event, RefreshProgress, RefreshReport, RefreshRequest,
    RefreshStatus,
};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use super::taking_up::no_account;
use crate::app::{App, locked};
use crate::model::AccountId;

/// The runs there were, and the one there is.
#[derive(Debug, Default)]
pub(in crate::app) struct Refreshes {
    present: Mutex<Present>,
    /// The settings have changed.
    pub(super) changed: Notify,
}

#[derive(Debug, Default)]
struct Present {
    run: Option<Arc<Run>>,
    last: Option<RefreshReport>,
    next_at_ms: Option<i64>,
}

/// Accounts that are asked about; all when absent.
pub(super) type Wanted = Option<HashSet<AccountId>>;

/// A run under way.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) wanted: Wanted,
    pub(super) cancel: CancellationToken,
    progress: Mutex<RefreshProgress>,
    ended: watch::Receiver<Option<RefreshReport>>,
}

impl Run {
    /// Whether it asks about all of these.
    fn covers(&self, wanted: &Wanted) -> bool {
        match (&self.wanted, wanted) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(running), Some(wanted)) => wanted.is_subset(running),
        }
    }
}

/// Where a caller stands.
enum Place {
    /// The run is theirs, or asks about what they want.
    In(watch::Receiver<Option<RefreshReport>>),
    /// Another one has to end first.
    Behind(watch::Receiver<Option<RefreshReport>>),
}

impl App {
    /// Asks about the keys and balances of accounts and waits for the end. Who
    /// comes while the same is under way joins in, and waits for its turn while
    /// something else is. It goes on when nobody waits any more.
    ///
    /// # Errors
    /// When there is no such account, or the app closes.
    pub async fn refresh(&self, request: RefreshRequest) -> Result<RefreshReport, ApiError> {
        let wanted = self.wanted(request)?;
        loop {
            match self.place_of(&wanted) {
                Place::In(ended) => return until_ended(ended).await,
                Place::Behind(ended) => {
                    // Also one that broke off has ended.
                    let _ = until_ended(ended).await;
                }
            }
        }
    }

    /// Calls off the run that is under way; what was found until then stands.
    ///
    /// # Errors
    /// Never; the signature is that of all commands.
    #[expect(
        clippy::unused_async,
        reason = "all commands are async for their transports"
    )]
    pub async fn cancel_refresh(&self, _: Empty) -> Result<RefreshStatus, ApiError> {
        if let Some(run) = &locked(&self.0.refreshes.present).run {
            run.cancel.cancel();
        }
        Ok(self.refreshing())
    }

    /// How the refreshing is, as a command.
    ///
    /// # Errors
    /// Never; the signature is that of all commands.
    #[expect(
        clippy::unused_async,
        reason = "all commands are async for their transports"
    )]
    pub async fn refresh_status(&self, _: Empty) -> Result<RefreshStatus, ApiError> {
        Ok(self.refreshing())
    }

    /// How the refreshing is, without waiting for anything.
    #[must_use]
    pub fn refreshing(&self) -> RefreshStatus {
        let present = locked(&self.0.refreshes.present);
        let run = present.run.as_ref();
        RefreshStatus {
            running: run.map(|run| *locked(&run.progress)),
            last: present.last,
            interval_s: self.effective_settings().refresh_interval_s,
            next_at_ms: present.next_at_ms,
        }
    }

    /// The interval may be another one.
    pub(in crate::app) fn reschedule_refresh(&self) {
        self.0.refreshes.changed.notify_one();
    }

    pub(super) fn note_next_refresh(&self, at_ms: Option<i64>) {
        locked(&self.0.refreshes.present).next_at_ms = at_ms;
    }

    /// Tells how far a run is.
    pub(super) fn tell_refresh(&self, run: &Run, done: usize, total: usize) {
        let count = |count| u32::try_from(count).unwrap_or(u32::MAX);
        let progress = RefreshProgress {
            done: count(done),
            total: count(total),
            report: None,
        };
        *locked(&run.progress) = progress;
        self.emit(Event::RefreshProgress(progress));
    }

    fn wanted(&self, request: RefreshRequest) -> Result<Wanted, ApiError> {
        let Some(ids) = request.account_ids else {
            return Ok(None);
        };
        let wanted: HashSet<AccountId> = ids.iter().map(|id| id.as_str().into()).collect();
        match wanted
            .iter()
            .find(|account| self.pool().label_of(account).is_none())
        {
            Some(unknown) => Err(no_account(unknown)),
            None => Ok(Some(wanted)),
        }
    }

    fn place_of(&self, wanted: &Wanted) -> Place {
        let mut present = locked(&self.0.refreshes.present);
        if let Some(run) = &present.run {
            let ended = run.ended.clone();
            return if run.covers(wanted) && !run.cancel.is_cancelled() {
                Place::In(ended)
            } else {
                Place::Behind(ended)
            };
        }
        let (report, ended) = watch::channel(None);
        let run = Arc::new(Run {
            wanted: wanted.clone(),
            cancel: self.0.stop.child_token(),
            progress: Mutex::default(),
            ended: ended.clone(),
        });
        present.run = Some(Arc::clone(&run));
        let ending = Ending {
            app: self.clone(),
            run,
            report,
        };
        self.0.tasks.spawn(ending.carry_out());
        Place::In(ended)
    }
}

async fn until_ended(
    mut ended: watch::Receiver<Option<RefreshReport>>,
) -> Result<RefreshReport, ApiError> {
    match ended.wait_for(Option::is_some).await {
        Ok(report) => Ok(report.unwrap_or_default()),
        Err(_) => Err(ApiError::new(
            ErrorCode::Internal,
            "the refresh broke off; see Flowkeep's log",
        )),
    }
}

/// Makes room for the next run, however this one ends.
struct Ending {
    app: App,
    run: Arc<Run>,
    report: watch::Sender<Option<RefreshReport>>,
}

impl Ending {
    async fn carry_out(self) {
        let report = self.app.ask_about_accounts(&self.run).await;
        let mut progress = *locked(&self.run.progress);
        progress.report = Some(report);
        {
            let mut present = locked(&self.app.0.refreshes.present);
            present.last = Some(report);
            present.run = None;
        }
        self.report.send_replace(Some(report));
        self.app.emit(Event::RefreshProgress(progress));
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        let mut present = locked(&self.app.0.refreshes.present);
        present.run.take_if(|run| Arc::ptr_eq(run, &self.run));
    }
}

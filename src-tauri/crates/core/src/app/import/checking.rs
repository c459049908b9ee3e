//! Asking the upstream about the keys of an import.

use flowkeep_contract::{Event, ImportProgress};
use futures_util::StreamExt as _;

use super::entry::Entry;
use super::plan::{Finding, Plan, Present};
use crate::app::App;
use crate::app::probe::{Probed, probe};
use crate::app::sites::AccountSite;

/// Keys asked about at the same time: few enough not to look like an attack.
const PROBES_AT_ONCE: usize = 8;
/// Times that a window is told how far it is.
const STEPS: usize = 100;

impl App {
    /// Asks about each new key, a few at a time, and tells how far it is.
    pub(super) async fn check(&self, plan: &mut Plan, present: &Present) {
        let fresh = plan.fresh(present);
        let total = fresh.len();
        let step = total.div_ceil(STEPS).max(1);
        let asking = fresh.into_iter().map(|(at, entry)| async move {
            let finding = self.ask_about(&entry).await;
            (at, finding)
        });
        let mut answers = futures_util::stream::iter(asking).buffer_unordered(PROBES_AT_ONCE);
        self.tell_progress(0, total);
        let mut done = 0;
        while let Some((at, finding)) = answers.next().await {
            plan.note(at, finding);
            done += 1;
            if done % step == 0 || done == total {
                self.tell_progress(done, total);
            }
        }
    }

    /// Asks the site that was named, else the upstream of the settings and, when
    /// that is one of the vendor's and does not know the key, the other one.
    async fn ask_about(&self, entry: &Entry) -> Finding {
        let site = entry.site.clone().unwrap_or_default();
        let upstream = self.upstream_at(&site);
        match probe(&upstream, &entry.key).await {
            Probed::Known => return Finding::Known(site),
            Probed::Unanswered(why) => return Finding::Unanswered(why),
            Probed::Unknown => {}
        }
        let other = match entry.site {
            Some(_) => None,
            None => self.0.sites.other(upstream.base()),
        };
        let Some(other) = other else {
            return Finding::Refused(
                "the upstream does not know this key (401); a key of the other site looks \
                 like this too"
                    .to_owned(),
            );
        };
        let other = AccountSite::Vendor(other);
        match probe(&self.upstream_at(&other), &entry.key).await {
            Probed::Known => Finding::Known(other),
            Probed::Unknown => {
                Finding::Refused("neither siliconflow.cn nor .com knows this key (401)".to_owned())
            }
            Probed::Unanswered(why) => Finding::Refused(format!(
                "the upstream does not know this key (401), and siliconflow.{other} could not \
                 be asked: {why}"
            )),
        }
    }

    fn tell_progress(&self, done: usize, total: usize) {
        let count = |count| u32::try_from(count).unwrap_or(u32::MAX);
        self.emit(Event::ImportProgress(ImportProgress {
            done: count(done),
            total: count(total),
        }));
    }
}

//! What an import would do, and what becomes of each of its lines.
//!
//! Dry run and import judge by the same function, so they cannot differ unless
//! the pool changed in between.

use std::collections::{HashMap, HashSet};

use flowkeep_contract::{ImportFormat, ImportLine, ImportOutcome, ImportReason, ImportReport};

use super::entry::{Entry, Line, Rejected, mask_key};
use crate::app::App;
use crate::app::sites::AccountSite;
use crate::model::{Condition, Fingerprint, KeyId, KeyState};
use crate::store::OlderCall;

const MAX_REPORTED: usize = 1000;

/// What was found out about a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// Nobody asked.
    Unasked,
    /// That site knows it.
    Known(AccountSite),
    /// 401; says by whom.
    Refused(String),
    /// No answer; says why.
    Unanswered(String),
}

/// A line with what was found out.
pub(super) enum Item {
    Rejected(Rejected),
    Key(Box<Entry>, Finding),
}

/// An import that was read and checked.
pub(super) struct Plan {
    pub(super) format: ImportFormat,
    pub(super) items: Vec<Item>,
    pub(super) calls: Vec<OlderCall>,
}

/// What is there already.
pub(super) struct Present {
    pub(super) keys: HashSet<Fingerprint>,
    /// Accounts by their labels.
    pub(super) accounts: HashMap<String, AccountSite>,
}

/// A key that will be added.
pub(super) struct Accepted {
    pub(super) id: KeyId,
    pub(super) entry: Entry,
    pub(super) site: AccountSite,
    pub(super) state: KeyState,
    pub(super) condition: Option<Condition>,
}

impl Plan {
    pub(super) fn new(format: ImportFormat, lines: Vec<Line>, calls: Vec<OlderCall>) -> Self {
        let item = |line: Line| match line {
            Ok(entry) => Item::Key(Box::new(entry), Finding::Unasked),
            Err(rejected) => Item::Rejected(rejected),
        };
        Self {
            format,
            items: lines.into_iter().map(item).collect(),
            calls,
        }
    }

    /// Fills in where keys live whose account is known to live somewhere, so that
    /// they are asked about there.
    pub(super) fn place(&mut self, present: &Present) {
        let mut places = present.accounts.clone();
        let entries = || {
            self.items.iter().filter_map(|item| match item {
                Item::Key(entry, _) => Some(entry),
                Item::Rejected(_) => None,
            })
        };
        for entry in entries() {
            if let (Some(account), Some(site)) = (&entry.account, &entry.site) {
                let place = places.entry(account.clone());
                place.or_insert_with(|| site.clone());
            }
        }
        for item in &mut self.items {
            if let Item::Key(entry, _) = item
                && entry.site.is_none()
                && let Some(account) = &entry.account
            {
                entry.site = places.get(account).cloned();
            }
        }
    }

    /// The keys that are new, each once, by their places in the plan.
    pub(super) fn fresh(&self, present: &Present) -> Vec<(usize, Entry)> {
        let mut seen = HashSet::new();
        let is_fresh = |entry: &Entry, seen: &mut HashSet<Fingerprint>| {
            let fingerprint = entry.key.fingerprint();
            !present.keys.contains(&fingerprint) && seen.insert(fingerprint)
        };
        let mut fresh = Vec::new();
        for (at, item) in self.items.iter().enumerate() {
            if let Item::Key(entry, _) = item
                && is_fresh(entry, &mut seen)
            {
                fresh.push((at, Entry::clone(entry)));
            }
        }
        fresh
    }

    pub(super) fn note(&mut self, at: usize, finding: Finding) {
        if let Some(Item::Key(_, found)) = self.items.get_mut(at) {
            *found = finding;
        }
    }

    /// Judges line by line. Rejected lines stand first in the report; they are
    /// what the user must look at.
    pub(super) fn judge(
        &self,
        app: &App,
        present: &Present,
        force: bool,
    ) -> (ImportReport, Vec<Accepted>) {
        let mut verdicts = Verdicts {
            app,
            present,
            force,
            places: self.places(present),
            seen: HashSet::new(),
            report: ImportReport::default(),
            accepted: Vec::new(),
        };
        for item in &self.items {
            match item {
                Item::Rejected(rejected) => verdicts.reject(rejected),
                Item::Key(entry, finding) => verdicts.judge(entry, finding),
            }
        }
        (finished(verdicts.report), verdicts.accepted)
    }

    /// Where accounts live: as they do, else as the first of their keys tells.
    fn places(&self, present: &Present) -> HashMap<String, AccountSite> {
        let mut places = present.accounts.clone();
        for item in &self.items {
            if let Item::Key(entry, Finding::Known(site)) = item
                && let Some(account) = &entry.account
            {
                let place = places.entry(account.clone());
                place.or_insert_with(|| site.clone());
            }
        }
        places
    }
}

struct Verdicts<'a> {
    app: &'a App,
    present: &'a Present,
    force: bool,
    places: HashMap<String, AccountSite>,
    seen: HashSet<Fingerprint>,
    report: ImportReport,
    accepted: Vec<Accepted>,
}

/// An outcome with its reason.
struct Verdict {
    outcome: ImportOutcome,
    state: KeyState,
    reason: Option<ImportReason>,
    message: Option<String>,
}

impl Verdict {
    fn of(outcome: ImportOutcome) -> Self {
        Self {
            outcome,
            state: KeyState::Usable,
            reason: None,
            message: None,
        }
    }
}

impl Verdicts<'_> {
    fn reject(&mut self, rejected: &Rejected) {
        self.write_down(ImportLine {
            line: rejected.line,
            masked: rejected.masked.clone(),
            label: None,
            account: None,
            site: None,
            outcome: ImportOutcome::Malformed,
            reason: Some(rejected.why.reason()),
            message: Some(rejected.why.to_string()),
        });
    }

    fn judge(&mut self, entry: &Entry, finding: &Finding) {
        let fingerprint = entry.key.fingerprint();
        let site = self.site(entry, finding);
        let verdict = if self.present.keys.contains(&fingerprint) {
            Verdict::of(ImportOutcome::Known)
        } else if !self.seen.insert(fingerprint) {
            Verdict::of(ImportOutcome::Duplicate)
        } else {
            self.conflict(entry, &site)
                .unwrap_or_else(|| verdict(finding, self.force))
        };
        self.write_down(ImportLine {
            line: entry.line,
            masked: mask_key(&entry.key),
            label: entry.label.clone(),
            account: entry.account.clone(),
            site: self.app.own_site_name(&site),
            outcome: verdict.outcome,
            reason: verdict.reason,
            message: verdict.message.clone(),
        });
        if !is_added(verdict.outcome) {
            return;
        }
        if let Some(account) = &entry.account {
            let place = self.places.entry(account.clone());
            place.or_insert_with(|| site.clone());
        }
        let condition = verdict.message.map(|text| Condition {
            text,
            status: (verdict.state == KeyState::Unauthorized).then_some(401),
            since_ms: self.app.now().unix_ms,
            ..Condition::default()
        });
        self.accepted.push(Accepted {
            id: KeyId::generate(),
            entry: entry.clone(),
            site,
            state: verdict.state,
            condition,
        });
    }

    /// Where the key will live.
    fn site(&self, entry: &Entry, finding: &Finding) -> AccountSite {
        if let Finding::Known(site) = finding {
            return site.clone();
        }
        let named = entry.site.clone();
        let account = || self.places.get(entry.account.as_ref()?).cloned();
        named.or_else(account).unwrap_or_default()
    }

    /// Keys of one account live at one site.
    fn conflict(&self, entry: &Entry, site: &AccountSite) -> Option<Verdict> {
        let account = entry.account.as_ref()?;
        let place = self.places.get(account)?;
        if self.app.is_same_site(place, site) {
            return None;
        }
        let message =
            format!("the account {account} lives at another site; give this key another account");
        Some(Verdict {
            reason: Some(ImportReason::SiteConflict),
            message: Some(message),
            ..Verdict::of(ImportOutcome::Malformed)
        })
    }

    fn write_down(&mut self, line: ImportLine) {
        let report = &mut self.report;
        match line.outcome {
            ImportOutcome::Added | ImportOutcome::AddedUnauthorized => report.added += 1,
            ImportOutcome::AddedUnchecked => {
                report.added += 1;
                report.unchecked += 1;
            }
            ImportOutcome::Known | ImportOutcome::Duplicate => report.known += 1,
            ImportOutcome::Malformed | ImportOutcome::Unauthorized => report.rejected += 1,
        }
        report.lines.push(line);
    }
}

fn verdict(finding: &Finding, force: bool) -> Verdict {
    match finding {
        Finding::Known(_) => Verdict::of(ImportOutcome::Added),
        Finding::Unasked => Verdict {
            state: KeyState::Unchecked,
            reason: Some(ImportReason::NotChecked),
            message: Some("not checked".to_owned()),
            ..Verdict::of(ImportOutcome::AddedUnchecked)
        },
        Finding::Unanswered(why) => Verdict {
            state: KeyState::Unchecked,
            reason: Some(ImportReason::Unanswered),
            message: Some(why.clone()),
            ..Verdict::of(ImportOutcome::AddedUnchecked)
        },
        Finding::Refused(why) => Verdict {
            state: KeyState::Unauthorized,
            reason: Some(ImportReason::Refused),
            message: Some(why.clone()),
            ..Verdict::of(if force {
                ImportOutcome::AddedUnauthorized
            } else {
                ImportOutcome::Unauthorized
            })
        },
    }
}

pub(super) fn is_added(outcome: ImportOutcome) -> bool {
    match outcome {
        ImportOutcome::Added | ImportOutcome::AddedUnchecked | ImportOutcome::AddedUnauthorized => {
            true
        }
        ImportOutcome::Known
        | ImportOutcome::Duplicate
        | ImportOutcome::Malformed
        | ImportOutcome::Unauthorized => false,
    }
}

/// Rejected lines first, and no more lines than can be shown.
pub(super) fn finished(mut report: ImportReport) -> ImportReport {
    report
        .lines
        .sort_by_key(|line| (!line.outcome.is_rejection(), line.line));
    let left_out = report.lines.len().saturating_sub(MAX_REPORTED);
    report.lines.truncate(MAX_REPORTED);
    report.lines_left_out = u32::try_from(left_out).unwrap_or(u32::MAX);
    report
}

#[cfg(test)]
mod tests;

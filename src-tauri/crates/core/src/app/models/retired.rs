//! Models that the vendor took away or renamed (API reference §6.6).

use std::sync::LazyLock;

use serde::Deserialize;

use crate::app::App;
use crate::model::{AccountId, Class, Verdict, glob};
use crate::price::Site;

/// Models told of in the log; a client that makes names up must not fill it.
const MOST_TOLD: usize = 64;

static LIST: LazyLock<Vec<Retired>> = LazyLock::new(|| {
    let file: File = serde_json::from_str(include_str!("../../../data/retired-models.json"))
        .expect("the list that ships is sound; a test reads it");
    file.retired
});

#[derive(Deserialize)]
struct File {
    retired: Vec<Retired>,
}

/// One row of the list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Retired {
    /// A model, or several by a pattern.
    name: String,
    /// Day of the release note.
    date: String,
    /// The model that answers instead.
    redirects_to: Option<String>,
}

fn find(model: &str) -> Option<&'static Retired> {
    LIST.iter().find(|row| glob::fits(&row.name, model))
}

/// What became of a model, in words for whoever asked for it.
fn hint(model: &str, row: &Retired) -> String {
    let date = &row.date;
    match &row.redirects_to {
        Some(other) => format!("{model} answers as {other} since {date}; ask for that name"),
        None => format!(
            "SiliconFlow retired {model} on {date}; ask for a model that GET /v1/models lists, \
             or make an alias of this name in Settings"
        ),
    }
}

impl App {
    /// What to say beside an error about a model that is no more.
    pub(in crate::app) fn retirement_hint(
        &self,
        model: &str,
        verdict: &Verdict,
        account: &AccountId,
    ) -> Option<String> {
        let is_about_model = matches!(verdict.class, Class::Rejected | Class::ModelRestricted);
        is_about_model
            .then(|| self.retirement(model, Some(account)))
            .flatten()
    }

    /// What to say of a model by this name, if it is no more at the site of this
    /// account, or of all.
    pub(in crate::app) fn retirement(
        &self,
        model: &str,
        account: Option<&AccountId>,
    ) -> Option<String> {
        // The list is of .cn; .com has a catalogue of its own.
        let is_com = |site| site == Site::Com;
        let is_elsewhere = match account {
            Some(account) => is_com(self.site_of(account)),
            None => self.bases().iter().all(|base| is_com(self.site_at(base))),
        };
        if is_elsewhere {
            return None;
        }
        let hint = hint(model, find(model)?);
        self.tell_once(model, &hint);
        Some(hint)
    }

    /// What to say beside an answer of another model than the one that was asked.
    pub(in crate::app) fn redirect_hint(&self, model: &str, account: &AccountId) -> Option<String> {
        let redirected = |row: &&Retired| row.redirects_to.is_some() && row.name == model;
        LIST.iter().find(redirected)?;
        self.retirement(model, Some(account))
    }

    fn tell_once(&self, model: &str, hint: &str) {
        if self.catalogue().is_news(model, MOST_TOLD) {
            tracing::warn!(model, "{hint}");
        }
    }
}

#[cfg(test)]
mod tests;

//! Importing keys: reading what was given, checking, showing what would happen,
//! adding, and taking it back.
//!
//! - A dry run and the import that follows judge alike, line by line ([`plan`]).
//! - A key is in the vault and in the database, or in neither.
//! - One import at a time; another one is refused in words.
//! - What was found to be wrong is never quoted whole: it may be most of a key.

mod adding;
mod checking;
mod entry;
mod json;
mod lines;
mod older_pool;
mod plan;
mod source;
mod table;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flowkeep_contract::{
    ApiError, ConfirmImportRequest, ErrorCode, ImportKeysRequest, ImportPreview, ImportReport,
    PreviewImportRequest,
};
use tokio::sync::MutexGuard;

pub use self::source::Source;

pub(super) use self::entry::{is_weight, shown};

use self::adding::Undoable;
use self::plan::{Plan, Present};
use super::sites::site_of_row;
use super::{App, locked};
use crate::model::{KeyId, RandomId};

const MAX_TEXT: usize = 16 << 20;
/// What fits Base64-coded into a command of the web console.
const MAX_FILE: usize = 24 << 20;
/// How long a dry run can be carried out; its keys are in memory meanwhile.
const PREVIEW_KEPT: Duration = Duration::from_mins(10);

/// What was asked for beside the keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// Ask `GET /models` with each key.
    pub validate: bool,
    /// Add keys that the upstream answers with 401 as well.
    pub force: bool,
    /// Take the recorded calls of an older pool over as well.
    pub history: bool,
}

/// What an engine remembers of its imports.
#[derive(Default)]
pub(super) struct Imports {
    /// Held by the one that runs.
    running: tokio::sync::Mutex<()>,
    /// The last dry run, until it is carried out.
    preview: Mutex<Option<(String, Arc<Plan>)>>,
    /// Those that can still be taken back.
    undoable: Mutex<Vec<Undoable>>,
    /// Secrets that a failing vault has kept of keys that were not added.
    leftovers: Mutex<Vec<KeyId>>,
}

impl App {
    /// Adds the keys of a text. Lines are judged one by one; what is added is in
    /// the vault and the database when this returns.
    ///
    /// # Errors
    /// When there is nothing to import, another import runs, or vault or
    /// database refuse; then no key was added.
    pub async fn import_keys(&self, request: ImportKeysRequest) -> Result<ImportReport, ApiError> {
        let options = ImportOptions {
            validate: request.validate,
            force: request.force,
            history: false,
        };
        self.import_source(Source::Text(request.text), options)
            .await
    }

    /// As [`App::import_keys`], from a file of whatever form; an older pool's
    /// database may be of any length.
    ///
    /// # Errors
    /// As [`App::import_keys`], and when the file is a database and none of an
    /// older pool.
    pub async fn import_source(
        &self,
        source: Source,
        options: ImportOptions,
    ) -> Result<ImportReport, ApiError> {
        let _one_at_a_time = self.import_alone()?;
        let (plan, _) = self.plan(source, options.validate).await?;
        self.carry_out(Arc::new(plan), options).await
    }

    /// What [`App::import_source`] would do.
    ///
    /// # Errors
    /// As [`App::import_source`].
    pub async fn dry_run(
        &self,
        source: Source,
        options: ImportOptions,
    ) -> Result<ImportReport, ApiError> {
        let _one_at_a_time = self.import_alone()?;
        let (plan, present) = self.plan(source, options.validate).await?;
        Ok(plan.judge(self, &present, options.force).0)
    }

    /// Shows what an import would do, and remembers it for [`App::confirm_import`].
    ///
    /// # Errors
    /// As [`App::import_source`].
    pub async fn preview_import(
        &self,
        request: PreviewImportRequest,
    ) -> Result<ImportPreview, ApiError> {
        let source = source_of(request.file, request.text)?;
        let _one_at_a_time = self.import_alone()?;
        let (plan, present) = self.plan(source, request.validate).await?;
        let (report, _) = plan.judge(self, &present, false);
        let preview = RandomId::generate();
        let answer = ImportPreview {
            preview: preview.clone(),
            format: plan.format,
            report,
            calls: u32::try_from(plan.calls.len()).unwrap_or(u32::MAX),
        };
        *locked(&self.0.imports.preview) = Some((preview.clone(), Arc::new(plan)));
        self.forget_later(preview);
        Ok(answer)
    }

    /// Carries out what [`App::preview_import`] showed.
    ///
    /// # Errors
    /// When that is too long ago or another one was made since, another import
    /// runs, or vault or database refuse; then no key was added.
    pub async fn confirm_import(
        &self,
        request: ConfirmImportRequest,
    ) -> Result<ImportReport, ApiError> {
        let _one_at_a_time = self.import_alone()?;
        let plan = match &*locked(&self.0.imports.preview) {
            Some((id, plan)) if *id == request.preview => Arc::clone(plan),
            Some(_) | None => {
                return Err(ApiError::new(
                    ErrorCode::ImportExpired,
                    "this dry run is gone; make another one",
                ));
            }
        };
        let options = ImportOptions {
            validate: true,
            force: request.force,
            history: request.history,
        };
        let report = self.carry_out(plan, options).await?;
        // Only now, so that a locked keychain does not cost another dry run.
        self.forget_preview(&request.preview);
        Ok(report)
    }

    fn import_alone(&self) -> Result<MutexGuard<'_, ()>, ApiError> {
        self.0.imports.running.try_lock().map_err(|_| {
            ApiError::new(
                ErrorCode::ImportRunning,
                "another import is running; wait until it has ended",
            )
        })
    }

    async fn plan(&self, source: Source, validate: bool) -> Result<(Plan, Present), ApiError> {
        within(source.text_len(), MAX_TEXT)?;
        let (mut plan, present) = self
            .blocking(|app| {
                let contents = source.read()?;
                let plan = Plan::new(contents.format, contents.lines, contents.calls);
                Ok((plan, app.present()?))
            })
            .await?;
        if plan.items.is_empty() {
            return Err(ApiError::new(
                ErrorCode::NothingToImport,
                "there is no key in this; a key begins with sk-",
            ));
        }
        plan.place(&present);
        if validate {
            self.check(&mut plan, &present).await;
        }
        Ok((plan, present))
    }

    /// What is there already. Blocks.
    fn present(&self) -> Result<Present, ApiError> {
        let accounts = self.0.store.accounts()?;
        let accounts: HashMap<_, _> = accounts
            .into_iter()
            .map(|row| (row.label.clone(), site_of_row(&row)))
            .collect();
        Ok(Present {
            keys: self.0.store.known_fingerprints()?,
            accounts,
        })
    }

    /// The keys of a dry run do not stay in memory for ever.
    fn forget_later(&self, preview: String) {
        let app = self.clone();
        self.0.tasks.spawn(async move {
            tokio::select! {
                () = app.0.stop.cancelled() => {}
                () = tokio::time::sleep(PREVIEW_KEPT) => {}
            }
            app.forget_preview(&preview);
        });
    }

    fn forget_preview(&self, preview: &str) {
        drop(locked(&self.0.imports.preview).take_if(|(id, _)| id == preview));
    }
}

fn source_of(file: Option<String>, text: Option<String>) -> Result<Source, ApiError> {
    if let Some(file) = file {
        if file.len() / 4 * 3 > MAX_FILE {
            return Err(ApiError::new(
                ErrorCode::ImportTooLarge,
                "this file is too large for a window; use `flowkeep keys import FILE`",
            ));
        }
        let bytes = BASE64_STANDARD.decode(file.as_bytes()).map_err(|_| {
            ApiError::new(ErrorCode::InvalidRequest, "the file is not coded in Base64")
        })?;
        return Ok(Source::File(bytes));
    }
    Ok(Source::Text(text.unwrap_or_default()))
}

fn within(bytes: usize, most: usize) -> Result<(), ApiError> {
    if bytes <= most {
        return Ok(());
    }
    Err(ApiError::new(
        ErrorCode::ImportTooLarge,
        format!("an import has at most {} MiB", most >> 20),
    ))
}

#[cfg(test)]
mod tests;

//! Kept bodies: shown with their request, and removed when they have expired, are
//! too many or the user says so (D17).

use std::path::PathBuf;
use std::time::Duration;

use flowkeep_contract::{
    ApiError, CapturedBodies, CapturedBody, ClearBodiesReport, Empty, LeftOut, Topic,
};

use super::App;
use crate::model::{self, Capture, KeptBody};

/// How often bodies are looked at, while there are any.
const LOOK: Duration = Duration::from_secs(5);
/// How long clearing waits for what was recorded before it.
const FLUSH: Duration = Duration::from_secs(5);
const MIB: u64 = 1 << 20;

/// Bodies as they are shown.
pub(super) fn shown(capture: Capture) -> CapturedBodies {
    CapturedBodies {
        request: body(capture.request),
        response: body(capture.response),
        expires_at_ms: capture.expires_at_ms,
    }
}

fn body(kept: KeptBody) -> CapturedBody {
    CapturedBody {
        bytes: kept.bytes,
        content_type: kept.content_type,
        text: kept.text,
        is_cut: kept.is_cut,
        left_out: kept.left_out.map(|why| match why {
            model::LeftOut::Binary => LeftOut::Binary,
            model::LeftOut::Compressed => LeftOut::Compressed,
            model::LeftOut::Crowded => LeftOut::Crowded,
        }),
    }
}

impl App {
    /// Removes all kept bodies; their requests stay in the log. Names the damaged logs
    /// that were set aside, in which some may still be.
    ///
    /// # Errors
    /// When the database cannot be written; then a part may be gone.
    pub async fn clear_bodies(&self, _: Empty) -> Result<ClearBodiesReport, ApiError> {
        let (removed, copies) = self
            .blocking(|app| {
                // What finished before the click goes too.
                let _ = app.flush_journal(FLUSH);
                let removed = app.0.store.clear_bodies()?;
                // They are gone, whether or not the folder can be looked through.
                let copies = app.0.store.damaged_copies().unwrap_or_else(|error| {
                    tracing::warn!(%error, "damaged logs cannot be looked for");
                    Vec::new()
                });
                Ok((removed, copies))
            })
            .await?;
        tracing::info!(requests = removed, "all kept bodies were removed");
        self.changed(&[Topic::Requests]);
        let shown = |path: PathBuf| path.display().to_string();
        Ok(ClearBodiesReport {
            removed,
            damaged_copies: copies.into_iter().map(shown).collect(),
        })
    }

    pub(super) fn start_keeping_bodies(&self) {
        let app = self.clone();
        self.0.tasks.spawn(async move { app.keep_bodies().await });
    }

    async fn keep_bodies(&self) {
        // Rows that were written when nothing was left to look after.
        let mut quiet_at = None;
        let mut is_told = false;
        while !self.rest(LOOK).await {
            let written = self.journal().written();
            if quiet_at == Some(written) {
                continue;
            }
            let most = u64::from(self.effective_settings().capture_mib) * MIB;
            let looked = self
                .blocking(move |app| Ok(app.0.store.keep_bodies(most)?))
                .await;
            match looked {
                Ok(care) => {
                    is_told = false;
                    quiet_at = (!care.any_left).then_some(written);
                    if care.removed > 0 {
                        tracing::debug!(requests = care.removed, "kept bodies were removed");
                        self.changed(&[Topic::Requests]);
                    }
                }
                // Once, not every few seconds while a disk is full.
                Err(error) if !std::mem::replace(&mut is_told, true) => {
                    tracing::warn!(%error, "kept bodies cannot be looked after");
                }
                Err(_) => {}
            }
        }
    }
}

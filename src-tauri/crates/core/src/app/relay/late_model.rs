//! The model of a recording whose form names it behind the file.
//!
//! Such an upload is too long to be held, and its account is chosen before its
//! model is known. An alias takes effect all the same: the name is replaced while
//! the form streams past, which costs the form its announced length.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use futures_util::stream;
use http::header::CONTENT_TYPE;
use http_body_util::BodyExt as _;

use super::{Call, CallBody};
use crate::app::App;
use crate::app::form::{Passed, PassingField};
use crate::model::Route;

/// What an upload has told of its model so far.
pub(super) struct LateModel(Arc<OnceLock<Named>>);

/// A model's name, and the one that was sent in its place.
#[derive(Clone)]
pub(super) struct Named {
    pub(super) asked: Arc<str>,
    pub(super) used: Option<Arc<str>>,
}

impl LateModel {
    /// Watches the body of a call that has not told its model; `None` where no
    /// form streams or the route has no need.
    pub(super) fn watch(app: &App, call: &mut Call) -> Option<Self> {
        if call.route != Route::AudioTranscriptions || call.model.is_some() {
            return None;
        }
        let CallBody::Stream(body) = &mut call.body else {
            return None;
        };
        let content_type = call.headers.get(CONTENT_TYPE)?.to_str().ok()?;
        let field = PassingField::new(content_type, "model")?;
        let named = Arc::default();
        let passage = Passage {
            app: app.clone(),
            field,
            body: std::mem::take(body),
            named: Arc::clone(&named),
            over: false,
        };
        let pieces = stream::try_unfold(passage, |mut passage| async move {
            let piece = passage.next().await?;
            Ok::<_, reqwest::Error>(piece.map(|piece| (piece, passage)))
        });
        *body = reqwest::Body::wrap_stream(pieces);
        Some(Self(named))
    }

    /// The model, once it has passed.
    pub(super) fn named(&self) -> Option<Named> {
        self.0.get().cloned()
    }
}

/// An upload that streams past.
struct Passage {
    app: App,
    field: PassingField,
    body: reqwest::Body,
    named: Arc<OnceLock<Named>>,
    over: bool,
}

impl Passage {
    async fn next(&mut self) -> Result<Option<Bytes>, reqwest::Error> {
        while !self.over {
            match self.field.pass() {
                Passed::Bytes(bytes) => return Ok(Some(bytes)),
                Passed::Value(value) => return Ok(Some(self.replaced(value).await)),
                Passed::Nothing => {}
            }
            match self.body.frame().await.transpose()? {
                Some(frame) => self.field.feed(&frame.into_data().unwrap_or_default()),
                None => self.over = true,
            }
        }
        let rest = self.field.rest();
        Ok((!rest.is_empty()).then_some(rest))
    }

    /// The name of the first model that stands for this one, or the same.
    async fn replaced(&self, value: Bytes) -> Bytes {
        let Ok(asked) = std::str::from_utf8(&value) else {
            return value;
        };
        let models = self.app.stand_ins(asked).await;
        let used = models.and_then(|models| models.first().cloned());
        let asked = Arc::from(asked);
        let sent = used.as_ref().map_or(value.clone(), |model| {
            Bytes::copy_from_slice(model.as_bytes())
        });
        // Only one value ever passes.
        let _ = self.named.set(Named { asked, used });
        sent
    }
}

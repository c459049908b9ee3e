//! A name that stands for several models: when the next one takes over, and when
//! it does not. The ledger says who was asked; what failed is never usage.

mod bounds;
mod triggers;

use flowkeep_contract::{Outcome, RequestView, UsageBreakdownRequest, UsageDimension, UsageFilter};
use flowkeep_simulator::{Behaviour, Entry, Scope};
use flowkeep_tests::{Rig, RigOptions, Seen};
use serde_json::Value;

/// The first model of [`NAME`].
const FIRST: &str = "deepseek-ai/DeepSeek-V3";
/// The one that takes over.
const SECOND: &str = "zai-org/GLM-5.2";
/// What the clients ask for.
const NAME: &str = "house-model";

/// A gateway where [`NAME`] stands for these models.
async fn rig_of(models: &[&str], settings: &str) -> Rig {
    Rig::with(options_of(models, settings)).await
}

fn options_of(models: &[&str], settings: &str) -> RigOptions {
    RigOptions {
        settings: format!("{settings}\n[aliases]\n\"{NAME}\" = {models:?}\n"),
        ..RigOptions::default()
    }
}

/// An error of the vendor's.
fn refusal(status: u16, body: &str) -> Behaviour {
    Behaviour::Status {
        status,
        body: Some(body.to_owned()),
        retry_after: None,
    }
}

impl Fallen {
    /// Asks once, with `fault` on the first model.
    async fn from(rig: &Rig, fault: Behaviour, stream: bool) -> Self {
        rig.simulator
            .set_behaviour(Scope::Model(FIRST.to_owned()), fault);
        Self::of(rig, rig.ask_chat(NAME, stream).await).await
    }

    async fn of(rig: &Rig, seen: Seen) -> Self {
        let row = rig.agree(std::slice::from_ref(&seen)).await.remove(0);
        Self {
            seen,
            row,
            hits: rig.upstream_hits().await,
        }
    }

    /// The models that were asked, in this order.
    fn asked(&self) -> Vec<&str> {
        let hits = self.hits.iter();
        hits.map(|hit| hit.model.as_deref().unwrap_or_default())
            .collect()
    }

    /// The client has its answer from `model`, which alone is counted.
    async fn landed_on(&self, model: &str, rig: &Rig) {
        let Self { seen, row, hits } = self;
        assert!(seen.is_whole(), "{} {}", seen.status, seen.text());
        assert_eq!(seen.header("x-flowkeep-model"), model);
        assert_eq!(row.outcome, Outcome::Success);
        assert_eq!(row.model.as_deref(), Some(NAME));
        assert_eq!(row.model_used.as_deref(), Some(model));
        let last = hits.last().expect("an upstream request");
        assert_eq!((last.model.as_deref(), last.status), (Some(model), 200));
        let told = last.told.expect("usage was told");
        assert_eq!(row.prompt_tokens, i64::try_from(told.prompt).ok());
        assert_eq!(row.completion_tokens, i64::try_from(told.completion).ok());
        let request = UsageBreakdownRequest {
            by: UsageDimension::Model,
            from_ms: None,
            to_ms: None,
            filter: UsageFilter::default(),
            limit: None,
            latencies: false,
        };
        let usage = rig.app.usage_breakdown(request).await.expect("usage");
        let names: Vec<&str> = usage.shares.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, [model], "a failed attempt is no usage");
        let totals = &usage.shares[0].totals;
        assert_eq!(totals.calls, 1, "one request, however many attempts");
        assert_eq!(totals.prompt_tokens, i64::try_from(told.prompt).unwrap());
        for hit in hits {
            assert_only_the_model_differs(hit, &hits[0]);
        }
    }
}

/// One request that was answered by another model, or was not.
struct Fallen {
    seen: Seen,
    row: RequestView,
    hits: Vec<Entry>,
}

/// D9: of the body only the model's bytes changed between two attempts.
fn assert_only_the_model_differs(one: &Entry, other: &Entry) {
    let without_model = |hit: &Entry| {
        let body = hit.body.clone().expect("bodies are recorded");
        let text = String::from_utf8(body.to_vec()).expect("JSON is UTF-8");
        let model = Value::from(hit.model.as_deref().unwrap_or_default()).to_string();
        assert_eq!(text.matches(&model).count(), 1, "{text}");
        text.replace(&model, "MODEL")
    };
    assert_eq!(without_model(one), without_model(other));
}

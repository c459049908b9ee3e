//! Figures for monitoring: read by Prometheus, or sent to an OTLP collector.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;

use super::App;
use crate::metrics::{Family, Sample, otlp, text};
use crate::model::AccountId;
use crate::settings::Settings;

/// How often the settings are looked at while nothing is sent.
const LOOK: Duration = Duration::from_secs(1);
/// What a collector may take.
const SENDING: Duration = Duration::from_secs(10);

impl App {
    /// All figures in the Prometheus text format, with its `Content-Type`.
    #[must_use]
    pub fn metrics_text(&self) -> (String, &'static str) {
        (text::write(&self.metrics()), text::CONTENT_TYPE)
    }

    fn metrics(&self) -> Vec<Family> {
        let mut families = self.0.tally.families(|account| self.label_of(account));
        families.extend(self.gauges());
        families
    }

    fn label_of(&self, account: &AccountId) -> String {
        let label = self.pool().label_of(account);
        label.map_or_else(|| account.to_string(), |label| label.to_string())
    }

    fn gauges(&self) -> Vec<Family> {
        let now = self.now();
        let single = |name, help, value| Family::gauge(name, help, Sample::single(value));
        let total = |name, help, value| Family::counter(name, help, Sample::single(value));
        let version = vec![("version", env!("CARGO_PKG_VERSION").to_owned())];
        let build = vec![Sample::new(version, 1.0)];
        let started_ms = self.0.started.unix_ms;
        vec![
            Family::gauge("flowkeep_build_info", "Version of Flowkeep.", build),
            self.keys_by_state(),
            self.balances(),
            single(
                "flowkeep_keys_cooling",
                "Usable keys whose account cools down on at least one model.",
                f64::from(self.pool().counts(now).cooling),
            ),
            single(
                "flowkeep_requests_in_flight",
                "Requests under way.",
                count(self.in_flight()),
            ),
            single(
                "flowkeep_queue_depth",
                "Requests that wait for an account with room.",
                count(self.pool().waiting()),
            ),
            single(
                "flowkeep_start_time_seconds",
                "Unix time of the start.",
                seconds(started_ms),
            ),
            total(
                "flowkeep_records_written_total",
                "Requests written to the log.",
                large(self.journal().written()),
            ),
            total(
                "flowkeep_records_dropped_total",
                "Requests that were not logged because the disk could not keep up.",
                large(self.journal().dropped()),
            ),
        ]
    }

    fn keys_by_state(&self) -> Family {
        let counts = self.pool().counts(self.now());
        let by_state = [
            ("usable", counts.usable),
            ("exhausted", counts.exhausted),
            ("restricted", counts.restricted),
            ("unauthorized", counts.unauthorized),
            ("unreadable", counts.unreadable),
            ("disabled", counts.disabled),
        ];
        let samples = by_state.map(|(state, count)| {
            let labels = vec![("state", state.to_owned())];
            Sample::new(labels, f64::from(count))
        });
        Family::gauge("flowkeep_keys", "Keys by state.", samples.to_vec())
    }

    fn balances(&self) -> Family {
        let estimates = self.0.balances.estimates(self.spending()).into_iter();
        let mut told: Vec<_> = estimates
            .map(|(account, balance)| (self.label_of(&account), balance))
            .collect();
        told.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let samples = told.into_iter().map(|(label, balance)| {
            let currency = balance.currency.code().to_owned();
            let labels = vec![("account", label), ("currency", currency)];
            Sample::new(labels, units(balance.nano))
        });
        Family::gauge(
            "flowkeep_balance",
            "Known or estimated balance of an account, in units of its currency.",
            samples.collect(),
        )
    }

    /// Sends the figures to the collector of the settings, for as long as there is one.
    pub(super) fn start_sending_metrics(&self) {
        let app = self.clone();
        self.0.tasks.spawn(async move { app.send_metrics().await });
    }

    async fn send_metrics(&self) {
        let mut trouble = false;
        loop {
            let settings = self.effective_settings();
            // The settings were checked when they were read.
            let Some(url) = settings.otlp_url().ok().flatten() else {
                if self.rest(LOOK).await {
                    return;
                }
                continue;
            };
            if self.rest(settings.otlp_interval()).await {
                return;
            }
            if self.effective_settings().otlp_url().ok().flatten().as_ref() != Some(&url) {
                continue;
            }
            match self.send_to(url, &settings).await {
                Ok(()) => trouble = false,
                Err(error) if trouble => tracing::debug!(%error, "metrics were not taken"),
                Err(error) => {
                    trouble = true;
                    tracing::warn!(%error, "the OTLP collector does not take metrics");
                }
            }
        }
    }

    async fn send_to(&self, url: Url, settings: &Arc<Settings>) -> Result<(), reqwest::Error> {
        let sender = otlp::Sender {
            version: env!("CARGO_PKG_VERSION"),
            instance: &self.0.instance,
            started_ms: self.0.started.unix_ms,
            now_ms: self.now().unix_ms,
        };
        let message = otlp::write(&self.metrics(), &sender);
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(SENDING);
        let client = if settings.use_system_proxy {
            client
        } else {
            client.no_proxy()
        };
        let request = client
            .build()?
            .post(url)
            .headers(self.0.otlp_headers.to_map())
            .header(http::header::CONTENT_TYPE, otlp::CONTENT_TYPE)
            .body(message);
        request.send().await?.error_for_status().map(|_| ())
    }
}

#[expect(clippy::cast_precision_loss, reason = "both formats carry floats")]
fn count(count: usize) -> f64 {
    count as f64
}

#[expect(clippy::cast_precision_loss, reason = "both formats carry floats")]
fn large(count: u64) -> f64 {
    count as f64
}

#[expect(clippy::cast_precision_loss, reason = "both formats carry floats")]
fn seconds(unix_ms: i64) -> f64 {
    unix_ms as f64 / 1e3
}

#[expect(clippy::cast_precision_loss, reason = "both formats carry floats")]
fn units(nano: i64) -> f64 {
    nano as f64 / 1e9
}

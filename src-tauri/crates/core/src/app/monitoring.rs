//! Figures for monitoring: read by Prometheus, or sent to an OTLP collector.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;

use super::App;
use crate::metrics::{Family, Kind, otlp, text};
use crate::model::AccountId;
use crate::price::Site;
use crate::settings::Settings;

/// How often the settings are looked at while nothing is sent.
const LOOK: Duration = Duration::from_secs(1);
/// What a collector may take.
const SENDING: Duration = Duration::from_secs(10);

impl App {
    /// All figures in the Prometheus text format, with its `Content-Type`.
    ///
    /// # Errors
    /// Never; the families are ours and have names.
    pub fn metrics_text(&self) -> Result<(String, &'static str), prometheus::Error> {
        Ok((text::write(&self.metrics())?, text::CONTENT_TYPE))
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
        let single = |name, help, value| Family::single(name, help, Kind::Gauge, value);
        let total = |name, help, value| Family::single(name, help, Kind::Counter, value);
        let mut build = Family::new("flowkeep_build_info", "Version of Flowkeep.", Kind::Gauge);
        build.push(vec![("version", env!("CARGO_PKG_VERSION").to_owned())], 1.0);
        let started_ms = self.0.started.unix_ms;
        vec![
            build,
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
        let mut family = Family::new("flowkeep_keys", "Keys by state.", Kind::Gauge);
        for (state, count) in [
            ("usable", counts.usable),
            ("exhausted", counts.exhausted),
            ("restricted", counts.restricted),
            ("unauthorized", counts.unauthorized),
            ("unreadable", counts.unreadable),
            ("disabled", counts.disabled),
        ] {
            family.push(vec![("state", state.to_owned())], f64::from(count));
        }
        family
    }

    /// Balances that are known or estimated, in units of the site's currency.
    fn balances(&self) -> Family {
        let mut family = Family::new(
            "flowkeep_balance",
            "Known or estimated balance of an account, in units of its currency.",
            Kind::Gauge,
        );
        let mut seen = std::collections::HashSet::new();
        for view in self.pool().views(self.now()) {
            let Some(nano) = view.balance_nano else {
                continue;
            };
            if !seen.insert(view.account.clone()) {
                continue;
            }
            let currency = self.site_of(&view.account).map(Site::currency);
            let labels = vec![
                ("account", view.account_label.to_string()),
                (
                    "currency",
                    currency
                        .map(|one| one.code().to_owned())
                        .unwrap_or_default(),
                ),
            ];
            family.push(labels, units(nano));
        }
        family
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

//! Settings in the units that the engine works with.

use std::time::Duration;

use url::Url;

use super::{Settings, SettingsError};

const MIB: u64 = 1024 * 1024;

impl Settings {
    /// Until upstream sends the first byte.
    #[must_use]
    pub fn first_byte(&self) -> Duration {
        seconds(self.first_byte_s)
    }

    /// Between two chunks of a stream.
    #[must_use]
    pub fn stream_idle(&self) -> Duration {
        seconds(self.stream_idle_s)
    }

    /// For a connection to upstream.
    #[must_use]
    pub fn connect(&self) -> Duration {
        seconds(self.connect_s)
    }

    /// Between two pieces of a client's body.
    #[must_use]
    pub fn upload_idle(&self) -> Duration {
        seconds(self.upload_idle_s)
    }

    /// For a client's headers.
    #[must_use]
    pub fn header_timeout(&self) -> Duration {
        seconds(self.header_s)
    }

    /// For running requests when the gateway stops.
    #[must_use]
    pub fn drain(&self) -> Duration {
        seconds(self.drain_s)
    }

    /// Within which a request may go to another account.
    #[must_use]
    pub fn failover(&self) -> Duration {
        seconds(self.failover_s)
    }

    /// Requests that an account may have under way; `None` is no limit.
    #[must_use]
    pub fn concurrency_limit(&self) -> Option<u32> {
        (self.max_concurrency > 0).then_some(self.max_concurrency)
    }

    /// For a request that waits for an account with room.
    #[must_use]
    pub fn queue_wait(&self) -> Duration {
        seconds(self.queue_s)
    }

    /// Between two looks at balances and models; `None` when they are off.
    #[must_use]
    pub fn refresh_interval(&self) -> Option<Duration> {
        (self.refresh_interval_s > 0).then(|| seconds(self.refresh_interval_s))
    }

    /// Where metrics are sent to, `None` when they are not: the endpoint with
    /// `/v1/metrics` behind it, as <https://opentelemetry.io/docs/specs/otlp/#otlphttp-request>
    /// wants it.
    ///
    /// # Errors
    /// When it is no plain `http` or `https` address.
    pub fn otlp_url(&self) -> Result<Option<Url>, SettingsError> {
        let endpoint = self.otlp_endpoint.trim();
        if endpoint.is_empty() {
            return Ok(None);
        }
        let url = format!("{}/v1/metrics", endpoint.trim_end_matches('/'));
        let url = Url::parse(&url).map_err(|_| SettingsError::Collector)?;
        let is_plain = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        match url.scheme() {
            "http" | "https" if is_plain && url.has_host() => Ok(Some(url)),
            _ => Err(SettingsError::Collector),
        }
    }

    /// Between two sendings of metrics.
    #[must_use]
    pub fn otlp_interval(&self) -> Duration {
        seconds(self.otlp_interval_s)
    }

    /// Largest JSON body, in bytes.
    #[must_use]
    pub fn json_body_limit(&self) -> u64 {
        u64::from(self.json_body_mib) * MIB
    }

    /// Largest body that is kept to be sent again, in bytes.
    #[must_use]
    pub fn replay_limit(&self) -> u64 {
        u64::from(self.replay_mib) * MIB
    }
}

fn seconds(count: u32) -> Duration {
    Duration::from_secs(u64::from(count))
}

//! Settings in the words of those who obey them.

use super::relay::FailoverLimits;
use crate::settings::Settings;
use crate::upstream::{Deadlines, UpstreamClient, UpstreamError};

impl Settings {
    /// Limits of failover.
    pub(super) fn failover_limits(&self) -> FailoverLimits {
        FailoverLimits {
            accounts: self.max_accounts_tried as usize,
            ambiguous_attempts: self.max_ambiguous_attempts,
            attempts: self.max_attempts,
            window: self.failover(),
        }
    }

    /// The client that these settings ask for.
    pub(super) fn upstream_client(&self) -> Result<UpstreamClient, UpstreamError> {
        let deadlines = Deadlines {
            connect: self.connect(),
            first_byte: self.first_byte(),
            stream_idle: self.stream_idle(),
        };
        UpstreamClient::new(self.upstream.as_str(), deadlines, self.use_system_proxy)
    }
}

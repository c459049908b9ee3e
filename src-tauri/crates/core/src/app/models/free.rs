//! Models that cost nothing.

use crate::app::App;
use crate::model::Strategy;

impl App {
    /// Whether a model costs nothing at the site of the settings. Only the order
    /// of accounts by their balance depends on it; what a price of another
    /// account's site is, nobody knows before it is chosen.
    pub(in crate::app) fn is_free(&self, model: Option<&str>) -> bool {
        let Some(model) = model else {
            return false;
        };
        let (by_balance, site) = self.live(|live| {
            let by_balance = live.settings.strategy == Strategy::HighestBalance;
            (by_balance, self.site_at(live.upstream.base()))
        });
        let prices = self.prices();
        let at_ms = self.now().unix_ms;
        by_balance && prices.is_free(site, model, at_ms) == Some(true)
    }
}

//! Where accounts live: the vendor's two sites, another address, or the upstream
//! of the settings.
//!
//! A key goes to its account's site and to no other. There is one HTTP client;
//! a site is a base URL of it.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use flowkeep_contract::{SiteName, SiteView};
use url::Url;

use super::App;
use crate::model::{AccountId, Currency, KeyId};
use crate::price::Site;
use crate::settings::UpstreamUrl;
use crate::store::{AccountRow, KeyRow};
use crate::upstream::UpstreamClient;

/// Addresses of the vendor's sites.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteTable {
    /// Base URL of siliconflow.cn.
    pub cn: UpstreamUrl,
    /// Base URL of siliconflow.com.
    pub com: UpstreamUrl,
}

impl Default for SiteTable {
    fn default() -> Self {
        let vendors = |url: &str| url.parse().expect("the vendor's address is one");
        Self {
            cn: vendors("https://api.siliconflow.cn/v1"),
            com: vendors("https://api.siliconflow.com/v1"),
        }
    }
}

impl SiteTable {
    fn base(&self, site: Site) -> &UpstreamUrl {
        match site {
            Site::Cn => &self.cn,
            Site::Com => &self.com,
        }
    }

    /// The site at exactly this address.
    fn at(&self, base: &str) -> Option<Site> {
        Site::ALL
            .into_iter()
            .find(|site| self.base(*site).as_str() == base.trim_end_matches('/'))
    }

    /// The vendor's other site, when this is one of them.
    fn other(&self, base: &str) -> Option<Site> {
        Some(match self.at(base)? {
            Site::Cn => Site::Com,
            Site::Com => Site::Cn,
        })
    }

    /// The vendor's site that an address belongs to; `None` for an address that is
    /// not the vendor's.
    fn named(&self, base: &str) -> Option<Site> {
        self.at(base).or_else(|| Site::of_url(base))
    }

    /// Which site's accounts and prices are behind an address. A mirror or a
    /// stand-in is taken for one of siliconflow.cn, the site of the settings'
    /// default: without prices nothing would be counted, and no budget would hold.
    fn behind(&self, base: &str) -> Site {
        self.named(base).unwrap_or(Site::Cn)
    }
}

/// Where an account lives, as it is written down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum AccountSite {
    /// The upstream of the settings, whatever that becomes.
    #[default]
    Settings,
    /// One of the vendor's sites.
    Vendor(Site),
    /// Another address.
    Custom(UpstreamUrl),
}

/// A word that names no site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a site is cn, com, default or an address that begins with https://")]
pub(super) struct MalformedSite;

impl FromStr for AccountSite {
    type Err = MalformedSite;

    fn from_str(word: &str) -> Result<Self, MalformedSite> {
        let word = word.trim().trim_end_matches('/');
        Ok(match word.to_ascii_lowercase().as_str() {
            "default" => Self::Settings,
            "cn" | ".cn" | "siliconflow.cn" | "api.siliconflow.cn" => Self::Vendor(Site::Cn),
            "com" | ".com" | "siliconflow.com" | "api.siliconflow.com" => Self::Vendor(Site::Com),
            lower => match SiteTable::default().at(lower) {
                Some(site) => Self::Vendor(site),
                None => Self::Custom(word.parse().map_err(|_| MalformedSite)?),
            },
        })
    }
}

impl fmt::Display for AccountSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settings => f.write_str("default"),
            Self::Vendor(site) => f.write_str(site.as_str()),
            Self::Custom(url) => url.fmt(f),
        }
    }
}

/// The sites, and who lives where.
pub(super) struct Sites {
    table: SiteTable,
    homes: RwLock<Homes>,
}

impl Sites {
    /// With nobody in them yet.
    pub(super) fn of(table: SiteTable) -> Self {
        Self {
            table,
            homes: RwLock::default(),
        }
    }

    /// The vendor's other site, when this is the address of one.
    pub(super) fn other(&self, base: &str) -> Option<Site> {
        self.table.other(base)
    }

    fn homes(&self) -> RwLockReadGuard<'_, Homes> {
        self.homes.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Accounts that do not follow the settings, with their addresses, and their keys.
#[derive(Default)]
struct Homes {
    accounts: HashMap<AccountId, Url>,
    keys: HashMap<KeyId, AccountId>,
    /// Their addresses, each once.
    own_bases: Vec<Arc<str>>,
    /// Whether all accounts have an address of their own.
    none_follows: bool,
}

impl App {
    /// The client for the requests of an account.
    pub(super) fn upstream_for(&self, account: &AccountId) -> Arc<UpstreamClient> {
        match self.0.sites.homes().accounts.get(account) {
            None => self.upstream(),
            Some(base) => Arc::new(self.upstream().at(base.clone())),
        }
    }

    /// Where the requests of an account go.
    pub(super) fn base_for(&self, account: &AccountId) -> Arc<str> {
        self.upstream_for(account)
            .base()
            .trim_end_matches('/')
            .into()
    }

    /// The addresses of all accounts, each once, that of the settings first.
    pub(super) fn bases(&self) -> Vec<Arc<str>> {
        let settings: Arc<str> = self.upstream().base().trim_end_matches('/').into();
        let homes = self.0.sites.homes();
        let own = homes.own_bases.iter().filter(|base| **base != settings);
        let mut bases: Vec<_> = own.cloned().collect();
        if !homes.none_follows || bases.len() < homes.own_bases.len() {
            bases.insert(0, settings);
        }
        bases
    }

    /// The client for a question about a key.
    pub(super) fn upstream_of_key(&self, key: &KeyId) -> Arc<UpstreamClient> {
        let account = self.0.sites.homes().keys.get(key).cloned();
        match account {
            None => self.upstream(),
            Some(account) => self.upstream_for(&account),
        }
    }

    /// The client for a site.
    pub(super) fn upstream_at(&self, site: &AccountSite) -> Arc<UpstreamClient> {
        match self.address_of(site) {
            None => self.upstream(),
            Some(base) => Arc::new(self.upstream().at(base)),
        }
    }

    /// Which of the vendor's sites an account belongs to, for prices and currency.
    #[must_use]
    pub fn site_of(&self, account: &AccountId) -> Site {
        let sites = &self.0.sites;
        let behind = |base: &Url| sites.table.behind(base.as_str());
        let own = sites.homes().accounts.get(account).map(behind);
        match own {
            Some(site) => site,
            None => self.live(|live| sites.table.behind(live.upstream.base())),
        }
    }

    /// Which of the vendor's sites is at an address.
    pub(super) fn site_at(&self, base: &str) -> Site {
        self.0.sites.table.behind(base)
    }

    /// What an account at that site is billed in.
    pub(super) fn currency_at(&self, site: &AccountSite) -> Currency {
        self.site_at(&self.base_of(site)).currency()
    }

    /// Whether two sites are the same address now.
    pub(super) fn is_same_site(&self, one: &AccountSite, other: &AccountSite) -> bool {
        one == other || self.base_of(one) == self.base_of(other)
    }

    /// A site as it is shown.
    pub(super) fn site_view(&self, site: &AccountSite) -> SiteView {
        let base = self.base_of(site);
        SiteView {
            name: site_name(self.0.sites.table.named(&base)),
            follows_settings: *site == AccountSite::Settings,
            currency: self.site_at(&base).currency().code().to_owned(),
            base,
        }
    }

    /// The name of a site that is not the one of the settings.
    pub(super) fn own_site_name(&self, site: &AccountSite) -> Option<SiteName> {
        let is_own = *site != AccountSite::Settings;
        is_own.then(|| site_name(self.0.sites.table.named(&self.base_of(site))))
    }

    /// Takes up where the accounts live.
    pub(super) fn note_sites(&self, accounts: &[AccountRow], keys: &[KeyRow]) {
        let mut homes = Homes::default();
        for row in accounts {
            if let Some(base) = self.address_of(&site_of_row(row)) {
                let text = base.as_str().trim_end_matches('/');
                if !homes.own_bases.iter().any(|known| **known == *text) {
                    homes.own_bases.push(text.into());
                }
                homes.accounts.insert(row.account_id.clone(), base);
            }
        }
        homes.none_follows = !accounts.is_empty() && homes.accounts.len() == accounts.len();
        for row in keys {
            if homes.accounts.contains_key(&row.account_id) {
                homes
                    .keys
                    .insert(row.key_id.clone(), row.account_id.clone());
            }
        }
        let place = &self.0.sites.homes;
        *place.write().unwrap_or_else(PoisonError::into_inner) = homes;
    }

    fn base_of(&self, site: &AccountSite) -> String {
        match site {
            AccountSite::Settings => self.upstream().base().to_owned(),
            AccountSite::Vendor(site) => self.0.sites.table.base(*site).to_string(),
            AccountSite::Custom(url) => url.to_string(),
        }
        .trim_end_matches('/')
        .to_owned()
    }

    fn address_of(&self, site: &AccountSite) -> Option<Url> {
        let url = match site {
            AccountSite::Settings => return None,
            AccountSite::Vendor(site) => self.0.sites.table.base(*site),
            AccountSite::Custom(url) => url,
        };
        Url::parse(url.as_str()).ok()
    }
}

/// Where a row's account lives. What a newer Flowkeep wrote there is not known
/// here; the keys were checked against the upstream of the settings once.
pub(super) fn site_of_row(row: &AccountRow) -> AccountSite {
    row.site.parse().unwrap_or_else(|MalformedSite| {
        tracing::warn!(account.id = %row.account_id, "the account has a site that is none");
        AccountSite::Settings
    })
}

fn site_name(site: Option<Site>) -> SiteName {
    match site {
        Some(Site::Cn) => SiteName::Cn,
        Some(Site::Com) => SiteName::Com,
        None => SiteName::Custom,
    }
}

#[cfg(test)]
mod tests;

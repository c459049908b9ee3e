//! The table of `flowkeep prices`.

use flowkeep_contract::{PriceDates, PriceList, PriceSite, PriceTier, PriceView};
use flowkeep_core::model::{Currency, glob};

use crate::args::PriceListArgs;
use crate::output;

const HEAD: [&str; 9] = [
    "MODEL", "SITE", "IN", "OUT", "CACHED", "OTHER", "WHEN", "OWN", "ID",
];
/// What a batch pays where the row says nothing, in percent.
const HALF: u8 = 50;

/// The rows that the flags let through.
pub(super) fn wanted(prices: PriceList, args: &PriceListArgs) -> PriceList {
    let site = args.site.map(super::site);
    let fits = |row: &PriceView| {
        let model = args.model.as_deref();
        site.is_none_or(|site| row.site == site)
            && model.is_none_or(|pattern| is_meant(pattern, &row.model))
    };
    let keep = |rows: Vec<PriceView>| rows.into_iter().filter(fits).collect();
    PriceList {
        revision: prices.revision,
        now_in_force: prices.now_in_force,
        as_of: prices.as_of,
        overrides: keep(prices.overrides),
        shipped: if args.own {
            Vec::new()
        } else {
            keep(prices.shipped)
        },
    }
}

/// A part of the name in any case; with a `*` the whole name.
fn is_meant(pattern: &str, model: &str) -> bool {
    let (pattern, model) = (pattern.to_lowercase(), model.to_lowercase());
    if glob::is_glob(&pattern) {
        glob::fits(&pattern, &model)
    } else {
        model.contains(&pattern)
    }
}

/// One line per row and tier, with a head.
pub(super) fn table(prices: &PriceList) -> String {
    let head = HEAD.iter().map(|&name| name.to_owned()).collect();
    let own = prices.overrides.iter().flat_map(|row| lines(row, "own"));
    let shipped = prices.shipped.iter().flat_map(|row| lines(row, ""));
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(own).chain(shipped).collect();
    output::table(&rows)
}

/// How old the shipped figures are, and what the columns mean.
pub(super) fn age(as_of: &PriceDates) -> String {
    format!(
        "\nIn, out and cached are per million tokens. Shipped prices are as of {} (cn) and {} (com).",
        as_of.cn, as_of.com
    )
}

fn lines(row: &PriceView, own: &str) -> Vec<Vec<String>> {
    let symbol = currency(row.site).symbol();
    let amount = |amount: &Option<String>| {
        let amount = amount.as_ref();
        amount.map_or_else(String::new, |amount| format!("{symbol}{amount}"))
    };
    let line = |tier: Option<&PriceTier>| {
        vec![
            row.model.clone(),
            site(row.site).to_owned(),
            amount(&tier.map(|tier| tier.input.clone())),
            amount(&tier.and_then(|tier| tier.output.clone())),
            amount(&tier.and_then(|tier| tier.cached.clone())),
            other(row, symbol),
            when(row, tier),
            own.to_owned(),
            row.id.clone(),
        ]
    };
    if row.tokens.is_empty() {
        return vec![line(None)];
    }
    row.tokens.iter().map(|tier| line(Some(tier))).collect()
}

const fn currency(site: PriceSite) -> Currency {
    match site {
        PriceSite::Cn => Currency::Cny,
        PriceSite::Com => Currency::Usd,
    }
}

const fn site(site: PriceSite) -> &'static str {
    match site {
        PriceSite::Cn => "cn",
        PriceSite::Com => "com",
    }
}

/// What is no token of text, and what a batch pays where that is unusual.
fn other(row: &PriceView, symbol: &str) -> String {
    let prices = [
        (&row.image, "per picture"),
        (&row.clip, "per clip"),
        (&row.thousand_bytes, "per 1,000 bytes"),
        (&row.second, "per second"),
        (&row.image_tokens, "per million picture tokens"),
    ];
    let mut parts: Vec<String> = prices
        .into_iter()
        .filter_map(|(amount, unit)| Some(format!("{symbol}{} {unit}", amount.as_ref()?)))
        .collect();
    let batch = row.batch_percent.filter(|percent| *percent != HALF);
    parts.extend(batch.map(|percent| format!("{percent} % in a batch")));
    parts.join(", ")
}

/// Length of input, days and hours for which the line holds.
fn when(row: &PriceView, tier: Option<&PriceTier>) -> String {
    let mut parts = Vec::new();
    if let Some(tier) = tier.filter(|_| row.tokens.len() > 1) {
        parts.push(format!("from {} tokens in", tier.from_input_tokens));
    }
    parts.extend(row.from.as_ref().map(|day| format!("since {day}")));
    parts.extend(row.until.as_ref().map(|day| format!("until {day}")));
    if let Some(hours) = &row.hours {
        parts.push(format!("{}-{}", clock(&hours.from), clock(&hours.until)));
    }
    parts.extend(row.zone.clone());
    parts.join(", ")
}

/// `02:00` of `02:00:00`.
fn clock(time: &str) -> &str {
    time.strip_suffix(":00")
        .filter(|rest| rest.contains(':'))
        .unwrap_or(time)
}

#[cfg(test)]
mod tests;

//! A price row from flags. What cannot be meant is refused with the flag that says
//! it, before anything is written; amounts stay decimals all the way (D13).

use flowkeep_contract::{PriceHours, PriceSite, PriceTier, PriceView};
use flowkeep_core::model::Nano;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZoneDatabase;

use crate::args::{PriceSetArgs, PriceTermArgs, TokenPriceArgs};
use crate::failure::Failure;

/// The row that the flags describe.
///
/// # Errors
/// Names the flag that cannot be meant.
pub(super) fn of(args: &PriceSetArgs) -> Result<PriceView, Failure> {
    let site = super::site(args.site);
    let pieces = &args.pieces;
    let row = PriceView {
        id: args.id.clone().unwrap_or_else(|| id(site, &args.model)),
        site,
        model: args.model.clone(),
        from: day("--from", args.term.from.as_deref())?,
        until: day("--until", args.term.until.as_deref())?,
        zone: zone(args.term.zone.as_deref())?,
        hours: hours(&args.term)?,
        tokens: tiers(&args.tokens)?,
        image_tokens: amount("--image-tokens", pieces.image_tokens.as_deref())?,
        image: amount("--image", pieces.image.as_deref())?,
        clip: amount("--clip", pieces.clip.as_deref())?,
        thousand_bytes: amount("--thousand-bytes", pieces.thousand_bytes.as_deref())?,
        second: amount("--second", pieces.second.as_deref())?,
        batch_percent: args.batch_percent,
        source: String::new(),
        note: None,
    };
    if row.from.is_some() && row.until.is_some() && row.from >= row.until {
        return Err(wrong("--until", "must be after --from"));
    }
    Ok(row)
}

/// Unlike any shipped one, which begin with the site.
fn id(site: PriceSite, model: &str) -> String {
    match site {
        PriceSite::Cn => format!("own:cn:{model}"),
        PriceSite::Com => format!("own:com:{model}"),
    }
}

fn wrong(flag: &str, why: impl std::fmt::Display) -> Failure {
    Failure::Usage(format!("{flag}: {why}"))
}

/// An amount as the engine writes it.
fn amount(flag: &str, text: Option<&str>) -> Result<Option<String>, Failure> {
    let Some(text) = text else {
        return Ok(None);
    };
    Ok(Some(nano(flag, text)?.to_string()))
}

fn nano(flag: &str, text: &str) -> Result<Nano, Failure> {
    let nano: Result<Nano, _> = text.trim().parse();
    match nano.map_err(|error| wrong(flag, error))? {
        nano if nano < Nano::ZERO => Err(wrong(flag, "a price is not below 0")),
        nano => Ok(nano),
    }
}

fn tiers(args: &TokenPriceArgs) -> Result<Vec<PriceTier>, Failure> {
    let Some(input) = &args.input else {
        return named_tiers(&args.tier);
    };
    let only = PriceTier {
        from_input_tokens: 0,
        input: nano("--input", input)?.to_string(),
        output: amount("--output", args.output.as_deref())?,
        cached: cached("--cached", args.cached.as_deref(), ("--input", input))?,
    };
    Ok(vec![only])
}

/// Cached input costs at most what other input does.
fn cached(
    flag: &str,
    text: Option<&str>,
    (input_flag, input): (&str, &str),
) -> Result<Option<String>, Failure> {
    let Some(text) = text else {
        return Ok(None);
    };
    let cached = nano(flag, text)?;
    if cached > nano(input_flag, input)? {
        return Err(wrong(flag, "cached input costs no more than other input"));
    }
    Ok(Some(cached.to_string()))
}

fn named_tiers(texts: &[String]) -> Result<Vec<PriceTier>, Failure> {
    let tiers: Result<Vec<PriceTier>, Failure> = texts.iter().map(|text| tier(text)).collect();
    let mut tiers = tiers?;
    tiers.sort_by_key(|tier| tier.from_input_tokens);
    if tiers.first().is_some_and(|tier| tier.from_input_tokens > 0) {
        return Err(wrong("--tier", "the first tier begins at 0 tokens"));
    }
    for pair in tiers.windows(2) {
        let from = pair[1].from_input_tokens;
        if pair[0].from_input_tokens == from {
            return Err(wrong("--tier", format!("two tiers begin at {from} tokens")));
        }
        if pair[0].output.is_some() != pair[1].output.is_some() {
            let why = "give all tiers a price for output, or none";
            return Err(wrong("--tier", why));
        }
    }
    Ok(tiers)
}

/// `FROM:INPUT:OUTPUT[:CACHED]`; models that only read leave OUTPUT empty.
fn tier(text: &str) -> Result<PriceTier, Failure> {
    const FLAG: &str = "--tier";
    let parts: Vec<&str> = text.split(':').map(str::trim).collect();
    let (from, input, output, hit) = match parts.as_slice() {
        [from, input, output] => (from, input, output, None),
        [from, input, output, hit] => (from, input, output, Some(*hit)),
        _ => {
            let why = format!("{text:?} is not FROM:INPUT:OUTPUT or FROM:INPUT:OUTPUT:CACHED");
            return Err(wrong(FLAG, why));
        }
    };
    let from_input_tokens = from
        .parse()
        .map_err(|_| wrong(FLAG, format!("{from:?} is no number of tokens")))?;
    Ok(PriceTier {
        from_input_tokens,
        input: nano(FLAG, input)?.to_string(),
        output: amount(FLAG, Some(*output).filter(|text| !text.is_empty()))?,
        cached: cached(FLAG, hit, (FLAG, input))?,
    })
}

fn day(flag: &str, text: Option<&str>) -> Result<Option<String>, Failure> {
    text.map(|text| Ok(date(flag, text)?.to_string()))
        .transpose()
}

/// A day of the calendar.
///
/// # Errors
/// Names the flag.
pub(super) fn date(flag: &str, text: &str) -> Result<Date, Failure> {
    Date::strptime("%Y-%m-%d", text.trim()).map_err(|_| wrong(flag, "give a day as 2026-09-01"))
}

fn zone(name: Option<&str>) -> Result<Option<String>, Failure> {
    let Some(name) = name else {
        return Ok(None);
    };
    if TimeZoneDatabase::bundled().get(name).is_err() {
        let why = format!("{name:?} is no time zone; give one as Asia/Shanghai");
        return Err(wrong("--zone", why));
    }
    Ok(Some(name.to_owned()))
}

fn hours(args: &PriceTermArgs) -> Result<Option<PriceHours>, Failure> {
    const FLAG: &str = "--hours";
    let Some(text) = &args.hours else {
        return Ok(None);
    };
    let malformed = || wrong(FLAG, "give hours as 02:00-08:00");
    let (from, until) = text.split_once('-').ok_or_else(malformed)?;
    let time = |text: &str| {
        let text = text.trim();
        let time = Time::strptime("%H:%M:%S", text).or_else(|_| Time::strptime("%H:%M", text));
        time.map_err(|_| malformed())
    };
    let (from, until) = (time(from)?, time(until)?);
    if from == until {
        return Err(wrong(FLAG, "they begin and end at the same time"));
    }
    Ok(Some(PriceHours {
        from: from.to_string(),
        until: until.to_string(),
    }))
}

#[cfg(test)]
mod tests;

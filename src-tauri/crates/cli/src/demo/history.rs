//! A month of requests that never were: the same for the same day.
//!
//! More on weekdays and in the afternoon, most of them good, some in each of
//! the ways that a request can end.

mod errands;

use std::sync::Arc;

use flowkeep_core::model::{KeyState, Outcome, RequestRecord, Usage};
use flowkeep_core::store::KeyRow;
use uuid::Uuid;

const DAYS: i64 = 30;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Requests in each hour of a busy day.
const BUSY: [u64; 24] = [
    2, 1, 1, 0, 0, 1, 2, 4, 9, 14, 15, 12, 8, 13, 16, 15, 13, 11, 8, 7, 9, 8, 6, 4,
];

/// A model, how many of 100 requests ask for it, its usual answer in tokens, its
/// pace in tokens per second, and whether it tells its reasoning.
struct Taste {
    model: &'static str,
    share: u64,
    answer: u64,
    pace: u64,
    thinks: bool,
}

const TASTES: [Taste; 6] = [
    taste("deepseek-ai/DeepSeek-V3.2", 34, 420, 60),
    taste("zai-org/GLM-5.2", 22, 650, 45).thinking(),
    taste("Qwen/Qwen3-8B", 18, 180, 120),
    taste("Pro/moonshotai/Kimi-K2.6", 12, 900, 40).thinking(),
    taste("deepseek-ai/DeepSeek-R1", 9, 1_500, 35).thinking(),
    taste("Qwen/Qwen3-Coder-30B-A3B-Instruct", 5, 700, 90),
];

const fn taste(model: &'static str, share: u64, answer: u64, pace: u64) -> Taste {
    Taste {
        model,
        share,
        answer,
        pace,
        thinks: false,
    }
}

impl Taste {
    const fn thinking(mut self) -> Self {
        self.thinks = true;
        self
    }
}

/// `SplitMix64`: good enough for a picture, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is at least 1.
    fn below(&mut self, end: u64) -> u64 {
        self.roll() % end.max(1)
    }

    /// Half of `usual` to one and a half times it.
    fn around(&mut self, usual: u64) -> u64 {
        usual / 2 + self.below(usual + 1)
    }
}

/// Requests of the last 30 days up to now, oldest first.
pub(super) fn month(keys: &[KeyRow], now_ms: i64) -> Vec<RequestRecord> {
    // A key that never worked has no past.
    let keys: Vec<&KeyRow> = keys
        .iter()
        .filter(|key| key.state != KeyState::Unauthorized)
        .collect();
    if keys.is_empty() {
        return Vec::new();
    }
    let today = now_ms.div_euclid(DAY_MS);
    let mut records = Vec::new();
    for day in today - DAYS + 1..=today {
        let mut dice = Dice(day.unsigned_abs());
        for (hour, &busy) in (0_i64..).zip(&BUSY) {
            let start = day * DAY_MS + hour * HOUR_MS;
            records.extend(one_hour(&keys, start, quieter(day, busy), &mut dice));
        }
    }
    records.retain(|record| record.started_at_ms + i64::from(record.duration_ms) < now_ms);
    records
}

/// The first of January 1970 was a Thursday.
fn quieter(day: i64, busy: u64) -> u64 {
    let is_weekend = matches!((day + 3).rem_euclid(7), 5 | 6);
    if is_weekend { busy / 3 } else { busy }
}

fn one_hour(keys: &[&KeyRow], start: i64, busy: u64, dice: &mut Dice) -> Vec<RequestRecord> {
    let count = dice.around(busy);
    let mut moments: Vec<i64> = (0..count)
        .map(|_| start + i64::try_from(dice.below(HOUR_MS.unsigned_abs())).unwrap_or(0))
        .collect();
    moments.sort_unstable();
    moments
        .into_iter()
        .map(|at| request(keys, at, dice))
        .collect()
}

fn request(keys: &[&KeyRow], at: i64, dice: &mut Dice) -> RequestRecord {
    let taste = pick_taste(dice);
    // The first accounts are the richest ones and are picked most.
    let key = keys[usize::try_from(dice.below(6))
        .unwrap_or(0)
        .min(keys.len() - 1)];
    let ending = ending(dice);
    let is_answered = matches!(ending.outcome, Outcome::Success | Outcome::Interrupted);
    let answer = dice.around(taste.answer);
    let prompt = dice.around(2_400) + dice.below(4) * 1_900;
    let first_byte = u32::try_from(180 + dice.below(900)).unwrap_or(u32::MAX);
    let writing = u32::try_from(answer * 1_000 / taste.pace).unwrap_or(u32::MAX);
    let is_counted = is_answered && dice.below(50) > 0;
    let is_good = ending.outcome == Outcome::Success;
    let record = RequestRecord {
        route: if dice.below(5) == 0 {
            "messages"
        } else {
            "chat/completions"
        }
        .to_owned(),
        model_asked: Some(Arc::from(taste.model)),
        key: Some(key.key_id.clone()),
        key_last_four: Some(key.last_four.clone()),
        account: Some(key.account_id.clone()),
        client: Arc::from("default"),
        stream: dice.below(10) < 7,
        status: ending.status,
        outcome: ending.outcome,
        error: ending.error.map(str::to_owned),
        vendor_code: ending.vendor_code,
        attempts: ending.attempts,
        usage: if is_counted {
            usage(taste, prompt, answer, dice)
        } else {
            Usage::default()
        },
        estimated_tokens: (is_answered && !is_counted)
            .then(|| u32::try_from(prompt + answer).unwrap_or(u32::MAX)),
        trace_id: Some(format!("ti_{:016x}", dice.roll())),
        first_byte_ms: Some(first_byte),
        duration_ms: if is_answered {
            first_byte + writing
        } else {
            first_byte
        },
        ..RequestRecord::begun(id(at, dice), at)
    };
    if is_good {
        errands::some(record, dice)
    } else {
        record
    }
}

fn pick_taste(dice: &mut Dice) -> &'static Taste {
    let mut left = dice.below(100);
    for taste in &TASTES {
        if left < taste.share {
            return taste;
        }
        left -= taste.share;
    }
    &TASTES[0]
}

/// Long conversations are mostly served from the cache, and some models think aloud.
fn usage(taste: &Taste, prompt: u64, answer: u64, dice: &mut Dice) -> Usage {
    let cached = if dice.below(10) < 6 {
        prompt / 10 * (5 + dice.below(4))
    } else {
        0
    };
    Usage {
        prompt_tokens: Some(prompt),
        completion_tokens: Some(answer),
        cached_tokens: Some(cached),
        reasoning_tokens: taste.thinks.then(|| answer / 10 * (3 + dice.below(5))),
    }
}

struct Ending {
    outcome: Outcome,
    status: u16,
    error: Option<&'static str>,
    vendor_code: Option<i64>,
    attempts: u32,
}

/// The texts are the vendor's and ours.
fn ending(dice: &mut Dice) -> Ending {
    let bad = |outcome, status, error, vendor_code| Ending {
        outcome,
        status,
        error: Some(error),
        vendor_code,
        attempts: 1,
    };
    match dice.below(200) {
        0 | 1 => bad(
            Outcome::Rejected,
            400,
            "Model does not exist. Please check it carefully.",
            Some(20_012),
        ),
        2 => bad(Outcome::UpstreamFailed, 502, "upstream_unreachable", None),
        3 => bad(Outcome::Refused, 429, "all_keys_cooling", None),
        4 => bad(Outcome::Interrupted, 200, "upstream_interrupted", None),
        5..=7 => bad(Outcome::ClientClosed, 499, "client_closed", None),
        roll => Ending {
            outcome: Outcome::Success,
            status: 200,
            error: None,
            vendor_code: None,
            attempts: if roll < 18 { 2 } else { 1 },
        },
    }
}

fn id(at: i64, dice: &mut Dice) -> Uuid {
    let mut random = [0_u8; 10];
    random[..8].copy_from_slice(&dice.roll().to_le_bytes());
    uuid::Builder::from_unix_timestamp_millis(at.unsigned_abs(), &random).into_uuid()
}

#[cfg(test)]
mod tests;

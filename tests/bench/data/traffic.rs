//! Ninety days of requests that never were: twelve keys, a dozen models, six
//! tools, busy days and quiet nights, and every way to fail.

use std::sync::Arc;

use flowkeep_core::model::{
    AccountId, AttemptRecord, Choice, Cost, Currency, KeyId, Left, Money, Nano, Outcome,
    RequestRecord, Units, Usage,
};
use uuid::Uuid;

const HOUR_MS: i64 = 3_600_000;
/// How busy each hour of a day is.
const BUSY: [i64; 24] = [
    3, 2, 1, 1, 1, 1, 2, 4, 8, 12, 14, 12, 9, 12, 15, 15, 14, 12, 9, 8, 9, 9, 7, 5,
];
/// Model, route, its share of a thousand requests, tokens of a usual answer.
const MODELS: [(&str, &str, u64, u64); 12] = [
    ("deepseek-ai/DeepSeek-V3.2", "chat/completions", 300, 420),
    ("zai-org/GLM-5.2", "messages", 200, 650),
    ("Qwen/Qwen3-8B", "chat/completions", 150, 180),
    ("Pro/moonshotai/Kimi-K2.6", "responses", 100, 900),
    ("deepseek-ai/DeepSeek-R1", "chat/completions", 80, 1_500),
    ("Qwen/Qwen3-Coder-480B-A35B-Instruct", "messages", 60, 700),
    ("BAAI/bge-m3", "embeddings", 50, 0),
    ("BAAI/bge-reranker-v2-m3", "rerank", 25, 0),
    ("Kwai-Kolors/Kolors", "images/generations", 15, 0),
    ("FunAudioLLM/CosyVoice2-0.5B", "audio/speech", 10, 0),
    ("FunAudioLLM/SenseVoiceSmall", "audio/transcriptions", 7, 0),
    ("Wan-AI/Wan2.2-T2V-A14B", "video/submit", 3, 0),
];
const TOOLS: [(&str, &str); 6] = [
    ("default", "curl"),
    ("c-claude", "claude-cli"),
    ("c-cursor", "Cursor"),
    ("c-cherry", "CherryStudio"),
    ("c-aider", "litellm"),
    ("c-nightly", "OpenAI/Python"),
];
const KEYS: u64 = 12;
const ACCOUNTS: u64 = 10;

/// `SplitMix64`: good enough for a picture, and the same everywhere.
pub(crate) struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.roll() % end.max(1)
    }

    fn around(&mut self, usual: u64) -> u64 {
        usual / 2 + self.below(usual + 1)
    }

    fn milliseconds(&mut self, usual: u64) -> u32 {
        u32::try_from(self.around(usual)).unwrap_or(u32::MAX)
    }
}

/// Requests one after the other, as they end.
pub(crate) struct Traffic {
    dice: Dice,
    /// When the next one ends, in thousandths of a millisecond.
    clock_us: i64,
    /// Thousandths of a millisecond between two requests at the usual pace.
    pace_us: i64,
    models: Vec<Arc<str>>,
    tools: Vec<(Arc<str>, Arc<str>)>,
}

impl Traffic {
    /// `rows` requests over `days` that end at `end_ms`.
    pub(crate) fn new(rows: u64, days: i64, end_ms: i64) -> Self {
        let length_us = days * 24 * HOUR_MS * 1_000;
        let rows = i64::try_from(rows).unwrap_or(i64::MAX).max(1);
        Self {
            dice: Dice(7),
            clock_us: end_ms * 1_000 - length_us,
            pace_us: length_us / rows,
            models: MODELS.map(|model| model.0.into()).to_vec(),
            tools: TOOLS
                .map(|(client, agent)| (client.into(), agent.into()))
                .to_vec(),
        }
    }

    /// The next request.
    pub(crate) fn next(&mut self) -> RequestRecord {
        let hour = self.clock_us / 1_000 / HOUR_MS;
        let busy = BUSY[usize::try_from(hour.rem_euclid(24)).unwrap_or(0)];
        let usual: i64 = BUSY.iter().sum();
        self.clock_us += self.pace_us * usual / (24 * busy);
        let mut share = self.dice.below(1_000);
        let mut model = 0;
        while share >= MODELS[model].2 {
            share -= MODELS[model].2;
            model += 1;
        }
        let mut record = self.answered(model);
        match self.dice.below(1_000) {
            0..30 => self.retried(&mut record),
            30..80 => self.failed(&mut record),
            _ => {}
        }
        record
    }

    /// A request that succeeds at once.
    fn answered(&mut self, model: usize) -> RequestRecord {
        let (_, route, _, answer) = MODELS[model];
        // Most tools have their account, and their favourite ones.
        let tool = usize::try_from(self.dice.below(6).min(self.dice.below(6))).unwrap_or(0);
        let key = match self.dice.below(10) {
            0..8 => (u64::try_from(tool).unwrap_or(0) * 2 + self.dice.below(2)) % KEYS,
            _ => self.dice.below(KEYS),
        };
        let account = AccountId::from(format!("account-{}", key % ACCOUNTS).as_str());
        let tokens = self.dice.around(answer);
        let prompt = self.dice.around(3_000);
        let first_byte_ms = self.dice.milliseconds(900);
        let duration_ms = first_byte_ms + self.dice.milliseconds(20 + tokens * 18);
        let asked = Arc::clone(&self.models[model]);
        let only = AttemptRecord {
            account: account.clone(),
            model: Some(Arc::clone(&asked)),
            after_ms: 0,
            chosen: Choice::ALL[usize::try_from(1 + self.dice.below(2)).unwrap_or(0)],
            status: Some(200),
            vendor_code: None,
            headers_ms: Some(first_byte_ms - 2),
            first_byte_ms: Some(first_byte_ms),
            end_ms: Some(duration_ms),
            left: None,
        };
        let id = u128::from(self.dice.roll()) << 64 | u128::from(self.dice.roll());
        let started_ms = self.clock_us / 1_000 - i64::from(duration_ms);
        let (client, agent) = &self.tools[tool];
        let cached = prompt * self.dice.below(90) / 100;
        RequestRecord {
            route: route.to_owned(),
            model_asked: Some(asked),
            key: Some(KeyId::from(format!("key-{key}").as_str())),
            key_last_four: Some(format!("{key:04}")),
            account: Some(account),
            client: Arc::clone(client),
            user_agent: Some(Arc::clone(agent)),
            stream: self.dice.below(10) < 7,
            status: 200,
            outcome: Outcome::Success,
            trace_id: Some(self.trace_id()),
            attempts: 1,
            trail: vec![only],
            usage: usage(model, prompt, tokens, cached),
            units: units(model, tokens + 300),
            cost: Some(Cost {
                money: Money::new(
                    Nano::new(nano(prompt * 2_000 + tokens * 3_000)),
                    Currency::Cny,
                ),
                price: Arc::clone(&self.models[model]),
                incomplete: false,
            }),
            saved_nano: (answer > 0).then(|| nano(cached * 1_600)),
            first_byte_ms: Some(first_byte_ms),
            duration_ms,
            ..RequestRecord::begun(Uuid::from_u128(id), started_ms)
        }
    }

    fn trace_id(&mut self) -> String {
        const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
        let mut bits = u128::from(self.dice.roll()) << 64 | u128::from(self.dice.roll());
        let mut trace = String::from("ti_");
        for _ in 0..16 {
            trace.push(char::from(LETTERS[usize::try_from(bits & 31).unwrap_or(0)]));
            bits >>= 5;
        }
        trace
    }

    /// One or two accounts refused first.
    fn retried(&mut self, record: &mut RequestRecord) {
        let refused = 1 + self.dice.below(2);
        for step in 0..refused {
            let account = self.dice.below(ACCOUNTS);
            let trail = AttemptRecord {
                account: AccountId::from(format!("account-{account}").as_str()),
                status: Some(429),
                vendor_code: Some(50_609),
                headers_ms: Some(40),
                first_byte_ms: None,
                end_ms: Some(41),
                left: Some(Left::RateLimited),
                ..record.trail[0].clone()
            };
            record
                .trail
                .insert(usize::try_from(step).unwrap_or(0), trail);
        }
        record.attempts = u32::try_from(record.trail.len()).unwrap_or(1);
    }

    fn failed(&mut self, record: &mut RequestRecord) {
        let (outcome, status, left, error) = match self.dice.below(5) {
            0 => (
                Outcome::Rejected,
                400,
                Left::Rejected,
                "invalid_request: max_tokens",
            ),
            1 => (
                Outcome::Refused,
                429,
                Left::RateLimited,
                "all accounts that may serve this model are at their rate limit; TPM limit reached",
            ),
            2 => (
                Outcome::UpstreamFailed,
                504,
                Left::TimedOut,
                "upstream_timeout: no answer in time from",
            ),
            3 => (
                Outcome::Interrupted,
                200,
                Left::Broken,
                "upstream broke off after chunk",
            ),
            _ => (
                Outcome::ClientClosed,
                499,
                Left::ClientGone,
                "client_closed",
            ),
        };
        record.error = Some(format!("{error} {}", self.dice.below(100_000)));
        record.outcome = outcome;
        record.status = status;
        record.usage = Usage::default();
        record.cost = None;
        record.saved_nano = None;
        record.vendor_code = (status == 429).then_some(50_609);
        record.trail[0].left = Some(left);
        record.trail[0].status = (left != Left::TimedOut).then_some(status);
    }
}

fn nano(amount: u64) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX)
}

fn usage(model: usize, prompt: u64, tokens: u64, cached: u64) -> Usage {
    let known = |is_known: bool, count: u64| is_known.then_some(count);
    let chats = model < 6;
    Usage {
        prompt_tokens: known(model < 8, prompt),
        completion_tokens: known(chats, tokens),
        cached_tokens: known(chats, cached),
        reasoning_tokens: known(chats, tokens / 3),
    }
}

fn units(model: usize, amount: u64) -> Units {
    let known = |at: usize, count: u64| (model == at).then_some(count);
    Units {
        image_tokens: None,
        images: known(8, 1),
        clips: known(11, 1),
        bytes: known(9, amount),
        sound_ms: known(10, amount * 100),
    }
}

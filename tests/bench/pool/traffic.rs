//! Requests as they come, the same for everyone that is compared.

/// Average requests of a conversation.
const TURNS: u64 = 10;
/// Milliseconds between an answer and the next question, at least and at most.
const PAUSE_MS: (u64, u64) = (3_000, 25_000);

/// Numbers that look like chance and are the same in each run.
#[derive(Clone, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    /// From `least` to below `most`.
    pub(crate) fn between(&mut self, least: u64, most: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let mixed = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16;
        least + mixed % (most - least)
    }
}

/// A request of a client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question {
    /// Its conversation; `None` when each stands for itself.
    pub(crate) session: Option<u64>,
    /// Turns that follow.
    pub(crate) turns_left: u64,
    pub(crate) prompt_tokens: u64,
    pub(crate) answer_tokens: u64,
    /// Milliseconds until the head of the answer, and until its end.
    pub(crate) head_ms: u64,
    pub(crate) body_ms: u64,
    /// Price in billionths.
    pub(crate) price_nano: i64,
}

/// Makes requests at a rate.
pub(crate) struct Traffic {
    chance: Chance,
    per_minute: u64,
    conversations: bool,
    sessions: u64,
}

impl Traffic {
    /// So many requests a minute on average.
    pub(crate) fn new(seed: u64, per_minute: u64, conversations: bool) -> Self {
        Self {
            chance: Chance::new(seed),
            per_minute,
            conversations,
            sessions: 0,
        }
    }

    /// Milliseconds until the next request that follows from no other.
    pub(crate) fn gap_ms(&mut self) -> u64 {
        let starts = if self.conversations {
            self.per_minute.div_ceil(TURNS)
        } else {
            self.per_minute
        };
        // Twice the average at most: bursts, but no flood.
        self.chance.between(0, 2 * 60_000_000 / starts) / 1_000
    }

    /// A question that follows from no other.
    pub(crate) fn fresh(&mut self) -> Question {
        self.sessions += 1;
        let session = self.conversations.then_some(self.sessions);
        let turns_left = if self.conversations { TURNS - 1 } else { 0 };
        self.question(session, turns_left)
    }

    /// The next of a conversation, and when it comes.
    pub(crate) fn follow_up(&mut self, before: &Question) -> Option<(u64, Question)> {
        let turns_left = before.turns_left.checked_sub(1)?;
        let pause_ms = self.chance.between(PAUSE_MS.0, PAUSE_MS.1);
        Some((pause_ms, self.question(before.session, turns_left)))
    }

    fn question(&mut self, session: Option<u64>, turns_left: u64) -> Question {
        let prompt_tokens = self.chance.between(200, 1_400);
        let answer_tokens = self.chance.between(50, 750);
        Question {
            session,
            turns_left,
            prompt_tokens,
            answer_tokens,
            head_ms: self.chance.between(150, 1_500),
            body_ms: answer_tokens * 10,
            price_nano: i64::try_from(2_000 * prompt_tokens + 8_000 * answer_tokens).unwrap_or(0),
        }
    }
}

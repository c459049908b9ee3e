//! Requests, accounts and answers, event by event.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use flowkeep_simulator::Metric;

use crate::choosers::{Attempt, Chooser, Tried};
use crate::customers::Customer;
use crate::traffic::{Question, Traffic};

/// Nine tenths of what the accounts take.
const LOAD: (u64, u64) = (9, 10);
/// To the upstream, and a refusal back.
const WAY_MS: u64 = 15;

/// What happens at a time.
enum Event {
    /// A new request comes, and another will.
    Fresh,
    /// A request comes.
    Asked(Question),
    /// It arrives upstream.
    Arrives(Under),
    /// The refusal is back.
    Refused(Under, Metric),
    /// The head of the answer is back.
    Answered(Under),
    /// The answer has ended.
    Ended(Under),
}

/// A request under way.
struct Under {
    question: Question,
    attempt: Attempt,
    tried: Tried,
    counts: bool,
}

/// What came of it all.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Outcome {
    /// Requests of clients.
    pub(crate) offered: u64,
    answered: u64,
    refused: u64,
    attempts: u64,
    wasted: u64,
}

impl Outcome {
    /// Goodput, refusals that clients see, attempts in vain, as parts of one.
    pub(crate) fn parts(&self) -> [f64; 3] {
        let part = |of: u64, all: u64| as_float(of) / as_float(all.max(1));
        [
            part(self.answered, self.offered),
            part(self.refused, self.offered),
            part(self.wasted, self.attempts),
        ]
    }
}

fn as_float(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// One run.
pub(crate) struct Rush {
    chooser: Box<dyn Chooser>,
    customers: Vec<Customer>,
    traffic: Traffic,
    now_ms: u64,
    /// What is measured begins and ends.
    from_ms: u64,
    until_ms: u64,
    times: BinaryHeap<Reverse<(u64, u64)>>,
    events: BTreeMap<u64, Event>,
    numbered: u64,
    outcome: Outcome,
}

impl Rush {
    pub(crate) fn new(seed: u64, mut chooser: Box<dyn Chooser>, conversations: bool) -> Self {
        let customers = Customer::all();
        let balances: Vec<i64> = customers.iter().map(|one| one.balance_nano).collect();
        chooser.take(&balances);
        let per_minute = Customer::capacity() * LOAD.0 / LOAD.1;
        Self {
            chooser,
            customers,
            traffic: Traffic::new(seed, per_minute, conversations),
            now_ms: 0,
            from_ms: 0,
            until_ms: 0,
            times: BinaryHeap::new(),
            events: BTreeMap::new(),
            numbered: 0,
            outcome: Outcome::default(),
        }
    }

    /// Lets so many seconds pass and measures the requests of the next ones.
    pub(crate) fn run(mut self, warm_up_s: u64, measured_s: u64) -> Outcome {
        self.from_ms = warm_up_s * 1_000;
        self.until_ms = self.from_ms + measured_s * 1_000;
        self.after(1, Event::Fresh);
        while let Some(Reverse((at_ms, number))) = self.times.pop() {
            self.now_ms = at_ms;
            if let Some(event) = self.events.remove(&number) {
                self.happens(event);
            }
        }
        self.outcome
    }

    fn after(&mut self, wait_ms: u64, event: Event) {
        self.numbered += 1;
        self.times
            .push(Reverse((self.now_ms + wait_ms, self.numbered)));
        self.events.insert(self.numbered, event);
    }

    fn happens(&mut self, event: Event) {
        match event {
            Event::Fresh if self.now_ms >= self.until_ms => {}
            Event::Fresh => {
                let question = self.traffic.fresh();
                let gap_ms = self.traffic.gap_ms();
                self.after(gap_ms, Event::Fresh);
                self.asked(question);
            }
            Event::Asked(question) => self.asked(question),
            Event::Arrives(under) => self.arrives(under),
            Event::Refused(under, window) => self.refused(under, window),
            Event::Answered(under) => {
                self.chooser.answered(self.now_ms, &under.attempt);
                self.after(under.question.body_ms, Event::Ended(under));
            }
            Event::Ended(under) => self.ended(&under),
        }
    }

    fn asked(&mut self, question: Question) {
        if self.now_ms >= self.until_ms {
            return;
        }
        let counts = self.now_ms >= self.from_ms;
        self.outcome.offered += u64::from(counts);
        self.attempt(question, Tried::since(self.now_ms), counts);
    }

    fn attempt(&mut self, question: Question, tried: Tried, counts: bool) {
        let chosen = self.chooser.choose(self.now_ms, question.session, &tried);
        let Some(attempt) = chosen else {
            self.outcome.refused += u64::from(counts);
            self.goes_on(&question);
            return;
        };
        self.outcome.attempts += u64::from(counts);
        let under = Under {
            question,
            attempt,
            tried,
            counts,
        };
        self.after(WAY_MS, Event::Arrives(under));
    }

    fn arrives(&mut self, under: Under) {
        let customer = &mut self.customers[under.attempt.account];
        match customer.admit(under.question.prompt_tokens, self.now_ms) {
            Some(window) => self.after(WAY_MS, Event::Refused(under, window)),
            None => self.after(under.question.head_ms, Event::Answered(under)),
        }
    }

    fn refused(&mut self, under: Under, window: Metric) {
        let Under {
            question,
            attempt,
            mut tried,
            counts,
        } = under;
        self.outcome.wasted += u64::from(counts);
        let now_ms = self.now_ms;
        if self.chooser.refused(now_ms, attempt, window, &mut tried) {
            self.attempt(question, tried, counts);
        } else {
            self.outcome.refused += u64::from(counts);
            self.goes_on(&question);
        }
    }

    fn ended(&mut self, under: &Under) {
        let Under {
            question, attempt, ..
        } = under;
        let customer = &mut self.customers[attempt.account];
        customer.answered(question.answer_tokens, question.price_nano, self.now_ms);
        let balance_nano = customer.balance_nano;
        self.chooser.spent(attempt.account, balance_nano);
        self.outcome.answered += u64::from(under.counts);
        self.goes_on(question);
    }

    /// A conversation goes on, also after a refusal.
    fn goes_on(&mut self, question: &Question) {
        if let Some((pause_ms, next)) = self.traffic.follow_up(question) {
            self.after(pause_ms, Event::Asked(next));
        }
    }
}

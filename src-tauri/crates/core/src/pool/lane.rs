//! The accounts that may serve, in the order of the strategy.
//!
//! There is a lane for everything and one for each of a few models on which
//! accounts cool down, so that those are not stepped over by every pick. A lane
//! may still hold an account that cannot serve this very request (the search
//! asks again), but it never lacks one that can, unless that one is to come back
//! at a known time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::bands::{self, Occupied};
use super::line::{ABSENT, Frontier, Line, index_u32};

/// Lanes of models; each costs a step of every pick and return.
const MOST_MODELS: usize = 8;
/// Accounts that one pick takes back at most, lest one request pays for all.
const BACK_AT_ONCE: usize = 32;
/// The band of an account that may not serve at all.
const OUT: u16 = u16::MAX;

/// Where an account stands: the higher band first, in it the lower rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) band: u16,
    pub(super) rank: u64,
}

/// In which order a lane is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// From the highest band; bands near a tie count as one.
    Richest,
    /// From the lowest known band up: what costs nothing needs no balance.
    Poorest,
    /// From the highest band, each for itself.
    Plain,
}

/// All lanes.
#[derive(Default)]
pub(super) struct Lanes {
    ranks: Vec<u64>,
    bands: Vec<u16>,
    all: Lane,
    models: Vec<ModelLane>,
    frontier: Frontier,
}

/// One order of accounts.
#[derive(Default)]
struct Lane {
    lines: Vec<Line>,
    occupied: Occupied,
    places: Vec<u32>,
    /// The band in which an account stands here, if it does.
    standing_in: Vec<u16>,
}

/// The lane of a model, with those that are kept out of it for a time.
struct ModelLane {
    model: Box<str>,
    lane: Lane,
    /// Until when, by account; 0 when it is not kept out.
    until_ms: Vec<u64>,
    back: BinaryHeap<Reverse<(u64, u32)>>,
}

impl Lanes {
    /// Empty lanes for so many accounts.
    pub(super) fn reset(&mut self, accounts: usize) {
        self.ranks = vec![0; accounts];
        self.bands = vec![OUT; accounts];
        self.all = Lane::of(accounts);
        self.models.clear();
    }

    /// The models that have a lane.
    pub(super) fn models(&self) -> impl Iterator<Item = &str> {
        self.models.iter().map(|lane| &*lane.model)
    }

    pub(super) fn has(&self, model: &str) -> bool {
        self.models.iter().any(|lane| *lane.model == *model)
    }

    /// The account moves, or leaves all lanes.
    pub(super) fn set(&mut self, account: usize, standing: Option<Standing>) {
        let id = index_u32(account);
        if let Some(standing) = standing {
            self.ranks[account] = standing.rank;
        }
        let band = standing.map_or(OUT, |standing| standing.band);
        self.bands[account] = band;
        let entry = (self.ranks[account], id);
        self.all.put(entry, band);
        for lane in &mut self.models {
            if lane.until_ms[account] == 0 {
                lane.lane.put(entry, band);
            }
        }
    }

    /// Opens a lane for a model. When there are too many, one in which nobody
    /// is kept out goes; else the model stays with the lane for all. Says
    /// whether it was opened, so that the caller keeps out whom it must.
    pub(super) fn open(&mut self, model: &str) -> bool {
        if self.has(model) {
            return false;
        }
        if self.models.len() >= MOST_MODELS {
            let idle = self.models.iter().position(|lane| lane.back.is_empty());
            let Some(idle) = idle else { return false };
            self.models.swap_remove(idle);
        }
        let mut lane = Lane::of(self.ranks.len());
        for (account, band) in self.bands.iter().enumerate() {
            lane.put((self.ranks[account], index_u32(account)), *band);
        }
        self.models.push(ModelLane {
            model: model.into(),
            lane,
            until_ms: vec![0; self.ranks.len()],
            back: BinaryHeap::new(),
        });
        true
    }

    /// Keeps the account out of a model's lane until then; 0 lets it in now.
    pub(super) fn keep_out(&mut self, model: &str, account: usize, until_ms: u64) {
        let Some(lane) = self.models.iter_mut().find(|lane| *lane.model == *model) else {
            return;
        };
        if lane.until_ms[account] == until_ms {
            return;
        }
        lane.until_ms[account] = until_ms;
        let id = index_u32(account);
        let entry = (self.ranks[account], id);
        if until_ms == 0 {
            lane.lane.put(entry, self.bands[account]);
        } else {
            lane.lane.put(entry, OUT);
            lane.back.push(Reverse((until_ms, id)));
        }
    }

    /// Takes back those whose time is over, some at a time.
    pub(super) fn take_back(&mut self, model: &str, now_ms: u64) {
        let Some(lane) = lane_of(&mut self.models, model) else {
            return;
        };
        for _ in 0..BACK_AT_ONCE {
            let Some(&Reverse((until_ms, id))) = lane.back.peek() else {
                return;
            };
            if until_ms > now_ms {
                return;
            }
            lane.back.pop();
            let account = id as usize;
            // What was kept out anew has another entry.
            if lane.until_ms[account] == until_ms {
                lane.until_ms[account] = 0;
                let entry = (self.ranks[account], id);
                lane.lane.put(entry, self.bands[account]);
            }
        }
    }

    /// The first account in the model's lane that is accepted.
    pub(super) fn search(
        &mut self,
        model: &str,
        order: Order,
        accepts: impl FnMut(usize) -> bool,
    ) -> Option<usize> {
        let lane = match lane_of(&mut self.models, model) {
            Some(lane) => &lane.lane,
            None => &self.all,
        };
        lane.search(order, &mut self.frontier, accepts)
    }

    /// The same among all, whoever is kept out of the model's lane.
    pub(super) fn search_all(
        &mut self,
        order: Order,
        accepts: impl FnMut(usize) -> bool,
    ) -> Option<usize> {
        self.all.search(order, &mut self.frontier, accepts)
    }

    /// Whether no account may serve anything.
    pub(super) fn are_empty(&self) -> bool {
        self.all.occupied.from(0).is_none()
    }
}

/// The lane in which a model is looked for: its own, or that of the paid ones.
fn lane_of<'a>(lanes: &'a mut [ModelLane], model: &str) -> Option<&'a mut ModelLane> {
    let own = lanes.iter().position(|lane| *lane.model == *model);
    let index = own.or_else(|| {
        let is_paid = model.starts_with("Pro/");
        let paid = |lane: &ModelLane| is_paid && &*lane.model == super::cooling::PAID_MODELS;
        lanes.iter().position(paid)
    })?;
    lanes.get_mut(index)
}

impl Lane {
    fn of(accounts: usize) -> Self {
        Self {
            lines: Vec::new(),
            occupied: Occupied::default(),
            places: vec![ABSENT; accounts],
            standing_in: vec![OUT; accounts],
        }
    }

    /// Puts an account where it belongs; its rank may have changed.
    fn put(&mut self, entry: (u64, u32), band: u16) {
        let (_, id) = entry;
        let stands = self.standing_in[id as usize];
        if stands == band {
            if band != OUT {
                self.lines[usize::from(band)].change(entry, &mut self.places);
            }
            return;
        }
        if stands != OUT {
            let line = &mut self.lines[usize::from(stands)];
            line.remove(id, &mut self.places);
            self.occupied.set(stands, !line.is_empty());
        }
        self.standing_in[id as usize] = band;
        if band == OUT {
            return;
        }
        let wanted = usize::from(band) + 1;
        if self.lines.len() < wanted {
            self.lines.resize(wanted, Line::default());
        }
        self.lines[usize::from(band)].push(entry, &mut self.places);
        self.occupied.set(band, true);
    }

    fn search(
        &self,
        order: Order,
        frontier: &mut Frontier,
        mut accepts: impl FnMut(usize) -> bool,
    ) -> Option<usize> {
        let mut first_in = |band: u16| {
            self.lines[usize::from(band)].first_where(frontier, |id| accepts(id as usize))
        };
        let (_, id) = match order {
            Order::Poorest => self.poorest(&mut first_in),
            Order::Plain => self.downwards(|band| band, &mut first_in),
            Order::Richest => self.downwards(bands::near, &mut first_in),
        }?;
        Some(id as usize)
    }

    fn downwards(
        &self,
        near: impl Fn(u16) -> u16,
        first_in: &mut impl FnMut(u16) -> Option<(u64, u32)>,
    ) -> Option<(u64, u32)> {
        let mut top = self.occupied.below(OUT);
        while let Some(best) = top {
            let lowest = near(best);
            let mut winner = None;
            while let Some(band) = top.filter(|band| *band >= lowest) {
                winner = winner.into_iter().chain(first_in(band)).min();
                top = self.occupied.below(band);
            }
            if winner.is_some() {
                return winner;
            }
        }
        None
    }

    fn poorest(&self, first_in: &mut impl FnMut(u16) -> Option<(u64, u32)>) -> Option<(u64, u32)> {
        let mut next = self.occupied.from(bands::LAST);
        while let Some(band) = next {
            if let Some(first) = first_in(band) {
                return Some(first);
            }
            next = self.occupied.from(band + 1);
        }
        if self.occupied.from(bands::DOUBTFUL) == Some(bands::DOUBTFUL) {
            return first_in(bands::DOUBTFUL);
        }
        None
    }
}

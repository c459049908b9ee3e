//! Which account a conversation stays with (D7).
//!
//! A cache of fixed size: a session may stand in one of eight places, and a new
//! one takes the place that was used the longest time ago. So looking up and
//! noting cost the same however many there are, and no memory is ever asked for.

/// Sessions at most: [`SETS`] of [`WAYS`] each.
const SETS: usize = 12_500;
const WAYS: usize = 8;
/// A session that is not heard of for so long is over.
const LIFE_S: u64 = 3_600;

/// The sessions. Each is two words, so that the memory comes zeroed from the
/// system and costs nothing until it is used: the session, then the account in
/// the upper and the second of the last use in the lower half.
pub(super) struct Affinity {
    entries: Vec<[u64; 2]>,
    is_used: bool,
}

impl Default for Affinity {
    fn default() -> Self {
        Self {
            entries: vec![[0; 2]; SETS * WAYS],
            is_used: false,
        }
    }
}

impl Affinity {
    /// The account of a session that lives, and its life begins anew.
    pub(super) fn find(&mut self, session: u64, now_ms: u64) -> Option<usize> {
        let this_second = seconds(now_ms);
        let entry = self
            .set(session)
            .iter_mut()
            .find(|entry| entry[0] == named(session) && lives(entry[1], this_second))?;
        let account = entry[1] >> 32;
        entry[1] = packed(account, this_second);
        usize::try_from(account).ok()
    }

    /// From now on the session belongs to this account.
    pub(super) fn bind(&mut self, session: u64, account: usize, now_ms: u64) {
        self.is_used = true;
        let this_second = seconds(now_ms);
        let set = self.set(session);
        let own = set.iter().position(|entry| entry[0] == named(session));
        let oldest = || {
            (0..set.len()).min_by_key(|way| {
                let [session, value] = set[*way];
                (session != 0, value & u64::from(u32::MAX))
            })
        };
        if let Some(way) = own.or_else(oldest) {
            set[way] = [named(session), packed(account as u64, this_second)];
        }
    }

    /// The accounts have other numbers now; who has none takes its sessions along.
    pub(super) fn renumber(&mut self, number_of: impl Fn(usize) -> Option<usize>) {
        if !self.is_used {
            return;
        }
        for entry in self.entries.iter_mut().filter(|entry| entry[0] != 0) {
            let before = usize::try_from(entry[1] >> 32).ok();
            *entry = match before.and_then(&number_of) {
                Some(number) => [
                    entry[0],
                    packed(number as u64, entry[1] & u64::from(u32::MAX)),
                ],
                None => [0; 2],
            };
        }
    }

    /// Sessions that live.
    pub(super) fn len(&self, now_ms: u64) -> usize {
        let this_second = seconds(now_ms);
        let alive = |entry: &&[u64; 2]| entry[0] != 0 && lives(entry[1], this_second);
        self.entries.iter().filter(alive).count()
    }

    fn set(&mut self, session: u64) -> &mut [[u64; 2]] {
        // The halves are mixed, since nobody promises that the low bits differ.
        let mixed = session ^ (session >> 32);
        let set = usize::try_from(mixed % SETS as u64).unwrap_or(0);
        &mut self.entries[set * WAYS..(set + 1) * WAYS]
    }
}

/// Zero stands for a free place.
fn named(session: u64) -> u64 {
    session.max(1)
}

fn packed(account: u64, second: u64) -> u64 {
    account << 32 | second
}

fn lives(value: u64, this_second: u64) -> bool {
    this_second.saturating_sub(value & u64::from(u32::MAX)) < LIFE_S
}

fn seconds(now_ms: u64) -> u64 {
    (now_ms / 1_000).min(u64::from(u32::MAX))
}

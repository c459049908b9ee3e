//! Figures that are counted by hand: memory, the slowest of a hundred, and how
//! long an edit of many keys keeps a request waiting.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use flowkeep_core::model::{Class, Strategy, Verdict};
use flowkeep_core::pool::{AccountSeed, Member};

use crate::crowd::{Crowd, KEYS, MODEL};

const ROUNDS: usize = 200_000;
const THREADS: usize = 64;

/// Prints all of them as a table.
#[expect(clippy::print_stdout, reason = "a benchmark tells on the terminal")]
pub(crate) fn print() {
    println!("| pick of one in {KEYS} keys | p50 | p99 | allocations a pick |");
    println!("|---|---:|---:|---:|");
    for strategy in Strategy::ALL {
        let crowd = Crowd::of(strategy, KEYS);
        println!("| {strategy} {}", row(&crowd, Crowd::pick));
    }
    let crowd = Crowd::of(Strategy::HighestBalance, KEYS).with_half_cooling();
    println!(
        "| highest-balance, half cools down {}",
        row(&crowd, Crowd::pick)
    );
    let crowd = Crowd::of(Strategy::HighestBalance, KEYS);
    println!(
        "| a conversation that stays {}",
        row(&crowd, |crowd| crowd.talk(7))
    );
    let [p50, p99] = crowded();
    println!("| highest-balance, {THREADS} threads at once | {p50:?} | {p99:?} | |");
    println!();
    println!("| edit of 30000 keys | takes | longest pick meanwhile |");
    println!("|---|---:|---:|");
    for (edit, [took, longest]) in edits() {
        println!("| {edit} | {took:?} | {longest:?} |");
    }
    println!();
}

fn row<T>(crowd: &Crowd, pick: impl Fn(&Crowd) -> T) -> String {
    // An answer for each, so that what is remembered of an account is there.
    let success = Verdict::plain(Class::Success);
    for _ in 0..2 * KEYS {
        let lease = crowd.pick();
        let _settled = crowd
            .pool
            .settle(crowd.now(), &lease, Some(MODEL), &success);
    }
    let counted = allocation_counter::measure(|| {
        for _ in 0..1_000 {
            drop(pick(crowd));
        }
    });
    let [p50, p99] = percentiles(times(crowd, &pick));
    let each = counted.count_total / 1_000;
    format!("| {p50:?} | {p99:?} | {each} |")
}

/// How long each pick took, the return of the key not counted.
fn times<T>(crowd: &Crowd, pick: &impl Fn(&Crowd) -> T) -> Vec<Duration> {
    (0..ROUNDS)
        .map(|_| {
            let begun = Instant::now();
            let lease = pick(crowd);
            let took = begun.elapsed();
            drop(lease);
            took
        })
        .collect()
}

fn crowded() -> [Duration; 2] {
    let crowd = Crowd::of(Strategy::HighestBalance, KEYS);
    let all_there = Barrier::new(THREADS);
    let mut took = Vec::with_capacity(ROUNDS);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|_| {
                scope.spawn(|| {
                    all_there.wait();
                    let mut took = times(&crowd, &Crowd::pick);
                    took.truncate(ROUNDS / THREADS);
                    took
                })
            })
            .collect();
        for thread in threads {
            took.extend(thread.join().expect("a thread that measures"));
        }
    });
    percentiles(took)
}

fn percentiles(mut took: Vec<Duration>) -> [Duration; 2] {
    took.sort_unstable();
    [took[took.len() / 2], took[took.len() * 99 / 100]]
}

/// Taking up 30000 keys into a pool that has them, and letting go of all but
/// one: how long it takes, and how long a request may have to wait for it.
fn edits() -> [(&'static str, [Duration; 2]); 2] {
    let crowd = Crowd::of(Strategy::HighestBalance, 30_000);
    let (members, seeds) = crowd.rows();
    let one = members[..1].to_vec();
    [
        ("taken up again", edit(&crowd, members, seeds)),
        ("all but one removed", edit(&crowd, one, Vec::new())),
    ]
}

fn edit(crowd: &Crowd, members: Vec<Member>, seeds: Vec<AccountSeed>) -> [Duration; 2] {
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let picker = scope.spawn(|| {
            let mut longest = Duration::ZERO;
            while !is_over.load(Ordering::Relaxed) {
                let begun = Instant::now();
                drop(crowd.pick());
                longest = longest.max(begun.elapsed());
            }
            longest
        });
        let begun = Instant::now();
        crowd.pool.load(members, seeds, crowd.now());
        let took = begun.elapsed();
        is_over.store(true, Ordering::Relaxed);
        [took, picker.join().expect("a thread that measures")]
    })
}

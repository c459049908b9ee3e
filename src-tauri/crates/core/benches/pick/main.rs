//! What choosing a key costs with ten thousand of them (performance.md §3.4).
//!
//! First what Criterion does not tell: the memory that a pick asks for, and the
//! slowest of a hundred, alone and with 64 threads at once. `--quick` and
//! filters are Criterion's.

mod crowd;
mod figures;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion};
use flowkeep_core::model::{Class, RateWindow, Strategy, Verdict};

use crowd::{Crowd, KEYS, MODEL};

fn main() {
    figures::print();
    let mut criterion = Criterion::default().configure_from_args();
    strategies(&mut criterion);
    situations(&mut criterion);
    updates(&mut criterion);
    criterion.final_summary();
}

/// Pick and return, under each strategy.
fn strategies(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("pick-and-return");
    for strategy in Strategy::ALL {
        let crowd = Crowd::of(strategy, KEYS);
        group.bench_function(BenchmarkId::new(strategy.as_str(), KEYS), |bencher| {
            bencher.iter(|| black_box(crowd.pick()));
        });
    }
    group.finish();
}

/// The same when not all is well.
fn situations(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("situation");
    let half = Crowd::of(Strategy::HighestBalance, KEYS).with_half_cooling();
    group.bench_function("half-cools-on-the-model", |bencher| {
        bencher.iter(|| black_box(half.pick()));
    });
    let busy = Crowd::of(Strategy::HighestBalance, KEYS);
    let held: Vec<_> = (0..KEYS).map(|_| busy.pick()).collect();
    group.bench_function("ten-thousand-requests-under-way", |bencher| {
        bencher.iter(|| black_box(busy.pick()));
    });
    drop(held);
    let talking = Crowd::of(Strategy::HighestBalance, KEYS);
    let mut session = 0_u64;
    group.bench_function("new-conversations", |bencher| {
        bencher.iter(|| {
            session = session.wrapping_add(0x9E37_79B9_7F4A_7C15);
            black_box(talking.talk(session))
        });
    });
    group.bench_function("a-conversation-that-stays", |bencher| {
        bencher.iter(|| black_box(talking.talk(7)));
    });
    group.finish();
}

/// What changes where an account stands.
fn updates(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("update");
    let crowd = Crowd::of(Strategy::HighestBalance, KEYS);
    let mut turn = 0_usize;
    group.bench_function("balance", |bencher| {
        bencher.iter(|| {
            turn = (turn + 7_919) % KEYS;
            crowd.set_balance(turn, turn % 90);
        });
    });
    let success = Verdict::plain(Class::Success);
    group.bench_function("pick-and-settle-a-success", |bencher| {
        bencher.iter(|| {
            let lease = crowd.pick();
            black_box(
                crowd
                    .pool
                    .settle(crowd.now(), &lease, Some(MODEL), &success),
            )
        });
    });
    let limited = Verdict::plain(Class::RateLimited {
        window: RateWindow::Minute,
        retry_after: None,
    });
    group.bench_function("pick-and-settle-a-429", |bencher| {
        bencher.iter(|| {
            crowd.wait_ms(20);
            let lease = crowd.pick();
            black_box(
                crowd
                    .pool
                    .settle(crowd.now(), &lease, Some(MODEL), &limited),
            )
        });
    });
    group.finish();
}

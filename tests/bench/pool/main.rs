//! `npm run bench:pool`: how well the pool chooses accounts under load.
//!
//! Everything happens in simulated time and in this process: the engine's own
//! pool on one side, the simulator's own windows (requests and tokens of the
//! last sixty seconds, per account) on the other. Ten accounts with unequal
//! limits and balances get nine tenths of what all of them together would take.
//! The pool is not told the limits. Prints a Markdown table and fails when the
//! pool misses its targets. An argument is the seed of the traffic.
//! At the end: how long it takes to bring in and remove thousands of keys.

mod choosers;
mod customers;
mod edits;
mod rush;
mod traffic;

use std::process::ExitCode;

use flowkeep_core::pool::Strategy;

use choosers::{Chooser, HighestBalanceOnly, Pooled, TurnByTurn};
use rush::{Outcome, Rush};

/// The traffic, when none other is asked for.
const SEED: u64 = 0x5EED;
/// Seconds that are measured.
const MEASURED_S: u64 = 60;
/// Least goodput, most refusals that clients see, most attempts in vain.
const TARGETS: [f64; 3] = [0.99, 0.001, 0.02];

/// What is compared.
struct Entry {
    name: &'static str,
    has_targets: bool,
    chooser: fn() -> Box<dyn Chooser>,
}

const ENTRIES: [Entry; 7] = [
    Entry {
        name: "**Flowkeep, highest-balance (default)**",
        has_targets: true,
        chooser: || Box::new(Pooled::new(Strategy::HighestBalance)),
    },
    Entry {
        name: "Flowkeep, round-robin",
        has_targets: true,
        chooser: || Box::new(Pooled::new(Strategy::RoundRobin)),
    },
    Entry {
        name: "Flowkeep, fill-first",
        has_targets: true,
        chooser: || Box::new(Pooled::new(Strategy::FillFirst)),
    },
    Entry {
        name: "Flowkeep, weighted",
        has_targets: true,
        chooser: || Box::new(Pooled::new(Strategy::Weighted)),
    },
    Entry {
        name: "Flowkeep, least-used",
        has_targets: true,
        chooser: || Box::new(Pooled::new(Strategy::LeastUsed)),
    },
    Entry {
        name: "highest balance only",
        has_targets: false,
        chooser: || Box::new(HighestBalanceOnly::default()),
    },
    Entry {
        name: "round robin only",
        has_targets: false,
        chooser: || Box::new(TurnByTurn::default()),
    },
];

/// A way to load the accounts.
struct Scene {
    name: &'static str,
    warm_up_s: u64,
    conversations: bool,
    /// Whether the targets are promised here.
    is_promised: bool,
}

const SCENES: [Scene; 4] = [
    Scene {
        name: "from empty windows",
        warm_up_s: 0,
        conversations: false,
        is_promised: true,
    },
    Scene {
        name: "after two minutes of the same",
        warm_up_s: 120,
        conversations: false,
        is_promised: true,
    },
    Scene {
        name: "after twenty minutes of the same",
        warm_up_s: 1_200,
        conversations: false,
        is_promised: true,
    },
    Scene {
        name: "after ten minutes, all of it conversations of ten turns",
        warm_up_s: 600,
        conversations: true,
        is_promised: false,
    },
];

#[expect(clippy::print_stdout, reason = "a benchmark tells on the terminal")]
fn main() -> ExitCode {
    let seed = std::env::args().nth(1).and_then(|text| text.parse().ok());
    let mut missed = 0;
    for scene in &SCENES {
        println!("\n{MEASURED_S} s, {}:\n", scene.name);
        println!("| | offered | goodput | 429 at the client | attempts in vain |");
        println!("|---|---:|---:|---:|---:|");
        for entry in &ENTRIES {
            let rush = Rush::new(seed.unwrap_or(SEED), (entry.chooser)(), scene.conversations);
            let outcome = rush.run(scene.warm_up_s, MEASURED_S);
            println!("| {} {}", entry.name, row(&outcome));
            if scene.is_promised && entry.has_targets && !is_met(&outcome) {
                missed += 1;
            }
        }
    }
    let [goodput, refused, wasted] = TARGETS.map(|part| part * 100.0);
    println!(
        "\ntargets: goodput >= {goodput} %, 429 at the client <= {refused} %, attempts in vain \
         <= {wasted} %"
    );
    match edits::print() {
        Ok(true) => {}
        Ok(false) => missed += 1,
        Err(error) => {
            println!("keys cannot be edited: {error}");
            return ExitCode::FAILURE;
        }
    }
    if missed > 0 {
        println!("missed in {missed} rows");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn row(outcome: &Outcome) -> String {
    let [goodput, refused, wasted] = outcome.parts().map(|part| part * 100.0);
    let offered = outcome.offered;
    format!("| {offered} | {goodput:.2} % | {refused:.2} % | {wasted:.2} % |")
}

fn is_met(outcome: &Outcome) -> bool {
    let [goodput, refused, wasted] = outcome.parts();
    let [least, most_refused, most_wasted] = TARGETS;
    goodput >= least && refused <= most_refused && wasted <= most_wasted
}

//! Measuring, and the table of what was measured.

use std::time::{Duration, Instant};

/// Times that a question is asked.
const ROUNDS: usize = 21;

/// A measured value and its bound.
struct Line {
    name: String,
    value: String,
    bound: String,
    is_met: bool,
}

/// What was measured.
#[derive(Default)]
pub(crate) struct Report {
    lines: Vec<Line>,
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

impl Report {
    /// A value that may be at most `most`, or must be at least `least`.
    #[expect(clippy::print_stderr, reason = "a benchmark tells on the terminal")]
    pub(crate) fn add(&mut self, name: &str, value: String, bound: &str, is_met: bool) {
        eprintln!("{name}: {value}");
        self.lines.push(Line {
            name: name.to_owned(),
            value,
            bound: bound.to_owned(),
            is_met,
        });
    }

    /// Asks again and again; half of the answers take at most the median, and
    /// none longer than the last figure. The first, with cold caches, counts.
    pub(crate) fn ask(&mut self, name: &str, most_ms: f64, mut ask: impl FnMut()) {
        let mut times: Vec<Duration> = (0..ROUNDS)
            .map(|_| {
                let start = Instant::now();
                ask();
                start.elapsed()
            })
            .collect();
        let first = milliseconds(times[0]);
        times.sort_unstable();
        let median = milliseconds(times[ROUNDS / 2]);
        let slowest = milliseconds(times[ROUNDS - 1]);
        self.add(
            name,
            format!("{median:.2} ms (first {first:.2}, slowest {slowest:.2})"),
            &format!("≤ {most_ms} ms"),
            median <= most_ms,
        );
    }

    /// Prints the table; true when every bound is met.
    pub(crate) fn print(&self) -> bool {
        say("| measured | value | bound | |\n|---|---|---|---|");
        for line in &self.lines {
            let met = if line.is_met { "met" } else { "**missed**" };
            say(&format!(
                "| {} | {} | {} | {met} |",
                line.name, line.value, line.bound
            ));
        }
        self.lines.iter().all(|line| line.is_met)
    }
}

/// A line of the answer, to standard output.
fn say(line: &str) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").expect("standard output is open");
}

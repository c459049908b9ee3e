//! How much memory a process has, as the kernel tells it.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How often it is looked at where the kernel's own peak cannot be reset.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// Watches from its start until [`Watch::growth`].
pub(crate) struct Watch {
    pid: u32,
    /// KiB at the start.
    before: u64,
    /// The kernel's peak begins with this watch.
    exact: bool,
    /// KiB at most, of those that were looked at.
    most: Arc<AtomicU64>,
    over: Arc<AtomicBool>,
    looking: Option<JoinHandle<()>>,
}

impl Watch {
    /// Begins now.
    pub(crate) fn start(pid: u32) -> Self {
        // 5 resets the peak (proc(5)); it is refused where the process is not ours.
        let exact = fs::write(format!("/proc/{pid}/clear_refs"), "5").is_ok();
        let before = kibibytes(pid, "VmRSS:");
        let most = Arc::new(AtomicU64::new(before));
        let over = Arc::new(AtomicBool::new(false));
        let looking = thread::spawn({
            let (most, over) = (Arc::clone(&most), Arc::clone(&over));
            move || {
                while !over.load(Ordering::Relaxed) {
                    most.fetch_max(kibibytes(pid, "VmRSS:"), Ordering::Relaxed);
                    thread::sleep(LOOK_AGAIN);
                }
            }
        });
        Self {
            pid,
            before,
            exact,
            most,
            over,
            looking: Some(looking),
        }
    }

    /// KiB that the process had more at its peak than at the start.
    pub(crate) fn growth(&self) -> u64 {
        let seen = self.most.load(Ordering::Relaxed);
        let peak = if self.exact {
            seen.max(kibibytes(self.pid, "VmHWM:"))
        } else {
            seen
        };
        peak.saturating_sub(self.before)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(looking) = self.looking.take() {
            // It only reads a file; one that failed has shown why.
            drop(looking.join());
        }
    }
}

fn kibibytes(pid: u32, field: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let words = line.expect("the kernel tells it").split_whitespace();
    let number = words.into_iter().next().and_then(|word| word.parse().ok());
    number.expect("a number of KiB")
}

//! A small disk for one data folder, that can be filled and closed. Needs root,
//! to mount it.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

const BALLAST: &str = "ballast";
/// Small, so that the last hole is filled as well, in bytes.
const PIECE: usize = 4_096;

/// A file system in memory, until dropped.
pub(crate) struct Disk {
    at: PathBuf,
}

impl Disk {
    /// Mounts it over an empty folder.
    pub(crate) fn mount(folder: &Path, mebibytes: u32) -> Self {
        let options = format!("size={mebibytes}m,mode=700");
        let words = ["-t", "tmpfs", "-o", &options, "flowkeep-test"];
        must("mount", &words, folder);
        Self {
            at: folder.to_owned(),
        }
    }

    /// Leaves no room on it; again, when a program has made some.
    pub(crate) fn fill(&self) {
        let mut options = OpenOptions::new();
        let ballast = options.create(true).append(true);
        let mut ballast = ballast.open(self.at.join(BALLAST)).expect("a file");
        let piece = [0xA5; PIECE];
        while ballast.write_all(&piece).is_ok() {}
    }

    /// Gives the room back.
    pub(crate) fn free(&self) {
        std::fs::remove_file(self.at.join(BALLAST)).expect("it is full");
    }

    /// Allows no more writing; nobody may have a file open for that.
    pub(crate) fn close_to_writers(&self) {
        must("mount", &["-o", "remount,ro"], &self.at);
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: what a killed program still holds goes with it.
        must("umount", &["--lazy"], &self.at);
    }
}

fn must(program: &str, words: &[&str], folder: &Path) {
    let output = Command::new(program).args(words).arg(folder).output();
    let output = output.expect("mount (util-linux) is installed");
    assert!(
        output.status.success(),
        "{program} {words:?} (this test must run as root): {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

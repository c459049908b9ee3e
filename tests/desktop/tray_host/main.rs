//! A desktop panel for the window tests: shows tray icons, and closes windows as
//! a window manager does.
//!
//! Reads one command per line and answers each with one line of JSON. It is an
//! example of the tests crate and no part of the product.

#[cfg(target_os = "linux")]
mod menu;
#[cfg(target_os = "linux")]
mod panel;
#[cfg(target_os = "linux")]
mod watcher;
#[cfg(target_os = "linux")]
mod windows;

#[cfg(target_os = "linux")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    panel::run()
}

#[cfg(not(target_os = "linux"))]
fn main() {}

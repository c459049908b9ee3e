//! Text for the clipboard, from the tray: no page is involved.

use std::sync::{Mutex, PoisonError};

/// On X11 the text lives only as long as the program that copied it, so the
/// connection is kept.
#[derive(Default)]
pub(crate) struct Clipboard(Mutex<Option<arboard::Clipboard>>);

impl Clipboard {
    /// Copies `text`.
    ///
    /// # Errors
    /// When the desktop has no clipboard for us.
    pub(crate) fn copy(&self, text: &str) -> Result<(), arboard::Error> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let clipboard = match kept.as_mut() {
            Some(clipboard) => clipboard,
            None => kept.insert(arboard::Clipboard::new()?),
        };
        let copied = clipboard.set_text(text);
        if copied.is_err() {
            // The next try connects anew.
            *kept = None;
        }
        copied
    }
}

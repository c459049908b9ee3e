//! Asking before something is done that cannot be taken back.

use std::io::{self, BufRead as _, IsTerminal as _};

use crate::failure::Failure;
use crate::output;

/// Tells what will happen and asks on the terminal. Without one nobody can
/// answer, and the advice says what a script has to say instead.
///
/// # Errors
/// When there is no terminal, or it cannot be read.
pub(crate) fn given(warning: &str, advice: &str) -> Result<bool, Failure> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Failure::Usage(format!("{warning}; {advice}")));
    }
    output::note(&format!("{warning}. Type yes to go on:"));
    let mut answer = String::new();
    io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(|error| Failure::Failed(format!("read the answer: {error}")))?;
    Ok(answer.trim().eq_ignore_ascii_case("yes"))
}

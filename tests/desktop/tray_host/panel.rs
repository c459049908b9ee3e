//! The commands: `show`, `menu`, `click TEXT`, `windows`, `close`, `clipboard`.

use std::error::Error;
use std::io::{BufRead as _, Write as _};

use serde_json::{Value, json};
use zbus::blocking::Connection;

use crate::menu::Menu;
use crate::watcher::Watcher;
use crate::windows::Windows;

type Answer = Result<Value, Box<dyn Error>>;

/// Answers until the input ends.
pub(crate) fn run() -> Result<(), Box<dyn Error>> {
    let bus = Connection::session()?;
    let windows = Windows::connect()?;
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
        let answer = answer(&bus, &windows, word, rest);
        let answer = answer.unwrap_or_else(|error| json!({ "error": error.to_string() }));
        writeln!(output, "{answer}")?;
        output.flush()?;
    }
    Ok(())
}

fn answer(bus: &Connection, windows: &Windows, word: &str, rest: &str) -> Answer {
    match word {
        "show" => {
            Watcher::take_the_name(bus)?;
            Ok(json!({}))
        }
        "menu" => {
            let menu = Menu::of_the_only_icon(bus)?;
            Ok(json!({ "icon": menu.icon, "entries": menu.entries }))
        }
        "click" => {
            Menu::of_the_only_icon(bus)?.click(rest)?;
            Ok(json!({}))
        }
        "windows" => Ok(json!({ "titles": windows.titles()? })),
        "close" => Ok(json!({ "closed": windows.close_all()? })),
        "clipboard" => Ok(json!({ "text": arboard::Clipboard::new()?.get_text()? })),
        other => Err(format!("unknown command {other:?}").into()),
    }
}

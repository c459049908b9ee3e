//! `--capture`: for how long the bodies of a token's requests are kept (D17).

use flowkeep_contract::{ClientView, Empty};
use flowkeep_core::app::App;
use jiff::{Timestamp, tz::TimeZone};

use crate::failure::Failure;
use crate::output;

/// A week, in minutes.
const MOST: u32 = 7 * 24 * 60;

/// Minutes of a text as `30m`, `2h` or `1d`; 0 for `off`.
///
/// # Errors
/// For anything else, and for more than a week.
pub(super) fn minutes(text: &str) -> Result<u32, Failure> {
    let text = text.trim().to_ascii_lowercase();
    if text == "off" {
        return Ok(0);
    }
    let units = [('m', 1), ('h', 60), ('d', 24 * 60)];
    let minutes = units.into_iter().find_map(|(unit, each)| {
        let count: u32 = text.strip_suffix(unit)?.parse().ok()?;
        count.checked_mul(each)
    });
    match minutes {
        Some(minutes) if (1..=MOST).contains(&minutes) => Ok(minutes),
        Some(_) | None => Err(Failure::Usage(
            "--capture: give a time of at most a week, as 30m, 2h or 1d, or off".to_owned(),
        )),
    }
}

/// `bodies kept until 2026-08-22 20:00`, while they are.
pub(super) fn told(client: &ClientView, zone: &TimeZone) -> Option<String> {
    let until = Timestamp::from_millisecond(client.capture_until_ms?).ok()?;
    let until = until.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M");
    Some(format!("bodies kept until {until}"))
}

/// Says on stderr what it means that bodies are kept now.
pub(super) async fn warn(app: &App, client: &ClientView) {
    let Some(told) = told(client, &TimeZone::system()) else {
        return;
    };
    let settings = app.get_settings(Empty {}).await;
    let each = settings.map_or_else(
        |_| String::new(),
        |settings| format!(", each for {} h", settings.capture_hours),
    );
    output::note(&format!(
        "{}: {told}. What it asks and is answered is written to the disk as plain text{each}; \
         `flowkeep token set {} --capture off` ends it, `flowkeep logs clear-bodies` removes it.",
        output::plain(&client.name),
        client.id,
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_minutes() {
        for (text, expected) in [
            ("30m", 30),
            ("2h", 120),
            ("1d", 1_440),
            ("7D", MOST),
            (" off ", 0),
        ] {
            assert_eq!(minutes(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused_with_the_flag() {
        for text in ["", "2", "0m", "8d", "h", "-1h", "1.5h", "4294967295d", "on"] {
            let failure = minutes(text).unwrap_err();
            assert!(failure.to_string().starts_with("--capture: "), "{text}");
        }
    }
}

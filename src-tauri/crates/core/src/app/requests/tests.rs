use super::*;

fn ms(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_millisecond()
}

#[test]
fn a_day_starts_at_local_midnight() {
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let day = LocalDay::at(ms("2026-11-22T17:30:00Z"), zone);
    assert_eq!(day.start_ms, ms("2026-11-22T16:00:00Z"));
    assert_eq!(day.end_ms, ms("2026-11-23T16:00:00Z"));
    assert_eq!(day.hour_of(ms("2026-11-22T17:00:00Z")), Some(1));
}

#[test]
fn a_day_on_which_the_clocks_change_has_another_length() {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let day = LocalDay::at(ms("2026-10-25T12:00:00Z"), zone);
    assert_eq!(day.end_ms - day.start_ms, 25 * HOUR_MS);
}

#[test]
fn midnight_off_the_hour_belongs_to_the_new_day() {
    let zone = TimeZone::get("Asia/Kolkata").unwrap();
    let day = LocalDay::at(ms("2026-11-22T20:00:00Z"), zone);
    assert_eq!(day.start_ms, ms("2026-11-22T18:30:00Z"));
    assert_eq!(day.hour_of(ms("2026-11-22T18:00:00Z")), Some(0));
}

use super::*;

#[test]
fn the_windows_hear_of_it_five_times_a_second() {
    let begun = Instant::now();
    let mut told = Told::default();
    let due = (0..1_000).filter(|ms| told.is_due(begun + Duration::from_millis(*ms)));
    let due: Vec<u64> = due.collect();
    assert_eq!(due, [0, 200, 400, 600, 800]);
}

#[test]
fn there_is_one_turn_and_it_is_given_back() {
    let taken = AtomicBool::new(false);
    let turn = Turn::take(&taken).map_err(|error| error.message);
    assert!(turn.is_ok());
    let second = Turn::take(&taken).map(|_| ()).unwrap_err();
    assert!(second.message.contains("already"), "{}", second.message);
    drop(turn);
    assert!(Turn::take(&taken).is_ok());
}

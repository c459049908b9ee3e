use super::*;

#[test]
fn repeats_are_at_most_a_fifth_of_the_requests_but_three_are_always_allowed() {
    let gauge = Gauge::default();
    let first: Vec<_> = (0..3).map(|_| gauge.retry().unwrap()).collect();
    assert!(gauge.retry().is_none());
    let running: Vec<_> = (0..20).map(|_| gauge.enter()).collect();
    assert!(gauge.retry().is_some());
    drop(running);
    assert!(gauge.retry().is_none());
    drop(first);
    assert!(gauge.retry().is_some());
    assert_eq!(gauge.in_flight(), 0);
}

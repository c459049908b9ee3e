use super::*;
use crate::model::Nano;

fn client() -> Client {
    Client {
        id: "editor".into(),
        name: "editor".into(),
        hash: super::super::token_hash("fk-one"),
        limits: crate::model::ClientLimits::default(),
        capture_until_ms: None,
        standing: Arc::default(),
    }
}

fn yuan(nano: i64) -> Money {
    Money::new(Nano::new(nano), Currency::Cny)
}

/// The rule of [`super::super::budget`], for one budget.
fn admit(client: &Client, likely: i64, limit: i64) -> Result<Reservation, ()> {
    client.reserve(yuan(likely), |reserved| {
        if reserved.cny_nano >= limit {
            return Err(());
        }
        Ok(())
    })
}

#[test]
fn the_first_is_let_through_whatever_it_costs() {
    let client = client();
    let first = admit(&client, 100, 10);
    assert!(first.is_ok());
    assert!(admit(&client, 1, 10).is_err());
    drop(first);
    assert!(admit(&client, 1, 10).is_ok());
}

#[test]
fn what_is_held_back_is_given_back_however_it_ends() {
    let client = client();
    let held: Vec<_> = (0..4).filter_map(|_| admit(&client, 5, 20).ok()).collect();
    assert_eq!(held.len(), 4);
    assert!(admit(&client, 5, 20).is_err());
    assert_eq!(locked(&client.standing.reserved).cny_nano, 20);
    let shared = Arc::new(held);
    let elsewhere = Arc::clone(&shared);
    drop(shared);
    assert_eq!(locked(&client.standing.reserved).cny_nano, 20);
    drop(elsewhere);
    assert_eq!(*locked(&client.standing.reserved), Amounts::default());
}

/// Fifty threads at once, a budget of two requests: no more than two.
#[test]
fn it_is_one_step_to_look_and_to_take() {
    let client = client();
    let held = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..50)
            .map(|_| scope.spawn(|| admit(&client, 5, 10).ok()))
            .collect();
        let done = threads.into_iter().filter_map(|one| one.join().unwrap());
        done.collect::<Vec<_>>()
    });
    assert_eq!(held.len(), 2);
}

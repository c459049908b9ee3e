use std::path::PathBuf;

use flowkeep_core::vault::VaultChoice;

use super::super::options::ServeOptions;
use super::{Greeting, token_command};

#[test]
fn an_address_is_shown_as_it_was_bound_and_opened_as_it_can_be() {
    let shown = |ip: &str| {
        let greeting = Greeting::new(ip.parse().unwrap(), 7898);
        (greeting.address(), greeting.local_address())
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(
        shown("127.0.0.1"),
        pair("http://127.0.0.1:7898", "http://127.0.0.1:7898")
    );
    assert_eq!(
        shown("0.0.0.0"),
        pair("http://0.0.0.0:7898", "http://127.0.0.1:7898")
    );
    assert_eq!(shown("::1"), pair("http://[::1]:7898", "http://[::1]:7898"));
}

#[test]
fn the_token_command_looks_at_the_same_place() {
    let mut options = ServeOptions::default();
    assert_eq!(token_command(&options), "flowkeep token");
    options.place.data_dir = Some(PathBuf::from("/srv/my keys"));
    options.place.vault = VaultChoice::File;
    assert_eq!(
        token_command(&options),
        "flowkeep token --data-dir '/srv/my keys' --vault file"
    );
}

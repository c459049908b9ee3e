use std::path::Path;

use flowkeep_core::settings::{BindHost, Port, Strategy, UpstreamUrl};
use flowkeep_core::vault::VaultChoice;
use secrecy::ExposeSecret as _;

use super::ServeOptions;
use crate::args::{PlaceArgs, ServeArgs};
use crate::failure::Failure;
use crate::variables::Variables;

const TOKEN_16: &str = "0123456789abcdef";
const TOKEN_32: &str = "0123456789abcdef0123456789abcdef";

fn resolve(args: &ServeArgs, variables: &[(&str, &str)]) -> Result<ServeOptions, Failure> {
    ServeOptions::resolve(args, &variables.iter().copied().collect())
}

fn from_variables(variables: &[(&str, &str)]) -> ServeOptions {
    resolve(&ServeArgs::default(), variables).unwrap()
}

fn refusal(args: &ServeArgs, variables: &[(&str, &str)]) -> String {
    match resolve(args, variables) {
        Err(Failure::Usage(text)) => text,
        Err(other) => panic!("not a usage error: {other}"),
        Ok(_) => panic!("was accepted"),
    }
}

fn on_host(host: &str) -> ServeArgs {
    ServeArgs {
        host: Some(host.to_owned()),
        ..ServeArgs::default()
    }
}

#[test]
fn without_flags_and_variables_nothing_is_overridden() {
    let options = ServeOptions::resolve(&ServeArgs::default(), &Variables::default()).unwrap();
    assert_eq!(
        options.overrides,
        flowkeep_core::settings::Overrides::default()
    );
    assert_eq!(options.admin_username, "admin");
    assert!(options.admin_password.is_none() && options.client_token.is_none());
    assert!(!options.no_log);
    assert_eq!(options.place.vault, VaultChoice::Auto);
}

#[test]
fn every_variable_is_read() {
    let options = from_variables(&[
        ("FLOWKEEP_HOST", "127.0.0.1"),
        ("FLOWKEEP_PORT", "7000"),
        ("FLOWKEEP_DATA_DIR", "/data"),
        ("FLOWKEEP_UPSTREAM", "http://127.0.0.1:9/v1"),
        ("FLOWKEEP_VAULT", "file"),
        ("FLOWKEEP_NO_TOKEN", "1"),
        ("FLOWKEEP_NO_LOG", "1"),
        ("FLOWKEEP_API_KEY", TOKEN_16),
        ("FLOWKEEP_ADMIN_USERNAME", "root"),
        ("FLOWKEEP_ADMIN_PASSWORD", "secret"),
        ("FLOWKEEP_REFRESH_INTERVAL", "0"),
        ("FLOWKEEP_POOL_STRATEGY", "least-used"),
        ("FLOWKEEP_KEYS", "sk-a,sk-b"),
    ]);
    let overrides = &options.overrides;
    assert_eq!(overrides.port.map(Port::get), Some(7000));
    assert!(overrides.host.is_some_and(BindHost::is_loopback));
    assert_eq!(
        overrides.upstream.as_ref().map(UpstreamUrl::as_str),
        Some("http://127.0.0.1:9/v1")
    );
    assert_eq!(overrides.require_token, Some(false));
    assert_eq!(overrides.refresh_interval_s, Some(0));
    assert_eq!(overrides.strategy, Some(Strategy::LeastUsed));
    assert_eq!(options.place.data_dir.as_deref(), Some(Path::new("/data")));
    assert_eq!(options.place.vault, VaultChoice::File);
    assert!(options.no_log);
    assert_eq!(options.admin_username, "root");
    assert_eq!(options.admin_password.unwrap().expose_secret(), "secret");
    assert_eq!(options.client_token.unwrap().expose_secret(), TOKEN_16);
    assert_eq!(options.keys.unwrap().expose_secret(), "sk-a,sk-b");
}

#[test]
fn a_flag_goes_before_its_variable() {
    let args = ServeArgs {
        host: Some("[::1]".to_owned()),
        port: Some(0),
        no_token: true,
        no_log: true,
        place: PlaceArgs {
            data_dir: Some("/flag".into()),
            vault: Some(VaultChoice::Memory),
            upstream: Some("https://flag.example/v1".to_owned()),
        },
    };
    let options = resolve(
        &args,
        &[
            ("FLOWKEEP_HOST", "0.0.0.0"),
            ("FLOWKEEP_PORT", "7000"),
            ("FLOWKEEP_DATA_DIR", "/variable"),
            ("FLOWKEEP_VAULT", "file"),
            ("FLOWKEEP_UPSTREAM", "https://variable.example/v1"),
            ("FLOWKEEP_NO_TOKEN", "0"),
            ("FLOWKEEP_NO_LOG", "0"),
        ],
    )
    .unwrap();
    assert_eq!(options.overrides.port.map(Port::get), Some(0));
    assert_eq!(options.overrides.host.unwrap().to_string(), "::1");
    assert_eq!(options.overrides.require_token, Some(false));
    assert_eq!(options.place.data_dir.as_deref(), Some(Path::new("/flag")));
    assert_eq!(options.place.vault, VaultChoice::Memory);
    assert_eq!(
        options.place.upstream.unwrap().as_str(),
        "https://flag.example/v1"
    );
}

#[test]
fn an_older_name_counts_when_the_new_one_is_absent() {
    let old = [
        ("API_KEY", TOKEN_16),
        ("ADMIN_USERNAME", "old-admin"),
        ("ADMIN_PASSWORD", "old-password"),
        ("AUTO_REFRESH_INTERVAL", "60"),
        ("DB_PATH", "/srv/pool/pool.db"),
    ];
    let options = from_variables(&old);
    assert_eq!(options.client_token.unwrap().expose_secret(), TOKEN_16);
    assert_eq!(options.admin_username, "old-admin");
    assert_eq!(
        options.admin_password.unwrap().expose_secret(),
        "old-password"
    );
    assert_eq!(options.overrides.refresh_interval_s, Some(60));
    assert_eq!(
        options.place.data_dir.as_deref(),
        Some(Path::new("/srv/pool"))
    );

    let new = [
        ("FLOWKEEP_API_KEY", TOKEN_32),
        ("FLOWKEEP_ADMIN_USERNAME", "new-admin"),
        ("FLOWKEEP_ADMIN_PASSWORD", "new-password"),
        ("FLOWKEEP_REFRESH_INTERVAL", "61"),
        ("FLOWKEEP_DATA_DIR", "/new"),
    ];
    let options = from_variables(&[&old[..], &new[..]].concat());
    assert_eq!(options.client_token.unwrap().expose_secret(), TOKEN_32);
    assert_eq!(options.admin_username, "new-admin");
    assert_eq!(
        options.admin_password.unwrap().expose_secret(),
        "new-password"
    );
    assert_eq!(options.overrides.refresh_interval_s, Some(61));
    assert_eq!(options.place.data_dir.as_deref(), Some(Path::new("/new")));
}

#[test]
fn the_folder_of_a_bare_database_name_is_the_current_one() {
    let options = from_variables(&[("DB_PATH", "pool.db")]);
    assert_eq!(options.place.data_dir.as_deref(), Some(Path::new(".")));
}

#[test]
fn a_public_address_needs_a_token_that_cannot_be_guessed() {
    let mut args = on_host("0.0.0.0");
    assert!(resolve(&args, &[]).is_ok());
    assert!(resolve(&args, &[("FLOWKEEP_API_KEY", TOKEN_32)]).is_ok());
    let text = refusal(&args, &[("FLOWKEEP_API_KEY", TOKEN_16)]);
    assert!(text.contains("too short") && text.contains("32"), "{text}");
    assert!(!text.contains(TOKEN_16));
    let text = refusal(&args, &[("FLOWKEEP_NO_TOKEN", "yes")]);
    assert!(text.contains("0.0.0.0"), "{text}");
    args.no_token = true;
    assert!(refusal(&args, &[("FLOWKEEP_API_KEY", TOKEN_32)]).contains("--no-token"));
}

#[test]
fn on_loopback_sixteen_characters_are_enough() {
    for host in ["127.0.0.1", "localhost", "::1", "[::1]", "127.1.2.3"] {
        assert!(
            resolve(&on_host(host), &[("FLOWKEEP_API_KEY", TOKEN_16)]).is_ok(),
            "{host}"
        );
        assert!(
            refusal(&on_host(host), &[("FLOWKEEP_API_KEY", "abc")]).contains("16"),
            "{host}"
        );
    }
    assert!(refusal(&on_host("localhost"), &[("API_KEY", "0123456789 abcdef")]).contains("blank"));
}

#[test]
fn wrong_values_name_their_source() {
    for (variables, name) in [
        ([("FLOWKEEP_HOST", "example.org")], "FLOWKEEP_HOST"),
        ([("FLOWKEEP_PORT", "80")], "FLOWKEEP_PORT"),
        (
            [("FLOWKEEP_UPSTREAM", "http://example.org")],
            "FLOWKEEP_UPSTREAM",
        ),
        ([("FLOWKEEP_VAULT", "drawer")], "FLOWKEEP_VAULT"),
        (
            [("FLOWKEEP_POOL_STRATEGY", "luck")],
            "FLOWKEEP_POOL_STRATEGY",
        ),
        (
            [("FLOWKEEP_REFRESH_INTERVAL", "often")],
            "FLOWKEEP_REFRESH_INTERVAL",
        ),
        (
            [("AUTO_REFRESH_INTERVAL", "often")],
            "AUTO_REFRESH_INTERVAL",
        ),
    ] {
        let text = refusal(&ServeArgs::default(), &variables);
        assert!(text.starts_with(name), "{text}");
    }
    assert!(refusal(&on_host("example.org"), &[]).starts_with("--host"));
}

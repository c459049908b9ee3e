use super::*;

mod addresses;
mod file;
mod folder;

#[test]
fn the_defaults_are_allowed_and_as_documented() {
    let settings = Settings::default();
    settings.check().unwrap();
    assert_eq!(settings.port.get(), 7898);
    assert_eq!(settings.upstream.as_str(), "https://api.siliconflow.cn/v1");
    assert!(settings.require_token && settings.host.is_loopback());
    assert_eq!(settings.json_body_limit(), 64 * 1024 * 1024);
    assert_eq!(settings.refresh_interval().unwrap().as_secs(), 3_600);
}

#[test]
fn numbers_out_of_range_are_refused_by_name() {
    type Change = fn(&mut Settings);
    let wrong: [(Change, &str); 5] = [
        (|s| s.connect_s = 0, "connect_s is 1 to 300"),
        (|s| s.first_byte_s = 86_401, "first_byte_s is 1 to 86400"),
        (|s| s.json_body_mib = 0, "json_body_mib is 1 to 1024"),
        (
            |s| s.max_ambiguous_attempts = 99,
            "max_ambiguous_attempts is 1 to 10",
        ),
        (|s| s.max_connections = 0, "max_connections is 1 to 65536"),
    ];
    for (change, message) in wrong {
        let mut settings = Settings::default();
        change(&mut settings);
        assert_eq!(settings.check().unwrap_err().to_string(), message);
    }
}

#[test]
fn overrides_lie_over_the_settings_and_are_named() {
    let overrides = Overrides {
        port: Some(Port::try_from(0).unwrap()),
        upstream: Some("http://127.0.0.1:9/v1".parse().unwrap()),
        require_token: Some(false),
        ..Overrides::default()
    };
    let base = Settings::default();
    let effective = base.with(&overrides).unwrap();
    assert_eq!(effective.overridden, ["port", "upstream", "require_token"]);
    assert_eq!(effective.settings.port.get(), 0);
    assert!(!effective.settings.require_token);
    assert_eq!(base, Settings::default());
    let plain = base.with(&Overrides::default()).unwrap();
    assert_eq!((plain.settings, plain.overridden), (base, Vec::new()));
}

/// D14: no token is for loopback only, wherever the two come from.
#[test]
fn no_token_is_refused_on_a_public_address() {
    let overrides = Overrides {
        host: Some("0.0.0.0".parse().unwrap()),
        require_token: Some(false),
        ..Overrides::default()
    };
    let refused = Settings::default().with(&overrides).unwrap_err();
    assert!(matches!(refused, SettingsError::TokenNeeded));
}

#[test]
fn strategies_have_the_names_of_the_documentation() {
    for name in [
        "highest-balance",
        "round-robin",
        "fill-first",
        "weighted",
        "least-used",
    ] {
        let strategy: Strategy = name.parse().unwrap();
        assert_eq!(strategy.as_str(), name);
        assert_eq!(serde_json::to_value(strategy).unwrap(), name);
    }
    "fastest".parse::<Strategy>().unwrap_err();
}

//! S14 and its neighbours: which addresses are taken.

use super::*;

#[test]
fn upstreams_that_are_safe_are_taken() {
    for (text, kept) in [
        (
            "https://api.siliconflow.cn/v1",
            "https://api.siliconflow.cn/v1",
        ),
        (
            "https://api.siliconflow.com/v1/",
            "https://api.siliconflow.com/v1",
        ),
        ("HTTPS://Example.Test:8443", "https://example.test:8443"),
        ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://[::1]:8080/v1", "http://[::1]:8080/v1"),
        ("http://localhost/v1", "http://localhost/v1"),
    ] {
        assert_eq!(text.parse::<UpstreamUrl>().unwrap().as_str(), kept);
    }
}

#[test]
fn upstreams_that_are_not_are_refused_with_the_reason() {
    for (text, reason) in [
        ("http://169.254.169.254/", InvalidAddress::Scheme),
        ("http://api.siliconflow.cn/v1", InvalidAddress::Scheme),
        ("http://localhost.evil.test/", InvalidAddress::Scheme),
        ("http://127.0.0.1.evil.test/", InvalidAddress::Scheme),
        ("http://0.0.0.0/", InvalidAddress::Scheme),
        ("http://[fe80::1]/", InvalidAddress::Scheme),
        ("file:///etc/passwd", InvalidAddress::Scheme),
        ("ftp://127.0.0.1/", InvalidAddress::Scheme),
        ("http://[::ffff:127.0.0.1]", InvalidAddress::MappedAddress),
        ("https://[::ffff:7f00:1]/v1", InvalidAddress::MappedAddress),
        ("https://u:p@x", InvalidAddress::UserInfo),
        ("https://@x/v1", InvalidAddress::UserInfo),
        ("https://x/v1?key=1", InvalidAddress::Extra),
        ("https://x/v1?", InvalidAddress::Extra),
        ("https://x/v1#part", InvalidAddress::Extra),
        ("https://x/v1/../admin", InvalidAddress::Extra),
        ("https://x/%2e%2e/admin", InvalidAddress::Extra),
        ("https://x//v1", InvalidAddress::Extra),
        ("https://x/v1;a=b", InvalidAddress::Extra),
        ("https:\\\\x\\v1", InvalidAddress::Url),
        ("https://x/v1\n", InvalidAddress::Url),
        (" https://x", InvalidAddress::Url),
        ("api.siliconflow.cn", InvalidAddress::Url),
        ("", InvalidAddress::Url),
    ] {
        assert_eq!(text.parse::<UpstreamUrl>().unwrap_err(), reason, "{text:?}");
    }
}

#[test]
fn ports_of_the_system_are_refused() {
    for port in [1, 80, 1023] {
        Port::try_from(port).unwrap_err();
    }
    for port in [0, 1024, 7898, 65_535] {
        assert_eq!(Port::try_from(port).unwrap().get(), port);
    }
    for text in ["", "-1", "65536", "http"] {
        text.parse::<Port>().unwrap_err();
    }
}

#[test]
fn origins_are_exact() {
    for origin in [
        "http://localhost:3000",
        "https://app.example.test",
        "http://[::1]:5173",
    ] {
        assert_eq!(origin.parse::<Origin>().unwrap().as_str(), origin);
    }
    for wrong in [
        "*",
        "null",
        "https://*.example.test",
        "https://app.example.test/",
        "https://app.example.test/page",
        "https://App.Example.Test",
        "https://app.example.test:443",
        "app.example.test",
        "file://",
        "app://localhost",
        "",
    ] {
        let refused = wrong.parse::<Origin>().unwrap_err();
        assert_eq!(refused, InvalidAddress::Origin, "{wrong:?}");
    }
}

#[test]
fn allowed_hosts_have_no_port_and_no_pattern() {
    for (text, kept) in [
        ("Flowkeep.LAN", "flowkeep.lan"),
        ("192.168.1.4", "192.168.1.4"),
        ("fd00::1", "[fd00::1]"),
        ("[FD00::1]", "[fd00::1]"),
    ] {
        assert_eq!(text.parse::<HostName>().unwrap().as_str(), kept);
    }
    for wrong in ["", "host:7898", "*.lan", "a..b", "http://x", "a b", "host/"] {
        wrong.parse::<HostName>().unwrap_err();
    }
}

#[test]
fn hosts_to_listen_on_are_addresses() {
    let host = |text: &str| text.parse::<BindHost>();
    assert!(host("localhost").unwrap().is_loopback());
    assert!(host("::1").unwrap().is_loopback());
    assert!(host("::ffff:127.0.0.1").unwrap().is_loopback());
    assert!(!host("0.0.0.0").unwrap().is_loopback());
    assert!(!host("::").unwrap().is_loopback());
    assert_eq!(host("example.test"), Err(InvalidAddress::Bind));
}

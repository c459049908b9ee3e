//! S12: a path means the same to everybody who reads it.

use flowkeep_tests::Rig;

use crate::admin::{administered, login};
use crate::spoken::{reached, speak};

const TRICKS: [&str; 34] = [
    "/v1/../admin/rpc/list_keys",
    "/v1/../admin/keys",
    "/v1/%2e%2e/admin/keys",
    "/v1/%2E%2e/admin/rpc/list_keys",
    "/v1/.%2e/admin/keys",
    "/v1/..",
    "/v1/.",
    "/v1/./models",
    "/v1/%2e/models",
    "/v1//evil.test/x",
    "//evil.test/v1/models",
    "/v1/models//",
    "/v1/models/..%2f..%2fuser",
    "/v1/models%2f..%2fuser",
    "/v1/..%5c..%5cadmin",
    "/v1/..\\..\\admin",
    "/v1\\models",
    "/v1/@evil.test/",
    "/v1/x@evil.test/",
    "/v1/%40evil.test/",
    "/v1/..;/admin/rpc/list_keys",
    "/v1/models;x=1",
    "/v1/models%3bx",
    "/v1/models%00",
    "/v1/models%0d%0ax-evil:%201",
    "/v1/models%7f",
    "/v1/%252e%252e/admin",
    "/v1/%25%32%65",
    "/v1/%",
    "/v1/%2",
    "/v1/%zz",
    "/V1/models",
    "/v1",
    "/v1/",
];

/// S12: tricks end here, with and without an admin surface, whoever asks.
#[tokio::test]
async fn tricks_reach_neither_upstream_nor_admin() {
    for rig in [Rig::start().await, administered().await] {
        for path in TRICKS {
            for method in ["GET", "POST", "DELETE"] {
                let headers = [
                    "content-type: application/json",
                    "content-length: 2",
                    "connection: close",
                ];
                let spoken = speak(&rig, rig.raw_head(method, path, &headers) + "{}").await;
                assert!(
                    [400, 404].contains(&spoken.status),
                    "{method} {path}: {spoken:?}"
                );
                assert!(
                    !spoken.rest.contains("last_four"),
                    "{method} {path}: {spoken:?}"
                );
            }
        }
        assert_eq!(reached(&rig), 0);
    }
}

/// S12: targets that are no path at all.
#[tokio::test]
async fn only_paths_are_targets() {
    let rig = Rig::start().await;
    for target in [
        "*",
        "v1/models",
        "@evil.test",
        "?x",
        "evil.test:80",
        "\\\\evil\\x",
    ] {
        for method in ["GET", "OPTIONS"] {
            let spoken = speak(&rig, rig.raw_head(method, target, &["connection: close"])).await;
            assert!(
                [400, 403, 404].contains(&spoken.status),
                "{method} {target}: {spoken:?}"
            );
        }
    }
    assert_eq!(reached(&rig), 0);
}

/// S12: the console serves its own files and nothing around them.
#[tokio::test]
async fn the_console_serves_nothing_beside_itself() {
    let rig = administered().await;
    let session = login(&rig).await;
    for path in [
        "/../package.json",
        "/assets/../../package.json",
        "/assets/%2e%2e/%2e%2e/package.json",
        "/assets/..%2f..%2fpackage.json",
        "/package.json",
        "/Cargo.toml",
        "/src/main.ts",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/settings.toml",
        "/flowkeep.db",
    ] {
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {session}\r\nconnection: close\r\n\r\n"
        );
        let spoken = speak(&rig, request).await;
        assert!([400, 404].contains(&spoken.status), "{path}: {spoken:?}");
    }
}

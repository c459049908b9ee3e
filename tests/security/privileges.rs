//! S40: who may do what, as one table; a new route without a row fails.

use flowkeep_contract::{COMMANDS, DESKTOP_COMMANDS};
use flowkeep_gateway::ADMIN_ROUTES;
use flowkeep_tests::{MODEL, Rig};
use http::Method;
use serde_json::json;

use crate::admin::{NAME, PASSWORD, administered, command, login};
use crate::matrix::Matrix;

/// Everything that somebody could show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Credential {
    None,
    Client,
    ClientApiKey,
    WrongBearer,
    Session,
    SessionApiKey,
    EndedSession,
    Basic,
    WrongBasic,
    ClientAsBasic,
    RevokedClient,
    RevokedClientApiKey,
}

const CREDENTIALS: [Credential; 12] = [
    Credential::None,
    Credential::Client,
    Credential::ClientApiKey,
    Credential::WrongBearer,
    Credential::Session,
    Credential::SessionApiKey,
    Credential::EndedSession,
    Credential::Basic,
    Credential::WrongBasic,
    Credential::ClientAsBasic,
    Credential::RevokedClient,
    Credential::RevokedClientApiKey,
];

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Anybody,
    Nobody,
    Clients,
    Admins,
    /// Whoever shows name and password on that very request (S27).
    Password,
}

impl Access {
    fn admits(self, credential: Credential) -> bool {
        match self {
            Self::Anybody => true,
            Self::Nobody => false,
            Self::Clients => matches!(credential, Credential::Client | Credential::ClientApiKey),
            Self::Admins => matches!(credential, Credential::Session | Credential::Basic),
            Self::Password => credential == Credential::Basic,
        }
    }
}

/// A request and who may make it.
struct Row {
    /// As in the router.
    route: &'static str,
    method: Method,
    path: String,
    body: String,
    access: Access,
}

fn row(route: &'static str, method: Method, path: &str, body: &str, access: Access) -> Row {
    Row {
        route,
        method,
        path: path.to_owned(),
        body: body.to_owned(),
        access,
    }
}

fn table() -> Vec<Row> {
    let chat = Rig::chat_body(MODEL, false).to_string();
    let wrong = json!({"username": NAME, "password": "wrong"}).to_string();
    let mut rows = vec![
        row("/health", Method::GET, "/health", "", Access::Anybody),
        row(
            "/v1/{*path}",
            Method::GET,
            "/v1/models",
            "",
            Access::Clients,
        ),
        row(
            "/v1/{*path}",
            Method::POST,
            "/v1/chat/completions",
            &chat,
            Access::Clients,
        ),
        // A login needs no credential but the one in its body.
        row("/login", Method::POST, "/login", &wrong, Access::Nobody),
        row("/logout", Method::POST, "/logout", "{}", Access::Admins),
        row(
            "/admin/events",
            Method::GET,
            "/admin/events",
            "",
            Access::Admins,
        ),
    ];
    rows.extend(compatible());
    rows.extend(COMMANDS.iter().map(|spec| command_row(spec.name)));
    rows
}

/// A command; what there is not, and an empty import, is refused to those who may.
fn command_row(name: &str) -> Row {
    let (body, access) = match name {
        "set_paused" => (json!({"paused": false}), Access::Admins),
        "remove_keys" => (json!({"ids": []}), Access::Admins),
        "set_key" => (json!({"ids": ["unknown"], "enabled": true}), Access::Admins),
        "import_keys" | "preview_import" => (json!({"text": "# nothing"}), Access::Nobody),
        "create_client" => (json!({"name": ""}), Access::Nobody),
        "update_client" | "revoke_client" => (json!({"id": "unknown"}), Access::Nobody),
        "confirm_import" => (json!({"preview": "unknown"}), Access::Nobody),
        "undo_import" => (json!({"undo": "unknown"}), Access::Nobody),
        "set_account" => (json!({"id": "unknown", "label": "x"}), Access::Nobody),
        "set_balance" => (json!({"account_id": "unknown", "nano": 1}), Access::Nobody),
        "usage_series" => (json!({"step": "day"}), Access::Admins),
        "usage_breakdown" => (json!({"by": "model"}), Access::Admins),
        "get_request" => (json!({"id": 999_999}), Access::Nobody),
        "set_price_overrides" => (json!({"rows": []}), Access::Admins),
        "recompute_costs" => (json!({"from_ms": 0, "to_ms": 1}), Access::Admins),
        _ => (json!({}), Access::Admins),
    };
    let path = format!("/admin/rpc/{name}");
    let route = "/admin/rpc/{command}";
    row(route, Method::POST, &path, &body.to_string(), access)
}

/// The routes of the older pool.
fn compatible() -> Vec<Row> {
    let read = |path: &'static str| row(path, Method::GET, path, "", Access::Admins);
    vec![
        read("/api/keys"),
        read("/api/stats/overview"),
        read("/api/stats/daily"),
        read("/api/stats/monthly"),
        read("/logs"),
        read("/metrics"),
        row(
            "/admin/export/requests",
            Method::GET,
            "/admin/export/requests?format=csv",
            "",
            Access::Admins,
        ),
        row(
            "/clear_logs",
            Method::POST,
            "/clear_logs",
            "",
            Access::Admins,
        ),
        row("/refresh", Method::POST, "/refresh", "", Access::Admins),
        row(
            "/export_keys",
            Method::GET,
            "/export_keys",
            "",
            Access::Password,
        ),
        // An unknown key and an empty import are refused to those who may.
        row(
            "/api/key_info",
            Method::GET,
            "/api/key_info?id=unknown",
            "",
            Access::Nobody,
        ),
        row(
            "/import_keys",
            Method::POST,
            "/import_keys",
            "{\"keys\":\"\"}",
            Access::Nobody,
        ),
    ]
}

async fn ask(matrix: &Matrix, row: &Row, credential: Credential) -> u16 {
    let rig = &matrix.rig;
    let request = rig.client.request(row.method.clone(), rig.url(&row.path));
    matrix.let_guesses_be_forgotten();
    let session = login(rig).await;
    let request = match credential {
        Credential::None => request,
        Credential::Client => request.bearer_auth(&rig.token),
        Credential::ClientApiKey => request.header("x-api-key", &rig.token),
        Credential::WrongBearer => request.bearer_auth("fka-0000"),
        Credential::Session => request.bearer_auth(&session),
        Credential::SessionApiKey => request.header("x-api-key", &session),
        Credential::EndedSession => {
            let end = rig.client.post(rig.url("/logout")).bearer_auth(&session);
            assert_eq!(end.send().await.unwrap().status(), 200);
            request.bearer_auth(&session)
        }
        Credential::Basic => request.basic_auth(NAME, Some(PASSWORD)),
        Credential::WrongBasic => request.basic_auth(NAME, Some("wrong")),
        Credential::ClientAsBasic => request.basic_auth(NAME, Some(&rig.token)),
        Credential::RevokedClient => request.bearer_auth(&matrix.revoked),
        Credential::RevokedClientApiKey => request.header("x-api-key", &matrix.revoked),
    };
    let request = request
        .header("content-type", "application/json")
        .body(row.body.clone());
    request.send().await.unwrap().status().as_u16()
}

/// S40: every route with every credential; only the expected cells are 2xx.
#[tokio::test]
async fn only_the_expected_cells_are_served() {
    let matrix = Matrix::start().await;
    for row in table() {
        for credential in CREDENTIALS {
            let status = ask(&matrix, &row, credential).await;
            let served = (200..300).contains(&status);
            let expected = row.access.admits(credential);
            assert_eq!(
                served, expected,
                "{} {} with {credential:?}: {status}",
                row.method, row.path
            );
        }
    }
    let spent = matrix.rig.hits("/v1/chat/completions").len();
    assert_eq!(spent, 2, "one per cell of the clients");
}

/// S40: the rows above are all the routes that the router has, and each says the
/// same of who may use it.
#[test]
fn every_route_has_a_row() {
    let source = include_str!("../../src-tauri/crates/gateway/src/router.rs");
    let literal = source.split(".route(\"").skip(1);
    let literal: Vec<_> = literal.filter_map(|rest| rest.split('"').next()).collect();
    // All others stand in the table, and so does the last: it is there without an
    // admin too, if the user wants it.
    assert_eq!(literal, ["/health", "/v1/{*path}", "/metrics"]);
    for other in [".nest(", ".route_service(", ".nest_service("] {
        assert!(
            !source.contains(other),
            "{other} would hide routes from this test"
        );
    }
    let mut routes = vec!["/health", "/v1/{*path}"];
    for route in ADMIN_ROUTES {
        routes.push(route.path);
        let rows = table().into_iter().filter(|row| row.route == route.path);
        for row in rows {
            assert_eq!(row.method.as_str(), route.method.to_ascii_uppercase());
            let fits = match row.access {
                Access::Anybody => route.access == flowkeep_gateway::Access::Open,
                Access::Password => route.access == flowkeep_gateway::Access::Password,
                Access::Admins => matches!(
                    route.access,
                    flowkeep_gateway::Access::Admin | flowkeep_gateway::Access::Metrics
                ),
                Access::Nobody => true,
                Access::Clients => false,
            };
            assert!(fits, "{}: {:?}", row.path, route.access);
        }
    }
    routes.sort_unstable();
    let mut rows: Vec<&str> = table().iter().map(|row| row.route).collect();
    rows.sort_unstable();
    rows.dedup();
    assert_eq!(routes, rows);
}

/// D15, S40: without an admin there is no admin surface, whoever asks.
#[tokio::test]
async fn without_an_admin_there_is_no_admin_surface() {
    let rig = Rig::start().await;
    for row in table() {
        if matches!(row.access, Access::Clients) || row.route == "/health" {
            continue;
        }
        for header in ["authorization", "x-api-key"] {
            let request = rig.client.request(row.method.clone(), rig.url(&row.path));
            let answer = request
                .header(header, format!("Bearer {}", rig.token))
                .send()
                .await
                .unwrap();
            // The metrics are there when the user opens them, with or without an admin.
            let expected = if row.route == "/metrics" { 401 } else { 404 };
            assert_eq!(answer.status(), expected, "{}", row.path);
        }
    }
    let console = rig.client.get(rig.url("/")).send().await.unwrap();
    assert_eq!(console.status(), 404);
}

/// S40: what only the desktop can do has no way over HTTP.
#[tokio::test]
async fn desktop_commands_are_unknown_here() {
    let rig = administered().await;
    let session = login(&rig).await;
    assert!(!DESKTOP_COMMANDS.is_empty());
    for spec in DESKTOP_COMMANDS {
        let seen = command(&rig, &session, spec.name, &json!({})).await;
        assert_eq!(seen.status, 404, "{}", spec.name);
        assert_eq!(seen.json()["code"], "unknown_command", "{}", spec.name);
    }
}

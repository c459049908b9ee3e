//! S40: every route of `/v1` with everything that somebody could show, from the
//! engine's own table; [`crate::privileges`] has the other routes.

use std::sync::Arc;

use flowkeep_contract::{ClientLimits, CreateClientRequest, RevokeClientRequest};
use flowkeep_core::clock::ManualClock;
use flowkeep_core::model::Route;
use flowkeep_tests::{Rig, RigOptions};
use http::Method;

use crate::admin::{NAME, PASSWORD, access, login};

/// A gateway with an admin, a client, and one whose token was revoked.
pub(crate) struct Matrix {
    pub(crate) rig: Rig,
    pub(crate) revoked: String,
    clock: Arc<ManualClock>,
}

impl Matrix {
    pub(crate) async fn start() -> Self {
        let clock = Arc::new(ManualClock::at(1_760_000_000_000));
        let rig = Rig::with(RigOptions {
            admin: Some(access()),
            clock: Some(Arc::<ManualClock>::clone(&clock)),
            ..RigOptions::default()
        })
        .await;
        let request = CreateClientRequest {
            name: "gone".to_owned(),
            limits: ClientLimits::default(),
        };
        let made = rig.app.create_client(request).await.unwrap();
        let id = made.client.id;
        rig.app
            .revoke_client(RevokeClientRequest { id })
            .await
            .unwrap();
        Self {
            rig,
            revoked: made.token,
            clock,
        }
    }

    /// Half an hour passes, so that each cell is judged for itself (S9).
    pub(crate) fn let_guesses_be_forgotten(&self) {
        self.clock.advance_ms(30 * 60 * 1_000);
    }
}

/// What somebody may show who is no client.
#[derive(Clone, Copy, Debug)]
enum Stranger {
    Nobody,
    Revoked,
    RevokedApiKey,
    Session,
    SessionApiKey,
    Basic,
    PasswordAsToken,
}

const STRANGERS: [Stranger; 7] = [
    Stranger::Nobody,
    Stranger::Revoked,
    Stranger::RevokedApiKey,
    Stranger::Session,
    Stranger::SessionApiKey,
    Stranger::Basic,
    Stranger::PasswordAsToken,
];

/// As many cells in a row as a walk through all routes has at least.
const CELLS: usize = 40;

/// A token of ours that opens nothing where it is shown.
#[derive(Clone, Copy, Debug)]
enum Misplaced {
    Client,
    Session,
    Revoked,
    LoggedOut,
    Expired,
}

impl Matrix {
    /// The token, and the paths where it is refused.
    async fn misplaced(&self, kind: Misplaced) -> (String, &'static [&'static str]) {
        const PROXY: &[&str] = &["/v1/models", "/v1/user/info", "/v1/files"];
        const ADMIN: &[&str] = &[
            "/logs",
            "/api/keys",
            "/metrics",
            "/admin/events",
            "/export_keys",
        ];
        const BOTH: &[&str] = &[
            "/v1/models",
            "/logs",
            "/v1/files",
            "/metrics",
            "/export_keys",
        ];
        match kind {
            Misplaced::Client => (self.rig.token.clone(), ADMIN),
            Misplaced::Session => (login(&self.rig).await, PROXY),
            Misplaced::Revoked => (self.revoked.clone(), BOTH),
            Misplaced::LoggedOut => {
                let session = login(&self.rig).await;
                let end = self.rig.client.post(self.rig.url("/logout"));
                let end = end.bearer_auth(&session).send().await.unwrap();
                assert_eq!(end.status(), 200);
                (session, BOTH)
            }
            Misplaced::Expired => {
                let session = login(&self.rig).await;
                self.clock.advance_ms(24 * 3_600 * 1_000);
                (session, BOTH)
            }
        }
    }

    /// Shows a token there; the refusal, without what differs from one request to
    /// the next.
    async fn refusal(&self, path: &str, token: &str) -> (u16, String) {
        let request = self.rig.client.get(self.rig.url(path)).bearer_auth(token);
        let answer = request.send().await.unwrap();
        assert!(!answer.headers().contains_key("retry-after"), "{path}");
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}

/// S9: who shows a token of ours in the wrong place does not guess, be it over or
/// not; who shows any other one does, and that changes nothing for the former.
#[tokio::test]
async fn tokens_of_ours_are_no_guesses() {
    use Misplaced::{Client, Expired, LoggedOut, Revoked, Session};
    let matrix = Matrix::start().await;
    for kind in [Expired, Client, Session, Revoked, LoggedOut] {
        let (token, paths) = matrix.misplaced(kind).await;
        for path in paths {
            let first = matrix.refusal(path, &token).await;
            assert_eq!(first.0, 401, "{kind:?} {path}: {}", first.1);
            for _ in 1..CELLS {
                assert_eq!(matrix.refusal(path, &token).await, first, "{kind:?}");
            }
        }
    }
    // What was shown above has not used up any of the free guesses.
    for number in 0..10 {
        let path = ["/logs", "/v1/models"][number % 2];
        let (status, _) = matrix.refusal(path, &format!("fk-{number:064}")).await;
        assert_eq!(status, 401, "guess {number}");
    }
    for path in ["/logs", "/v1/models"] {
        let guess = matrix.rig.client.get(matrix.rig.url(path));
        let guess = guess.bearer_auth("fk-guess").send().await.unwrap();
        assert_eq!(guess.status(), 429, "{path}");
    }
    for kind in [Client, Session, Revoked, LoggedOut] {
        let (token, paths) = matrix.misplaced(kind).await;
        assert_eq!(matrix.refusal(paths[0], &token).await.0, 401, "{kind:?}");
    }
}

/// S7: the logout needs a credential as every admin route does, and says so as they do.
#[tokio::test]
async fn a_logout_needs_somebody_who_is_in() {
    let matrix = Matrix::start().await;
    let rig = &matrix.rig;
    let logout = || rig.client.post(rig.url("/logout"));
    let nobody = logout().send().await.unwrap();
    assert_eq!(nobody.status(), 401);
    let words = nobody.text().await.unwrap();
    let words: serde_json::Value = serde_json::from_str(&words).unwrap();
    assert_eq!(words["code"], "unauthorized");
    let session = login(rig).await;
    for expected in [200, 401] {
        let answer = logout().bearer_auth(&session).send().await.unwrap();
        assert_eq!(answer.status(), expected, "the second finds no session");
    }
}

/// The admin may do everything but spend.
#[tokio::test]
async fn only_clients_may_use_the_proxy() {
    let matrix = Matrix::start().await;
    let rig = &matrix.rig;
    for path in Route::examples() {
        for method in Route::allowed(path) {
            let url = rig.url(&format!("/v1/{path}"));
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let request = || {
                let request = rig.client.request(method.clone(), &url);
                request.header("content-type", "application/json")
            };
            matrix.let_guesses_be_forgotten();
            let session = login(rig).await;
            rig.simulator.ledger().clear();
            for stranger in STRANGERS {
                let request = match stranger {
                    Stranger::Nobody => request(),
                    Stranger::Revoked => request().bearer_auth(&matrix.revoked),
                    Stranger::RevokedApiKey => request().header("x-api-key", &matrix.revoked),
                    Stranger::Session => request().bearer_auth(&session),
                    Stranger::SessionApiKey => request().header("x-api-key", &session),
                    Stranger::Basic => request().basic_auth(NAME, Some(PASSWORD)),
                    Stranger::PasswordAsToken => request().bearer_auth(PASSWORD),
                };
                let status = request.send().await.unwrap().status();
                assert_eq!(status, 401, "{method} {path} with {stranger:?}");
            }
            assert_eq!(rig.simulator.ledger().count(), 0, "{method} {path}");
            let bearer = format!("Bearer {}", rig.token);
            for (header, value) in [("authorization", &bearer), ("x-api-key", &rig.token)] {
                let request = request().header(header, value);
                let status = request.send().await.unwrap().status().as_u16();
                assert!(
                    ![401, 403, 429].contains(&status),
                    "{method} {path}: {status}"
                );
            }
        }
    }
}

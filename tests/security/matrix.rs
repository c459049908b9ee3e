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

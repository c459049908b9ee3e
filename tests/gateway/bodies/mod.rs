//! D17: no body is kept by default; those of one token's requests are, for a while,
//! where the user asked for it.

mod keeping;
mod passing;

use flowkeep_contract::{
    CapturedBodies, CapturedBody, ClientView, GetRequestRequest, RequestDetails,
    UpdateClientRequest,
};
use flowkeep_tests::Rig;

/// The id of the token that every rig has.
const DEFAULT: &str = "default";

/// Has the bodies of a token's requests kept for so many minutes.
async fn capture(rig: &Rig, id: &str, minutes: u32) -> ClientView {
    let request = UpdateClientRequest {
        id: id.to_owned(),
        name: None,
        limits: None,
        capture_minutes: Some(minutes),
    };
    rig.app.update_client(request).await.expect("it is changed")
}

/// All requests with their details, oldest first.
async fn details(rig: &Rig) -> Vec<RequestDetails> {
    let mut all = Vec::new();
    for row in rig.settled_rows().await {
        let request = GetRequestRequest { id: row.id };
        all.push(rig.app.get_request(request).await.expect("a request"));
    }
    all
}

/// The bodies of the only request.
async fn sole(rig: &Rig) -> CapturedBodies {
    let mut all = details(rig).await;
    assert_eq!(all.len(), 1);
    all.remove(0).bodies.expect("its bodies are kept")
}

fn text(body: &CapturedBody) -> &str {
    body.text.as_deref().unwrap_or_default()
}

//! Issue 3, done when 3: many operations, none with a wrong account.

use std::collections::HashSet;

use flowkeep_tests::Rig;
use http::Method;
use serde_json::json;

use super::{Asker, file_form, ids, options, speech, text_at, video, voice};

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        // The constants of PCG.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = self.0.wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % most
    }

    fn one_of(&mut self, all: &[String]) -> Option<String> {
        (!all.is_empty()).then(|| all[self.below(all.len())].clone())
    }
}

/// What was made so far.
#[derive(Default)]
struct Made {
    voices: Vec<String>,
    files: Vec<String>,
    batches: Vec<String>,
    videos: Vec<String>,
    sent: usize,
}

impl Made {
    async fn operate(&mut self, asker: &Asker<'_>, dice: &mut Dice) {
        self.sent += 1;
        match dice.below(4) {
            0 => self.create(asker, dice).await,
            1 => self.look(asker, dice).await,
            2 => self.list(asker, dice).await,
            _ => self.change(asker, dice).await,
        }
    }

    async fn create(&mut self, asker: &Asker<'_>, dice: &mut Dice) {
        match (dice.below(4), dice.one_of(&self.files)) {
            (0, _) => {
                let seen = asker.post("/v1/audio/reference", &voice()).await;
                self.voices.push(text_at(&seen, &["uri"]));
            }
            (1, Some(file)) => self.batches.push(asker.new_batch(&file).await),
            (2, _) => {
                let seen = asker.post("/v1/video/generations", &video()).await;
                self.videos.push(text_at(&seen, &["requestId"]));
            }
            (_, _) => {
                let form = Some(file_form());
                let seen = asker.send(Method::POST, "/v1/files", form).await;
                self.files.push(text_at(&seen, &["data", "id"]));
            }
        }
    }

    async fn look(&mut self, asker: &Asker<'_>, dice: &mut Dice) {
        let request = match dice.below(3) {
            0 => dice.one_of(&self.voices).map(|uri| {
                let path = "/v1/audio/speech".to_owned();
                (Method::POST, path, Some(speech(&uri)))
            }),
            1 => dice.one_of(&self.videos).map(|id| {
                let path = "/v1/video/status".to_owned();
                (Method::POST, path, Some(json!({"requestId": id})))
            }),
            _ => dice.one_of(&self.batches).map(|id| {
                let path = format!("/v1/batches/{id}");
                (Method::GET, path, None)
            }),
        };
        let Some((method, path, body)) = request else {
            return self.create(asker, dice).await;
        };
        let body = body.map(|body| ("application/json", body.to_string()));
        let seen = asker.send(method, &path, body).await;
        assert_eq!(seen.status, 200, "{path}: {}", seen.text());
    }

    async fn list(&mut self, asker: &Asker<'_>, dice: &mut Dice) {
        let (path, id, made) = match dice.below(3) {
            0 => ("/v1/audio/reference", "uri", &self.voices),
            1 => ("/v1/files?purpose=batch&limit=500", "id", &self.files),
            _ => ("/v1/batches?limit=500", "id", &self.batches),
        };
        let seen = asker.get(path).await;
        let listed = ids(&seen, id);
        let all: HashSet<&String> = made.iter().collect();
        assert_eq!(listed.iter().collect::<HashSet<_>>(), all, "{path}");
        assert_eq!(listed.len(), made.len(), "{path}");
        assert_eq!(seen.header("x-flowkeep-partial"), "");
    }

    async fn change(&mut self, asker: &Asker<'_>, dice: &mut Dice) {
        let cancels = dice.below(2) == 0;
        let seen = if let Some(id) = dice.one_of(&self.batches).filter(|_| cancels) {
            let path = format!("/v1/batches/{id}/cancel");
            asker.send(Method::POST, &path, None).await
        } else {
            let Some(uri) = dice.one_of(&self.voices) else {
                return self.create(asker, dice).await;
            };
            self.voices.retain(|voice| *voice != uri);
            let body = json!({"uri": uri});
            asker.post("/v1/audio/reference/delete", &body).await
        };
        assert_eq!(seen.status, 200, "{}", seen.text());
    }
}

fn assert_no_wrong_account(rig: &Rig) {
    let wrong = rig.simulator.ledger().misdirected();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn of_300_operations_none_asks_the_wrong_account_also_after_a_restart() {
    let mut rig = Rig::with(options()).await;
    let mut dice = Dice(3);
    let mut made = Made::default();
    for _ in 0..2 {
        let asker = Asker::new(&rig);
        for _ in 0..150 {
            made.operate(&asker, &mut dice).await;
        }
        assert_no_wrong_account(&rig);
        rig = rig.restart().await;
    }
    // Whatever is left is found once more, and by its own account only.
    let asker = Asker::new(&rig);
    for uri in &made.voices {
        let seen = asker.post("/v1/audio/speech", &speech(uri)).await;
        assert_eq!(seen.status, 200, "{}", seen.text());
    }
    for id in &made.batches {
        let seen = asker.get(&format!("/v1/batches/{id}")).await;
        assert_eq!(seen.status, 200, "{}", seen.text());
    }
    assert_no_wrong_account(&rig);
    assert_eq!(made.sent, 300);
    let sent = made.sent + made.voices.len() + made.batches.len();
    assert_eq!(rig.settled_rows().await.len(), sent, "a row per request");
    let owners: HashSet<String> = rig
        .simulator
        .resources()
        .into_iter()
        .map(|resource| resource.owner)
        .collect();
    assert_eq!(owners.len(), 3, "all accounts were used");
    assert!(!made.voices.is_empty() && !made.batches.is_empty() && !made.videos.is_empty());
}

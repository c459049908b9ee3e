//! Asking the upstream for a document that Flowkeep makes its own answer of.

use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;

use super::journey::{Ending, Journey};
use super::survey::whole;
use super::trip::Trip;
use super::{Call, Failure, Reply, Served};
use crate::app::App;
use crate::model::Outcome;

/// An upstream that has begun to answer must not dawdle over a document.
const DOCUMENT_WAIT: Duration = Duration::from_secs(30);

/// What came of it. The client's request is recorded when it is answered.
pub(in crate::app) struct Fetched<'a> {
    trip: Trip,
    came: Result<(Bytes, Served), Missing<'a>>,
}

/// Why there is none.
enum Missing<'a> {
    /// No account gave an answer.
    Unanswered(Box<Journey<'a>>, Box<Ending>),
    /// It broke off, or is too long.
    Unreadable(Served),
    /// Nobody was asked.
    Refused(Failure),
}

impl App {
    /// Asks as a client's own request would be, with the same failover.
    pub(in crate::app) async fn fetch(&self, call: Call) -> Fetched<'_> {
        let mut trip = Trip::start(self, &call);
        if self.is_paused() {
            let came = Err(Missing::Refused(Failure::paused()));
            return Fetched { trip, came };
        }
        let mut journey = Box::new(Journey::new(self, None, call));
        let came = match journey.travel(&mut trip).await {
            Ok((answer, lease)) => {
                let served = Served::by(&lease);
                let reading = tokio::time::timeout(DOCUMENT_WAIT, whole(*answer));
                match reading.await {
                    Ok(Some(document)) => Ok((document, served)),
                    Ok(None) | Err(_) => Err(Missing::Unreadable(served)),
                }
            }
            Err(ending) => Err(Missing::Unanswered(journey, ending)),
        };
        Fetched { trip, came }
    }
}

impl Fetched<'_> {
    /// The document, when there is one.
    pub(in crate::app) fn document(&self) -> Option<&Bytes> {
        self.came.as_ref().ok().map(|(document, _)| document)
    }

    /// The account that gave it.
    pub(in crate::app) fn served(&self) -> Option<&Served> {
        self.came.as_ref().ok().map(|(_, served)| served)
    }

    /// Answers with what was made of it, or of an older one.
    pub(in crate::app) fn answer(self, headers: HeaderMap, body: Bytes) -> Reply {
        let (mut head, ()) = http::Response::new(()).into_parts();
        head.headers = headers;
        let served = self.came.ok().map(|(_, served)| served);
        self.trip.answer(head, body, served)
    }

    /// Refuses in words of ours.
    pub(in crate::app) fn refuse(mut self, failure: Failure) -> Failure {
        self.trip.fail(failure, Outcome::Rejected)
    }

    /// Tells the client why there is none: the upstream's own error where there
    /// is one.
    ///
    /// # Errors
    /// When there is nothing of the upstream to pass on.
    pub(in crate::app) fn give_up(mut self) -> Result<Reply, Failure> {
        let failure = match self.came {
            Err(Missing::Unanswered(journey, ending)) => {
                return journey.give_up(self.trip, *ending);
            }
            Err(Missing::Refused(failure)) => {
                return Err(self.trip.fail(failure, Outcome::Refused));
            }
            Err(Missing::Unreadable(served)) | Ok((_, served)) => {
                Failure::unreadable(&served.label)
            }
        };
        Err(self.trip.fail(failure, Outcome::UpstreamFailed))
    }
}

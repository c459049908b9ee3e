use std::convert::Infallible;

use http_body_util::{BodyExt as _, StreamBody};
use tokio::sync::mpsc;

use super::*;

/// A body whose pieces come from a channel, like hyper's.
fn channel() -> (mpsc::Sender<Bytes>, Gather) {
    let (sender, mut receiver) = mpsc::channel::<Bytes>(1);
    let stream = futures_util::stream::poll_fn(move |cx| {
        receiver
            .poll_recv(cx)
            .map(|piece| piece.map(|piece| Ok::<_, Infallible>(http_body::Frame::data(piece))))
    });
    let body = StreamBody::new(stream).map_err(std::io::Error::other);
    let body = reqwest::Body::wrap(SyncBody(std::sync::Mutex::new(Box::pin(body))));
    (sender, Gather::new(body))
}

type Inner = Pin<Box<dyn http_body::Body<Data = Bytes, Error = std::io::Error> + Send>>;

/// reqwest wants its bodies `Sync`.
struct SyncBody(std::sync::Mutex<Inner>);

impl http_body::Body for SyncBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, std::io::Error>>> {
        self.0.get_mut().unwrap().as_mut().poll_frame(cx)
    }
}

async fn next(gather: &mut Gather) -> Option<Bytes> {
    std::future::poll_fn(|cx| gather.poll_piece(cx))
        .await
        .map(Result::unwrap)
}

/// The point of it: a sender that is ready to go on is not answered piece by piece.
#[tokio::test]
async fn pieces_that_are_ready_leave_together_and_in_order() {
    let (sender, mut gather) = channel();
    let tasks = tokio_util::task::TaskTracker::new();
    let sending = tasks.spawn(async move {
        for number in 0..100_u8 {
            sender.send(Bytes::from(vec![number; 10])).await.unwrap();
        }
    });
    let mut whole = Vec::new();
    let mut pieces = 0;
    while let Some(piece) = next(&mut gather).await {
        whole.extend_from_slice(&piece);
        pieces += 1;
    }
    sending.await.unwrap();
    let expected: Vec<u8> = (0..100_u8).flat_map(|number| [number; 10]).collect();
    assert_eq!(whole, expected);
    assert!(pieces <= 10, "{pieces} pieces for 100 events");
}

/// A lone event is not kept until the next one.
#[tokio::test]
async fn a_lone_piece_leaves_at_once() {
    let (sender, mut gather) = channel();
    for event in ["data: 1\n\n", "data: 2\n\n"] {
        sender
            .send(Bytes::from_static(event.as_bytes()))
            .await
            .unwrap();
        assert_eq!(next(&mut gather).await.unwrap(), event);
        assert!(!gather.is_at_end());
    }
    drop(sender);
    assert_eq!(next(&mut gather).await, None);
    assert!(gather.is_at_end());
}

/// What came before a break is relayed before the break is told.
#[tokio::test]
async fn a_break_comes_after_the_bytes_before_it() {
    let frames = futures_util::stream::iter([
        Ok(http_body::Frame::data(Bytes::from_static(b"part"))),
        Err(std::io::Error::other("cut")),
    ]);
    let body = SyncBody(std::sync::Mutex::new(Box::pin(StreamBody::new(frames))));
    let mut gather = Gather::new(reqwest::Body::wrap(body));
    assert_eq!(next(&mut gather).await.unwrap(), "part");
    assert!(!gather.is_at_end());
    let broken = std::future::poll_fn(|cx| gather.poll_piece(cx)).await;
    assert!(broken.unwrap().is_err());
}

use bytes::Bytes;
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};

use super::*;
use crate::meter::BodyKind;

/// A body of these pieces, which breaks off behind them when `breaks`.
fn body(pieces: &[&'static str], breaks: bool) -> RelayBody {
    let pieces = pieces
        .iter()
        .map(|piece| Ok(Frame::data(Bytes::from(*piece))));
    let end = breaks.then(|| Err(std::io::Error::other("cut")));
    let pieces: Vec<Result<_, std::io::Error>> = pieces.chain(end).collect();
    let stream = StreamBody::new(futures_util::stream::iter(pieces));
    RelayBody::new(
        Bytes::from("{"),
        Some(reqwest::Body::wrap(stream)),
        BodyKind::Opaque,
    )
}

async fn read_out(mut body: RelayBody) -> (Vec<u8>, bool) {
    let mut read = Vec::new();
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => read.extend_from_slice(&frame.into_data().unwrap()),
            Err(_) => return (read, true),
        }
    }
    (read, false)
}

#[tokio::test]
async fn a_small_body_is_read_whole_and_goes_on_the_same() {
    let mut body = body(&["\"id\":", "1}"], false);
    assert_eq!(body.read_ahead(100).await.unwrap(), "{\"id\":1}");
    assert!(!body.is_end_stream());
    assert_eq!(body.size_hint().exact(), Some(8));
    assert_eq!(read_out(body).await, (b"{\"id\":1}".to_vec(), false));
}

#[tokio::test]
async fn of_a_large_body_nothing_is_lost() {
    for most in 0..6 {
        let mut body = body(&["abc", "def"], false);
        assert_eq!(body.read_ahead(most).await, None, "{most}");
        assert!(body.size_hint().lower() <= 7);
        assert_eq!(read_out(body).await, (b"{abcdef".to_vec(), false), "{most}");
    }
}

/// The client must not take a part for the whole.
#[tokio::test]
async fn a_body_that_breaks_off_still_breaks_off() {
    let mut body = body(&["abc"], true);
    assert_eq!(body.read_ahead(100).await, None);
    assert!(!body.is_end_stream());
    assert_eq!(body.size_hint().exact(), None);
    assert_eq!(read_out(body).await, (b"{abc".to_vec(), true));
}

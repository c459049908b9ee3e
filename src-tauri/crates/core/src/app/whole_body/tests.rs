use super::*;

fn stream(pieces: Vec<Result<Bytes, UploadError>>) -> CallBody {
    CallBody::Stream(reqwest::Body::wrap_stream(futures_util::stream::iter(
        pieces,
    )))
}

#[tokio::test]
async fn a_body_is_taken_up_to_its_limit() {
    let whole = || CallBody::Whole(Bytes::from_static(b"abcdef"));
    let streamed = || {
        let pieces = [Bytes::from_static(b"abc"), Bytes::from_static(b"def")];
        stream(pieces.into_iter().map(Ok).collect())
    };
    for mut body in [whole(), streamed()] {
        assert_eq!(take(&mut body, 6).await.unwrap(), "abcdef");
    }
    for mut body in [whole(), streamed()] {
        let failure = take(&mut body, 5).await.unwrap_err();
        assert_eq!(failure.code, FailureCode::BodyTooLarge);
    }
}

/// What the client did wrong is told from what broke.
#[tokio::test]
async fn a_body_that_does_not_come_is_named() {
    for (fault, code) in [
        (UploadError::Idle, FailureCode::UploadTimeout),
        (UploadError::TooLarge, FailureCode::BodyTooLarge),
        (
            UploadError::BrokeOff("gone".into()),
            FailureCode::BodyIncomplete,
        ),
    ] {
        let mut body = stream(vec![Ok(Bytes::from_static(b"a")), Err(fault)]);
        assert_eq!(take(&mut body, 9).await.unwrap_err().code, code);
    }
}

/// The thread that serves requests reads only what takes no time.
#[tokio::test]
async fn a_long_body_is_read_on_another_thread() {
    for (length, here) in [(0, true), (AT_ONCE, true), (AT_ONCE + 1, false)] {
        let mut body = CallBody::Whole(vec![b' '; length].into());
        let reader = |bytes: &[u8]| (bytes.len(), std::thread::current().id());
        let (read, thread) = read(&mut body, reader).await.unwrap();
        assert_eq!(read, length);
        assert_eq!(thread == std::thread::current().id(), here, "{length}");
    }
    let mut body = CallBody::Whole(vec![b' '; TREE + 1].into());
    let failure = read(&mut body, <[u8]>::len).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::BodyTooLarge);
}

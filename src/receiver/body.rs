//! Reading a body up to a limit and a deadline, whatever the body does.

use alloc::boxed::Box;
use core::error::Error;
use core::future::poll_fn;
use core::pin::{Pin, pin};
use core::task::{Context, Poll};
use core::time::Duration;

use bytes::{Buf as _, Bytes, BytesMut};
use http_body::Body;
use http_body_util::LengthLimitError;
use tokio::time::Sleep;

/// After so many pieces in a row the task lets others run: a body that is always ready would never give way.
const PIECES_IN_A_ROW: u32 = 64;
/// So many pieces without a byte of data are no honest body.
const MOST_EMPTY: u32 = 1024;
/// Memory that is reserved for the length that the sender declares.
const RESERVE: usize = 64 << 10;

/// What is wrong with a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    TooLarge,
    TooSlow,
    Broken,
}

/// Reads the body and shows every piece to `seen` as it comes. At most `limit` bytes and one piece are ever held.
///
/// Trailers are dropped: nothing signs them.
pub(super) async fn read<B: Body>(
    body: B,
    limit: usize,
    timeout: Option<Duration>,
    mut seen: impl FnMut(&[u8]),
) -> Result<Bytes, Trouble>
where
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let promised = body.size_hint().lower();
    if usize::try_from(promised).map_or(true, |promised| promised > limit) {
        return Err(Trouble::TooLarge);
    }
    let mut body = pin!(body);
    let mut deadline = pin!(timeout.map(tokio::time::sleep));
    let mut held = Held::default();
    let (mut row, mut empty) = (0, 0);
    while let Some(frame) = poll_fn(|cx| next(&mut row, deadline.as_mut(), body.as_mut(), cx)).await? {
        let mut data = match frame.into_data() {
            Ok(data) if data.has_remaining() => data,
            _ => {
                empty = u32::saturating_add(empty, 1);
                if empty > MOST_EMPTY {
                    return Err(Trouble::Broken);
                }
                continue;
            }
        };
        // Before anything is copied or hashed.
        if data.remaining() > limit.saturating_sub(held.len()) {
            return Err(Trouble::TooLarge);
        }
        let piece = data.copy_to_bytes(data.remaining());
        seen(&piece);
        held.push(piece, usize::try_from(promised).unwrap_or(0).min(RESERVE));
    }
    Ok(held.into_bytes())
}

type Frame<B> = http_body::Frame<<B as Body>::Data>;

/// The next piece; `None` at the end.
fn next<B: Body>(
    row: &mut u32,
    deadline: Pin<&mut Option<Sleep>>,
    body: Pin<&mut B>,
    cx: &mut Context<'_>,
) -> Poll<Result<Option<Frame<B>>, Trouble>>
where
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    if *row >= PIECES_IN_A_ROW {
        *row = 0;
        cx.waker().wake_by_ref();
        return Poll::Pending;
    }
    // The deadline first: a body that always has something would never let it be looked at.
    if deadline.as_pin_mut().is_some_and(|sleep| sleep.poll(cx).is_ready()) {
        return Poll::Ready(Err(Trouble::TooSlow));
    }
    match body.poll_frame(cx) {
        Poll::Pending => {
            *row = 0;
            Poll::Pending
        }
        Poll::Ready(None) => Poll::Ready(Ok(None)),
        Poll::Ready(Some(Ok(frame))) => {
            *row = row.saturating_add(1);
            Poll::Ready(Ok(Some(frame)))
        }
        Poll::Ready(Some(Err(error))) => Poll::Ready(Err(trouble(&*error.into()))),
    }
}

/// A limit that somebody else put around the body is a limit all the same.
fn trouble(error: &(dyn Error + 'static)) -> Trouble {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return Trouble::TooLarge;
        }
        cause = error.source();
    }
    Trouble::Broken
}

/// What was read. A body of one piece is handed on as it came; further pieces are copied together, so that many small ones
/// do not each keep a buffer of the connection in memory.
#[derive(Default)]
struct Held {
    only: Bytes,
    all: BytesMut,
}

impl Held {
    fn len(&self) -> usize {
        self.only.len().saturating_add(self.all.len())
    }

    fn push(&mut self, piece: Bytes, reserve: usize) {
        if self.len() == 0 {
            self.only = piece;
            return;
        }
        if !self.only.is_empty() {
            self.all.reserve(reserve);
            self.all.extend_from_slice(&core::mem::take(&mut self.only));
        }
        self.all.extend_from_slice(&piece);
    }

    fn into_bytes(self) -> Bytes {
        if self.all.is_empty() { self.only } else { self.all.freeze() }
    }
}

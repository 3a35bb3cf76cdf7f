//! One message to one endpoint: attempts, pauses, and when to stop.

use std::error::Error;
use std::time::{Duration, UNIX_EPOCH};

use hookring::{KeySource, Message, Secret, SignError, SignWith, Signer, Timestamp, providers};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Url, redirect};

pub(crate) const ATTEMPTS: u32 = 6;
const FIRST_PAUSE_MS: u64 = 5_000;
const LONGEST_PAUSE_MS: u64 = 3_600_000;
/// A receiver may ask for a longer pause than ours, but not without a limit.
const LONGEST_ASKED: Duration = Duration::from_secs(24 * 3600);

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    Delivered {
        attempts: u32,
    },
    /// The receiver does not want it: another attempt would change nothing. Disable an endpoint that answers 410.
    Refused {
        status: u16,
    },
    GaveUp,
}

pub(crate) struct Sender<S> {
    client: Client,
    signer: Signer<S>,
}

impl<S: KeySource<Key = Secret>> Sender<S> {
    pub(crate) fn new(keys: S, timeout: Duration) -> Result<Self, Box<dyn Error>> {
        // A redirect would carry the message to a place that nobody registered.
        let client = Client::builder().redirect(redirect::Policy::none()).timeout(timeout).build()?;
        Ok(Self { client, signer: Signer::new(providers::STANDARD_WEBHOOKS, keys, SignWith::AllLive)? })
    }

    /// Where customers choose the URL, let reqwest resolve names through something that refuses private addresses.
    ///
    /// `pause` may be a sleep; a queue would write the message back with the time of its next attempt.
    pub(crate) async fn deliver(
        &self,
        url: &Url,
        (id, body): (&str, &[u8]),
        now: impl Fn() -> Timestamp,
        pause: impl AsyncFn(Duration),
    ) -> Result<Delivery, SignError> {
        for attempt in 1..=ATTEMPTS {
            // Anew each time: receivers refuse old timestamps, and the secret may have been rotated or revoked meanwhile.
            let signed = self.signer.sign(&Message::new(body).id(id), now())?;
            let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
            signed.apply(&mut headers);
            let asked = match self.client.post(url.clone()).headers(headers).body(body.to_vec()).send().await {
                Ok(answer) if answer.status().is_success() => return Ok(Delivery::Delivered { attempts: attempt }),
                Ok(answer) if answer.status().is_server_error() || answer.status() == 429 => asked(answer.headers(), now()),
                Ok(answer) => return Ok(Delivery::Refused { status: answer.status().as_u16() }),
                Err(_) => None, // no connection, no answer in time: it may have arrived, so the id stays the same
            };
            if attempt < ATTEMPTS {
                pause(back_off(attempt, getrandom::u64().unwrap_or(0)).max(asked.unwrap_or_default())).await;
            }
        }
        Ok(Delivery::GaveUp)
    }
}

/// Doubles with each attempt; the upper half is random, so that what failed together does not come back together.
pub(crate) fn back_off(attempt: u32, random: u64) -> Duration {
    let whole = FIRST_PAUSE_MS.saturating_mul(2_u64.saturating_pow(attempt.saturating_sub(1))).min(LONGEST_PAUSE_MS);
    let half = whole / 2;
    Duration::from_millis(half.saturating_add(random.checked_rem(half).unwrap_or(0)))
}

/// `Retry-After`, in seconds or as a date (RFC 9110, section 10.2.3).
pub(crate) fn asked(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    let date = || Some(httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?.as_secs());
    let until = || Some(Timestamp::from_unix_secs(i64::try_from(date()?).ok()?).since(now));
    text.parse().ok().map(Duration::from_secs).or_else(until).map(|asked| asked.min(LONGEST_ASKED))
}

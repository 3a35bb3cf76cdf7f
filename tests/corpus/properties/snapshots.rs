use std::convert::Infallible;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use hookring::{Keyring, Seal, Secret, SecretFormat};
use zeroize::Zeroizing;

use super::{Bytes, NOW, secret};

/// No seal at all: what the strict reader alone has to withstand.
struct Open;

impl Seal for Open {
    type Error = Infallible;

    async fn seal(&self, _: &[u8], plain: Zeroizing<Vec<u8>>) -> Result<Vec<u8>, Infallible> {
        Ok(plain.to_vec())
    }

    async fn open(&self, _: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Infallible> {
        Ok(Zeroizing::new(sealed.to_vec()))
    }
}

fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("this seal never waits"),
    }
}

/// A blob opens to a ring that seals to the same blob, or it does not open.
pub(crate) fn snapshots(data: &[u8]) {
    let reads = |blob: &[u8]| {
        if let Ok(ring) = now(Keyring::<Secret>::open("owner", blob, 0, &Open)) {
            assert_eq!(now(ring.seal("owner", &Open)).unwrap(), blob);
        }
    };
    reads(data);
    // A good blob with some bytes changed and its end cut off, so that the reader gets deep.
    let key = |n| secret(SecretFormat::Hex, n);
    let ring: Keyring = Keyring::new(key(1), NOW).ring;
    let ring = ring.rotate(key(2), Duration::from_secs(60), NOW).unwrap().ring.stage(key(3), NOW).unwrap().ring;
    let mut blob = now(ring.seal("owner", &Open)).unwrap();
    let mut bytes = Bytes(data);
    for _ in 0..bytes.byte() % 4 {
        let at = (usize::from(bytes.byte()) << 2 | usize::from(bytes.byte() & 3)) % blob.len();
        blob[at] ^= bytes.byte();
    }
    blob.truncate(blob.len() - usize::from(bytes.byte()) % 8);
    reads(&blob);
}

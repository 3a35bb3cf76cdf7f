//! A whole ring as one sealed blob: for the database column, the backup, the way to another machine.

mod codec;
mod envelope;
mod error;
mod stored;

use alloc::vec::Vec;
use core::future::Future;

use zeroize::Zeroizing;

pub use error::SnapshotError;
pub use stored::StoredKey;

use crate::keyring::{Keyring, Record};
use crate::stack;
use envelope::{Envelope, Split, owner_digest};

/// What keeps the content of a blob secret and unchanged: a key service (KMS), or the ready-made `AeadSeal` of the
/// feature `aead`.
///
/// Asynchronous, because a key service is a call over the network. Rings are opened when they are loaded and not per
/// request.
///
/// # Example
///
/// A key service takes a few lines. Its "encryption context" is the associated data here:
///
/// ```
/// use hookring::{Keyring, Seal, Secret, SecretFormat, Timestamp};
/// use zeroize::Zeroizing;
/// # #[derive(Debug)]
/// # struct KmsError;
/// # impl std::fmt::Display for KmsError {
/// #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("the key service refused") }
/// # }
/// # impl std::error::Error for KmsError {}
/// # struct KmsClient;
/// # impl KmsClient {
/// #     // Not encryption: it only takes the place of the service here.
/// #     async fn encrypt(&self, _key: &str, context: String, plain: &[u8]) -> Result<Vec<u8>, KmsError> {
/// #         Ok([context.as_bytes(), b"|", plain].concat())
/// #     }
/// #     async fn decrypt(&self, _key: &str, context: String, sealed: &[u8]) -> Result<Vec<u8>, KmsError> {
/// #         let plain = sealed.strip_prefix(context.as_bytes()).and_then(|rest| rest.strip_prefix(b"|"));
/// #         plain.map(Vec::from).ok_or(KmsError)
/// #     }
/// # }
/// # fn hex(bytes: &[u8]) -> String { bytes.iter().map(|byte| format!("{byte:02x}")).collect() }
/// # fn block_on<F: Future>(future: F) -> F::Output {
/// #     let mut future = std::pin::pin!(future);
/// #     let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// #     loop {
/// #         if let std::task::Poll::Ready(out) = future.as_mut().poll(&mut context) { return out }
/// #     }
/// # }
///
/// struct KmsSeal {
///     client: KmsClient,
///     key: String,
/// }
///
/// impl Seal for KmsSeal {
///     type Error = KmsError;
///
///     async fn seal(&self, associated: &[u8], plain: Zeroizing<Vec<u8>>) -> Result<Vec<u8>, KmsError> {
///         self.client.encrypt(&self.key, hex(associated), &plain).await
///     }
///
///     async fn open(&self, associated: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, KmsError> {
///         self.client.decrypt(&self.key, hex(associated), sealed).await.map(Zeroizing::new)
///     }
/// }
///
/// let seal = KmsSeal { client: KmsClient, key: "alias/webhooks".into() };
/// let ring = Keyring::new(Secret::generate(SecretFormat::Whsec)?, Timestamp::now()).ring;
/// let blob = block_on(ring.seal("tenant-7", &seal))?;
/// let opened = block_on(Keyring::<Secret>::open("tenant-7", &blob, ring.generation(), &seal))?;
/// assert!(opened.same_version(&ring));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Some services encrypt only a few KiB at a time (4 KiB is common). A ring of five keys fits; one that remembers many
/// revoked keys may not. Then let the service wrap a random key per blob, and seal under that one.
///
/// # Security
///
/// `open` has to fail if the sealed bytes or the associated data differ by a bit from what was sealed; a cipher without
/// authentication is not enough.
pub trait Seal: Send + Sync {
    /// Why it failed. Goes to logs, so it must not hold the plain bytes.
    type Error: core::error::Error + Send + Sync + 'static;

    /// Encrypts `plain` and binds it to `associated`, which is not secret and will be given to `open` again.
    ///
    /// # Errors
    ///
    /// The seal's own.
    fn seal(&self, associated: &[u8], plain: Zeroizing<Vec<u8>>) -> impl Future<Output = Result<Vec<u8>, Self::Error>> + Send;

    /// Decrypts what `seal` gave for the same associated data.
    ///
    /// # Errors
    ///
    /// The seal's own, always if anything was changed.
    fn open(&self, associated: &[u8], sealed: &[u8]) -> impl Future<Output = Result<Zeroizing<Vec<u8>>, Self::Error>> + Send;
}

/// A seal behind a pointer.
macro_rules! forward {
    ($($pointer:ty),+) => {$(
        impl<S: Seal + ?Sized> Seal for $pointer {
            type Error = S::Error;

            fn seal(&self, associated: &[u8], plain: Zeroizing<Vec<u8>>) -> impl Future<Output = Result<Vec<u8>, Self::Error>> + Send {
                (**self).seal(associated, plain)
            }

            fn open(&self, associated: &[u8], sealed: &[u8]) -> impl Future<Output = Result<Zeroizing<Vec<u8>>, Self::Error>> + Send {
                (**self).open(associated, sealed)
            }
        }
    )+};
}

forward!(&S, alloc::sync::Arc<S>);

/// # Sealed rings
///
/// The whole ring is one blob: keys, roles, deadlines, history and the memory of revoked keys, so nothing in it can be
/// edited or mixed with parts of another. Owner, generation and kind of keys can be read without a key and are bound to
/// the seal.
impl<K: StoredKey> Keyring<K> {
    /// Seals the ring for its owner (an endpoint, a tenant).
    ///
    /// # Errors
    ///
    /// [`SnapshotError::Seal`], [`SnapshotError::BadOwner`], [`SnapshotError::Derived`] or [`SnapshotError::TooLarge`].
    pub async fn seal<S: Seal>(&self, owner: &str, seal: &S) -> Result<Vec<u8>, SnapshotError<S::Error>> {
        let owner = owner_digest(owner)?;
        let plain = stack::wiped(|| codec::encode(&Record::of(self))).ok_or(SnapshotError::Derived)?;
        let length = u32::try_from(plain.len()).map_err(|_| SnapshotError::TooLarge)?;
        let envelope = Envelope { kind: K::KIND, generation: self.generation(), owner, plain: length };
        let associated = envelope.to_bytes();
        let sealed = seal.seal(&associated, plain).await.map_err(SnapshotError::Seal)?;
        Envelope::join(&associated, &sealed)
    }

    /// Opens a sealed ring: the same roles, times, verdicts, history and revoked keys as before.
    ///
    /// `min_generation` is the least generation that the caller accepts, 0 for any. See [`Seal`] for an example.
    ///
    /// # Errors
    ///
    /// [`SnapshotError`], one for each thing that can be wrong with a blob. None of them is a reason to go on without a
    /// ring.
    ///
    /// # Security
    ///
    /// Sealing stops edits and swaps, not the return of a whole older blob: only `min_generation` does, and only if it
    /// comes from somewhere else than the blob.
    pub async fn open<S: Seal>(
        owner: &str,
        blob: &[u8],
        min_generation: u64,
        seal: &S,
    ) -> Result<Self, SnapshotError<S::Error>> {
        let owner = owner_digest(owner)?;
        let Split { envelope, associated, sealed } = Envelope::split(blob)?;
        if envelope.kind != K::KIND {
            return Err(SnapshotError::WrongKind);
        }
        if envelope.owner != owner {
            return Err(SnapshotError::WrongOwner);
        }
        if envelope.generation < min_generation {
            return Err(SnapshotError::Older { found: envelope.generation, minimum: min_generation });
        }
        let plain = seal.open(associated, sealed).await.map_err(SnapshotError::Seal)?;
        let announced = usize::try_from(envelope.plain).is_ok_and(|length| length == plain.len());
        let record =
            stack::wiped(|| codec::decode::<K>(&plain)).filter(|record| announced && record.generation == envelope.generation);
        record.and_then(Record::into_ring).ok_or(SnapshotError::Corrupt)
    }
}

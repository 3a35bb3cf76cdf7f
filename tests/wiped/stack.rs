//! What is left on the stack: no secret, no key, and no state of a key that could forge.
//!
//! The stack below a call is read by moving it, as it is, into a block on the heap that is searched. What is in registers is not
//! looked for. Release builds wipe no stack for HMAC-SHA256 where the CPU has SHA extensions, so this is where it shows that
//! nothing is left to wipe. Without any optimisation the search would see another place than it should, and its control fails;
//! `Cargo.toml` sets a level for this crate.

use core::hint::black_box;
use core::mem::MaybeUninit;
use core::time::Duration;

use hookring::*;
use zeroize::zeroize_stack;

use super::searching::finds;
use super::states::{everything, slices};

const NOW: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
const BODY: &[u8] = &[b'b'; 300];
const TEXT: &str = "8f14e45fceea167a5a36dedd4bea2543c9f0f895fb98ab91";
const OTHER: &str = "45c48cce2e2d7fbdea1afc51c7c6ad26d3d9446802a44259";

fn secret(text: &str) -> Secret {
    Secret::parse(text, SecretFormat::Utf8, &SecretPolicy::dangerous_any_strength()).unwrap()
}

fn ring() -> Keyring {
    let ring: Keyring = Keyring::new(secret(TEXT), NOW).ring;
    ring.rotate(secret(OTHER), Duration::from_secs(3600), NOW).unwrap().ring
}

/// How much of the stack is searched.
const STACK: usize = 64 * 1024;

/// Whether the work left something of these on the stack, or in what it freed.
fn leaves(secrets: &[&[u8]], work: impl FnOnce()) -> bool {
    let search = || {
        // Never written to, so what it holds is what was there before. The black box makes the compiler move it as it is.
        let mut room = MaybeUninit::<[u8; STACK]>::uninit();
        black_box(&mut room);
        drop(black_box(Box::new(room)));
    };
    let (found, _) = finds(secrets, || {
        // What others left, or the library of the system spilled from registers, is not the work's.
        zeroize_stack::<STACK>();
        below(work);
        apart(search);
    });
    found > 0
}

/// Deeper than the frame of the search, which would hide what lies there.
#[inline(never)]
fn below(work: impl FnOnce()) {
    let gap = black_box([0_u8; 1024]);
    apart(work);
    black_box(&gap);
}

#[inline(never)]
fn apart(work: impl FnOnce()) {
    work();
}

/// The names of those that leave something of the two secrets or of their states.
#[track_caller]
fn none_leaves(work: &mut [(&str, &mut dyn FnMut())]) {
    let wanted = [everything(TEXT, TEXT.as_bytes(), BODY), everything(OTHER, OTHER.as_bytes(), BODY)].concat();
    let wanted = slices(&wanted);
    let leave = work.iter_mut().filter_map(|(name, work)| leaves(&wanted, work).then_some(*name));
    assert_eq!(leave.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn what_a_function_leaves_is_found() {
    let planted = || {
        let _: [u8; 48] = black_box(black_box(TEXT).as_bytes().try_into().unwrap());
    };
    assert!(leaves(&[TEXT.as_bytes()], planted));
    assert!(!leaves(&[OTHER.as_bytes()], planted));
    // A state that is computed and moved.
    let wanted = everything(TEXT, TEXT.as_bytes(), BODY);
    let moved = || {
        let _ = black_box(state());
    };
    assert!(leaves(&slices(&wanted), moved));
}

/// The state after the inner pad, on this stack.
#[inline(never)]
fn state() -> [u32; 8] {
    let mut state = black_box([0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19]);
    let mut block = [0x36; 64];
    block.iter_mut().zip(TEXT.bytes()).for_each(|(byte, key)| *byte ^= key);
    sha2::block_api::compress256(&mut state, &[block]);
    state
}

#[test]
fn keys_that_are_made() {
    let secret_here = secret(TEXT);
    let master = Derivation::labelled("signing", &["tenant-7"]).unwrap();
    none_leaves(&mut [
        ("parse", &mut || drop(black_box(Box::new(secret(TEXT))))),
        ("strict", &mut || drop(black_box(Secret::parse(TEXT, SecretFormat::Utf8, &SecretPolicy::strict()).map(Box::new)))),
        ("refused", &mut || assert!(Secret::parse(TEXT, SecretFormat::Whsec, &SecretPolicy::provider()).is_err())),
        ("hex", &mut || drop(black_box(Secret::parse(TEXT, SecretFormat::Hex, &SecretPolicy::provider()).map(Box::new)))),
        ("rings", &mut || drop(black_box(ring()))),
        ("derived", &mut || drop(black_box(master.secret(&secret_here).map(Box::new)))),
        ("a hash of it", &mut || drop(black_box(Sha256Hash::of(&secret_here)))),
        #[cfg(feature = "bcrypt")]
        ("a slow hash of it", &mut || drop(black_box(BcryptHash::of(&secret_here, 10)))),
    ]);
}

#[cfg(feature = "ed25519")]
#[test]
fn private_keys_that_are_made_and_sign() {
    use base64ct::{Base64, Encoding as _};

    let seed = [0x5a, 0x17, 0xc3, 0x2e, 0x91, 0x08, 0xf4, 0x6b].repeat(4);
    let text = format!("whsk_{}", Base64::encode_string(&seed));
    // Not what the other crate computes from the seed: words of it stay in registers, out of reach.
    let secrets = [&text.as_bytes()["whsk_".len()..], &seed];
    let make = || SigningKey::parse(&text, SigningKeyFormat::Whsk).unwrap();
    assert!(!leaves(&secrets, || drop(black_box(Box::new(make())))), "made");
    let signer = Signer::new(providers::STANDARD_WEBHOOKS_V1A, Keyring::new(make(), NOW).ring, SignWith::Current).unwrap();
    let message = Message::new(BODY).id("msg_1");
    assert!(!leaves(&secrets, || drop(black_box(signer.sign(&message, NOW).unwrap()))), "signed");
}

#[test]
fn tokens_that_are_checked() {
    let fast = BearerVerifier::new(ring(), 0);
    let hashed: Keyring<Sha256Hash> = Keyring::new(Sha256Hash::of(&secret(TEXT)).unwrap(), NOW).ring;
    let hashed = BearerVerifier::new(hashed, 0);
    let headers = [("authorization", format!("Bearer {TEXT}"))];
    none_leaves(&mut [
        ("token", &mut || assert!(fast.check_token(TEXT.as_bytes(), NOW).is_ok())),
        ("header", &mut || assert!(fast.check_at(&headers, None, NOW).is_ok())),
        ("hashed", &mut || assert!(hashed.check_token(TEXT.as_bytes(), NOW).is_ok())),
    ]);
    #[cfg(feature = "bcrypt")]
    {
        let slow: Keyring<BcryptHash> = Keyring::new(BcryptHash::of(&secret(TEXT), 10).unwrap(), NOW).ring;
        let slow = BearerVerifier::new(slow, 1);
        let check = || assert!(slow.check_token(TEXT.as_bytes(), NOW).is_ok());
        none_leaves(&mut [("slow", &mut { check }), ("remembered", &mut { check })]);
    }
}

/// A scheme with HMAC-SHA256, which has its own way through the CPU, and others.
fn schemes() -> [(&'static str, Scheme<'static>); 4] {
    [
        ("github", providers::GITHUB),
        ("stripe", providers::STRIPE),
        ("standard webhooks", providers::STANDARD_WEBHOOKS),
        ("sha512", providers::PAYSTACK),
    ]
}

#[test]
fn deliveries_that_are_signed_and_verified() {
    for (name, scheme) in schemes() {
        let signer = Signer::new(scheme, ring(), SignWith::Current).unwrap();
        let verifier = Verifier::builder(scheme).digest_content().build(ring()).unwrap();
        let message = Message::new(BODY).id("msg_1");
        let signed = signer.sign(&message, NOW).unwrap();
        let headers: Vec<(String, String)> = signed.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let verify = |body: &[u8]| verifier.verify_at(Request::new(&headers, body), NOW).is_ok();
        let stream = |body: &[u8]| {
            let mut stream = verifier.begin(Request::new(&headers, ()), NOW).unwrap();
            body.chunks(100).for_each(|piece| stream.update(piece));
            stream.finish(NOW).is_ok()
        };
        let given_up = || {
            let mut stream = Box::new(verifier.begin(Request::new(&headers, ()), NOW).unwrap());
            stream.update(&BODY[..200]);
            drop(black_box(stream));
        };
        none_leaves(&mut [
            (&format!("{name}: signed"), &mut || drop(black_box(signer.sign(&message, NOW).unwrap()))),
            (&format!("{name}: verified"), &mut || assert!(verify(BODY))),
            (&format!("{name}: rejected"), &mut || assert!(!verify(&BODY[1..]))),
            (&format!("{name}: streamed"), &mut || assert!(stream(BODY))),
            (&format!("{name}: streamed, rejected"), &mut || assert!(!stream(&BODY[1..]))),
            (&format!("{name}: given up"), &mut { given_up }),
        ]);
    }
}

#[cfg(feature = "aead")]
#[test]
fn rings_that_are_sealed_and_opened() {
    use super::block_on;

    let (ring, seal) = (ring(), AeadSeal::new(Secret::generate(SecretFormat::Hex).unwrap()));
    let blob = block_on(ring.seal("tenant-7", &seal)).unwrap();
    none_leaves(&mut [
        ("sealed", &mut || drop(black_box(block_on(ring.seal("tenant-7", &seal)).unwrap()))),
        ("opened", &mut || drop(black_box(block_on(Keyring::<Secret>::open("tenant-7", &blob, 0, &seal)).unwrap()))),
    ]);
}

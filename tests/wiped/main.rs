//! No block of memory that is given back holds a secret, a key or a state that could forge.
//!
//! A test binary of its own, because it replaces the allocator: every block is searched when it is freed. The stack is
//! searched in `stack.rs`.

#[path = "../support/searching.rs"]
mod searching;
mod stack;
mod states;

use core::hint::black_box;
use core::time::Duration;

use base64ct::{Base64, Encoding as _};
use hookring::*;
use searching::{all_wiped, finds};
use sha2::block_api::compress256;
use states::{everything, slices};

const NOW: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
const BODY: &[u8] = &[b'b'; 300];
const UTF8: &str = "8f14e45fceea167a5a36dedd4bea2543c9f0f895fb98ab91";
const OTHER: &str = "45c48cce2e2d7fbdea1afc51c7c6ad26d3d9446802a44259";
const BYTES: [u8; 32] = *b"\xd9\x01\x7c\x3e\xaa\x52\x18\xf4\x66\x0b\x91\xc5\x2d\x73\xe8\x4f\x3a\xbe\x07\x5d\xf2\x89\x14\xc0\x6e\xb3\x48\x9d\x25\xfa\x61\x87";

fn secret(text: &str, format: SecretFormat) -> Secret {
    Secret::parse(text, format, &SecretPolicy::dangerous_any_strength()).unwrap()
}

#[test]
fn what_is_not_wiped_is_found() {
    let wanted = everything(UTF8, UTF8.as_bytes(), BODY);
    let wanted = slices(&wanted);
    assert_eq!(finds(&wanted, || drop(black_box(UTF8.to_owned()))), (1, 1));
    assert_eq!(finds(&wanted, || drop(black_box(OTHER.to_owned()))), (0, 1));
    for state in &wanted {
        assert_eq!(finds(&wanted, || drop(black_box(Box::new([&[7; 100], *state].concat())))).0, 1);
    }
    // A growing text leaves copies behind.
    let grown = || {
        let mut text = String::from(&UTF8[..20]);
        text.push_str(&UTF8[20..]);
        drop(black_box(Zeroizing::new(text)));
    };
    assert_eq!(finds(&wanted, grown).0, 1);
    // The states above are the ones that the crate computes with.
    let signer =
        Signer::new(providers::GITHUB, Keyring::new(secret(UTF8, SecretFormat::Utf8), NOW).ring, SignWith::Current).unwrap();
    let signed = signer.sign(&Message::new(BODY), NOW).unwrap();
    let inner: [u32; 8] = core::array::from_fn(|n| u32::from_ne_bytes(wanted[1][4 * n..][..4].try_into().unwrap()));
    let outer: [u32; 8] =
        core::array::from_fn(|n| u32::from_ne_bytes(wanted[wanted.len() - 6][4 * n..][..4].try_into().unwrap()));
    assert_eq!(signed.iter().next().unwrap().1, format!("sha256={}", hex::encode(tag(inner, outer))));
}

/// HMAC-SHA256 of the body from the two states.
fn tag(mut inner: [u32; 8], mut outer: [u32; 8]) -> Vec<u8> {
    let padded = |message: &[u8]| {
        let mut all = message.to_vec();
        all.push(0x80);
        all.resize((all.len() + 8).div_ceil(64) * 64 - 8, 0);
        all.extend(((64 + message.len() as u64) * 8).to_be_bytes());
        all
    };
    let bytes = |state: [u32; 8]| -> Vec<u8> { state.iter().flat_map(|word| word.to_be_bytes()).collect() };
    padded(BODY).chunks(64).for_each(|block| compress256(&mut inner, &[block.try_into().unwrap()]));
    padded(&bytes(inner)).chunks(64).for_each(|block| compress256(&mut outer, &[block.try_into().unwrap()]));
    bytes(outer)
}

#[test]
fn secrets_of_every_format() {
    let base64 = Base64::encode_string(&BYTES);
    let texts = [
        (UTF8.to_owned(), UTF8.as_bytes().to_vec(), SecretFormat::Utf8),
        (hex::encode(BYTES), BYTES.to_vec(), SecretFormat::Hex),
        (base64.clone(), BYTES.to_vec(), SecretFormat::Base64),
        (format!("whsec_{base64}"), BYTES.to_vec(), SecretFormat::Whsec),
        (base64.replace('+', "-").replace('/', "_").replace('=', ""), BYTES.to_vec(), SecretFormat::Base64Url),
    ];
    for (text, key, format) in &texts {
        let wanted = everything(text, key, BODY);
        let wanted = slices(&wanted);
        all_wiped(&wanted, || drop(black_box(Box::new(secret(text, *format)))));
        // Under a policy, which looks at the text from many sides; and refused.
        for policy in [SecretPolicy::strict(), SecretPolicy::provider()] {
            all_wiped(&wanted, || drop(black_box(Secret::parse(text, *format, &policy).map(Box::new))));
        }
        let broken = format!("{text}\n");
        let (found, _) = finds(&wanted, || assert!(Secret::parse(&broken, *format, &SecretPolicy::strict()).is_err()));
        assert_eq!(found, 0);
        all_wiped(&wanted, || drop(black_box(Keyring::new(secret(text, *format), NOW))));
    }
}

#[test]
fn generated_and_derived_secrets() {
    for format in [SecretFormat::Utf8, SecretFormat::Hex, SecretFormat::Base64, SecretFormat::Whsec, SecretFormat::Base64Url] {
        let made = Box::new(Secret::generate(format).unwrap());
        let text = made.reveal().as_bytes().to_vec();
        all_wiped(&[&text], || drop(black_box(made)));
    }
    let master = secret(UTF8, SecretFormat::Utf8);
    let recipe = Derivation::labelled("signing", &["tenant-7"]).unwrap();
    let derived = Box::new(recipe.secret(&master).unwrap());
    let text = derived.reveal().as_bytes().to_vec();
    let key = base64ct::Base64UrlUnpadded::decode_vec(derived.reveal()).unwrap();
    drop(derived);
    let wanted = everything(core::str::from_utf8(&text).unwrap(), &key, BODY);
    let ring: Keyring = Keyring::new(master, NOW).ring;
    all_wiped(&slices(&wanted), || {
        let source = Derived::new(ring, recipe);
        let verifier = Verifier::new(providers::GITHUB, source).unwrap();
        let forged = [("x-hub-signature-256", format!("sha256={}", "0".repeat(64)))];
        assert!(verifier.verify(&forged, BODY).is_err());
        drop(verifier);
    });
}

/// Both secrets of a ring and their states.
fn two() -> Vec<Vec<u8>> {
    [everything(UTF8, UTF8.as_bytes(), BODY), everything(OTHER, OTHER.as_bytes(), BODY)].concat()
}

fn ring_of_two() -> Keyring {
    let ring: Keyring = Keyring::new(secret(UTF8, SecretFormat::Utf8), NOW).ring;
    ring.rotate(secret(OTHER, SecretFormat::Utf8), Duration::from_secs(3600), NOW).unwrap().ring
}

#[test]
fn rings_and_their_transitions() {
    let wanted = two();
    all_wiped(&slices(&wanted), || {
        let shared = SharedKeyring::new(ring_of_two());
        let ring = shared.load();
        let later = NOW.plus(Duration::from_secs(3600));
        shared.replace(ring.without_expired(later)).unwrap();
        let id = ring.current().unwrap().id();
        let revoked = ring.revoke(id, NOW).unwrap().ring;
        shared.replace(revoked).unwrap();
        assert!(format!("{ring:?} {:?}", ring.status(NOW)).len() > 10);
    });
}

#[test]
fn signing() {
    let wanted = two();
    all_wiped(&slices(&wanted), || {
        for scheme in [providers::GITHUB, providers::STANDARD_WEBHOOKS, providers::STRIPE] {
            let with = if scheme.carries_several() { SignWith::AllLive } else { SignWith::Current };
            let message = Message::new(BODY).id("msg_1");
            drop(black_box(Signer::new(scheme, ring_of_two(), with).unwrap().sign(&message, NOW).unwrap()));
            let rings: Vec<Keyring> = (0..9).map(|_| ring_of_two()).collect();
            drop(black_box(FanOut::new(scheme, with).unwrap().sign_each(&message, &rings, NOW).unwrap()));
        }
    });
}

#[test]
fn verifying_whole_and_in_streams() {
    for scheme in [providers::GITHUB, providers::STRIPE] {
        let signer = Signer::new(scheme, ring_of_two(), SignWith::Current).unwrap();
        let headers: Vec<(String, String)> =
            signer.sign(&Message::new(BODY), NOW).unwrap().iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
        let wanted = two();
        all_wiped(&slices(&wanted), || {
            let verifier = Verifier::builder(scheme).digest_content().build(ring_of_two()).unwrap();
            for body in [BODY, &BODY[1..]] {
                let request = Request::new(&headers, body);
                assert_eq!(verifier.verify_at(request, NOW).is_ok(), body == BODY);
                // Given up half way, as when a connection breaks: the stream lies in the memory of a task.
                let mut stream = Box::new(verifier.begin(Request::new(&headers, ()), NOW).unwrap());
                stream.update(&body[..200]);
                drop(black_box(stream));
                let mut stream = verifier.begin(Request::new(&headers, ()), NOW).unwrap();
                body.chunks(100).for_each(|piece| stream.update(piece));
                assert_eq!(stream.finish(NOW).is_ok(), body == BODY);
            }
        });
    }
}

#[test]
fn presented_secrets() {
    let wanted = two();
    all_wiped(&slices(&wanted), || {
        let verifier = BearerVerifier::new(ring_of_two(), 0);
        assert!(verifier.check_token(UTF8.as_bytes(), NOW).is_ok());
        let hashes: Keyring<Sha256Hash> = Keyring::new(Sha256Hash::of(&secret(UTF8, SecretFormat::Utf8)).unwrap(), NOW).ring;
        assert!(BearerVerifier::new(hashes, 0).check_token(UTF8.as_bytes(), NOW).is_ok());
    });
}

#[cfg(feature = "ed25519")]
#[test]
fn private_keys() {
    let base64 = Base64::encode_string(&BYTES);
    let pair = ed25519_pair();
    for text in [format!("whsk_{base64}"), format!("whsk_{}", Base64::encode_string(&pair))] {
        let broken = format!("{text}=");
        let wanted = [&text.as_bytes()["whsk_".len()..], &BYTES];
        all_wiped(&wanted, || {
            let parse = |text: &str| SigningKey::parse(text, SigningKeyFormat::Whsk);
            let signer =
                Signer::new(providers::STANDARD_WEBHOOKS_V1A, Keyring::new(parse(&text).unwrap(), NOW).ring, SignWith::Current);
            drop(black_box(signer.unwrap().sign(&Message::new(BODY).id("msg_1"), NOW).unwrap()));
            drop(black_box(parse(&text).map(Box::new)));
            assert!(parse(&broken).is_err());
        });
    }
    let made = Box::new(SigningKey::generate(SigningKeyFormat::Whsk).unwrap());
    let text = made.reveal().as_bytes()["whsk_".len()..].to_vec();
    all_wiped(&[&text], || drop(black_box(made)));
}

/// The seed and the public key that belongs to it.
#[cfg(feature = "ed25519")]
fn ed25519_pair() -> Vec<u8> {
    let seed = SigningKey::parse(&format!("whsk_{}", Base64::encode_string(&BYTES)), SigningKeyFormat::Whsk).unwrap();
    let public = Base64::decode_vec(seed.public_text().strip_prefix("whpk_").unwrap()).unwrap();
    [&BYTES[..], &public].concat()
}

#[cfg(feature = "aead")]
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = Box::pin(future);
    let mut context = core::task::Context::from_waker(core::task::Waker::noop());
    match future.as_mut().poll(&mut context) {
        core::task::Poll::Ready(out) => out,
        core::task::Poll::Pending => panic!("it waits for nothing"),
    }
}

#[cfg(feature = "aead")]
#[test]
fn sealed_rings() {
    let wanted = two();
    all_wiped(&slices(&wanted), || {
        let seal = AeadSeal::new(Secret::generate(SecretFormat::Hex).unwrap());
        let blob = block_on(ring_of_two().seal("tenant-7", &seal)).unwrap();
        let opened = block_on(Keyring::<Secret>::open("tenant-7", &blob, 0, &seal)).unwrap();
        assert_eq!(opened.live(NOW).count(), 2);
    });
}

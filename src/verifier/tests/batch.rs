//! Batches: every item has to be good, and which items there are is what tells one batch from another.

use super::*;
use crate::mac::{self, MacKey};
use crate::replay::Scope;
use crate::scheme::Covers;

const PARTS: [SignedPart<'static>; 1] = [SignedPart::JsonOrEmpty("id")];
const SCHEME: Scheme<'static> =
    Scheme::new("items", Algorithm::HmacSha256, Place::Json("tag"), Grammar::Whole, Encoding::Hex, &PARTS)
        .each_item("items")
        .covers(Covers::Only("the id of each item"));

/// An item that is signed with the n-th key of [`ring`].
fn item(id: &str, key: usize) -> String {
    let key = MacKey::new(secret(key * 4, SecretFormat::Utf8).reveal().as_bytes()).unwrap();
    let tag = hex::encode(*mac::tag(&key, &[id.as_bytes()]));
    format!("{{\"id\":\"{id}\",\"tag\":\"{tag}\"}}")
}

fn verify(items: &[String]) -> Result<Verified<Vec<u8>>, Rejection> {
    let body = format!("{{\"items\":[{}]}}", items.join(","));
    verifier(SCHEME, ring(2, SecretFormat::Utf8)).verify_at(Request::new(&Pairs::new(), body.into_bytes()), NOW)
}

#[test]
fn one_bad_item_spoils_the_batch() {
    let [a, b] = [item("a", 0), item("b", 1)];
    assert!(verify(&[a.clone(), b.clone()]).is_ok());
    for bad in [item("c", 2), a.replace("\"a\"", "\"b\"")] {
        for batch in [[a.clone(), bad.clone()], [bad.clone(), b.clone()]] {
            assert_eq!(verify(&batch).map(drop), Err(Rejection::Mismatch), "{batch:?}");
        }
    }
    assert_eq!(verify(&[a, "{\"id\":\"b\"}".into()]).map(drop), Err(Rejection::Missing(Field::Signature)));
    assert_eq!(verify(&[]).map(drop), Err(Rejection::Missing(Field::Signature)));
}

/// Its signatures are in the body, so nothing can be decided before it has arrived.
#[cfg(feature = "http-body")]
#[test]
fn the_head_of_a_batch_decides_nothing() {
    let verifier = verifier(SCHEME, ring(1, SecretFormat::Utf8));
    assert!(verifier.begin_whole(Request::new(&Pairs::new(), ()), NOW).is_ok());
}

#[test]
fn sixteen_items_are_a_batch_and_seventeen_too_many() {
    let items: Vec<_> = (0..17).map(|n| item(&format!("{n}"), 0)).collect();
    assert!(verify(&items[..16]).is_ok());
    assert_eq!(verify(&items).map(drop), Err(Rejection::TooManyItems));
}

/// The current key is the second one of the ring.
#[test]
fn the_key_of_the_first_item_is_told() {
    let [old, new] = [item("a", 0), item("b", 1)];
    assert_eq!(verify(&[old.clone(), new.clone()]).map(|verified| verified.role()), Ok(Role::Previous));
    let verified = verify(&[new, old]).unwrap();
    assert_eq!((verified.role(), verified.timestamp(), verified.id()), (Role::Current, None, None));
}

#[test]
fn neither_order_nor_repetition_makes_another_delivery() {
    let key = |ids: &[&str]| {
        let items: Vec<_> = ids.iter().map(|id| item(id, 0)).collect();
        verify(&items).unwrap().replay_key(&Scope::new("endpoint").unwrap())
    };
    let both = key(&["a", "b"]);
    assert_eq!(key(&["b", "a"]), both);
    assert_eq!(key(&["a", "b", "a", "b", "b"]), both);
    let others = [key(&["a"]), key(&["b"]), key(&["a", "c"]), key(&["a", "b", "c"])];
    assert!(others.iter().all(|other| *other != both));
    assert_ne!(others[0], others[1]);
}

#[test]
fn what_each_item_signs_of_the_request_line_has_to_be_there() {
    let scheme = Scheme::new(
        "items",
        Algorithm::HmacSha256,
        Place::Json("tag"),
        Grammar::Whole,
        Encoding::Hex,
        &[SignedPart::Method, SignedPart::JsonOrEmpty("id")],
    );
    let scheme = scheme.each_item("items").covers(Covers::Only("the id of each item, and the method"));
    let verifier = verifier(scheme, ring(1, SecretFormat::Utf8));
    let body = format!("{{\"items\":[{}]}}", item("a", 0));
    let verdict = |request: Request<'_, _>| verifier.verify_at(request, NOW).map(drop);
    let headers = Pairs::new();
    assert_eq!(verdict(Request::new(&headers, body.as_bytes())), Err(Rejection::NeedsRequestLine));
    assert_eq!(verdict(Request::new(&headers, body.as_bytes()).method("POST")), Err(Rejection::Mismatch));
}

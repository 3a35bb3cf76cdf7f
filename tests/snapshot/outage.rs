//! Field case 71: decrypting gave nothing, nothing meant "not configured", and that meant "accept". Here a ring that is
//! absent, one that cannot be opened and one that is there are three results, and only the last one verifies anything.

use std::collections::BTreeMap;

use hookring::*;
use serde_json::Value;

use crate::seals::{Changed, Stamp, Unreachable};
use crate::{NOW, block_on, secret};

/// A table of sealed rings, and an endpoint in front of it as the documentation says to write one.
struct Endpoint(BTreeMap<&'static str, Vec<u8>>);

impl Endpoint {
    fn load<S: Seal>(&self, id: &str, seal: &S) -> Result<Option<Keyring>, SnapshotError<S::Error>> {
        self.0.get(id).map(|blob| block_on(Keyring::open(id, blob, 1, seal))).transpose()
    }

    fn status<S: Seal>(&self, id: &str, seal: &S, headers: &[(String, String)], body: &[u8]) -> u16 {
        match self.load(id, seal) {
            Ok(None) => 404,
            Err(_) => 500,
            Ok(Some(ring)) => {
                let verifier = Verifier::new(providers::GITHUB, ring).unwrap();
                match verifier.verify_at(Request::new(&headers, body), NOW) {
                    Ok(_) => 200,
                    Err(rejection) => rejection.status(),
                }
            }
        }
    }
}

fn signed(n: u8, body: &[u8]) -> Vec<(String, String)> {
    let signer = Signer::new(providers::GITHUB, Keyring::new(secret(n), NOW).ring, SignWith::Current).unwrap();
    let headers = signer.sign(&Message::new(body), NOW).unwrap();
    headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn absent_undecryptable_and_present_are_three_results() {
    let ring = Keyring::new(secret(1), NOW).ring;
    let blob = block_on(ring.seal("ep_1", &Stamp)).unwrap();
    let body = b"{\"event\":\"run.finished\"}";
    let (good, none) = (signed(1, body), Vec::new());
    let at = |blob: Option<Vec<u8>>| Endpoint(blob.map(|blob| ("ep_1", blob)).into_iter().collect());

    let present = at(Some(blob.clone()));
    assert!(present.load("ep_1", &Stamp).unwrap().is_some());
    assert_eq!(present.status("ep_1", &Stamp, &good, body), 200);
    assert_eq!(present.status("ep_1", &Stamp, &none, body), 401);

    let absent = at(None);
    assert!(absent.load("ep_1", &Stamp).unwrap().is_none());

    // A column that was lost, a flipped bit, an empty blob, a key service that is down: never 200, and retried.
    let mut lost = blob.clone();
    lost.drain(8..10);
    let mut flipped = blob.clone();
    *flipped.last_mut().unwrap() ^= 1;
    assert_eq!(at(Some(flipped.clone())).load("ep_1", &Stamp).unwrap_err(), SnapshotError::Seal(Changed));
    for damaged in [lost, flipped, Vec::new()] {
        let endpoint = at(Some(damaged));
        assert!(endpoint.load("ep_1", &Stamp).is_err());
        for headers in [&good, &none] {
            assert_eq!(endpoint.status("ep_1", &Stamp, headers, body), 500);
        }
    }
    assert!(matches!(present.load("ep_1", &Unreachable), Err(SnapshotError::Seal(_))));
    for headers in [&good, &none] {
        assert_eq!(present.status("ep_1", &Unreachable, headers, body), 500);
    }
}

/// The case as it was recorded.
#[test]
fn field_case_71() {
    let cases: Value = serde_json::from_str(include_str!("../cases/cases.json")).unwrap();
    let case = cases.as_array().unwrap().iter().find(|case| case["n"] == 71).unwrap();
    let value = case["given"]["secrets"][0]["value"].as_str().unwrap();
    let secret = Secret::parse(value, SecretFormat::Utf8, &SecretPolicy::strict()).unwrap();
    let blob = block_on(Keyring::new(secret, NOW).ring.seal("ep_1", &Stamp)).unwrap();
    let mut endpoint = Endpoint([("ep_1", blob)].into());
    let mut reachable = true;
    let mut delivered = 0;
    for step in case["given"]["steps"].as_array().unwrap() {
        match step["op"].as_str().unwrap() {
            "store_encrypted" => {}
            "corrupt" => {
                let blob = endpoint.0.get_mut("ep_1").unwrap();
                match step["what"].as_str().unwrap() {
                    "drop the key-version field" => drop(blob.drain(8..10)),
                    "flip one ciphertext bit" => *blob.last_mut().unwrap() ^= 1,
                    other => panic!("unknown damage {other}"),
                }
            }
            "kms" => reachable = step["state"] != "unreachable",
            "deliver" | "deliver_unsigned" => {
                let pair = |h: &Value| (h["name"].as_str().unwrap().to_owned(), h["value"].as_str().unwrap().to_owned());
                let headers: Vec<_> = step["headers"].as_array().unwrap().iter().map(pair).collect();
                let body = br#"{"event":"run.finished","run":"r_81"}"#;
                let status = if reachable {
                    endpoint.status("ep_1", &Stamp, &headers, body)
                } else {
                    endpoint.status("ep_1", &Unreachable, &headers, body)
                };
                assert_eq!(status, 500, "{step}");
                delivered += 1;
            }
            other => panic!("unknown step {other}"),
        }
    }
    assert_eq!(delivered, 3);
}

//! Many secrets from one master: the same in every process, in the form of the existing system, and rotated with the master.
//!
//! The expected values were computed with Python's `hmac` and `hashlib`.

use std::collections::HashSet;
use std::time::Duration;

use hookring::{
    BearerVerifier, Derivation, DeriveError, Derived, KeySource as _, Keyring, Rejection, Request, Role, Secret, SecretFormat,
    SecretPolicy, SharedKeyring, Timestamp, Verifier, providers,
};

const NOW: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
const HOUR: Duration = Duration::from_secs(3600);
const MASTER: &str = "77560dff4a0b1a8c0aa2b4eda06d80e6a67139e22f3281ae243ed0b64655d101";
const USER: [u8; 16] = *b"\x0f\x8f\xad\x5b\xd9\xcb\x46\x9f\xa1\x65\x70\x86\x77\x28\x95\x0e";
const WORKFLOW: [u8; 16] = *b"\x7c\x9e\x66\x79\x74\x25\x40\xde\x94\x4b\xe0\x7f\xc1\xf9\x0a\xe7";
const SALT: [u8; 16] = *b"\x3f\x33\x3d\xf6\x90\xa4\x4f\xda\x8d\xd3\x94\x85\xd2\x7c\xee\x36";

fn master(text: &str) -> Secret {
    Secret::parse(text, SecretFormat::Hex, &SecretPolicy::strict()).unwrap()
}

#[test]
fn the_same_recipe_gives_the_same_secret_everywhere() {
    let recipe = Derivation::labelled("signing", &["tenant-7", "workflow-23"]).unwrap();
    let secret = recipe.secret(&master(MASTER)).unwrap();
    assert_eq!(secret.reveal(), "Su56syViAmsIPBq3OGohlrbycgUIEn6T1ybUP2XAQek");
    assert_eq!((secret.key_len(), secret.format()), (32, SecretFormat::Base64Url));
    // Whoever is given the text makes the same key of it.
    let given = Secret::parse(secret.reveal(), SecretFormat::Base64Url, &SecretPolicy::strict()).unwrap();
    assert_eq!(given.id(), secret.id());
}

/// DSentr: token and signing key of a workflow, and a delivery signed with the key.
#[test]
fn the_existing_system() {
    let ids = [USER, WORKFLOW, SALT];
    let token = Derivation::fixed_width(&ids, "").unwrap().secret(&master(MASTER)).unwrap();
    assert_eq!(token.reveal(), "qCETzRmG4JZWsX-AbMLmrnKGMYDM0iahuEVnzYaRzbs");
    let signing = Derivation::fixed_width(&ids, "signing").unwrap();
    assert_eq!(signing.secret(&master(MASTER)).unwrap().reveal(), "Q26Z3fFC0OwSjYEVfsdA5Pvl_KUbyshYRV--xAK3wec");

    let keys = Derived::new(Keyring::new(master(MASTER), NOW).ring, signing);
    let verifier = Verifier::new(providers::DSENTR, keys).unwrap();
    let headers = [
        ("X-DSentr-Timestamp", "1790000000"),
        ("X-DSentr-Signature", "v1=a941286cd0e4d815abf2c668732f4bf0369803aa33976ac7530566734ef568c2"),
    ];
    assert!(verifier.verify_at(Request::new(&headers, br#"{"a":1}"#), NOW).is_ok());
    assert_eq!(verifier.verify_at(Request::new(&headers, br#"{"a":2}"#), NOW).unwrap_err(), Rejection::Mismatch);
}

/// The number and the order of the parts count, and where one ends and the next begins.
#[test]
fn no_two_recipes_give_one_secret() {
    let lists: [(&str, &[&str]); 9] = [
        ("signing", &["north", "star"]),
        ("signing", &["northstar"]),
        ("signing", &["star", "north"]),
        ("signing", &["nort", "hstar"]),
        ("signing", &["wf-1", "23"]),
        ("signing", &["wf-12", "3"]),
        ("url token", &["north", "star"]),
        ("signingnorth", &["star"]),
        ("signing", &["north", "star", "2"]),
    ];
    let secrets: HashSet<String> = lists
        .iter()
        .map(|(purpose, ids)| Derivation::labelled(purpose, ids).unwrap().secret(&master(MASTER)).unwrap().reveal().to_owned())
        .collect();
    assert_eq!(secrets.len(), lists.len());
    let url = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    assert!(secrets.iter().all(|secret| secret.len() == 43 && secret.bytes().all(url)));
    for (purpose, ids) in [("", &["a"][..]), ("a", &[""]), ("a", &["b", ""])] {
        assert_eq!(Derivation::labelled(purpose, ids).unwrap_err(), DeriveError::EmptyPart);
    }
    assert_eq!(Derivation::fixed_width(&[], "signing").unwrap_err(), DeriveError::EmptyPart);
}

/// Old URLs work during the master's grace and end with it; the next rotation is seen at once.
#[test]
fn urls_rotate_with_the_master() {
    let shared = SharedKeyring::new(Keyring::new(master(MASTER), NOW).ring);
    let recipe = Derivation::labelled("url token", &["workflow-23"]).unwrap();
    let tokens = Derived::new(shared.clone(), recipe);
    let urls = BearerVerifier::new(&tokens, 1);
    let old = tokens.current_token().unwrap();
    assert_eq!(urls.check_token(old.as_bytes(), NOW).unwrap().role(), Role::Current);

    let change = shared.load().rotate(Secret::generate(SecretFormat::Hex).unwrap(), HOUR, NOW).unwrap();
    shared.replace(change.ring).unwrap();
    let new = tokens.current_token().unwrap();
    assert_ne!(*old, *new);
    assert_eq!(urls.check_token(new.as_bytes(), NOW).unwrap().role(), Role::Current);
    let presented = urls.check_token(old.as_bytes(), NOW).unwrap();
    assert_eq!((presented.role(), presented.key_expires_at()), (Role::Previous, Some(NOW.plus(HOUR))));
    assert!(urls.check_token(old.as_bytes(), NOW.plus(HOUR)).is_err());

    // A ring is asked for at each message: the same roles, generation and deadlines as the master's.
    let (ring, masters) = (tokens.ring(), shared.load());
    assert_eq!((ring.generation(), ring.as_of()), (masters.generation(), masters.as_of()));
    let roles = |ring: &Keyring| ring.live(NOW).map(|live| (live.role, live.expires_at)).collect::<Vec<_>>();
    assert_eq!(roles(&ring), roles(&masters));

    // A suspended master has no token to give out.
    let id = shared.load().current().unwrap().id();
    shared.replace(shared.load().revoke(id, NOW).unwrap().ring).unwrap();
    assert!(tokens.current_token().is_none());
    assert!(urls.check_token(new.as_bytes(), NOW).is_err());
}

use hookring::diagnose::{Diagnosis, Inquiry};
use hookring::testing::Delivery;
use hookring::{BearerVerifier, Carrier, Keyring, Request, Scheme, Secret, SecretFormat, SecretPolicy, SignWith};

use super::{Bytes, NOW, alone, schemes, secret};

const MACS: u64 = 400;
/// Other schemes that a delivery may be of: all of them would take most of the time and find little more.
const OTHERS: usize = 8;

/// A diagnosis agrees with the verifier about what is accepted, says nothing more about that, proves nothing about what
/// nobody signed, stays within its bounds, and never holds the secret.
pub(crate) fn diagnose(data: &[u8]) {
    let mut bytes = Bytes(data);
    let (scheme, flags) = (bytes.pick(schemes()), bytes.byte());
    let own = secret(scheme.key_format(), 1);
    // A mark stands for the secret, for no input finds it by chance.
    let put = |text: &[u8]| {
        text.iter().flat_map(|b| if *b == 1 { own.reveal().as_bytes().to_vec() } else { vec![*b] }).collect::<Vec<u8>>()
    };
    let text = String::from_utf8_lossy(&put(bytes.line())).into_owned();
    let delivery = Delivery::sample(scheme, NOW);
    let signed = delivery.clone().signed(*scheme, &alone(scheme, 1), SignWith::Current, NOW);
    let (genuine, delivery) = match signed {
        Ok(signed) if flags & 1 == 0 => (true, signed),
        _ => (false, delivery),
    };
    let mut headers: Vec<(String, Vec<u8>)> =
        delivery.headers().map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec())).collect();
    let mut body = delivery.content().to_vec();
    let mut marked = false;
    for _ in 0..flags >> 1 & 3 {
        let line = bytes.line();
        marked |= line.contains(&1);
        match (flags >> 3 & 1, line.iter().position(|b| *b == b':')) {
            (0, Some(colon)) => {
                let name: String = line[..colon].iter().filter(|b| **b != 1).map(|b| char::from(*b)).collect();
                headers.retain(|(known, _)| !known.eq_ignore_ascii_case(&name));
                headers.push((name, put(&line[colon + 1..])));
            }
            _ => {
                let at = line.len() % (body.len() + 1);
                body.splice(at..(at + usize::from(flags >> 6)).min(body.len()), put(line));
            }
        }
    }
    if flags >> 4 & 1 == 1 {
        return presented(&headers, bytes.line(), &text, own.reveal());
    }
    let diagnosis = Inquiry::new(*scheme, &headers, &body, NOW)
        .secret(&text, scheme.key_format())
        .method("POST")
        .public_url(delivery.origin())
        .target(delivery.target())
        .catalogue(&schemes()[..OTHERS])
        .budget(MACS, 1 << 20)
        .run();
    let accepted = Secret::parse(&text, scheme.key_format(), &SecretPolicy::dangerous_any_strength())
        .is_ok_and(|secret| accepts(scheme, secret, &delivery, &headers, &body));
    assert_eq!(diagnosis.is_accepted(), accepted, "{}: {diagnosis:?}", scheme.name());
    if !genuine && !marked && text.contains(own.reveal()) {
        assert!(diagnosis.findings().iter().all(|finding| !finding.is_proven()), "{}: {diagnosis:?}", scheme.name());
    }
    holds(&diagnosis, own.reveal());
}

fn accepts(scheme: &Scheme<'_>, secret: Secret, delivery: &Delivery, headers: &[(String, Vec<u8>)], body: &[u8]) -> bool {
    let builder = hookring::Verifier::builder(*scheme);
    let builder = if scheme.signs_url() { builder.public_url(delivery.origin()) } else { builder };
    let verifier = builder.build(Keyring::new(secret, NOW).ring).unwrap();
    verifier.verify_at(Request::new(&headers, body).method("POST").target(delivery.target()), NOW).is_ok()
}

/// The same for a secret that is presented as it is.
fn presented(headers: &[(String, Vec<u8>)], target: &[u8], text: &str, own: &str) {
    let target = String::from_utf8_lossy(target).replace('\u{1}', own);
    let carriers = [Carrier::Bearer, Carrier::Header("x-token"), Carrier::Basic { user: None }, Carrier::Query("token")];
    for carrier in carriers {
        let diagnosis = Inquiry::presented(carrier, headers, NOW)
            .secret(text, SecretFormat::Utf8)
            .target(&target)
            .budget(MACS, 1 << 20)
            .run();
        let query = target.split_once('?').map(|(_, query)| query);
        let accepted = Secret::parse(text, SecretFormat::Utf8, &SecretPolicy::dangerous_any_strength()).is_ok_and(|secret| {
            let verifier = BearerVerifier::new(Keyring::new(secret, NOW).ring, 0).carried_by(carrier).unwrap();
            verifier.check_at(headers, query, NOW).is_ok()
        });
        assert!(!accepted || diagnosis.is_accepted(), "{carrier:?}: {diagnosis:?}");
        holds(&diagnosis, own);
    }
}

fn holds(diagnosis: &Diagnosis, own: &str) {
    assert!(diagnosis.macs() <= MACS && diagnosis.bytes() <= 1 << 20);
    assert!(!diagnosis.is_accepted() || diagnosis.findings().is_empty(), "{diagnosis:?}");
    let said = format!("{diagnosis:?} {}", diagnosis.say());
    assert!(own.as_bytes().windows(20).all(|part| !said.contains(std::str::from_utf8(part).unwrap())), "{said}");
}

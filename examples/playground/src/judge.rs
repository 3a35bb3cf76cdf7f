//! From a question to a verdict and what is to be done.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use hookring::diagnose::{Diagnosis, Finding, Inquiry, explain, lint};
use hookring::{
    Carrier, Keyring, PublicKey, PublicKeyFormat, Rejection, Request, Secret, SecretFormat, SecretPolicy, Timestamp, Verified,
    Verifier, VerifierBuilder, providers, scheme::Scheme,
};
use serde::{Deserialize, Serialize};

use crate::http::{self, Captured};
use crate::list;

#[derive(Deserialize)]
struct Question {
    provider: String,
    secret: String,
    format: String,
    /// The public base URL, if the scheme signs it.
    url: String,
    /// When the delivery was received.
    at_ms: i64,
    /// Label and text of other secrets at hand.
    others: Vec<(String, String)>,
}

/// Holds nothing of secret, signatures or body.
#[derive(Serialize)]
pub struct Answer {
    /// `accepted`, `rejected` or `unusable`: the set-up is wrong, so there is no verdict.
    verdict: &'static str,
    /// Why, in the words of the verifier.
    reason: String,
    /// The stable label of a rejection.
    code: &'static str,
    /// What to change.
    say: String,
    findings: Vec<Cause>,
    /// What looks wrong about the secret, if nothing is proven.
    notes: Vec<Cause>,
    /// What the scheme demands.
    expects: String,
    macs: u64,
    complete: bool,
}

#[derive(Serialize)]
struct Cause {
    name: String,
    say: String,
    proven: bool,
}

impl Cause {
    fn of(finding: &Finding) -> Self {
        Self { name: finding.name(), say: finding.say(), proven: finding.is_proven() }
    }
}

/// Judges one line of JSON followed by a raw request.
pub fn answer(question: &[u8]) -> Answer {
    let at = question.iter().position(|b| *b == b'\n').unwrap_or(question.len());
    let (asked, raw) = question.split_at(at);
    let asked: Question = match serde_json::from_slice(asked) {
        Ok(asked) => asked,
        Err(_) => return unusable("The page asked something that this version does not understand.".into()),
    };
    match http::split(raw.get(1..).unwrap_or_default()) {
        Ok(captured) => judged(&asked, &captured).unwrap_or_else(unusable),
        Err(why) => unusable(why),
    }
}

fn unusable(say: String) -> Answer {
    Answer {
        verdict: "unusable",
        reason: String::new(),
        code: "",
        say,
        findings: Vec::new(),
        notes: Vec::new(),
        expects: String::new(),
        macs: 0,
        complete: true,
    }
}

fn judged(asked: &Question, captured: &Captured<'_>) -> Result<Answer, String> {
    if asked.secret.is_empty() {
        return Err("Type the secret.".into());
    }
    let now = Timestamp::from_unix_millis(asked.at_ms);
    let scheme = providers::find(&asked.provider).or_else(|| providers::unconfirmed::find(&asked.provider));
    if let Some(scheme) = scheme {
        return signed(asked, captured, scheme, now);
    }
    let carrier = providers::tokens::all().iter().find(|(name, _)| *name == asked.provider);
    let (name, carrier) = carrier.ok_or("Choose a provider.")?;
    Ok(presented(asked, captured, name, *carrier, now))
}

fn signed(asked: &Question, captured: &Captured<'_>, scheme: &Scheme<'static>, now: Timestamp) -> Result<Answer, String> {
    let mut builder = Verifier::builder(*scheme);
    let mut inquiry = with_line(Inquiry::new(*scheme, &captured.headers, captured.body, now), captured);
    if scheme.signs_url() {
        builder = builder.public_url(&asked.url);
        inquiry = inquiry.public_url(&asked.url);
    }
    let mut notes = Vec::new();
    let verdict = if scheme.has_public_key() {
        let (key, format) =
            public_key(&asked.secret).ok_or("This provider signs with a private key. The text is no public key of it.")?;
        inquiry = inquiry.public_key(&asked.secret, format);
        ask(builder, Ok::<_, String>(key), captured, now)?
    } else {
        let format = list::format(&asked.format).unwrap_or_else(|| scheme.key_format());
        inquiry = inquiry.secret(&asked.secret, format);
        for (label, text) in &asked.others {
            inquiry = inquiry.other_secret(text, format, label);
        }
        notes = lint(*scheme, &asked.secret, format);
        ask(builder, Secret::parse(&asked.secret, format, &SecretPolicy::dangerous_any_strength()), captured, now)?
    };
    let request = line_of(Request::new(&captured.headers, ()), captured);
    let expects = scheme.describe().to_string();
    Ok(match verdict {
        Verdict::Accepted(said) => Answer { verdict: "accepted", say: said, expects, ..unusable(String::new()) },
        Verdict::Rejected(why) => {
            let found = inquiry.run();
            let say = if found.findings().is_empty() && !matches!(why, Rejection::Mismatch) {
                explain(&why, *scheme, &request)
            } else {
                found.say()
            };
            rejected(why.to_string(), why.code(), say, &found, &notes, expects)
        }
        Verdict::NoSecret(why) => {
            let found = inquiry.run();
            let say = if found.findings().is_empty() { format!("{why}.") } else { found.say() };
            Answer {
                verdict: "unusable",
                ..rejected(format!("not a secret that a keyring takes: {why}"), "", say, &found, &notes, expects)
            }
        }
    })
}

enum Verdict {
    Accepted(String),
    Rejected(Rejection),
    /// The text is no secret of the given form.
    NoSecret(String),
}

/// The verdict of a real verifier.
fn ask<K, E>(
    builder: VerifierBuilder<'_>,
    key: Result<K, E>,
    captured: &Captured<'_>,
    now: Timestamp,
) -> Result<Verdict, String>
where
    K: hookring::VerifyKey,
    E: ToString,
{
    let key = match key {
        Ok(key) => key,
        Err(why) => return Ok(Verdict::NoSecret(why.to_string())),
    };
    let verifier = builder.build(Keyring::new(key, now).ring).map_err(|why| format!("The set-up is wrong: {why}."))?;
    let request = line_of(Request::new(&captured.headers, captured.body), captured);
    Ok(match verifier.verify_at(request, now) {
        Ok(verified) => Verdict::Accepted(accepted(&verified)),
        Err(why) => Verdict::Rejected(why),
    })
}

fn accepted(verified: &Verified<&[u8]>) -> String {
    match verified.timestamp() {
        Some(sent) => format!("The signature is that of this secret over this request, which was sent at {sent}."),
        None => "The signature is that of this secret over this request. It bears no signed time.".into(),
    }
}

fn presented(asked: &Question, captured: &Captured<'_>, name: &str, carrier: Carrier<'static>, now: Timestamp) -> Answer {
    let mut inquiry = with_line(Inquiry::presented(carrier, &captured.headers, now), captured);
    inquiry = inquiry.secret(&asked.secret, SecretFormat::Utf8);
    for (label, text) in &asked.others {
        inquiry = inquiry.other_secret(text, SecretFormat::Utf8, label);
    }
    let found = inquiry.run();
    let expects = format!("{name} presents the secret as it is, in {}. Nothing is signed.", place(carrier));
    if found.is_accepted() {
        let say = "The request presents this secret. That proves nothing about its body or its age.".into();
        return Answer { verdict: "accepted", say, expects, ..unusable(String::new()) };
    }
    rejected("no live key matches the token".into(), "token_mismatch", found.say(), &found, &[], expects)
}

fn place(carrier: Carrier<'_>) -> String {
    match carrier {
        Carrier::Bearer => "the header authorization, after the word Bearer".into(),
        Carrier::Header(name) => format!("the header {name}"),
        Carrier::Basic { .. } => "the header authorization, as the password of Basic".into(),
        Carrier::Query(name) => format!("the query parameter {name}"),
        _ => "a place of its own".into(),
    }
}

fn rejected(reason: String, code: &'static str, say: String, found: &Diagnosis, notes: &[Finding], expects: String) -> Answer {
    let proven = found.findings().iter().any(Finding::is_proven);
    let open = |note: &&Finding| !proven && found.findings().iter().all(|finding| finding.name() != note.name());
    Answer {
        verdict: "rejected",
        reason,
        code,
        say,
        findings: found.findings().iter().map(Cause::of).collect(),
        notes: notes.iter().filter(open).map(Cause::of).collect(),
        expects,
        macs: found.macs(),
        complete: found.is_complete(),
    }
}

/// The forms of public keys differ in length and prefix, so the text says which it is.
fn public_key(text: &str) -> Option<(PublicKey, PublicKeyFormat)> {
    PublicKeyFormat::ALL.iter().find_map(|format| Some((PublicKey::parse(text, *format).ok()?, *format)))
}

fn with_line<'s>(mut inquiry: Inquiry<'s>, captured: &Captured<'_>) -> Inquiry<'s> {
    if let Some(method) = captured.method {
        inquiry = inquiry.method(method);
    }
    if let Some(target) = captured.target {
        inquiry = inquiry.target(target);
    }
    inquiry
}

fn line_of<'r, B>(mut request: Request<'r, B>, captured: &'r Captured<'_>) -> Request<'r, B> {
    if let Some(method) = captured.method {
        request = request.method(method);
    }
    if let Some(target) = captured.target {
        request = request.target(target);
    }
    request
}

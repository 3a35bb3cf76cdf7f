//! Verifies a captured HTTP request: `verify --provider ID [--now UNIX_SECONDS] [--url https://host] [--format FORMAT] [--explain] [FILE]`.
//!
//! Reads the raw request (request line, headers, empty line, body) from FILE or stdin, and the secret from the environment
//! variable `HOOKRING_SECRET`, never from an argument. Prints the verdict; exits with 0 if it is accepted, 1 if it is
//! rejected, 2 if the set-up is wrong.
//!
//! With `--explain` (feature `diagnose`) a rejection is followed by its cause and by what to change. A cause that no changed
//! set-up could confirm is marked as not proven.
//!
//! ```text
//! HOOKRING_SECRET="It's a Secret to Everybody" \
//!     cargo run --example verify -- --provider github examples/deliveries/github.http
//! ```

use std::collections::BTreeMap;
use std::io::Read as _;
use std::process::ExitCode;

use hookring::{Keyring, Rejection, Request, Scheme, Secret, SecretFormat, SecretPolicy, Timestamp, Verifier, providers};

fn main() -> ExitCode {
    match run() {
        Ok(Ok(line)) => {
            println!("accepted: {line}");
            ExitCode::SUCCESS
        }
        Ok(Err(rejection)) => {
            println!(
                "rejected: {rejection} ({}); answer {} {:?}",
                rejection.code(),
                rejection.status(),
                rejection.public_message()
            );
            ExitCode::from(1)
        }
        Err(problem) => {
            eprintln!("cannot verify: {problem}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<Result<String, Rejection>, Box<dyn std::error::Error>> {
    let mut options = BTreeMap::new();
    let (mut file, mut explain) = (None, false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.strip_prefix("--") {
            Some("explain") => explain = true,
            Some(name) => drop(options.insert(name.to_owned(), arguments.next().ok_or("an option lacks its value")?)),
            None => file = Some(argument),
        }
    }
    let option = |name: &str| options.get(name);

    let scheme = option("provider").ok_or("which provider? --provider ID")?;
    let scheme = providers::find(scheme).ok_or_else(|| {
        format!("no provider is called {scheme:?} in this build; some need the feature `sha1`, `ed25519` or `p256`")
    })?;
    let now = match option("now") {
        Some(seconds) => Timestamp::from_unix_secs(seconds.parse().map_err(|_| "--now takes Unix seconds")?),
        None => Timestamp::now(),
    };
    let format = match option("format").map(String::as_str) {
        None => scheme.key_format(),
        Some("utf8") => SecretFormat::Utf8,
        Some("hex") => SecretFormat::Hex,
        Some("base64") => SecretFormat::Base64,
        Some("whsec") => SecretFormat::Whsec,
        Some(_) => return Err("--format takes utf8, hex, base64 or whsec".into()),
    };
    let text = std::env::var("HOOKRING_SECRET").map_err(|_| "set HOOKRING_SECRET to the secret")?;

    let mut raw = Vec::new();
    match file {
        Some(path) => raw = std::fs::read(&path).map_err(|e| format!("{path}: {e}"))?,
        None => drop(std::io::stdin().read_to_end(&mut raw)?),
    }
    let (method, target, headers, body) = split(&raw).ok_or("not an HTTP request: request line, headers, empty line, body")?;

    if explain {
        let url = option("url").map(String::as_str);
        explained(scheme, &text, format, url, now, &(method, target, headers.clone(), body))?;
    }
    let secret = Secret::parse(&text, format, &SecretPolicy::dangerous_any_strength())?;
    let mut builder = Verifier::builder(*scheme);
    if let Some(url) = option("url") {
        builder = builder.public_url(url);
    }
    let verifier = builder.build(Keyring::new(secret, now).ring)?;
    let verdict = verifier.verify_at(Request::new(&headers, body).method(method).target(target), now);
    Ok(verdict
        .map(|v| format!("key {}, sent {}", v.key(), v.timestamp().map_or("at an unknown time".into(), |t| t.to_string()))))
}

/// Prints why the delivery is rejected, if it is.
#[cfg(feature = "diagnose")]
fn explained(
    scheme: &Scheme<'static>,
    secret: &str,
    format: SecretFormat,
    url: Option<&str>,
    now: Timestamp,
    (method, target, headers, body): &Parts<'_>,
) -> Result<(), &'static str> {
    let mut inquiry = hookring::diagnose::Inquiry::new(*scheme, headers, body, now).secret(secret, format).method(method);
    inquiry = inquiry.target(target);
    if let Some(url) = url {
        inquiry = inquiry.public_url(url);
    }
    let diagnosis = inquiry.run();
    if !diagnosis.is_accepted() {
        println!("cause: {}\n{}", diagnosis.cause().unwrap_or_else(|| "none found".to_owned()), diagnosis.say());
    }
    Ok(())
}

#[cfg(not(feature = "diagnose"))]
fn explained(
    _: &Scheme<'static>,
    _: &str,
    _: SecretFormat,
    _: Option<&str>,
    _: Timestamp,
    _: &Parts<'_>,
) -> Result<(), &'static str> {
    Err("--explain needs --features diagnose")
}

type Parts<'r> = (&'r str, &'r str, Vec<(&'r str, &'r [u8])>, &'r [u8]);

/// Splits a raw request. Lines of the head end in LF or CRLF; the body is everything after the empty line.
fn split(raw: &[u8]) -> Option<Parts<'_>> {
    let mut rest = raw;
    let mut line = || {
        let at = rest.iter().position(|b| *b == b'\n')?;
        let (line, tail) = rest.split_at(at);
        rest = tail.get(1..)?;
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    };
    let mut words = core::str::from_utf8(line()?).ok()?.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    let mut headers = Vec::new();
    loop {
        let line = line()?;
        if line.is_empty() {
            return Some((method, target, headers, rest));
        }
        let colon = line.iter().position(|b| *b == b':')?;
        let (name, value) = line.split_at(colon);
        headers.push((core::str::from_utf8(name).ok()?, value.get(1..)?));
    }
}

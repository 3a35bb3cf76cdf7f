//! The diagnosis for a browser: a JSON text in, a JSON text out, no imports. Built without `std`, so it can reach nothing.
#![no_std]

extern crate alloc;

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use hookring::diagnose::{Inquiry, explain};
use hookring::{Keyring, Request, Scheme, Secret, SecretFormat, SecretPolicy, Timestamp, Verifier, providers};
use serde_json::{Value, json};

#[global_allocator]
static MEMORY: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn stop(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// Room for the page to write its input into; freed by [`answer`].
#[unsafe(no_mangle)]
pub extern "C" fn room(len: usize) -> *mut u8 {
    Vec::leak(alloc::vec![0; len]).as_mut_ptr()
}

/// Answers the input of `len` bytes in that room. Gives the place of the answer: four bytes of length, then the text.
#[unsafe(no_mangle)]
pub extern "C" fn answer(input: *mut u8, len: usize) -> *const u8 {
    // SAFETY: the page passes what `room(len)` returned, once, after filling it.
    let input = unsafe { Vec::from_raw_parts(input, len, len) };
    let text = serde_json::from_slice(&input).map_or_else(|_| Value::Null, |input| reply(&input)).to_string();
    let mut out = Vec::with_capacity(text.len().saturating_add(4));
    out.extend_from_slice(&u32::try_from(text.len()).unwrap_or(0).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
    out.leak().as_ptr()
}

fn catalogue() -> impl Iterator<Item = &'static Scheme<'static>> {
    providers::all().iter().chain(providers::unconfirmed::all())
}

fn reply(input: &Value) -> Value {
    let text = |name: &str| input[name].as_str().unwrap_or_default();
    if text("ask") == "providers" {
        let mut names: Vec<&str> = catalogue().map(Scheme::name).collect();
        names.sort_unstable();
        return json!(names);
    }
    let Some(scheme) = catalogue().find(|scheme| scheme.name() == text("provider")) else {
        return json!({ "problem": "Choose a provider." });
    };
    let Some((method, target, headers, body)) = split(text("request")) else {
        return json!({ "problem": "This is not an HTTP request: request line, headers, an empty line, and the body." });
    };
    let format = match text("format") {
        "utf8" => SecretFormat::Utf8,
        "hex" => SecretFormat::Hex,
        "base64" => SecretFormat::Base64,
        "whsec" => SecretFormat::Whsec,
        _ => scheme.key_format(),
    };
    let now = Timestamp::from_unix_secs(input["now"].as_i64().unwrap_or_default());
    let mut inquiry = Inquiry::new(scheme, &headers, body, now).secret(text("secret"), format).method(method).target(target);
    if !text("url").is_empty() {
        inquiry = inquiry.public_url(text("url"));
    }
    let (verdict, code) = verdict(scheme, text("secret"), format, text("url"), &Request::new(&headers, body).method(method).target(target), now);
    let diagnosis = inquiry.run();
    let findings: Vec<Value> = diagnosis
        .findings()
        .iter()
        .take(3)
        .map(|finding| json!({ "cause": finding.name(), "say": finding.say(), "proven": finding.is_proven() }))
        .collect();
    json!({
        "accepted": diagnosis.is_accepted(), "verdict": verdict, "code": code, "say": diagnosis.say(),
        "findings": findings, "scheme": scheme.describe().to_string(), "macs": diagnosis.macs(),
    })
}

/// What a verifier says, and the label of it.
fn verdict(scheme: &Scheme<'_>, text: &str, format: SecretFormat, url: &str, request: &Request<'_, &[u8]>, now: Timestamp) -> (String, String) {
    let secret = match Secret::parse(text, format, &SecretPolicy::dangerous_any_strength()) {
        Ok(secret) => secret,
        Err(why) => return (why.to_string(), "secret refused".to_string()),
    };
    let mut builder = Verifier::builder(*scheme);
    if scheme.signs_url() {
        builder = builder.public_url(url);
    }
    match builder.build(Keyring::new(secret, now).ring) {
        Err(why) => (why.to_string(), "set-up refused".to_string()),
        Ok(verifier) => match verifier.verify_at(*request, now) {
            Ok(_) => ("accepted".to_string(), "accepted".to_string()),
            Err(why) => (explain(&why, scheme, request), why.code().to_string()),
        },
    }
}

type Parts<'r> = (&'r str, &'r str, Vec<(&'r str, &'r str)>, &'r [u8]);

/// Splits a raw request. Lines of the head end in LF or CRLF; the body is everything after the empty line.
fn split(raw: &str) -> Option<Parts<'_>> {
    let (first, mut rest) = raw.split_once('\n')?;
    let mut words = first.split_whitespace();
    let (method, target) = (words.next()?, words.next()?);
    let mut headers = Vec::new();
    loop {
        let (line, tail) = rest.split_once('\n').unwrap_or((rest, ""));
        rest = tail;
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.is_empty() {
            return Some((method, target, headers, rest.as_bytes()));
        }
        let (name, value) = line.split_once(':')?;
        headers.push((name, value.trim()));
    }
}

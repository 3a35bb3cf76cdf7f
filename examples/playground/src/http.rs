//! Splits a captured request, as people paste it.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A request as it was captured.
pub struct Captured<'r> {
    pub method: Option<&'r str>,
    pub target: Option<&'r str>,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: &'r [u8],
}

/// Request line, headers, empty line, body. Lines of the head end in LF or CRLF; the body is everything after the empty line.
/// The request line may be missing, and so may the empty line if there is no body.
pub fn split(raw: &[u8]) -> Result<Captured<'_>, String> {
    let start = raw.iter().position(|b| !b.is_ascii_whitespace()).ok_or("Paste the captured request.")?;
    let mut request = Captured { method: None, target: None, headers: Vec::new(), body: b"" };
    let mut rest = raw.get(start..).unwrap_or_default();
    let mut number = 0_usize;
    while !rest.is_empty() {
        let (line, tail) = match rest.iter().position(|b| *b == b'\n') {
            Some(at) => (rest.get(..at).unwrap_or_default(), rest.get(at.saturating_add(1)..).unwrap_or_default()),
            None => (rest, [].as_slice()),
        };
        (rest, number) = (tail, number.saturating_add(1));
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            request.body = rest;
            break;
        }
        if number == 1 {
            if let Some((method, target)) = request_line(line) {
                (request.method, request.target) = (Some(method), Some(target));
                continue;
            }
        }
        header(line, number, &mut request)?;
    }
    if request.headers.is_empty() {
        return Err(
            "There is no header. A captured request is a request line, headers, an empty line, and the body.".to_string()
        );
    }
    Ok(request)
}

fn request_line(line: &[u8]) -> Option<(&str, &str)> {
    let mut words = core::str::from_utf8(line).ok()?.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    (!method.is_empty() && method.bytes().all(|b| b.is_ascii_uppercase()) && !target.is_empty()).then_some((method, target))
}

fn header(line: &[u8], number: usize, request: &mut Captured<'_>) -> Result<(), String> {
    // A folded line belongs to the value before it, and stays recognisable as one.
    if let (b' ' | b'\t', Some((_, value))) = (line.first().copied().unwrap_or_default(), request.headers.last_mut()) {
        value.extend_from_slice(b"\r\n");
        value.extend_from_slice(line);
        return Ok(());
    }
    // Tools show the request line of HTTP/2 as `:method: POST`.
    let from = usize::from(line.starts_with(b":"));
    let colon = line.iter().skip(from).position(|b| *b == b':').map(|at| at.saturating_add(from));
    let split = colon.and_then(|at| Some((core::str::from_utf8(line.get(..at)?).ok()?, line.get(at.saturating_add(1)..)?)));
    match split {
        Some((name, _)) if name.starts_with(':') => Ok(()),
        Some((name, value)) if !name.is_empty() => {
            request.headers.push((name.to_string(), value.trim_ascii().to_vec()));
            Ok(())
        }
        _ => Err(format!(
            "Line {number} of the head is no header, as it has no colon: between the headers and the body there has to be an empty line."
        )),
    }
}

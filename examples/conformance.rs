//! Answers conformance inputs: JSON lines on stdin, JSON lines on stdout.
//!
//! An input is a published vector (`{"id", "provider", "request", "secrets", "now_unix"}`) or the delivery of a field
//! case (`{"id", "scheme", "secrets", "headers", "body_base64", …}`, also as `{"given": {…}}`; its `variants` are not run).
//! The answer is `{"id", "outcome", "code", "role"}`: `outcome` is `accept`, `reject`, `unsupported` or `config_error`,
//! `code` says why, `role` says which key of the ring matched. A line that is not understood is answered with
//! `config_error` and `bad_input`. Lines are answered in order, as they come; blank ones are skipped.
//!
//! With `--explain` (feature `diagnose`) each answer also has `cause`, the names of the first explanation with `+` between
//! them or `null`, and `say`, a sentence. Inputs may then have `also`: `other_secrets`, `retired_keys` and `tenants`.
//!
//! ```text
//! cargo run --example conformance < deliveries.jsonl
//! cargo run --features diagnose --example conformance -- --explain < broken.jsonl
//! ```

use std::io::{self, BufRead as _, Write as _};

#[path = "../tests/common/mod.rs"]
mod common;

fn main() -> io::Result<()> {
    let explain = std::env::args().skip(1).any(|argument| argument == "--explain");
    let mut output = io::stdout().lock();
    for line in io::stdin().lock().split(b'\n') {
        let line = line?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        writeln!(output, "{}", answer(&line, explain)?)?;
        output.flush()?;
    }
    Ok(())
}

#[cfg(feature = "diagnose")]
fn answer(line: &[u8], explain: bool) -> io::Result<String> {
    Ok(if explain { common::contract::explained(line) } else { common::contract::answer(line) })
}

#[cfg(not(feature = "diagnose"))]
fn answer(line: &[u8], explain: bool) -> io::Result<String> {
    if explain {
        return Err(io::Error::other("--explain needs --features diagnose"));
    }
    Ok(common::contract::answer(line))
}

//! Answers conformance inputs: JSON lines on stdin, JSON lines on stdout.
//!
//! An input is a published vector (`{"id", "provider", "request", "secrets", "now_unix"}`) or the delivery of a field
//! case (`{"id", "scheme", "secrets", "headers", "body_base64", …}`, also as `{"given": {…}}`; its `variants` are not run).
//! The answer is `{"id", "outcome", "code", "role"}`: `outcome` is `accept`, `reject`, `unsupported` or `config_error`,
//! `code` says why, `role` says which key of the ring matched. A line that is not understood is answered with
//! `config_error` and `bad_input`. Lines are answered in order, as they come; blank ones are skipped.
//!
//! ```text
//! cargo run --example conformance < deliveries.jsonl
//! ```

use std::io::{self, BufRead as _, Write as _};

#[path = "../tests/common/mod.rs"]
mod common;

fn main() -> io::Result<()> {
    let mut output = io::stdout().lock();
    for line in io::stdin().lock().split(b'\n') {
        let line = line?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        writeln!(output, "{}", common::contract::answer(&line))?;
        output.flush()?;
    }
    Ok(())
}

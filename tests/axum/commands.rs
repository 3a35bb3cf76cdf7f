//! Senders that are not ours: `curl` and `openssl`, with commands as users type them.

use std::net::SocketAddr;
use std::process::Output;

use tokio::process::Command;

use crate::server::{SECRET, app, github, serve};

#[allow(dead_code, reason = "its main is not run")]
#[path = "../../examples/axum_receiver.rs"]
mod example;

async fn shell(script: &str, secret: &str) -> Output {
    Command::new("bash").args(["-ec", script]).env("HOOKRING_SECRET", secret).output().await.unwrap()
}

/// The command lines that the example is documented with, and the status that each `curl` is said to print.
fn documented() -> Vec<(String, Option<u16>)> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/axum_receiver.rs")).unwrap();
    let block = text.split("in another shell").nth(1).and_then(|rest| rest.split("```").nth(1)).unwrap();
    let lines =
        block.lines().map(|line| line.trim_start_matches("//!").trim()).filter(|line| !line.is_empty() && *line != "text");
    lines.map(|line| (line.to_owned(), line.rsplit_once("# ").and_then(|(_, status)| status.parse().ok()))).collect()
}

#[tokio::test]
async fn the_documented_commands_answer_as_written() {
    let secret = "It's a Secret to Everybody";
    let address = serve(example::app(secret, |_, _| {}).unwrap()).await;
    let lines = documented();
    let statuses: Vec<u16> = lines.iter().filter_map(|(_, status)| *status).collect();
    assert_eq!(statuses, [202, 401, 401, 413], "the lines of the example changed");
    // One shell for all of them, as a user has. Only the port is another one.
    let script: String = lines.iter().map(|(line, _)| format!("{line}\n")).collect();
    let output = shell(&script.replace("127.0.0.1:3000", &address.to_string()), secret).await;
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();
    let wanted = "13 bytes, signed with the current key\n202\ninvalid signature401\ninvalid signature401\nbody too large413\n";
    assert_eq!(printed, wanted);
}

#[test]
fn the_example_does_not_start_without_a_secret() {
    assert!(example::app("", |_, _| {}).is_err());
}

/// The status that curl got for a body from `printf`, signed by openssl, with further arguments.
async fn curl(address: SocketAddr, body: &str, key: &str, arguments: &str) -> String {
    let script = format!(
        "body=$(printf '%b' '{body}'); sig=$(printf '%s' \"$body\" | openssl dgst -sha256 -hmac '{key}' | sed 's/.* //')
         curl -s -o /dev/null -w '%{{http_code}}' -H \"X-Hub-Signature-256: sha256=$sig\" --data-binary \"$body\" {arguments} http://{address}/hook"
    );
    let output = shell(&script, "").await;
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn curl_with_every_content_type_and_transfer() {
    let address = serve(app(github())).await;
    let body = r#"{"zen":"Gr\xc3\xb6\xc3\x9fe","n":1}"#;
    for arguments in [
        "",
        "-H 'Content-Type: application/json'",
        "-H 'Content-Type: application/x-www-form-urlencoded'",
        "-H 'Content-Type: text/plain; charset=utf-16'",
        "-H 'Content-Type: multipart/form-data; boundary=x'",
        "-H 'Content-Type:'",
        "-H 'Transfer-Encoding: chunked'",
        "-H 'Expect: 100-continue'",
        "--http1.0",
        "--http2-prior-knowledge",
        "--http2-prior-knowledge -H 'Content-Type: application/octet-stream'",
    ] {
        assert_eq!(curl(address, body, SECRET, arguments).await, "202", "{arguments}");
        assert_eq!(curl(address, body, "another secret", arguments).await, "401", "{arguments}");
    }
}

#[tokio::test]
async fn curl_with_other_methods_gets_401() {
    let address = serve(app(github())).await;
    for method in ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "POSTS"] {
        assert_eq!(curl(address, "{}", SECRET, &format!("-X {method}")).await, "401", "{method}");
    }
    assert_eq!(curl(address, "{}", SECRET, "-X POST").await, "202");
}

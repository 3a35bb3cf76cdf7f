//! Deliveries to click. They are the files of `examples/deliveries`, as they are or with one thing broken.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

#[derive(Serialize)]
pub struct Sample {
    title: &'static str,
    note: &'static str,
    provider: &'static str,
    secret: &'static str,
    format: &'static str,
    /// When it was received, in Unix seconds; none for the time of the click.
    at: Option<i64>,
    request: Cow<'static, str>,
}

const GITHUB: &str = include_str!("../../deliveries/github.http");
const SLACK: &str = include_str!("../../deliveries/slack.http");
const STANDARD: &str = include_str!("../../deliveries/standard-webhooks.http");
const STRIPE: &str = include_str!("../../deliveries/stripe.http");

const GITHUB_SECRET: &str = "It's a Secret to Everybody";
const SLACK_SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";

pub fn samples() -> Vec<Sample> {
    let sample =
        |title, note, provider, secret, format, at, request| Sample { title, note, provider, secret, format, at, request };
    Vec::from([
        sample("Good", "GitHub, as it arrived", "github", GITHUB_SECRET, "utf8", None, GITHUB.into()),
        sample(
            "Changed body",
            "Stripe, its JSON parsed and printed again",
            "stripe",
            "whsec_madeup_stripe_secret",
            "utf8",
            Some(1_760_000_000),
            printed_again(STRIPE).into(),
        ),
        sample(
            "Wrong form",
            "Standard Webhooks, secret taken as text",
            "standard-webhooks",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "utf8",
            Some(1_614_265_330),
            STANDARD.into(),
        ),
        sample(
            "Quoted secret",
            "GitHub, quotes from a configuration file",
            "github",
            "\"It's a Secret to Everybody\"",
            "utf8",
            None,
            GITHUB.into(),
        ),
        sample(
            "Late",
            "Slack, twenty minutes after it was sent",
            "slack",
            SLACK_SECRET,
            "utf8",
            Some(1_531_421_818),
            SLACK.into(),
        ),
        sample(
            "Forged",
            "Slack, signed by somebody else",
            "slack",
            SLACK_SECRET,
            "utf8",
            Some(1_531_420_618),
            forged(SLACK).into(),
        ),
    ])
}

/// The body as a JSON library prints it, after it read the pretty one.
fn printed_again(request: &str) -> String {
    let (head, body) = request.split_once("\r\n\r\n").unwrap_or((request, ""));
    let body: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let head = head.replace("Content-Length: 51", "Content-Length: 42");
    [head.as_str(), &body].join("\r\n\r\n")
}

fn forged(request: &str) -> String {
    request.replace("v0=a2114d57", "v0=00000000")
}

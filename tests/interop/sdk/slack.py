from slack_sdk.signature import SignatureVerifier

NAME = "slack_sdk"


def verify(d):
    return SignatureVerifier(d.secret).is_valid_request(d.body, d.headers)


def sign(d):
    signature = SignatureVerifier(d.secret).generate_signature(timestamp=str(d.seconds), body=d.body)
    return {"headers": {"X-Slack-Request-Timestamp": d.seconds, "X-Slack-Signature": signature}}


PROVIDERS = {"slack": (verify, sign, {"window": [300, 300]})}

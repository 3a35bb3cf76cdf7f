import hmac
from base64 import b64encode

from square.utils.webhooks_helper import verify_signature

NAME = "squareup"
HEADER = "x-square-hmacsha256-signature"


def verify(d):
    return verify_signature(
        request_body=d.text, signature_header=d.headers.get(HEADER), signature_key=d.secret, notification_url=d.url
    )


def sign(d):
    tag = hmac.digest(d.secret.encode(), d.url.encode() + d.body, "sha256")
    return {"headers": {HEADER: b64encode(tag).decode()}}


PROVIDERS = {"square": (verify, sign, {"window": [None, None], "recipe": True})}

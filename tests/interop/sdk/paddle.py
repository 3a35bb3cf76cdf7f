import logging
from types import SimpleNamespace

from paddle_billing.Notifications import Secret, Verifier
from paddle_billing.Notifications.PaddleSignature import PaddleSignature

NAME = "paddle-python-sdk"
REFUSES = (ConnectionRefusedError,)
logging.disable(logging.CRITICAL)


def verify(d):
    request = SimpleNamespace(headers=d.headers, body=d.body)
    return Verifier().verify(request, [Secret(secret) for secret in d.secrets])


def sign(d):
    tag = PaddleSignature.calculate_hmac(d.secret, b"%d:%s" % (d.seconds, d.body)).hexdigest()
    return {"headers": {"Paddle-Signature": f"ts={d.seconds};h1={tag}"}}


PROVIDERS = {"paddle": (verify, sign, {"window": [5, 5], "several": True})}

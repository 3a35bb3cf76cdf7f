import hmac

from razorpay.errors import SignatureVerificationError
from razorpay.utility import Utility

NAME = "razorpay"
REFUSES = (SignatureVerificationError,)


def verify(d):
    return Utility().verify_webhook_signature(d.text, d.headers.get("X-Razorpay-Signature"), d.secret)


def sign(d):
    return {"headers": {"X-Razorpay-Signature": hmac.new(d.secret.encode(), d.body, "sha256").hexdigest()}}


PROVIDERS = {"razorpay": (verify, sign, {"window": [None, None], "recipe": True})}

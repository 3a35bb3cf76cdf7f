from base64 import b64decode, b64encode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_private_key
from sendgrid.helpers.eventwebhook import EventWebhook

NAME = "sendgrid"
HEADER = "X-Twilio-Email-Event-Webhook"


def verify(d):
    # The public key is what verifies; a line that asks to sign has the private one.
    signature, time = d.headers.get(f"{HEADER}-Signature"), d.headers.get(f"{HEADER}-Timestamp")
    return EventWebhook(d.secret).verify_signature(d.text, signature, time)


def sign(d):
    key = load_der_private_key(b64decode(d.secret), None)
    signature = key.sign(str(d.seconds).encode() + d.body, ec.ECDSA(hashes.SHA256()))
    return {"headers": {f"{HEADER}-Signature": b64encode(signature).decode(), f"{HEADER}-Timestamp": d.seconds}}


PROVIDERS = {"sendgrid": (verify, sign, {"window": [None, None], "recipe": True})}

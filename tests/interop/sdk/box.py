import hmac
from base64 import b64encode
from datetime import datetime, timezone

from box_sdk_gen.managers.webhooks import WebhooksManager

NAME = "boxsdk"


def verify(d):
    # Each key belongs to one header; who has one key uses it for both.
    second = d.secrets[1] if len(d.secrets) > 1 else d.secret
    return WebhooksManager.validate_message(d.text, d.headers, d.secret, secondary_key=second, max_age=600 if d.tolerance is None else d.tolerance)


def sign(d):
    time = datetime.fromtimestamp(d.seconds, timezone.utc).isoformat()
    tag = hmac.digest(d.secret.encode(), d.body + time.encode(), "sha256")
    return {
        "headers": {
            "Box-Delivery-Timestamp": time,
            "Box-Signature-Version": "1",
            "Box-Signature-Algorithm": "HmacSHA256",
            "Box-Signature-Primary": b64encode(tag).decode(),
        }
    }


PROVIDERS = {"box": (verify, sign, {"window": [600, 0], "settable": True, "several": True, "recipe": True})}

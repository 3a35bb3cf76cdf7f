from datetime import datetime, timezone

from svix.webhooks import Webhook

NAME = "svix"


def verify(d):
    Webhook(d.secret).verify(d.body, d.headers)
    return True


def sign(d):
    signature = Webhook(d.secret).sign(d.id, datetime.fromtimestamp(d.seconds, timezone.utc), d.text)
    return {"headers": {"svix-id": d.id, "svix-timestamp": d.seconds, "svix-signature": signature}}


PROVIDERS = {"svix": (verify, sign, {"window": [300, 300]})}

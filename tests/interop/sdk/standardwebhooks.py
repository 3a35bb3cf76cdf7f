from datetime import datetime, timezone

from standardwebhooks import Webhook

NAME = "standardwebhooks"


def verify(d):
    Webhook(d.secret).verify(d.body, d.headers, json_parse=False)
    return True


def sign(d):
    signature = Webhook(d.secret).sign(d.id, datetime.fromtimestamp(d.seconds, timezone.utc), d.text)
    return {"headers": {"webhook-id": d.id, "webhook-timestamp": d.seconds, "webhook-signature": signature}}


PROVIDERS = {"standard-webhooks": (verify, sign, {"window": [300, 300]})}

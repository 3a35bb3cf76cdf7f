from stripe import WebhookSignature

NAME = "stripe"


def verify(d):
    # `Webhook.construct_event` does this, with 300 s, and then reads the body as JSON.
    return WebhookSignature.verify_header(d.body, d.headers.get("Stripe-Signature"), d.secret, 300 if d.tolerance is None else d.tolerance)


def sign(d):
    return {"headers": {"Stripe-Signature": WebhookSignature.generate_signature_header(d.text, d.secret, d.seconds)}}


PROVIDERS = {"stripe": (verify, sign, {"window": [300, None], "settable": True})}

from stripe import WebhookSignature

NAME = "stripe"


def verify(d):
    # `Webhook.construct_event` does this, with 300 s, and then reads the body as JSON.
    return WebhookSignature.verify_header(d.body, d.headers.get("Stripe-Signature"), d.secret, d.tolerance or 300)


def sign(d):
    return {"headers": {"Stripe-Signature": WebhookSignature.generate_signature_header(d.text, d.secret, d.seconds)}}


PROVIDERS = {"stripe": (verify, sign, {"window": [300, None], "settable": True})}

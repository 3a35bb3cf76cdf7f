import hmac

from workos.webhooks._verification import verify_header

NAME = "workos"


def verify(d):
    verify_header(event_body=d.body, event_signature=d.headers.get("WorkOS-Signature"), secret=d.secret, tolerance=d.tolerance)
    return True


def sign(d):
    time = d.seconds * 1000
    tag = hmac.new(d.secret.encode(), b"%d.%s" % (time, d.body), "sha256").hexdigest()
    return {"headers": {"WorkOS-Signature": f"t={time}, v1={tag}"}}


PROVIDERS = {"workos": (verify, sign, {"window": [180, 180], "settable": True, "recipe": True})}

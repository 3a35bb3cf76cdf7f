from hubspot.utils.signature import Signature

NAME = "hubspot-api-client"


def verify(d):
    return Signature.is_valid(
        signature=d.headers.get("X-HubSpot-Signature-v3"),
        client_secret=d.secret,
        request_body=d.text,
        http_uri=d.url,
        http_method=d.method,
        signature_version="v3",
        timestamp=d.headers.get("X-HubSpot-Request-Timestamp"),
    )


def sign(d):
    time = str(d.seconds * 1000)
    signature = Signature.get_signature(d.secret, d.text, "v3", d.url, d.method, time)
    return {"headers": {"X-HubSpot-Signature-v3": signature, "X-HubSpot-Request-Timestamp": time}}


PROVIDERS = {"hubspot-v3": (verify, sign, {"window": [300, None]})}

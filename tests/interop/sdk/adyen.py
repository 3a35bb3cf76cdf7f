import json

from Adyen.util import generate_notification_sig, generate_payload_sig, is_valid_hmac_notification, is_valid_hmac_payload

NAME = "Adyen"


def verify_standard(d):
    # It looks at the first item of a batch only, so it is asked about each.
    items = json.loads(d.body)["notificationItems"]
    return all([is_valid_hmac_notification(item["NotificationRequestItem"], d.secret) for item in items])


def sign_standard(d):
    whole = json.loads(d.body)
    for item in whole["notificationItems"]:
        item = item["NotificationRequestItem"]
        signature = generate_notification_sig(item, d.secret).decode()
        item["additionalData"] = {**item.get("additionalData", {}), "hmacSignature": signature}
    return {"headers": {}, "body": json.dumps(whole)}


def verify_platform(d):
    return is_valid_hmac_payload(d.headers.get("HmacSignature"), d.secret, d.body)


def sign_platform(d):
    return {"headers": {"HmacSignature": generate_payload_sig(d.body, d.secret).decode()}}


PROVIDERS = {
    "adyen-platform": (verify_platform, sign_platform, {"window": [None, None]}),
    "adyen-standard": (verify_standard, sign_standard, {"window": [None, None]}),
}

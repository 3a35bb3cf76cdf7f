from urllib.parse import parse_qsl

from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

NAME = "twilio"


class Form(MultiDict):
    getall = MultiDict.getlist


def parameters(d):
    return d.text if "bodySHA256=" in d.url else Form(parse_qsl(d.text, keep_blank_values=True))


def verify(d):
    return RequestValidator(d.secret).validate(d.url, parameters(d), d.headers.get("X-Twilio-Signature"))


def sign(d):
    form = parameters(d)
    form = {} if isinstance(form, str) else form
    return {"headers": {"X-Twilio-Signature": RequestValidator(d.secret).compute_signature(d.url, form)}}


PROVIDERS = {"twilio": (verify, sign, {"window": [None, None]})}

"""One SDK behind JSON lines: `python serve.py NAME` speaks for `sdk/NAME.py`. The lines are described in README.md."""

import importlib.metadata
import importlib.util
import inspect
import json
import os
import re
import sys
from base64 import b64decode, b64encode
from types import SimpleNamespace

import time_machine

# What SDKs print must not come between the answers.
answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)

# By its path: the adapter may have the name of the SDK that it imports.
spec = importlib.util.spec_from_file_location("adapter", f"sdk/{sys.argv[1]}.py")
sdk = importlib.util.module_from_spec(spec)
sys.path = [folder for folder in sys.path if folder not in ("", os.path.dirname(os.path.abspath(__file__)))]
spec.loader.exec_module(sdk)

# Exceptions of the language itself are a crash of the SDK.
CRASHES = (TypeError, IndexError, KeyError, AttributeError, UnicodeError, RecursionError, OverflowError)


class Headers(dict):
    """As a Python server would hand them over: looked up in any case, repeated ones joined."""

    def __init__(self, pairs):
        super().__init__()
        for name, value in pairs:
            name, value = name.lower(), b64decode(value).decode("latin-1").strip()
            self[name] = f"{self[name]},{value}" if name in self else value

    def get(self, name, default=None):
        return super().get(name.lower(), default)


def delivery(line):
    url = line.get("url") or ""
    body = b64decode(line.get("body_base64") or "")
    secrets = line.get("secrets") or []
    return SimpleNamespace(
        secrets=secrets,
        secret=secrets[0] if secrets else None,
        method=line.get("method"),
        url=url,
        target=re.sub(r"^[a-zA-Z]+://[^/?]*", "", url),
        headers=Headers(line.get("headers") or []),
        body=body,
        # As text, in the way of frameworks that hand it over so: `request.get_data(as_text=True)`.
        text=body.decode("utf-8", "replace"),
        seconds=line.get("now_unix"),
        id=line.get("id"),
        tolerance=line.get("tolerance"),
    )


def answer(line):
    if line["do"] == "hello":
        version = importlib.metadata.version(sdk.NAME)
        providers = {}
        for name, (verify, sign, facts) in sdk.PROVIDERS.items():
            providers[name] = {"verifies": verify is not None, "signs": sign is not None, **facts}
        return {"sdk": sdk.NAME, "language": "Python", "version": version, "providers": providers}
    verify, sign, _ = sdk.PROVIDERS[line["provider"]]
    given = delivery(line)
    try:
        if line["do"] == "sign":
            signed = sign(given)
            headers = [[name, b64encode(str(value).encode("latin-1")).decode()] for name, value in signed["headers"].items()]
            out = {"headers": headers}
            if "body" in signed:
                out["body_base64"] = b64encode(signed["body"].encode()).decode()
            return out
        verdict = verify(given)
        if inspect.isawaitable(verdict):
            raise NotImplementedError("an adapter awaits")
        return {"outcome": "accept" if verdict else "reject"}
    except Exception as error:  # whatever an SDK raises is an answer
        crash = isinstance(error, CRASHES) and not isinstance(error, getattr(sdk, "REFUSES", ()))
        return {"outcome": "crash" if crash else "reject", "why": f"{type(error).__name__}: {error}"[:200]}


with time_machine.travel(0, tick=False) as clock:
    for text in sys.stdin:
        if text.strip():
            line = json.loads(text)
            if line.get("now_unix") is not None:
                clock.move_to(line["now_unix"])
            answers.write(json.dumps(answer(line)) + "\n")
            answers.flush()

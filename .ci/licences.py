"""Every dependency that users get must have a licence on the list, and versions that advisories ask for."""
import json, re, subprocess, sys

FINE = {"MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "ISC", "Unicode-3.0", "Zlib", "CC0-1.0", "Unlicense", "0BSD", "MIT-0", "BSL-1.0"}
FLOORS = {"tokio-postgres": (0, 7, 18), "bytes": (1, 11, 1), "time": (0, 3, 47), "aes-gcm": (0, 10, 3), "bcrypt": (0, 19, 2)}

meta = json.loads(subprocess.check_output(["cargo", "metadata", "--format-version", "1", "--all-features"]))
packages = {p["id"]: p for p in meta["packages"]}
nodes = {n["id"]: n for n in meta["resolve"]["nodes"]}
todo, used = [meta["resolve"]["root"]], set()
while todo:
    at = todo.pop()
    if at in used:
        continue
    used.add(at)
    for dep in nodes[at]["deps"]:
        if any(kind["kind"] != "dev" for kind in dep["dep_kinds"]):
            todo.append(dep["pkg"])


def fine(text):
    """One of the alternatives has only licences on the list."""
    text = (text or "").replace("/", " OR ").replace("(", " ").replace(")", " ")
    return any(all(one.strip() in FINE for one in re.split(r"\bAND\b", choice)) for choice in re.split(r"\bOR\b", text))


bad = []
for p in (packages[i] for i in used):
    version = tuple(int(n) for n in re.split(r"[-+]", p["version"])[0].split("."))
    if not fine(p["license"]):
        bad.append(f"{p['name']} {p['version']}: licence {p['license']}")
    if version < FLOORS.get(p["name"], (0,)):
        bad.append(f"{p['name']} {p['version']}: below {FLOORS[p['name']]}")
print("\n".join(bad) or f"licences: {len(used)} packages, all fine")
sys.exit(bool(bad))

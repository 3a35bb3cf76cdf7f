"""Lists the public items of the crate from rustdoc's JSON, one sorted line each."""
import json, sys

doc = json.load(open(sys.argv[1]))
index, lines, seen = doc["index"], set(), set()


def name_of(ty):
    """A type, as short text."""
    if ty is None:
        return "()"
    if isinstance(ty, str):
        return ty
    kind, v = next(iter(ty.items()))
    if kind == "resolved_path":
        args = [name_of(a["type"]) for a in ((v.get("args") or {}).get("angle_bracketed") or {}).get("args", []) if "type" in a]
        return v["path"] + (f"<{', '.join(args)}>" if args else "")
    if kind in ("primitive", "generic"):
        return v
    if kind == "borrowed_ref":
        return "&" + ("mut " if v.get("is_mutable") else "") + name_of(v["type"])
    if kind == "tuple":
        return f"({', '.join(map(name_of, v))})"
    if kind == "slice":
        return f"[{name_of(v)}]"
    if kind == "array":
        return f"[{name_of(v['type'])}; {v['len']}]"
    if kind == "impl_trait":
        return "impl " + " + ".join(b["trait_bound"]["trait"]["path"] for b in v if "trait_bound" in b)
    if kind == "dyn_trait":
        return "dyn " + " + ".join(t["trait"]["path"] for t in v["traits"])
    if kind == "qualified_path":
        return f"{name_of(v['self_type'])}::{v['name']}"
    return kind


def function(path, item):
    f = item["inner"]["function"]
    inputs = ", ".join(f"{n}: {name_of(t)}" for n, t in f["sig"]["inputs"])
    head = "const " if f["header"]["is_const"] else ""
    lines.add(f"{head}fn {path}({inputs}) -> {name_of(f['sig']['output'])}")


def impls(path, ids):
    for i in ids:
        item = index.get(str(i))
        if not item:
            continue
        block = item["inner"]["impl"]
        if block["is_synthetic"] or block["blanket_impl"]:
            continue
        if block["trait"]:
            lines.add(f"impl {block['trait']['path']} for {path}")
            continue
        for m in block["items"]:
            walk(path, index[str(m)])


def walk(path, item, name=None):
    kind = next(iter(item["inner"]))
    body = item["inner"][kind]
    here = f"{path}::{name or item['name']}" if (name or item["name"]) else path
    if kind == "use":
        target = index.get(str(body["id"]))
        if target:
            walk(path, target, body["name"])
        return
    if (here, kind) in seen or (item["visibility"] != "public" and item["visibility"] != "default"):
        return
    seen.add((here, kind))
    if kind == "module":
        lines.add(f"mod {here}")
        for i in body["items"]:
            walk(here, index[str(i)])
    elif kind == "function":
        function(here, item)
    elif kind == "struct":
        lines.add(f"struct {here}")
        fields = body["kind"]
        if isinstance(fields, dict) and "plain" in fields:
            for f in fields["plain"]["fields"]:
                field = index.get(str(f))
                if field and field["visibility"] == "public":
                    lines.add(f"field {here}.{field['name']}: {name_of(field['inner']['struct_field'])}")
        impls(here, body["impls"])
    elif kind == "enum":
        lines.add(f"enum {here}")
        for v in body["variants"]:
            lines.add(f"variant {here}::{index[str(v)]['name']}")
        impls(here, body["impls"])
    elif kind == "trait":
        lines.add(f"trait {here}")
        for i in body["items"]:
            walk(here, index[str(i)])
    elif kind == "constant":
        lines.add(f"const {here}: {name_of(body['type'])}")
    elif kind == "type_alias":
        lines.add(f"type {here}")
    elif kind == "assoc_type":
        lines.add(f"type {here}")


root = index[str(doc["root"])]
for i in root["inner"]["module"]["items"]:
    walk("hookring", index[str(i)])
print("\n".join(sorted(lines)))

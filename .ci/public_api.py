"""Lists the public API of the crate from rustdoc's JSON, one sorted line for each thing that a caller may rely on.

Signatures are whole: bounds, generics, attributes that matter to callers, payloads of variants, items behind glob
re-exports, implementations for types of other crates. Types of other crates are listed as well, `foreign` first: a new major
version of such a crate is one of this crate too, so none may appear unnoticed.
"""
import json
import sys

doc = json.load(open(sys.argv[1]))
index, paths = doc["index"], doc["paths"]
lines, seen, foreign = set(), set(), set()
OWN = ("core", "alloc", "std")
# Crates whose types callers have in hand anyway when they use the feature that brings them.
MEANT = ("axum_core", "bytes", "http", "http_body", "redis", "serde_core", "tokio_postgres", "tower_layer", "tower_service", "zeroize")


def path_of(found):
    """A path to a type or trait with its arguments; notes crates that are not ours."""
    at = paths.get(str(found["id"]))
    if at and at["crate_id"] != 0 and at["path"][0] not in OWN:
        foreign.add("::".join(at["path"]))
    return (found["path"] or "") + arguments(found.get("args"))


def arguments(args):
    if not args:
        return ""
    if "parenthesized" in args:
        p = args["parenthesized"]
        return f"({', '.join(map(type_of, p['inputs']))})" + (f" -> {type_of(p['output'])}" if p["output"] else "")
    inner = []
    for arg in args.get("angle_bracketed", {}).get("args", []):
        if arg == "infer":
            inner.append("_")
        elif "type" in arg:
            inner.append(type_of(arg["type"]))
        elif "lifetime" in arg:
            inner.append(arg["lifetime"])
        else:
            inner.append(arg["const"]["expr"])
    for c in args.get("angle_bracketed", {}).get("constraints", []):
        binding = c["binding"]
        if "equality" in binding:
            equal = binding["equality"]
            inner.append(f"{c['name']} = {type_of(equal['type']) if 'type' in equal else equal['constant']['expr']}")
        else:
            inner.append(f"{c['name']}: {bounds(binding['constraint'])}")
    return f"<{', '.join(inner)}>" if inner else ""


def bounds(all_of):
    texts = []
    for b in all_of:
        if "trait_bound" in b:
            t = b["trait_bound"]
            texts.append({"maybe": "?"}.get(t["modifier"], "") + path_of(t["trait"]))
        elif "outlives" in b:
            texts.append(b["outlives"])
    return " + ".join(texts)


def type_of(ty):
    if ty is None:
        return "()"
    if isinstance(ty, str):
        return ty
    kind, v = next(iter(ty.items()))
    if kind == "resolved_path":
        return path_of(v)
    if kind in ("primitive", "generic"):
        return v
    if kind == "borrowed_ref":
        life = f"{v['lifetime']} " if v.get("lifetime") else ""
        return f"&{life}{'mut ' if v.get('is_mutable') else ''}{type_of(v['type'])}"
    if kind == "raw_pointer":
        return f"*{'mut' if v['is_mutable'] else 'const'} {type_of(v['type'])}"
    if kind == "tuple":
        return f"({', '.join(map(type_of, v))})"
    if kind == "slice":
        return f"[{type_of(v)}]"
    if kind == "array":
        return f"[{type_of(v['type'])}; {v['len']}]"
    if kind == "impl_trait":
        return "impl " + bounds(v)
    if kind == "dyn_trait":
        return "dyn " + " + ".join(path_of(t["trait"]) for t in v["traits"])
    if kind == "qualified_path":
        of = f" as {path_of(v['trait'])}" if v.get("trait") and v["trait"]["path"] else ""
        return f"<{type_of(v['self_type'])}{of}>::{v['name']}" if of else f"{type_of(v['self_type'])}::{v['name']}"
    if kind == "function_pointer":
        sig = v["sig"]
        return f"fn({', '.join(type_of(t) for _, t in sig['inputs'])}) -> {type_of(sig['output'])}"
    raise SystemExit(f"public API: rustdoc has a kind of type that this script does not know: {kind}")


def generics(g):
    """`<…>` and ` where …`; parameters that stand for `impl Trait` arguments are in the arguments already."""
    params = []
    for p in g["params"]:
        kind, v = next(iter(p["kind"].items()))
        if kind == "lifetime":
            params.append(p["name"])
        elif kind == "const":
            params.append(f"const {p['name']}: {type_of(v['type'])}")
        elif not v["is_synthetic"]:
            default = f" = {type_of(v['default'])}" if v.get("default") else ""
            params.append(p["name"] + (f": {bounds(v['bounds'])}" if v["bounds"] else "") + default)
    wheres = []
    for w in g["where_predicates"]:
        if "bound_predicate" in w:
            b = w["bound_predicate"]
            wheres.append(f"{type_of(b['type'])}: {bounds(b['bounds'])}")
        elif "lifetime_predicate" in w:
            b = w["lifetime_predicate"]
            wheres.append(f"{b['lifetime']}: {' + '.join(b['outlives'])}")
    return (f"<{', '.join(params)}>" if params else ""), (f" where {', '.join(wheres)}" if wheres else "")


def marks(item):
    """The attributes that change what callers may write."""
    texts = []
    for attr in item["attrs"]:
        text = attr if isinstance(attr, str) else next(iter(attr))
        texts += [f"#[{mark}] " for mark in ("non_exhaustive", "must_use") if mark in text]
    if item.get("deprecation"):
        texts.append("#[deprecated] ")
    return "".join(texts)


def fields(ids):
    """Types of tuple fields; private ones as `_`."""
    return ", ".join("_" if i is None else type_of(index[str(i)]["inner"]["struct_field"]) for i in ids)


def implementations(path, ids):
    for i in ids:
        item = index.get(str(i))
        block = item and item["inner"]["impl"]
        if not block or block["is_synthetic"] or block["blanket_impl"] is not None:
            continue
        params, wheres = generics(block["generics"])
        if block["trait"]:
            if block["trait"]["path"] == "StructuralPartialEq":
                continue
            lines.add(f"impl{params} {path_of(block['trait'])} for {type_of(block['for'])}{wheres}")
            for m in block["items"]:
                inner = index[str(m)]["inner"]
                if "assoc_type" in inner and inner["assoc_type"]["type"]:
                    lines.add(f"type <{type_of(block['for'])} as {path_of(block['trait'])}>::{index[str(m)]['name']}"
                              f" = {type_of(inner['assoc_type']['type'])}")
        else:
            for m in block["items"]:
                walk(f"{path}", index[str(m)], of=f"{params}{wheres}")


def walk(path, item, name=None, of=""):
    kind, body = next(iter(item["inner"].items()))
    if kind == "use":
        target = index.get(str(body["id"]))
        if item["visibility"] != "public":
            return
        if target and body["is_glob"]:
            inside = target["inner"]
            for i in inside["module"]["items"] if "module" in inside else inside["enum"]["variants"]:
                walk(path, index[str(i)])
        elif target and target["crate_id"] == 0:
            walk(path, target, body["name"])
        else:
            at = paths.get(str(body["id"]), {"path": [body["source"]]})["path"]
            foreign.add("::".join(at))
            lines.add(f"pub use {'::'.join(at)} as {path}::{body['name']}")
        return
    here = f"{path}::{name or item['name']}"
    if (here, kind, item["id"]) in seen or item["visibility"] not in ("public", "default"):
        return
    seen.add((here, kind, item["id"]))
    params, wheres = generics(body["generics"]) if isinstance(body, dict) and "generics" in body else ("", "")
    if kind == "module":
        lines.add(f"mod {here}")
        for i in body["items"]:
            walk(here, index[str(i)])
    elif kind == "function":
        header, sig = body["header"], body["sig"]
        words = "".join(w for w, on in (("const ", header["is_const"]), ("async ", header["is_async"]), ("unsafe ", header["is_unsafe"])) if on)
        provided = " { provided }" if body["has_body"] and "trait" in of else ""
        inputs = ", ".join(f"{n}: {type_of(t)}" for n, t in sig["inputs"])
        of = of.replace("trait", "")
        lines.add(f"{marks(item)}{words}fn {here}{params}({inputs}) -> {type_of(sig['output'])}{wheres}{f' in impl{of}' if of else ''}{provided}")
    elif kind == "struct":
        shape = body["kind"]
        inside = f"({fields(shape['tuple'])})" if isinstance(shape, dict) and "tuple" in shape else ""
        lines.add(f"{marks(item)}struct {here}{params}{inside}{wheres}")
        if isinstance(shape, dict) and "plain" in shape:
            for f in shape["plain"]["fields"]:
                field = index.get(str(f))
                if field and field["visibility"] == "public":
                    lines.add(f"field {here}.{field['name']}: {type_of(field['inner']['struct_field'])}")
        implementations(here, body["impls"])
    elif kind == "enum":
        lines.add(f"{marks(item)}enum {here}{params}{wheres}")
        for v in body["variants"]:
            walk(here, index[str(v)])
        implementations(here, body["impls"])
    elif kind == "variant":
        shape, inside = body["kind"], ""
        if isinstance(shape, dict) and "tuple" in shape:
            inside = f"({fields(shape['tuple'])})"
        elif isinstance(shape, dict):
            parts = [index[str(f)] for f in shape["struct"]["fields"]]
            inside = " { " + ", ".join(f"{p['name']}: {type_of(p['inner']['struct_field'])}" for p in parts) + " }"
        lines.add(f"{marks(item)}variant {here}{inside}")
    elif kind == "trait":
        above = f": {bounds(body['bounds'])}" if body["bounds"] else ""
        lines.add(f"{marks(item)}trait {here}{params}{above}{wheres}")
        for i in body["items"]:
            walk(here, index[str(i)], of="trait")
        implementations(here, body["implementations"])
    elif kind == "constant":
        lines.add(f"const {here}: {type_of(body['type'])}")
    elif kind == "assoc_const":
        lines.add(f"const {here}: {type_of(body['type'])}")
    elif kind in ("type_alias", "assoc_type"):
        bound = f": {bounds(body['bounds'])}" if body.get("bounds") else ""
        what = f" = {type_of(body['type'])}" if body.get("type") else ""
        lines.add(f"type {here}{params}{bound}{what}{wheres}")
    else:
        raise SystemExit(f"public API: rustdoc has a kind of item that this script does not know: {kind} {here}")


for i in index[str(doc["root"])]["inner"]["module"]["items"]:
    walk("hookring", index[str(i)])
strangers = sorted(name for name in foreign if name.split("::")[0] not in MEANT)
if strangers:
    raise SystemExit(f"public API: types of crates that are not meant to be in it: {', '.join(strangers)}")
print("\n".join(sorted(lines) + sorted(f"foreign {name}" for name in foreign)))

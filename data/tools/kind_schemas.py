#!/usr/bin/env python3
"""Makes the schemas of the kinds of reports that share their members with the quarterly one: leadership holds its figures, without
the lists that leadership.part.json names and with the members that it adds; learning and stories hold what every report says, and their own. Run it after a change of
quarterly.schema.json or of the part; a test says when it was forgotten."""
import json
import pathlib
import re
import sys

SCHEMA = pathlib.Path(__file__).resolve().parents[1] / "schema"
EVERY = ("schema_version", "kind", "generator", "organisation", "simulated", "as_of", "period", "settings", "sources", "findings",
         "definitions", "definition_list", "caveats", "overrides", "population", "linking")
KINDS = {
    "leadership": ("alidade leadership report", "What leaders ask about a period, answered from the figures of the quarterly report, "
                   "which it holds too; of its long lists only what the page names. ", None),
    "learning": ("alidade learning review", "What was made of a period's incidents: reviews, what people said they learned, actions, "
                 "citations; load and exercises. ", ("exercises", "capacity", "practice", "learning")),
    "stories": ("alidade story candidates", "Older incidents that could be told, and why. ", ("stories",)),
}


def read(name):
    return json.loads((SCHEMA / name).read_text(encoding="utf-8"))


def used(schema, definitions):
    """The definitions that it refers to, directly or through others."""
    found, new = set(), set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(schema)))
    while new:
        found |= new
        new = set(re.findall(r'"#/\$defs/(\w+)"', json.dumps([definitions[name] for name in new]))) - found
    return {name: definitions[name] for name in definitions if name in found}


def without(schema, path):
    """Takes a member out of an object, which may be a member of a member."""
    for name in path[:-1]:
        schema = schema["properties"][name]
    del schema["properties"][path[-1]]
    if path[-1] in schema["required"]:
        schema["required"].remove(path[-1])


def make(kind):
    whole = read("quarterly.schema.json")
    title, description, own = KINDS[kind]
    whole["$id"] = whole["$id"].replace("quarterly", kind)
    whole["title"] = title
    whole["description"] = description + whole["description"]
    whole["properties"]["kind"]["const"] = kind
    if own is None:
        part = read(f"{kind}.part.json")
        for path in part["without"]:
            without(whole, path.split("."))
        for name, schema in part["properties"].items():
            if "same_items_as" in schema: # rows of another member, chosen
                schema["items"] = whole["properties"][schema.pop("same_items_as")]["items"]
            whole["properties"][name] = schema
            if name not in whole["required"]:
                whole["required"].append(name)
    else:
        whole["properties"] = {name: whole["properties"][name] for name in (*EVERY, *own)}
        whole["required"] = [name for name in whole["required"] if name in whole["properties"]]
        whole["$defs"] = used(whole["properties"], whole["$defs"])
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for kind in KINDS:
        (SCHEMA / f"{kind}.schema.json").write_text(make(kind), encoding="utf-8")
        sys.stdout.write(f"data/schema/{kind}.schema.json\n")

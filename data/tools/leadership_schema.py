#!/usr/bin/env python3
"""Makes data/schema/leadership.schema.json: the schema of the quarterly report, whose figures the leadership report holds too, with
the members of leadership.part.json. Run it after a change of either; a test says when it was forgotten."""
import json
import pathlib
import sys

SCHEMA = pathlib.Path(__file__).resolve().parents[1] / "schema"


def make():
    whole = json.loads((SCHEMA / "quarterly.schema.json").read_text(encoding="utf-8"))
    part = json.loads((SCHEMA / "leadership.part.json").read_text(encoding="utf-8"))
    whole["$id"] = whole["$id"].replace("quarterly", "leadership")
    whole["title"] = "alidade leadership report"
    whole["description"] = ("What leaders ask about a period, answered from the figures of the quarterly report, which it holds too. "
                            + whole["description"])
    whole["properties"]["kind"]["const"] = "leadership"
    for name, schema in part["properties"].items():
        whole["properties"][name] = schema
        if name not in whole["required"]:
            whole["required"].append(name)
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    (SCHEMA / "leadership.schema.json").write_text(make(), encoding="utf-8")
    sys.stdout.write("data/schema/leadership.schema.json\n")

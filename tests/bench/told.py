"""The incidents of make_store.py as files of the two sources that tell them, for a whole run: records and events as NDJSON."""
import json
import pathlib

import make_store
from day import MOMENTS, when


class Rows:
    """Rows of one table in the order of their records, a record's at a time."""

    def __init__(self, rows):
        self.rows = rows
        self.next = next(rows, None)

    def of(self, record):
        while self.next and self.next[0] == record:
            yield self.next[1:]
            self.next = next(self.rows, None)


def records(made):
    """(source, external id, number, row) of each record, in the order of numbers."""
    tables = {name: Rows(getattr(made, name)()) for name in ("moments", "values", "refs", "services", "teams")}
    for id_, source, external_id, kind, key, title, url, status, _, _, state, _, _ in made.records():
        row = {"external_id": external_id, "kind": kind, "key": key, "title": title, "url": url, "status": status, "end_state": state}
        row.update((MOMENTS[moment], when(at)) for moment, _, _, at in tables["moments"].of(id_))
        row.update((name, value) for name, _, value, _ in tables["values"].of(id_))
        for column, name in (("refs", "refs"), ("services", "services"), ("teams", "teams")):
            if found := [first if name != "refs" else "%s:%s" % (first, more[0]) for first, *more in tables[name].of(id_)]:
                row[column] = found
        yield source, external_id, id_, row


def write(folder, n, in_quarter=0, seed=1):
    """Writes alidade.yaml and FOLDER/pager.ndjson, desk.ndjson, pager-events.ndjson; a row at a time."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    made = make_store.Made(n, in_quarter, seed)
    events = Rows(made.events())
    (folder / "alidade.yaml").write_text(make_store.config("desk.ndjson", "pager.ndjson, events_path: pager-events.ndjson"))
    with (folder / "pager.ndjson").open("w") as pager, (folder / "desk.ndjson").open("w") as desk, (folder / "pager-events.ndjson").open("w") as told:
        for source, external_id, id_, row in records(made):
            (pager if source == "pager" else desk).write(json.dumps(row) + "\n")
            for event_id, at, kind, actor, automatic, team, _, _ in events.of(id_):
                event = {"external_id": external_id, "event_id": event_id, "at": when(at), "kind": kind, "actor": actor, "automatic": bool(automatic),
                         "team": team}
                told.write(json.dumps({name: value for name, value in event.items() if value is not None}) + "\n")
    return folder

"""Files for the bench of ingest, in place of a server: NDJSON and CSV with the incidents of day.py and their events, and threads as Slack exports
them. What the limit reads are the same rows as JSON, a page as large as alidade's in each file."""
import csv
import json
import pathlib
import random
import tempfile

import day

PAGE = 1000  # lines that alidade stores together


def told(n):
    """Records and events of n incidents, as one source tells them; who acted is named by address."""
    records, events = day.new(1, n, random.Random(1))
    for row in records:
        del row["source"], row["kind"]
    for row in events:
        del row["source"]
        row["actor"] = row["actor"] and "person.%s@people.example" % row["actor"][-3:]
    return records, [{name: value for name, value in row.items() if value is not None} for row in events]


def threads(n):
    """Threads of four messages about n incidents."""
    rng = random.Random(2)
    for i in range(n):
        first = "%d.000100" % (1_790_000_000 + 600 * i)
        yield {"type": "message", "user": "U%04d" % (i % 40), "ts": first, "thread_ts": first, "text": "Retro of INC-%d: what did you learn?" % i}
        for k in range(1, 4):
            yield {"type": "message", "user": "U%04d" % rng.randrange(40), "ts": "%d.000%d00" % (1_790_000_000 + 600 * i + 60 * k, k + 1), "thread_ts": first,
                   "text": "<@U%04d> the dashboard of service-%03d lagged by %d minutes, see <https://wiki.example/notes/%d>" % (
                       rng.randrange(40), rng.randrange(200), rng.randrange(60), i)}


class Files:
    """What ingest_of asks of a server (pages.Static); url: the folder in which the files lie."""

    def __init__(self, **files):
        """Name of a file and its rows; one whose name ends in .json is one document."""
        self.files, self.missed = {name.replace("_", "."): list(rows) for name, rows in files.items()}, 0

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="alidade-bench-files-")
        self.url = self.folder.name
        for name, rows in self.files.items():
            with (pathlib.Path(self.url) / name).open("w", newline="") as out:
                self.put(out, name.rpartition(".")[2], rows)
        return self

    def __exit__(self, *exc):
        self.folder.cleanup()

    @staticmethod
    def put(out, form, rows):
        if form == "json":
            json.dump(rows, out)
        elif form == "ndjson":
            out.writelines(json.dumps(row) + "\n" for row in rows)
        else:
            columns = list(dict.fromkeys(name for row in rows for name in row))
            table = csv.writer(out)
            table.writerow(columns)
            table.writerows([Files.cell(row.get(name)) for name in columns] for row in rows)

    @staticmethod
    def cell(value):
        return ";".join(value) if isinstance(value, list) else "" if value is None else str(value).lower() if isinstance(value, bool) else value

    def forget(self):
        """A run begins: nothing to forget."""

    def listed(self):
        urls, documents = [], []
        for name, rows in self.files.items():
            step = max(1, len(rows)) if name.endswith(".json") else PAGE
            for at in range(0, len(rows), step):
                page = pathlib.Path(self.url) / ("page-%d.json" % len(urls))
                page.write_text(json.dumps(rows[at:at + step]))
                urls.append(page.as_uri())
                documents.append((str(pathlib.Path(self.url) / name), rows[at:at + step], ""))
        return urls, documents


def ndjson(n):
    records, events = told(n)
    return Files(records_ndjson=records, events_ndjson=events)


def table(n):
    records, events = told(n)
    return Files(records_csv=records, events_csv=events)


def slack(n):
    return Files(thread_json=threads(n))


def keys(type_, **paths):
    """The source of alidade.yaml, by the folder of its files."""
    return lambda folder: {"name": "bench", "type": type_, **{key: "%s/%s" % (folder, name) for key, name in paths.items()}}

"""Same store, configuration and as-of: the same bytes; wherever the store lies, whatever the zone and language of the
process, in whatever order and how often the records came."""
import random
import re
import shutil
import time
import unittest

import support
import table_api

AS_OF = "2026-05-01T00:00:00Z"


class Bytes(support.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.base = support.make_folder(cls.addClassCleanup)
        shutil.copytree(support.SAMPLE, cls.base, dirs_exist_ok=True)
        config = cls.base / "alidade.yaml"  # `run` writes every kind, as `report all` does
        config.write_text(re.sub(r"(?m)^  kinds: .*$", "  kinds: [leadership, quarterly, stories, learning]", config.read_text(encoding="utf-8")),
                          encoding="utf-8")
        run = support.execute(["run", "-c", "alidade.yaml", "--store", "sample.db", "--out", "first", "--period",
                               support.SAMPLE_PERIOD,
                               "--as-of", support.SAMPLE_AS_OF], cls.base)
        assert run.code == 0, str(run)

    def reports(self, folder, out, env=None, store="sample.db", cwd=None):
        to = self.dir / out
        run = support.execute(["report", "all", "-c", str(folder / "alidade.yaml"), "--store", str(folder / store),
                               "--out", str(to),
                               "--period", support.SAMPLE_PERIOD, "--as-of", support.SAMPLE_AS_OF], cwd or self.dir,
                               env)
        self.check(run, 0)
        return self.bytes_in(to)

    def bytes_in(self, folder):
        found = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
        self.assertIn(f"quarterly-{support.SAMPLE_PERIOD}.json", found)
        self.assertEqual({path.rsplit(".")[-1] for path in found}, set(support.FORMATS))
        return found

    def test_again(self):
        first = self.bytes_in(self.base / "first")
        self.assert_same_bytes(first, self.reports(self.base, "again"), "report after run")
        time.sleep(1.1)
        self.assert_same_bytes(first, self.reports(self.base, "later"), "a second later")

    def test_elsewhere(self):
        """After a copy to another place, read from another working folder."""
        there = self.dir / "else where"
        shutil.copytree(self.base, there)
        (self.dir / "cwd").mkdir()
        self.assert_same_bytes(self.bytes_in(self.base / "first"), self.reports(there, "there", cwd=self.dir / "cwd"),
                               "elsewhere")

    def test_zone_and_language(self):
        first = self.bytes_in(self.base / "first")
        for env in ({"TZ": "Pacific/Kiritimati", "LC_ALL": "de_DE.UTF-8"},
                    {"TZ": "America/St_Johns", "LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR"},
                    {"TZ": "nonsense", "LC_ALL": "C"}, {"TZ": None, "LC_ALL": None}):
            with self.subTest(env=env):
                self.assert_same_bytes(first, self.reports(self.base, f"env-{len(str(env))}", env), str(env))

    def test_without_analyze(self):
        """What analyze stored makes the report faster, never different."""
        run = support.execute(["ingest", "-c", "alidade.yaml", "--store", str(self.dir / "fresh.db")], self.base)
        self.check(run, 0)
        fresh = self.reports(self.base, "fresh", store=self.dir / "fresh.db")
        first = self.bytes_in(self.base / "first")
        name = f"quarterly-{support.SAMPLE_PERIOD}.json"
        self.assertEqual(strip(fresh[name]), strip(first[name]))


def strip(data):
    """Without when each source was last read: another ingest, another time."""
    import json
    tree = json.loads(data)
    for source in tree["sources"]:
        source.pop("last_success")
    return tree


class Order(support.Case):
    """Shuffled, doubled, split: the same exports. Rows of two stores under one key."""

    def exports(self, name, records, events):
        folder = self.dir / name
        folder.mkdir()
        (folder / "r.ndjson").write_text(support.lines(records), encoding="utf-8")
        (folder / "e.ndjson").write_text(support.lines(events), encoding="utf-8")
        self.configure(support.ndjson("r.ndjson", events_path="e.ndjson", page_size=50), folder=folder)
        self.alidade("ingest", cwd=folder)
        return self.export_all(AS_OF, folder=folder / "exports", cwd=folder)

    def test_files(self):
        rng = random.Random(7)
        files = support.sample_files(self.dir / "files")
        records = support.parse_lines((files / "pager-records.ndjson").read_text(encoding="utf-8"))[:200]
        ids = {record["external_id"] for record in records}
        events = [event
                  for event in support.parse_lines((files / "pager-events.ndjson").read_text(encoding="utf-8"))
                  if event["external_id"] in ids]
        straight = self.exports("straight", records, events)
        mixed, mixed_events = records + records[::5], events + events[::7]
        rng.shuffle(mixed)
        rng.shuffle(mixed_events)
        self.assert_same_bytes(straight, self.exports("mixed", mixed, mixed_events), "shuffled and doubled")

    def test_pages(self):
        """Two ingests of halves, against one of the whole."""
        whole = table_api.made(80)
        found = []
        for name, steps in (("whole", [80]), ("halves", [37, 80])):
            folder = self.dir / name
            api = self.made_api({**whole, "incident": [], "sys_audit": [], "statuspage": []})
            self.configure(support.servicenow(api.url), support.statuspage(api.url), folder=folder)
            for n in steps:
                api.records.update({key: whole[key][:n * (3 if key == "sys_audit" else 1)]
                                    for key in ("incident", "sys_audit", "statuspage")})
                self.alidade("ingest", cwd=folder)
            port = api.url.rsplit(":", 1)[1].encode()
            exports = self.export_all(AS_OF, folder=folder / "exports", cwd=folder)
            found.append({key: data.replace(b":" + port, b":PORT") for key, data in exports.items()})
        self.assert_same_bytes(found[0], found[1], "in two halves")


if __name__ == "__main__":
    unittest.main()

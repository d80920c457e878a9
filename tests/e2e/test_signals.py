"""Every signal made again by tests/oracle_signals.py from exports: on a simulated history as files, where each of them varies
and everything is in the exports, at three as-ofs; and on the bundled sample, read through the real connectors."""
import re
import subprocess
import sys
import unittest

import support

WHATS = ("signals", "incidents", "events", "records", "readings", "settings", "services", "teams")
FILES = """store: alidade.db
organisation: Lumen Freight (simulated)
timezone: Europe/Berlin
sources:
  - {{ name: pager, type: ndjson, kind: pager, path: {0}/pager-records.ndjson, events_path: {0}/pager-events.ndjson,
      services_path: {0}/services.ndjson, teams_path: {0}/teams.ndjson }}
  - {{ name: tickets, type: ndjson, kind: ticket, path: {0}/ticket-records.ndjson, events_path: {0}/ticket-events.ndjson }}
  - {{ name: status, type: ndjson, kind: status, path: {0}/status-records.ndjson }}
  - {{ name: cloud, type: ndjson, kind: status, role: vendor, path: {0}/cloud-records.ndjson }}
severity_order: [SEV1, SEV2, SEV3, SEV4]
"""


class Again(support.Case):
    def again(self, as_of, *args, **where):
        folder = self.dir / as_of[:10]
        folder.mkdir()
        for what in WHATS:
            self.alidade("export", what, "--as-of", as_of, "--out", str(folder / f"{what}.ndjson"), **where)
        done = subprocess.run([sys.executable, str(support.ROOT / "tests" / "oracle_signals.py"), str(folder), *args],
                              capture_output=True, text=True, timeout=200)
        self.assertEqual(done.returncode, 0, done.stdout[-4000:] + done.stderr[-2000:])
        return int(re.search(r"checked (\d+) signals", done.stdout)[1]), done.stdout

    def test_files(self):
        simulate = support.ROOT / "data" / "tools" / "simulate.py"
        subprocess.run([sys.executable, str(simulate), str(self.dir / "files"), "--form", "ndjson"], check=True, timeout=60)
        config = self.dir / "files.yaml"
        config.write_text(FILES.format("files"), encoding="utf-8")
        self.alidade("ingest", config=config)
        n, said = self.again(support.SAMPLE_AS_OF, config=config)
        self.assertGreater(n, 50000)
        self.assertNotIn("constant", said, "each signal varies")
        for as_of in ("2026-08-20T12:34:56Z", "2025-02-01T00:00:00Z"):
            self.again(as_of, config=config)

    def test_through_the_connectors(self):
        """A page's one service has no date, which the exports do not tell."""
        sample, store = support.SAMPLE / "alidade.yaml", ["--store", str(self.dir / "sample.db")]
        real = self.alidade
        real("ingest", *store, config=sample)
        self.alidade = lambda *args, **more: real(*args, *store, **more)
        n, said = self.again(support.SAMPLE_AS_OF, "--skip", "services_impacted", config=sample)
        self.assertGreater(n, 50000)
        self.assertNotIn("constant", said, "each signal varies")


if __name__ == "__main__":
    unittest.main()

"""What a reviewer found: an earlier `since` reads what lies before, odd lines of a file cost only themselves, and a server
that repeats its rows does not keep us."""
import unittest

import support
import table_api


class Scope(support.Case):
    def test_earlier_since(self):
        api = self.made_api(table_api.made(300))
        days = sorted(row["sys_updated_on"] for row in api.records["incident"])
        self.configure(support.servicenow(api.url, page_size=50, since=days[200][:10]))
        self.alidade("ingest")
        some = self.sql("SELECT count(*) FROM record")[0][0]
        self.assertLess(some, 150)
        self.configure(support.servicenow(api.url, page_size=50))
        self.alidade("ingest")
        self.assertEqual(self.sql("SELECT count(*) FROM record")[0][0], 300)
        api.requests.clear()
        self.alidade("ingest")
        self.assertLess(len(api.requests), 12, "and then only what is new")


class Lines(support.Case):
    def test_odd_lines_cost_only_themselves(self):
        def line(n):
            return b'{"external_id":"r%d","opened_at":"2026-01-0%dT00:00:00Z","resolved_at":"2026-01-0%dT01:00:00Z"}' % (n, n, n)
        path = self.write("odd.ndjson", b"\xef\xbb\xbf" + line(1) + b"\n\r" + line(2) + b"\n\xef\xbb\xbf" + line(3) + b"\r\n[1]\n" + line(4) + b"\n")
        self.configure(support.ndjson(path, name="odd"))
        self.alidade("ingest", code=3)
        self.assertEqual([row[0] for row in self.sql("SELECT external_id FROM record ORDER BY 1")], ["r1", "r2", "r3", "r4"])
        self.assertEqual(self.sql("SELECT count(*) FROM quarantine")[0][0], 1)


if __name__ == "__main__":
    unittest.main()

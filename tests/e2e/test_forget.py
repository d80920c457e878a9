"""alidade forget PERSON: the person is in no file any more, be it in rows, raw JSON, quarantine, the log, free pages, backups or
recordings; figures stay; what cannot be reached is said. alidade backup FILE: whole, also while an ingest writes."""
import contextlib
import re
import shutil
import sqlite3
import subprocess
import time
import unittest

import support
import table_api

AS_OF = "2026-06-01T00:00:00Z"
ANN, NICK = "ann@people.example", "Speedy"


class Forget(support.Case):
    def world(self, **keys):
        rows = [{"external_id": f"n{n}", "title": "Slow; Ann Lovelace saw it" if n % 3 else "Slow", "services": ["shop"],
                 "opened_at": f"2026-0{1 + n % 5}-{1 + n % 28:02d}T10:00:00Z", "resolved_at": f"2026-0{1 + n % 5}-{1 + n % 28:02d}T12:00:00Z"}
                for n in range(40)]
        events = []
        for n in range(40):
            day = f"2026-0{1 + n % 5}-{1 + n % 28:02d}T10"
            events += [{"external_id": f"n{n}", "event_id": "a", "at": f"{day}:10:00Z", "kind": "acknowledged",
                        "actor": ANN if n % 2 else "bob@people.example"},
                       {"external_id": f"n{n}", "event_id": "b", "at": f"{day}:20:00Z", "kind": "note", "actor": "bob@people.example",
                        "text": f"{ANN} and {NICK} looked, ann lovelace restarted it, bob@people.example went"}]
        self.write("history.ndjson", support.lines(rows))
        self.write("events.ndjson", support.lines(events))
        self.write("attendance.ndjson", support.lines({"incident": f"history:n{n}", "required": False, "person": ANN, "team": "shop"}
                                                      for n in range(5)))
        self.configure(support.ndjson("history.ndjson", events_path="events.ndjson", attendance_path="attendance.ndjson"), **keys)
        self.alidade("ingest", "-q")
        for name in ("history.ndjson", "events.ndjson", "attendance.ndjson"):
            (self.dir / name).unlink()

    def pseudonym(self):
        return self.sql("SELECT DISTINCT actor FROM event WHERE kind = 'acknowledged' AND record IN (SELECT id FROM record WHERE external_id = 'n1')")[0][0]

    def test_everywhere(self):
        self.world()
        mine = self.pseudonym()
        self.assertRegex(mine, "^[0-9a-f]{16}$")
        self.alidade("override", "history:n1", "--field", "severity", "--value", "SEV1", "--reason", f"{ANN} said so; ask Ann Lovelace",
                     "--by", ANN)
        self.alidade("backup", "copy.db", cwd=self.dir)
        with contextlib.closing(sqlite3.connect(self.dir / "alidade.db")) as db, db:
            db.execute("PRAGMA foreign_keys = ON")
            # In every text of the store, those included that nothing of today writes a person into.
            for table, column in db.execute("SELECT m.name, p.name FROM sqlite_schema m JOIN pragma_table_info(m.name) p "
                                            "WHERE m.type = 'table' AND p.type = 'TEXT' AND p.pk = 0").fetchall():
                if table != "meta":
                    with contextlib.suppress(sqlite3.IntegrityError):
                        db.execute(f'UPDATE "{table}" SET "{column}" = "{column}" || ? WHERE "{column}" NOT LIKE ?', (f" {mine}", f"%{mine}%"))
        db.close()
        with contextlib.closing(sqlite3.connect(self.dir / "alidade.db")) as db, db: # right after digits: in an escape of JSON, of a URL
            changed = db.execute("UPDATE record SET title = title || ? WHERE external_id LIKE 'n2 %'", # as the loop above has left it
                                 (f' {{"a":"\\f{mine}\\u000b{mine}"}} https://wiki.example/?q=%20{mine}%20{mine}{mine}',)).rowcount
            self.assertEqual(changed, 1)
        db.close()
        shutil.copy(self.dir / "alidade.db", self.dir / "alidade.db.backup-5")
        before = self.dir / "alidade.db"
        self.assertIn(mine.encode(), before.read_bytes())
        dry = self.alidade("forget", ANN, "--dry-run")
        self.assertIn("would change", dry.out)
        self.assertIn(mine.encode(), before.read_bytes())
        run = self.alidade("forget", ANN, "--text", NICK, cwd=self.dir)
        self.assertRegex(run.out, r"store .*: 1 pseudonym, \d+ values changed, [1-9]\d* known names? dropped")
        self.assertRegex(run.out, r"copy .*copy\.db: [1-9]\d* values changed")
        self.assertRegex(run.out, r"copy .*alidade\.db\.backup-5: [1-9]\d* values changed")
        self.assertRegex(run.err, r"Not reached: the sources, .*recordings that were not named.*nicknames")
        self.assert_nowhere([mine, ANN, NICK])
        self.assertEqual(self.sql("PRAGMA integrity_check"), [("ok",)])

    def test_figures_stay(self):
        self.world()
        mine = self.pseudonym()
        whole = self.export_all(AS_OF)
        self.alidade("forget", mine)
        self.assert_nowhere([mine], self.dir / "alidade.db")
        now = self.export_all(AS_OF)
        token = set(re.findall(rb"\b[0-9a-f]{16}\b", b"".join(now.values()))) - set(re.findall(rb"\b[0-9a-f]{16}\b", b"".join(whole.values())))
        self.assertEqual(len(token), 1, "one person is still one person")
        self.assert_same_bytes({name: data.replace(mine.encode(), token.copy().pop()) for name, data in whole.items()}, now)
        run = self.alidade("forget", mine, code=1)
        self.assertIn(f"nothing of '{mine}' was found", run.err)

    def test_names(self):
        """With people: names everything is kept as it was sent, until then."""
        self.world(people="names")
        self.assertTrue(support.grep(self.dir, [ANN]))
        self.alidade("forget", ANN, "--text", "ann lovelace")
        self.assert_nowhere([ANN, "Ann Lovelace"])
        self.assertTrue(support.grep(self.dir, ["bob@people.example"]))

    def test_recordings(self):
        api = self.made_api(table_api.made(12))
        self.configure(support.servicenow(api.url))
        self.alidade("ingest", "-q", "--record", "tape", cwd=self.dir)
        mine, = self.sql("SELECT actor FROM event WHERE actor IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")[0]
        self.assertTrue(support.grep(self.dir / "tape", [mine]))
        run = self.alidade("forget", mine, "tape", cwd=self.dir)
        self.assertRegex(run.out, r"recording tape/desk: [1-9]\d* pages? changed")
        self.assert_nowhere([mine])
        other = self.dir / "other"
        self.configure(support.servicenow(api.url, replay=str(self.dir / "tape")), folder=other)
        self.alidade("ingest", "-q", cwd=other)
        self.assertEqual(self.sql("SELECT count(*) FROM event"), self.sql("SELECT count(*) FROM event", other / "alidade.db"))

    def test_one_word_of_nobody(self):
        """'slow' is no person: the word stays in texts unless --text says that it is meant."""
        self.world()
        self.assertIn("nothing of 'slow' was found", self.alidade("forget", "slow", code=1).err)
        self.assertEqual(self.sql("SELECT count(*) FROM record WHERE title LIKE 'Slow%'"), [(40,)])
        self.assertRegex(self.alidade("forget", code=2).err, "expected a person")
        self.assertRegex(self.alidade("forget", ANN, "no-such-folder", code=2).err, "no-such-folder")

    def test_key_lost(self):
        self.world()
        mine = self.pseudonym()
        (self.dir / "alidade.db.key").unlink()
        run = self.alidade("ingest", code=2)
        self.assertRegex(run.err, r"key file .* is missing, .*put it back \(without it, begin a new store\)")
        self.alidade("report", "quarterly", "--period", "2026Q1", "--as-of", AS_OF, code=None)
        run = self.alidade("forget", mine)
        self.assertIn("is missing: only a pseudonym", run.err)
        self.assert_nowhere([mine])

    def test_a_reader_keeps_the_log(self):
        """Old pages in the -wal cannot go while somebody reads them: said, and done by the next run, or by the next analyze."""
        for last in ("forget", "analyze"):
            with self.subTest(last):
                self.kept_by_a_reader(["forget", ANN] if last == "forget" else ["analyze"], 1 if last == "forget" else 0)
            for path in self.dir.glob("alidade.db*"):
                path.unlink()

    def kept_by_a_reader(self, last, code):
        self.world()
        mine = self.pseudonym()
        with contextlib.closing(sqlite3.connect(self.dir / "alidade.db", isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM event").fetchone()
            run = self.alidade("forget", ANN, code=1)
            self.assertRegex(run.err, "another program (reads it|keeps it locked)")
        self.assertEqual(self.sql("SELECT value FROM meta WHERE key = 'scour_owed'"), [("1",)], "as of a run that was killed before")
        self.alidade(*last, code=code)
        self.assert_nowhere([mine])
        self.assertEqual(self.sql("SELECT value FROM meta WHERE key = 'scour_owed'"), [])


class Backup(support.Case):
    def test_while_ingest_runs(self):
        api = self.made_api(table_api.made(400))
        self.configure(support.servicenow(api.url, page_size=5))
        sizes = []
        with subprocess.Popen([str(support.BINARY), "-c", "alidade.yaml", "ingest", "-q"], cwd=self.dir, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=support.environment(self.dir)) as process:
            while process.poll() is None and len(sizes) < 4:
                if not (self.dir / "alidade.db").exists() or not (self.dir / "alidade.db-wal").exists():
                    time.sleep(0.01)
                    continue
                run = self.alidade("backup", str(self.dir / f"copy{len(sizes)}.db"), code={0, 1})
                if run.code == 0:
                    sizes.append(self.sql("SELECT count(*) FROM record", self.dir / f"copy{len(sizes)}.db")[0][0])
            running = process.poll() is None
            process.stderr.read()
            self.assertEqual(process.wait(timeout=120), 0)
        self.assertTrue(sizes and (running or sizes[0] < 400), "made while it ran")
        self.assertEqual(sizes, sorted(sizes))
        for n in range(len(sizes)):
            copy = self.dir / f"copy{n}.db"
            self.assertEqual(self.sql("PRAGMA integrity_check", copy), [("ok",)])
            self.assertEqual(copy.stat().st_mode & 0o777, 0o600)
        self.assertEqual([path.name for path in self.dir.glob("*.tmp*")], [])
        # A copy is a store: what was in it goes on to where the other is.
        whole = self.export_all(AS_OF)
        folder = self.dir / "restored"
        self.configure(support.servicenow(api.url, page_size=5), folder=folder)
        shutil.copy(self.dir / "copy0.db", folder / "alidade.db")
        self.alidade("ingest", "-q", cwd=folder)
        self.assert_same_bytes(whole, self.export_all(AS_OF, folder / "exports", cwd=folder))

    def test_what_is_there_is_not_lost(self):
        self.write("history.ndjson", support.lines([{"external_id": "a", "opened_at": "2026-01-01T00:00:00Z"}]))
        self.configure(support.ndjson("history.ndjson"))
        self.alidade("ingest", "-q")
        note = self.write("note.txt", "mine\n" * 300)
        self.assertIn("no copy of a store", self.alidade("backup", str(note), code=2).err)
        self.assertEqual(note.read_text(), "mine\n" * 300)
        self.assertIn("is the store itself", self.alidade("backup", str(self.dir / "alidade.db"), code=2).err)
        whole = (self.dir / "copy.db").resolve()
        # A path that ends like this one's is another copy, which `forget` would else never reach.
        (self.dir / "alidade.db.backups").write_text(f"/elsewhere{whole}\n")
        (self.dir / "alidade.db.backups").chmod(0o600)
        for _ in range(2):
            self.alidade("backup", str(self.dir / "copy.db"))
        self.assertEqual((self.dir / "alidade.db.backups").read_text(), f"/elsewhere{whole}\n{whole}\n")
        self.assertEqual((self.dir / "alidade.db.backups").stat().st_mode & 0o777, 0o600)
        self.assertIn("Not a directory", self.alidade("backup", str(note / "x.db"), code=1).err)


if __name__ == "__main__":
    unittest.main()

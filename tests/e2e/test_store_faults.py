"""What a machine can do to a store: a full disk, a folder or file that may only be read, a lock of another program, a damaged or
newer file, a clock that goes backwards, no file handles left, no memory left. Each ends in a message that says what and where, the
store stays whole, and a run on a well machine gives what it would have given."""
import contextlib
import ctypes
import hashlib
import os
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
import unittest

import support
import pagerduty_api

AS_OF, PERIOD = "2026-06-01T00:00:00Z", "2026Q2"
DAY = 86_400_000
NOBODY = 65534
INCIDENTS = int(os.environ.get("ALIDADE_INCIDENTS", "0"))  # of the store that does not fit into memory
WHATS = ("records", "events", "incidents", "readings")
# What the sanitizers say of a limit is theirs, not ours.
MESSAGE = re.compile(r"^alidade: ", re.M)


def limits(**kinds):
    """For preexec_fn: limits by name, such as FSIZE=4096."""
    def set_them():
        for name, value in kinds.items():
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))
    return set_them


@support.not_with_asan
class Faults(support.Case):
    def setUp(self):
        super().setUp()
        rows, events = [], []
        for n in range(60):
            day = f"2026-0{1 + n % 5}-{1 + n % 28:02d}T{n % 24:02d}"
            rows.append({"external_id": f"n{n}", "title": f"Slow {n % 5}, " + "and then " * 40, "services": [f"service {n % 4}"],
                         "opened_at": f"{day}:00:00Z", "resolved_at": f"{day}:{1 + n % 58:02d}:30Z"})
            events += [{"external_id": f"n{n}", "event_id": f"e{k}", "at": f"{day}:00:4{k}Z", "kind": "note",
                        "actor": f"who{n % 6}@people.example", "text": "looked at it " * 20} for k in range(8)]
        self.write("history.ndjson", support.lines(rows))
        self.write("events.ndjson", support.lines(events))
        self.configure(support.ndjson("history.ndjson", events_path="events.ndjson"))

    def started(self, *args, user=None, cwd=None, code=1, seconds=120, **kinds):
        """One run under limits, or as another user."""
        before = limits(**kinds)

        def become():
            before()
            if user:
                os.setgroups([])
                os.setgid(user)
                os.setuid(user)

        where = cwd or self.dir
        env = support.environment(where)
        done = subprocess.run([str(support.BINARY), "-c", "alidade.yaml", *args], cwd=where, env=env, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=seconds, preexec_fn=become, check=False)
        run = support.Run(args, done.returncode, done.stdout, done.stderr)
        self.check(run, code)
        return run

    def whole(self):
        """Exports of a run that met no trouble."""
        folder = self.dir / "well"
        folder.mkdir()
        for name in ("alidade.yaml", "alidade.db.key", "history.ndjson", "events.ndjson"):
            shutil.copy(self.dir / name, folder / name)
        self.alidade("ingest", "-q", cwd=folder)
        return self.export_all(AS_OF, folder / "exports", whats=WHATS, cwd=folder)

    def intact(self, store=None):
        store = store or self.dir / "alidade.db"
        if not store.exists() or store.stat().st_size == 0:
            return
        self.assertEqual(self.sql("PRAGMA integrity_check", store), [("ok",)])
        self.assertEqual(self.sql("PRAGMA foreign_key_check", store), [])

    def files(self, folder=None):
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((folder or self.dir).iterdir()) if path.is_file()}


class Disk(Faults):
    def test_files_may_not_grow(self):
        """ulimit -f at ever larger sizes, of ingest and of a report."""
        whole = self.whole()
        failed = 0
        for size in (0, 4096, 50_000, 150_000, 400_000):
            run = self.started("ingest", FSIZE=size, code={0, 1})
            self.intact()
            if run.code:
                failed += 1
                self.assertRegex(run.err, r"alidade\.db", str(run))
                self.assertRegex(run.err, r"no space left|reading or writing failed|File too large|cannot write", str(run))
        self.assertGreater(failed, 2)
        self.alidade("ingest", "-q")
        self.assert_same_bytes(whole, self.export_all(AS_OF, whats=WHATS))
        for form in support.FORMATS:
            args = ("report", "quarterly", "--period", PERIOD, "--as-of", AS_OF, "--format", form, "--out", "reports")
            run = self.started(*args, FSIZE=33_000)  # beside a store that is read lies its index, of 32 kB
            self.assertIn(f"quarterly-{PERIOD}.{form}", run.err)
            self.assertEqual(list((self.dir / "reports").glob("*")), [], "no part of a report")
        run = self.started("export", "events", "--out", "x.ndjson", FSIZE=33_000)
        self.assertIn("x.ndjson", run.err)
        self.assertEqual(list(self.dir.glob("x.ndjson*")), [])

    def test_a_starter_that_has_no_room_is_not_left(self):
        (self.dir / "alidade.yaml").unlink()
        run = self.started("init", FSIZE=1000)
        self.assertIn("alidade.yaml", run.err)
        self.assertFalse((self.dir / "alidade.yaml").exists(), "a part of it would be kept")
        self.alidade("init", config=False)

    def test_full_disk(self):
        """A real one, of 400 kB: then there is room again."""
        disk = self.small_disk("disk", "400k")
        whole = self.whole()
        self.alidade("init", config=False, cwd=disk, code=None)
        shutil.copy(self.dir / "alidade.db.key", disk / "alidade.db.key")
        run = self.alidade("--store", str(disk / "alidade.db"), "ingest", code={1, 3})
        self.assertIn("no space left", run.err)
        self.intact(disk / "alidade.db")
        run = self.alidade("--store", str(disk / "alidade.db"), "doctor", code=None)
        self.assertRegex(run.out, r"free in .*disk")
        free = os.statvfs(disk)
        (disk / "other").write_bytes(b"x" * (free.f_bavail * free.f_frsize - 48 * 1024))  # a store that is read has an index of 32 kB
        run = self.alidade("--store", str(disk / "alidade.db"), "report", "quarterly", "--period", PERIOD, "--as-of", AS_OF,
                           "--out", str(disk / "reports"), code=1)
        self.assertRegex(run.err, r"No space left|no space left")
        self.assertEqual([path.name for path in disk.glob("reports/*")], [])
        (disk / "other").unlink()
        ctypes.CDLL(None).mount(b"none", str(disk).encode(), b"tmpfs", 32, b"size=20m")  # MS_REMOUNT
        self.alidade("--store", str(disk / "alidade.db"), "ingest", "-q")
        given = self.dir / "exports"
        given.mkdir()
        found = {}
        for what in WHATS:
            self.alidade("--store", str(disk / "alidade.db"), "export", what, "--as-of", AS_OF, "--out", str(given / what))
            found[what] = (given / what).read_bytes()
        self.assert_same_bytes(whole, found)

    @unittest.skipIf(os.geteuid() != 0, "a store of another user: becoming one needs root")
    def test_may_only_be_read(self):
        """Another user's store: reports can be made where there is room, writing says why not."""
        self.alidade("ingest", "-q")
        for path in [self.dir, *self.dir.iterdir()]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        try:
            subprocess.run([str(support.BINARY), "--version"], preexec_fn=lambda: os.setuid(NOBODY), check=True, capture_output=True)
        except (OSError, subprocess.SubprocessError):
            self.skipTest("a store of another user: the binary's folder is closed to others")
        before = self.files()
        run = self.started("ingest", user=NOBODY)
        self.assertRegex(run.err, r"cannot write store 'alidade\.db': permission denied")
        run = self.started("export", "records", user=NOBODY)
        self.assertRegex(run.err, r"cannot read store 'alidade\.db': .* cannot be made beside it; copy it to a folder that you may write to")
        run = self.started("doctor", user=NOBODY, code=None)
        self.assertIn("may only be read by this account", run.out)
        self.assertEqual(self.files(), before)
        (self.dir / "alidade.db").chmod(0o600)
        run = self.started("export", "records", user=NOBODY)
        self.assertRegex(run.err, r"cannot open store 'alidade\.db': Permission denied")


class File(Faults):
    def test_locked_by_another_program(self):
        self.alidade("ingest", "-q")
        with contextlib.closing(sqlite3.connect(self.dir / "alidade.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            run = self.alidade("ingest", code=1)
            self.assertRegex(run.err, r"store '.*alidade\.db': another program keeps it locked")
            self.assertEqual(len(self.export("records", AS_OF)), 60, "readers do not wait")
        self.alidade("ingest", "-q")

    def damaged(self, how):
        data = bytearray((self.dir / "whole.db").read_bytes())
        if how == "middle":
            for page in range(8, len(data) // 4096, 3):
                data[page * 4096:page * 4096 + 4096] = os.urandom(4096)
        elif how == "cut":
            del data[len(data) // 2:]
        elif how == "head":
            data[:16] = b"SQLite format 4\0"
        elif how == "schema":
            data[100:400] = bytes(300)
        (self.dir / "alidade.db").write_bytes(data)
        return bytes(data)

    @unittest.skipIf(os.geteuid() != 0, "a file of another user's: giving it away needs root")
    def test_what_another_user_has_put_there(self):
        """Whoever made the empty file could read what comes into it, and a link could lead anywhere."""
        store = self.dir / "alidade.db"
        store.touch()
        os.chown(store, 54321, 54321)
        self.assertIn("the empty file there is another user's; remove it", self.alidade("ingest", code=1).err)
        self.assertEqual(store.stat().st_size, 0)
        store.unlink()
        store.symlink_to(self.dir / "elsewhere.db")
        os.chown(store, 54321, 54321, follow_symlinks=False)
        self.assertIn("it is a symbolic link of another user; remove it", self.alidade("ingest", code=1).err)
        self.assertFalse((self.dir / "elsewhere.db").exists())
        os.chown(store, 0, 0, follow_symlinks=False)
        (self.dir / "elsewhere.db").touch()
        self.alidade("ingest")

    def test_damaged(self):
        """doctor finds it, says what to do, and touches nothing; other commands say it too, and delete nothing."""
        self.alidade("ingest", "-q")
        self.alidade("analyze", "-q")
        (self.dir / "alidade.db").rename(self.dir / "whole.db")
        for how in ("middle", "cut", "head", "schema"):
            with self.subTest(how):
                data = self.damaged(how)
                before = self.files()
                run = self.alidade("doctor", code=1)
                self.assertRegex(run.out + run.err, r"damaged|not a database|malformed|not an alidade store", how)
                self.assertRegex(run.out, r"backup|another file", "what to do")
                self.assertEqual(self.files(), before, "doctor touches nothing")
                run = self.alidade("export", "events", code=1)
                self.assertRegex(run.err, r"store '.*alidade\.db'|alidade\.db' is not", str(run))
                self.assertEqual((self.dir / "alidade.db").read_bytes(), data)
                run = self.alidade("report", "quarterly", "--period", PERIOD, "--as-of", AS_OF, code=1)
                self.assertEqual(list(self.dir.glob("reports/*")), [])
                self.alidade("ingest", code=1)
                self.assertTrue((self.dir / "alidade.db").stat().st_size, "never deleted")
                for name in ("alidade.db-wal", "alidade.db-shm"):
                    (self.dir / name).unlink(missing_ok=True)

    def test_newer(self):
        self.alidade("ingest", "-q")
        with contextlib.closing(sqlite3.connect(self.dir / "alidade.db")) as store:
            store.execute("PRAGMA user_version = 9999")
            store.commit()
        before = self.files()
        run = self.alidade("doctor", code=1)
        self.assertIn("use that version of alidade", run.out)
        self.assertEqual(self.files(), before)


class Process(Faults):
    def test_no_file_handles_left(self):
        """ulimit -n, from none on: it works, or says so; nothing is half done."""
        whole = self.whole()
        worked = refused = 0
        for n in range(4, 16):
            for args in (["ingest", "-q"], ["export", "records"], ["report", "quarterly", "--period", PERIOD, "--as-of", AS_OF, "-q"]):
                run = self.started(*args, NOFILE=n, code={0, 1, 2, 3, 127})
                if run.code == 127:
                    continue  # the libraries could not even be loaded
                if run.code not in (0, 3):
                    refused += 1
                    self.assertRegex(run.err, MESSAGE, str(run))
                else:
                    worked += 1
                self.intact()
                self.assertEqual(list(self.dir.glob("reports/*.tmp.*")), [])
        self.assertGreater(refused, 3)
        self.assertGreater(worked, 3)
        self.alidade("ingest", "-q")
        self.assert_same_bytes(whole, self.export_all(AS_OF, whats=WHATS))

    def test_no_memory_left(self):
        """ulimit -v from too little on: it says so and ends with 1, and the store is whole."""
        whole = self.whole()
        refused = 0
        least = next(kb for kb in range(10_000, 100_000, 1_000) if self.started("--version", AS=kb * 1024, code={0, 1, 127}).code == 0)
        for kb in range(least, least + 16_000, 2_000):
            for args in (["ingest", "-q"], ["analyze", "-q"], ["report", "quarterly", "--period", PERIOD, "--as-of", AS_OF, "-q"]):
                run = self.started(*args, AS=kb * 1024, code={0, 1, 3})
                if run.code == 1:
                    refused += 1
                    self.assertRegex(run.err, r"(?m)^alidade: .*(out of memory|memory|xlsx|no store|ingest makes it|empty|older)", str(run))
                self.intact()
        self.assertGreater(refused, 5)
        self.alidade("ingest", "-q")
        self.assert_same_bytes(whole, self.export_all(AS_OF, whats=WHATS))

    @unittest.skipUnless(INCIDENTS, "a million incidents in 300 MB: ./check --all makes them")
    def test_a_million_in_300_mb(self):
        """ulimit -v 300 MB on a store that needs more: each command works or says what is missing, soon, and the store stays whole."""
        sys.path.insert(0, str(support.ROOT / "tests" / "bench"))
        import make_store
        make_store.ALIDADE = str(support.BINARY)
        folder = self.dir / "many"
        make_store.make(folder, INCIDENTS)
        store = folder / "alidade.db"
        rows = self.sql("SELECT count(*), sum(length(title)) FROM record", store)
        for args in (["analyze", "-q"], ["report", "quarterly", "--period", PERIOD, "--as-of", AS_OF, "--out", "reports", "-q"],
                     ["list", "--period", PERIOD, "--as-of", AS_OF], ["export", "records"], ["status"], ["doctor"]):
            began = time.monotonic()
            run = self.started(*args, cwd=folder, AS=300_000 * 1024, seconds=900, code={0, 1, 2, 3})
            print(f"million: {args[0]}: exit code {run.code}, {time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)
            if run.code == 1 and args[0] != "doctor":
                self.assertRegex(run.err, "^alidade: out of memory .*what was committed before is in the store")
            self.assertEqual(list(folder.glob("reports/*")), [] if run.code == 1 else list(folder.glob("reports/*")))
        self.assertEqual(self.sql("SELECT count(*), sum(length(title)) FROM record", store), rows)
        self.intact(store)

    @unittest.skipUnless(support.FAULTS, "a clock that goes backwards: the binary was built without -Dfaults=enabled")
    def test_clock_goes_backwards(self):
        """Three days ahead in the first run, right in the next: what changed in between is read, and nothing is lost."""
        world = pagerduty_api.made(16)  # up to now
        api = pagerduty_api.serve(world)
        api.__enter__()
        self.addCleanup(api.__exit__)
        self.configure(support.pagerduty(api.url))
        ahead = str(3 * DAY)
        self.alidade("ingest", "-q", env={"ALIDADE_CLOCK_MS": ahead})
        self.assertEqual(self.sql("SELECT count(*) FROM record"), [(16,)])
        for n in range(100, 104):
            world.create(time.time() - 3600, n)
        for _ in range(2):
            self.alidade("ingest", "-q")
        self.assertEqual(self.sql("SELECT count(*) FROM record"), [(20,)])
        for args in (["status"], ["analyze", "-q"], ["doctor"]):
            self.alidade(*args, code=None)
        well = self.dir / "well"
        self.configure(support.pagerduty(api.url), folder=well)
        self.alidade("ingest", "-q", cwd=well)
        later = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() + 30 * 86400))  # than the clock that was ahead
        found = self.export_all(later, whats=WHATS)
        self.assertEqual(found["records"].count(b"\n"), 20)
        self.assert_same_bytes(self.export_all(later, well / "exports", whats=WHATS, cwd=well), found)


if __name__ == "__main__":
    unittest.main()

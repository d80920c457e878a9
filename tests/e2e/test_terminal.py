"""Progress: on a terminal one line that is drawn anew and taken away at the end; nowhere else a sign of it."""
import os
import pty
import subprocess
import unittest

import support
import pagerduty_api

AS_OF = "2026-06-01T00:00:00Z"
REDRAWN = "\r\x1b[K"


def shown_on(terminal):
    """All that was written to its other side, which whoever writes closes."""
    seen = b""
    try:
        while part := os.read(terminal, 65536):
            seen += part
    except OSError:  # the other side is closed
        pass
    finally:
        os.close(terminal)
    return seen.decode()


class Progress(support.Case):
    def setUp(self):
        super().setUp()
        api = pagerduty_api.serve(pagerduty_api.made(250, end=1777000000))
        api.__enter__()
        self.addCleanup(api.__exit__)
        self.configure(support.pagerduty(api.url))

    def on_terminal(self, *args):
        """What the program writes to a terminal that is its standard error; its output is a pipe."""
        ours, theirs = pty.openpty()
        try:
            run = subprocess.Popen([str(support.BINARY), "-c", str(self.dir / "alidade.yaml"), *args], cwd=self.dir, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=theirs, env=support.environment(self.dir))
        finally:
            os.close(theirs)
        seen = shown_on(ours)
        out = run.stdout.read().decode()
        run.stdout.close()
        self.assertEqual(run.wait(60), 0, seen)
        self.assertNotIn("\x1b", out)
        return seen

    def test_is_shown_on_a_terminal(self):
        seen = self.on_terminal("run", "--as-of", AS_OF, "--period", "2026Q2")
        self.assertRegex(seen, r"\r\x1b\[Kpager 1/1 incidents (page \d+, \d+ rows|\[[#.]{20}\] \d+ of \d+)")
        self.assertRegex(seen, r"\r\x1b\[Kpager 1/1 [a-z_]+ \[#+\.*\] \d+ of \d+")
        last = seen[seen.rindex(REDRAWN) + len(REDRAWN):]
        self.assertNotRegex(last, r"^pager 1/1", "the line is taken away at the end")

    def test_is_nowhere_else(self):
        for more in ((), ("-v",), ("--log-format", "json")):
            run = self.alidade("ingest", "--full", *more)
            self.assertNotIn("\x1b", run.out + run.err)
            self.assertNotIn("\r", run.out + run.err)
        for option in ("--no-progress", "--quiet", "--verbose"):
            self.assertNotIn("\x1b", self.on_terminal("ingest", "--full", option), option)
        self.assertEqual(self.on_terminal("ingest", "--full", "--quiet"), "")

    def test_a_list_has_a_head_where_people_look_at_it(self):
        """A line of titles on a terminal; lines of incidents alone, the same ones, for whoever reads them from a pipe."""
        self.alidade("ingest", "--quiet")
        args = ("list", "--as-of", AS_OF, "--period", "2026Q2", "--quiet")
        plain = self.alidade(*args).out.splitlines()
        ours, theirs = pty.openpty()
        run = subprocess.Popen([str(support.BINARY), "-c", str(self.dir / "alidade.yaml"), *args], cwd=self.dir, stdin=subprocess.DEVNULL,
                               stdout=theirs, stderr=subprocess.DEVNULL, env={**support.environment(self.dir), "COLUMNS": "120"})
        os.close(theirs)
        seen = shown_on(ours)
        self.assertEqual(run.wait(60), 0)
        head, *lines = seen.replace("\r\n", "\n").splitlines()
        self.assertRegex(head, r"^Started +Incident +Took +.*Reading +.*Title$")
        self.assertEqual([line.split()[:3] for line in lines], [line.split()[:3] for line in plain])
        for columns in ("52", "60", "80", "120"):
            ours, theirs = pty.openpty()
            run = subprocess.Popen([str(support.BINARY), "-c", str(self.dir / "alidade.yaml"), *args], cwd=self.dir, stdin=subprocess.DEVNULL,
                                   stdout=theirs, stderr=subprocess.DEVNULL, env={**support.environment(self.dir), "COLUMNS": columns})
            os.close(theirs)
            narrow = shown_on(ours).replace("\r\n", "\n").splitlines()
            self.assertEqual(run.wait(60), 0)
            self.assertEqual([line for line in narrow if len(line) > int(columns)], [])
            self.assertEqual("Reading" in narrow[0], columns != "52")
        self.assertEqual(head.index("Incident"), len(lines[0]) - len(lines[0][16:].lstrip()), "titles stand above their columns")
        self.assertFalse(any("Started" in line for line in plain))

    def test_a_reader_that_has_seen_enough(self):
        """`| head -1`: what is not read any more is no error worth a word, whoever was about to write it."""
        self.alidade("ingest", "--quiet")
        for args in (("export", "records"), ("export", "events", "--format", "csv"), ("list", "--as-of", AS_OF, "--period", "2026")):
            with subprocess.Popen([str(support.BINARY), "-c", str(self.dir / "alidade.yaml"), *args], cwd=self.dir, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0, env=support.environment(self.dir)) as run:
                run.stdout.read(1)
                run.stdout.close()
                said = run.stderr.read().decode()
            self.assertNotRegex(said, "alidade:|[Bb]roken pipe", args)
        with open("/dev/full", "wb") as full:
            run = subprocess.run([str(support.BINARY), "-c", str(self.dir / "alidade.yaml"), "export", "records"], cwd=self.dir, check=False,
                                 stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE, env=support.environment(self.dir))
        self.assertIn(b"No space left on device", run.stderr, "a full disk is one")


if __name__ == "__main__":
    unittest.main()

"""What the end-to-end tests share: temp folders, the real binary with a clean environment and a time limit, loopback
servers, configurations, exports as data, workbooks as data. Nothing here knows how alidade is built inside.

The binary is $ALIDADE (default build/cli/alidade, then build-asan/cli/alidade); $ALIDADE_SHARED is a folder of
shared test material outside the project (default ../shared). Where one is not there, the tests that need it say so
and are skipped."""
import contextlib
import csv
import ctypes
import io
import json
import os
import pathlib
import posixpath
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import warnings
import xml.parsers.expat
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get("ALIDADE_SHARED") or ROOT.parent / "shared").resolve()
PYTHON = "/usr/bin/python3"
SAMPLE = ROOT / "data" / "sample"
SAMPLE_PERIOD, SAMPLE_AS_OF = "2026Q3", "2026-10-07T06:00:00Z"
FORMATS = ("json", "xlsx", "html")
WHATS = ("records", "events", "incidents", "signals", "readings", "settings")
# The wire's own fixtures accept these; they stand in the environment of every run, never on a command line.
CREDENTIALS = {"SN_USER": "svc", "SN_PASSWORD": "secret", "STATUSPAGE_TOKEN": "secret",
               "PD_TOKEN": "secret", "OG_TOKEN": "secret", "JSM_USER": "svc@people.example", "JSM_TOKEN": "secret"}
KEY = "5a" * 32
# What a sanitizer finds ends in exit code 99: none of alidade's own. What ./check sets (its folder of reports) holds, and the last word
# counts. Freed memory is kept from use until 16 MB more are freed: 256, as they are otherwise, cost each run a fifth of its time.
SANITIZERS = {name: ":".join(filter(None, (os.environ.get(name), options))) for name, options in {
    "ASAN_OPTIONS": "exitcode=99:detect_leaks=1:allocator_may_return_null=0:quarantine_size_mb=16:malloc_context_size=8",
    "LSAN_OPTIONS": "exitcode=99",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1:exitcode=99"}.items()}
SANITIZER_WORDS = ("Sanitizer", "runtime error:")

sys.path.insert(0, str(ROOT / "tests" / "http"))
import table_api  # noqa: E402
from patience import Patience  # noqa: E402

table_api.Handler.disable_nagle_algorithm = True  # else each answer waits for an acknowledgement of its head


def find_binary():
    if os.environ.get("ALIDADE"):
        return pathlib.Path(os.environ["ALIDADE"]).resolve()
    built = [ROOT / folder / "cli" / "alidade" for folder in ("build", "build-asan")]
    return next((path for path in built if path.is_file()), None)


BINARY = find_binary()
BYTES = BINARY.read_bytes() if BINARY is not None and BINARY.is_file() else b""
ASAN, FAULTS = b"__asan_init" in BYTES, b"ALIDADE_FAULT" in BYTES
# Hundreds of short runs, with little to find for a sanitizer: ./check gives them to the release binary.
not_with_asan = unittest.skipIf(ASAN, "many runs: the release binary makes them")
needs_shared = unittest.skipUnless((SHARED / "tools" / "real_api.py").is_file(),
                                   f"no shared material: {SHARED} is not there")


class Run:
    """How one run ended; seconds: those in which it could run."""

    def __init__(self, args, code, out, err, seconds=0):
        self.args, self.code, self.out, self.err, self.seconds = args, code, out, err, seconds

    def __str__(self):
        return f"alidade {' '.join(map(str, self.args))}\nexit code {self.code}\n{self.out[-3000:]}\n{self.err[-6000:]}"


def environment(folder, extra=None):
    env = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8", "TZ": "UTC", **SANITIZERS, **CREDENTIALS}
    env.update(extra or {})
    return {key: value for key, value in env.items() if value is not None}


def source(name, type_, **keys):
    return {"name": name, "type": type_, **keys}


def servicenow(url, name="desk", **keys):
    return source(name, "servicenow", **{"base_url": url, "user_env": "SN_USER", "token_env": "SN_PASSWORD", **keys})


def statuspage(url, name="status", page="madepage", **keys):
    return source(name, "statuspage", **{"base_url": url, "page_id": page, "token_env": "STATUSPAGE_TOKEN", **keys})


def pagerduty(url, name="pager", **keys):
    return source(name, "pagerduty", **{"base_url": url, "token_env": "PD_TOKEN", **keys})


def opsgenie(url, name="pager", **keys):
    return source(name, "opsgenie", **{"base_url": url, "token_env": "OG_TOKEN", **keys})


def jsm(url, name="ops", **keys):
    return source(name, "jsm", **{"base_url": url, "user_env": "JSM_USER", "token_env": "JSM_TOKEN",
                                  "cloud_id": "11111111-2222-3333-4444-555555555555", **keys})


def ndjson(path, name="history", **keys):
    return source(name, "ndjson", path=str(path), **{"kind": "ticket", **keys})


def yaml_of(keys):
    """JSON is YAML: one key a line."""
    return "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in keys.items())


def lines(rows):
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def parse_lines(text):
    return [json.loads(line) for line in text.split("\n") if line.strip()]


@unittest.skipIf(BINARY is None or not BINARY.is_file(), f"no binary: {BINARY or 'build/cli/alidade'} is not built")
class Case(unittest.TestCase):
    """One temp folder per test, `self.dir`; `alidade.yaml` in it is the configuration of every run."""

    maxDiff = 4000

    def setUp(self):
        self.dir = make_folder(self.addCleanup)

    def small_disk(self, name, size):
        """A folder of the test's with so much room."""
        libc = ctypes.CDLL(None, use_errno=True)
        folder = self.dir / name
        folder.mkdir()
        if os.geteuid() != 0 or libc.mount(b"none", str(folder).encode(), b"tmpfs", 0, f"size={size}".encode()) != 0:
            self.skipTest("a full disk: mounting a small one needs root" if os.geteuid() else "a full disk: mounting is not permitted here")
        self.addCleanup(libc.umount2, str(folder).encode(), 2)
        return folder

    # ---- Runs ----

    def alidade(self, *args, code=0, cwd=None, env=None, timeout=120, config=True):
        """Runs the binary; code: the exit code that must come, a set of them, or None for any of its own."""
        where = pathlib.Path(cwd or self.dir)
        given = (["-c", str(where / "alidade.yaml")] if config is True else ["-c", str(config)] if config else [])
        run = execute([*given, *args], where, env, timeout)
        self.check(run, code)
        return run

    def check(self, run, code):
        for word in SANITIZER_WORDS:
            self.assertNotIn(word, run.err, str(run))
        self.assertGreaterEqual(run.code, 0, f"killed by a signal\n{run}")
        codes = {0, 1, 2, 3, 4} if code is None else code if isinstance(code, (set, tuple)) else {code}
        self.assertIn(run.code, codes, str(run))

    def write(self, name, data):
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass"))
        return path

    def configure(self, *sources, folder=None, **keys):
        """alidade.yaml with these sources; more keys as they stand."""
        path = pathlib.Path(folder or self.dir) / "alidade.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        all_keys = {"organisation": "Made", **keys, "sources": list(sources)}
        path.write_text(yaml_of(all_keys), encoding="utf-8")
        key = path.parent / "alidade.db.key"
        if not key.exists():  # pseudonyms of two stores are the same only under one key
            key.touch(0o600)
            key.write_text(KEY + "\n")
        return path

    # ---- What comes out ----

    def export(self, what, as_of, **more):
        return parse_lines(self.alidade("export", what, "--as-of", as_of, **more).out)

    def export_all(self, as_of, folder=None, whats=WHATS, **more):
        """All exports as bytes, in files of `folder` and as a dict."""
        to = pathlib.Path(folder or self.dir / "exports")
        to.mkdir(parents=True, exist_ok=True)
        for what in whats:
            (to / f"{what}.ndjson").unlink(missing_ok=True)
        if len(whats) == 1:
            self.alidade("export", *whats, "--as-of", as_of, "--out", str(to / f"{whats[0]}.ndjson"), **more)
        else:
            self.alidade("export", *whats, "--as-of", as_of, "--out", str(to), **more)
        return {what: (to / f"{what}.ndjson").read_bytes() for what in whats}

    def report(self, period, as_of, command=("report", "quarterly"), code=0, formats="json", out=None, **more):
        """Writes the quarterly report and reads its JSON; self.paths: what it says it wrote."""
        to = pathlib.Path(out or self.dir / "reports")
        run = self.alidade(*command, "--period", period, "--as-of", as_of, "--format", formats, "--out", str(to),
                           code=code, **more)
        self.paths = {pathlib.Path(line).suffix[1:]: pathlib.Path(line) for line in run.out.splitlines()
                      if line.endswith(tuple(f".{name}" for name in FORMATS))}
        self.assertEqual(sorted(self.paths), sorted(formats.split(",")), str(run))
        return json.loads(self.paths["json"].read_text(encoding="utf-8"))

    def oracle(self, as_of, *reports, folder=None, **more):
        """Readings and figures recomputed by tests/oracle.py from the exports."""
        to = pathlib.Path(folder or self.dir / "exports")
        whats = ("incidents", "signals", "readings", "settings")
        self.export_all(as_of, to, whats, **more)
        args = [word for what in whats for word in (f"--{what}", str(to / f"{what}.ndjson"))]
        for report in reports:
            args += ["--leadership" if "leadership" in pathlib.Path(report).name else "--report", str(report)]
        done = subprocess.run([PYTHON, str(ROOT / "tests" / "oracle.py"), *args], capture_output=True, text=True,
                              timeout=300)
        self.assertEqual(done.returncode, 0, done.stdout[-6000:] + done.stderr[-3000:])
        checked = re.search(r"checked (\d+) figures", done.stdout)
        self.assertTrue(checked, done.stdout)
        return int(checked[1])

    def assert_same_bytes(self, a, b, what=""):
        """Equal dicts of bytes; says which line of which one differs first."""
        self.assertEqual(sorted(a), sorted(b))
        for name in sorted(a):
            if a[name] == b[name]:
                continue
            for n, (x, y) in enumerate(zip(a[name].split(b"\n"), b[name].split(b"\n")), 1):
                if x != y:
                    self.fail(f"{what}: {name} differs in line {n}:\n{x[:1500]!r}\n{y[:1500]!r}")
            self.fail(f"{what}: {name}: {len(a[name])} and {len(b[name])} bytes")

    def assert_close(self, found, expected, what="", tolerance=1e-9):
        if found is None or expected is None:
            self.assertEqual(found, expected, what)
            return
        size = max(abs(found), abs(expected), 1e-300)
        self.assertLessEqual(abs(found - expected), tolerance * size + 1e-12,
                             f"{what}: found {found!r}, expected {expected!r}")

    def assert_nowhere(self, secrets, folder=None):
        """None of these texts is in the name or the bytes of any file; reads into zip files too."""
        found = grep(folder or self.dir, secrets)
        self.assertEqual(found, [])

    def sql(self, query, store=None):
        """Rows of the store, read only."""
        import sqlite3
        connection = sqlite3.connect(f"file:{store or self.dir / 'alidade.db'}?mode=ro", uri=True)
        with contextlib.closing(connection):
            return connection.execute(query).fetchall()

    def a_week_later(self, source, folder=None):
        """As if the lists of a source had last been read whole eight days ago."""
        import sqlite3
        with contextlib.closing(sqlite3.connect((folder or self.dir) / "alidade.db")) as db, db:
            changed = db.execute("UPDATE meta SET value = value - 8 * 86400000 WHERE key = ?", (f"census/{source}",)).rowcount
        self.assertEqual(changed, 1)

    # ---- Servers ----

    def made_api(self, records, *faults):
        """A table_api server in this process: .url, .requests, .records, .faults may be read and changed."""
        server = table_api.serve(records, faults)
        server.__enter__()
        self.addCleanup(server.__exit__)
        return server


def sample_files(folder, *options):
    """The sample's history as NDJSON files in `folder`, for tests that need files."""
    subprocess.run([PYTHON, "-B", str(ROOT / "data" / "tools" / "simulate.py"), str(folder), "--form", "ndjson", *options], check=True)
    return pathlib.Path(folder)


def copy_tracked(to, leave_out=()):
    """What is in version control, as a fresh clone would have it; without it, everything but builds. leave_out: folders."""
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, check=False)
    if listed.returncode == 0:
        names = [name for name in listed.stdout.decode().split("\0") if name]
    else:
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if not path.relative_to(ROOT).parts[0].startswith("build")]
    for name in names:
        if (ROOT / name).is_file() and not name.startswith(tuple(leave_out)):
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, to / name)


def make_folder(add_cleanup):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="alidade-e2e-"))
    add_cleanup(shutil.rmtree, folder, ignore_errors=True)
    return folder


def execute(args, cwd, env=None, timeout=120, binary=None):
    with subprocess.Popen([str(binary or BINARY), *map(str, args)], cwd=cwd, env=environment(cwd, env), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        patience, late = Patience(timeout, process.pid), b""
        while True:
            try:
                out, err = process.communicate(timeout=1)
                break
            except subprocess.TimeoutExpired:
                if not late and patience.over():
                    late = f"\nnot done after {timeout} s in which it could run".encode()
                    process.kill()
        seconds = patience.spent()
        err += late
    return Run(args, process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"), seconds)


def wait_for(process, seconds):
    """Its exit code. Killed, and an error, when it has not ended after so many seconds in which it could run."""
    patience = Patience(seconds, process.pid)
    while True:
        try:
            return process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            if patience.over():
                process.kill()
                raise


# The server looks through all 49,000 entries of its audit trail for each question. Those of the incidents that are asked for are found
# by an index first; it judges them as ever: terms are joined by AND.
INDEXED = """
import collections, re, sys
sys.path.insert(0, sys.argv.pop(1))
import real_api
judge, indexes = real_api.query, {}
def query(rows, text, fields):
    asked = re.match(r"documentkeyIN([^^]*)", text or "")
    if not asked or "documentkey" not in fields:
        return judge(rows, text, fields)
    if id(rows) not in indexes:
        indexes[id(rows)] = collections.defaultdict(list)
        for n, row in enumerate(rows):
            indexes[id(rows)][row["documentkey"]].append(n)
    places = sorted(n for key in set(asked[1].split(",")) for n in indexes[id(rows)].get(key, ()))
    return judge([rows[n] for n in places], text, fields)
real_api.query = query
real_api.main()
"""


def start_real_api(add_cleanup, seconds=400):
    """The shared server of real records; its URL."""
    process = subprocess.Popen([PYTHON, "-c", INDEXED, str(SHARED / "tools"), str(SHARED / "data" / "real"), "--seconds", str(seconds)],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, text=True)

    def stop():
        process.kill()
        process.wait(timeout=30)
        process.stdout.close()

    add_cleanup(stop)
    said = process.stdout.readline().split()
    assert said and said[0] == "listening", said
    return said[1]


def parted(items):
    """A list in one cell: parted by semicolons where an item holds a comma."""
    words = [str(item) for item in items]
    return ("; " if any(", " in word for word in words) else ", ").join(words)


def grep(folder, secrets):
    needles = [secret.encode() for secret in secrets]
    found = []

    def look(name, data):
        low = data.lower()
        for needle in needles:
            if needle.lower() in low or needle.lower() in name.lower().encode():
                found.append(f"{needle.decode()} in {name}")

    for path in sorted(pathlib.Path(folder).rglob("*")):
        if not path.is_file():
            continue
        look(str(path.relative_to(folder)), path.read_bytes())
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as book:
                for name in book.namelist():
                    look(f"{path.name}:{name}", book.read(name))
    return found


# ---- Workbooks ----

def xml_problems(path):
    """What is wrong with the parts of a workbook: ill-formed XML, relations that lead nowhere, formulas that are no
    links, and all that xlsx_check.py knows. expat judges apart from it: two readers see more than one."""
    import xlsx_check
    problems = list(xlsx_check.read(str(path))[0])
    with zipfile.ZipFile(path) as book:
        names = set(book.namelist())
        if book.testzip():
            problems.append(f"damaged: {book.testzip()}")
        for name in sorted(names):
            data = book.read(name)
            if not name.endswith((".xml", ".rels", ".vml")):
                continue
            targets, formulas, parts, inside = [], [], [], []

            def start(tag, attributes):
                if tag == "Relationship" and attributes.get("TargetMode") != "External":
                    targets.append(attributes["Target"])
                if tag == "Override":
                    parts.append(attributes["PartName"])
                if name.startswith("xl/worksheets/"):
                    inside[:] = [tag]
                    if tag == "f":
                        formulas.append("")

            def text(piece):
                if inside == ["f"]:
                    formulas[-1] += piece

            parser = xml.parsers.expat.ParserCreate()
            parser.StartElementHandler = start
            parser.CharacterDataHandler = text
            try:
                parser.Parse(data, True)
            except xml.parsers.expat.ExpatError as error:
                problems.append(f"{name}: {error}")
            base = posixpath.dirname(posixpath.dirname(name))
            for target in targets:
                to = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(base, target))
                if to not in names:
                    problems.append(f"{name}: {target} is not there")
            problems += [f"[Content_Types]: {part} is not there" for part in parts if part.lstrip("/") not in names]
            problems += [f"{name}: a formula: {formula}" for formula in formulas if not xlsx_check.link_formula(formula)]
    return problems


def read_book(path):
    """{sheet: rows of cell values}; the no-break spaces that keep a duration together are blanks."""
    import openpyxl
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(path)
    sheets = {}
    for sheet in book.worksheets:
        sheets[sheet.title] = [[cell.value.replace("\xa0", " ") if isinstance(cell.value, str) else cell.value for cell in row]
                               for row in sheet.iter_rows()]
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", f"{sheet.title}!{cell.coordinate} is a formula"
    book.close()
    return sheets


def table_in(rows, *first):
    """The rows under the header that begins with these titles, as dicts; up to a row with no first cell or no other."""
    for at, row in enumerate(rows):
        if [str(cell or "") for cell in row[:len(first)]] != list(first):
            continue
        titles = [str(cell) if cell is not None else None for cell in row]
        found = []
        for values in rows[at + 1:]:
            if values[0] in (None, "") or not any(cell not in (None, "") for cell in values[1:]):
                break
            found.append({title: value for title, value in zip(titles, values) if title})
        return found
    raise AssertionError(f"no table that begins with {first}")


def libreoffice_csv(book, folder):
    """Each sheet as LibreOffice shows it: {sheet: rows of texts}."""
    soffice = shutil.which("soffice") or shutil.which("libreoffice")
    if not soffice:
        raise unittest.SkipTest("no LibreOffice: soffice is not installed")
    out = pathlib.Path(folder) / "csv"
    subprocess.run([soffice, f"-env:UserInstallation=file://{folder}/office", "--headless", "--norestore",
                    "--convert-to",
                    "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,-1", "--outdir",
                    str(out), str(book)],
                   capture_output=True, timeout=180, env={"PATH": "/usr/bin:/bin", "HOME": str(folder),
                                                          "LC_ALL": "C.UTF-8"}, check=False)
    sheets = {}
    for path in sorted(out.glob("*.csv")):
        name = path.stem[len(pathlib.Path(book).stem) + 1:]
        sheets[name] = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    return sheets


# ---- Values as people see them ----

OUR_WORDS = {"state", "axis", "timing", "moment", "slot"}  # members whose values are words of ours: people read them without underscores


def said(path, value):
    """What a cell says for such a member; any other value as it is."""
    if path.rsplit(".", 1)[-1] not in OUR_WORDS or not isinstance(value, str):
        return value
    return {"slot": "next session"}.get(value, value.replace("_", " "))


def at(tree, path):
    """`clocks.resolve.median_ci_s[0]` in a JSON tree; None where there is none."""
    for step in re.findall(r"[^.\[\]]+", path):
        if tree is None:
            return None
        tree = tree[int(step)] if isinstance(tree, list) else tree.get(step)
    return tree


def row_at(row, path):
    """The same within a row, where {shown} stands for the kind of reading that it shows."""
    if "{shown}" in path:
        if row["shown"] is None:
            return None
        path = path.replace("{shown}", row["shown"])
    return at(row, path)

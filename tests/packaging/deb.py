#!/usr/bin/env python3
"""Builds the Debian package, installs it in a root of its own, runs what it brought, removes it, and looks whether anything is left.
Touches nothing outside a temporary folder. Prints `passed N`, `failed N`, and skips."""
import pathlib
import shutil
import sys
import tempfile

from steps import Failed, run, skip, take

ROOT = pathlib.Path(__file__).resolve().parents[2]


def expect(good, text):
    if not good:
        raise Failed(text)


class Package:
    def __init__(self, folder):
        self.folder, self.root = folder, folder / "root"
        for name in ("info", "updates", "triggers"):
            (self.root / "var/lib/dpkg" / name).mkdir(parents=True)
        for name in ("status", "available"):
            (self.root / "var/lib/dpkg" / name).touch()

    def dpkg(self, *args):
        return run("dpkg", f"--root={self.root}", "--force-script-chrootless", "--force-depends", "--force-not-root",
                   f"--log={self.folder / 'dpkg.log'}", *args)

    def build(self):
        run(ROOT / "packaging" / "build-deb", self.folder / "out")
        self.deb = next((self.folder / "out").glob("alidade_*.deb"))
        depends = run("dpkg-deb", "--field", self.deb, "Depends")
        for library in ("libsqlite3-0", "libxlsxwriter", "libcurl4", "libyaml-0-2", "libsodium23", "libcjson1", "tzdata"):
            expect(library in depends, f"the package does not depend on {library}: {depends}")

    def install(self):
        self.dpkg("--install", self.deb)
        expect("install ok installed" in self.dpkg("--status", "alidade"), "dpkg does not call it installed")
        for name in ("usr/bin/alidade", "usr/share/man/man1/alidade.1.gz", "usr/share/man/man5/alidade-config.5.gz",
                     "usr/share/bash-completion/completions/alidade", "lib/systemd/system/alidade-ingest.timer",
                     "usr/share/doc/alidade/examples/public-status.yaml"):
            expect((self.root / name).is_file(), f"{name} was not installed")
        wanted = (self.root / "etc/systemd/system/timers.target.wants").exists()
        expect(not wanted, "the package turns timers on by itself")

    def use(self):
        program = self.root / "usr/bin/alidade"
        run(program, "init", cwd=self.folder)
        (self.folder / "history.ndjson").write_text('{"external_id":"1","title":"a","opened_at":"2026-07-01T08:00:00Z","resolved_at":"2026-07-01T09:00:00Z"}\n')
        for step in (("import", "history.ndjson"), ("analyze",), ("report", "quarterly", "--period", "2026Q3")):
            run(program, *step, cwd=self.folder)
        expect((self.folder / "reports/quarterly-2026Q3.xlsx").stat().st_size > 5000, "no workbook")

    def remove(self):
        self.dpkg("--purge", "alidade")
        left = [str(path) for path in self.root.rglob("*") if path.is_file() and "var/lib/dpkg" not in str(path)]
        expect(not left, f"left behind: {left}")


def main():
    if not all(shutil.which(tool) for tool in ("dpkg-buildpackage", "dh", "scdoc")):
        return skip("Debian package", "dpkg-dev, debhelper or scdoc is not installed")
    with tempfile.TemporaryDirectory() as folder:
        package = Package(pathlib.Path(folder))
        return take("Debian package", [package.build, package.install, package.use, package.remove])


if __name__ == "__main__":
    sys.exit(main())

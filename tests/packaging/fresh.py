#!/usr/bin/env python3
"""Makes a fresh Debian 12 with debootstrap (nothing but what a minimal system has), clones the tree into it and runs ./quickstart there: what a
new machine lacks, no machine that builds every day can show. Needs root, debootstrap and a mirror. Prints `passed N`, `failed N`, and skips.

    fresh.py            ./quickstart
    fresh.py --check    ./check as well, which takes as long as it takes everywhere"""
import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from steps import Failed, run, skip, take

ROOT = pathlib.Path(__file__).resolve().parents[2]
MIRROR = os.environ.get("ALIDADE_MIRROR", "http://deb.debian.org/debian")
REPORTS = ("quarterly-2026Q3.xlsx", "leadership-2026Q3.html")


class System:
    """A fresh Debian in a folder; what is mounted into it is unmounted before the folder goes."""

    def __init__(self, folder):
        self.root, self.mounts = folder / "debian", contextlib.ExitStack()
        self.home = self.root / "root" / "p" / "alidade"

    def make(self):
        run("debootstrap", "--variant=minbase", "bookworm", self.root, MIRROR)
        # How this machine reaches its mirror is how the fresh one does.
        for name in pathlib.Path("/etc/apt/apt.conf.d").glob("99*"):
            shutil.copy(name, self.root / "etc/apt/apt.conf.d")
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")

    def mount(self):
        # Terminals of its own, and none of this machine's devices: nothing here is harmed if the folder goes before a mount does.
        for kind, place, how in (("proc", "proc", "ro"), ("devpts", "dev/pts", "newinstance,ptmxmode=0666"), ("tmpfs", "tmp", "mode=1777")):
            run("mount", "-t", kind, "-o", how, kind, self.root / place)
            self.mounts.callback(run, "umount", self.root / place)
        (self.root / "dev/ptmx").unlink(missing_ok=True)
        (self.root / "dev/ptmx").symlink_to("pts/ptmx")

    def clone(self):
        self.home.parent.mkdir(parents=True)
        run("git", "clone", "--quiet", ROOT, self.home)
        shared = pathlib.Path(os.environ.get("ALIDADE_SHARED") or ROOT.parent / "shared")
        if shared.is_dir():
            place = self.home.parent / "shared"
            place.mkdir()
            run("mount", "--bind", "-o", "ro", shared, place)
            self.mounts.callback(run, "umount", place)

    def inside(self, command, seconds):
        clean = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "TERM": "dumb", "LC_ALL": "C.UTF-8"}
        return run("chroot", self.root, "/bin/bash", "-c", f"cd /root/p/alidade && {command}", seconds=seconds, env=clean)

    def quickstart(self):
        said = self.inside("./quickstart", 1800)
        for name in REPORTS:
            if not any(self.home.rglob(name)):
                raise Failed(f"no {name} after ./quickstart, which said\n{said[-3000:]}")

    def check(self):
        said = self.inside("./check", 7200)
        print(said.splitlines()[-1], file=sys.stderr)


def missing():
    if os.geteuid() != 0:
        return "needs root"
    if not shutil.which("debootstrap"):
        return "debootstrap is not installed"
    return None


def main():
    if why := missing():
        return skip("fresh Debian", why)
    with tempfile.TemporaryDirectory(prefix="alidade-fresh-") as folder:
        system = System(pathlib.Path(folder))
        try:
            system.make()
        except (Failed, subprocess.TimeoutExpired) as no:
            return skip("fresh Debian", f"debootstrap gave none: {str(no).splitlines()[-1]}")
        with system.mounts:
            return take("fresh Debian", [system.mount, system.clone, system.quickstart] + [system.check] * ("--check" in sys.argv[1:]))


if __name__ == "__main__":
    sys.exit(main())

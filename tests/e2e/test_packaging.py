#!/usr/bin/env python3
"""What is installed, and what packaging/ holds: the files are where they belong, the units and the crontab are good, completion
answers, and the image has the libraries that the program is linked with. The Debian package is tests/packaging/deb.py."""
import datetime
import os
import pathlib
import re
import shutil
import subprocess
import unittest

import support

PACKAGING = support.ROOT / "packaging"
BUILD = support.BINARY.parent.parent if support.BINARY else None


def words(text):
    return set(re.findall(r"[a-z0-9][a-z0-9.+-]+", text))


class Installed(support.Case):
    def setUp(self):
        super().setUp()
        if not shutil.which("meson") or not (BUILD / "build.ninja").is_file():
            self.skipTest("the program does not lie in a build folder of meson")
        self.root = self.dir / "root"
        subprocess.run(["meson", "install", "-C", str(BUILD), "--no-rebuild", "--quiet", "--destdir", str(self.root)], check=True, timeout=120,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.files = {path.relative_to(self.root).as_posix() for path in self.root.rglob("*") if path.is_file()}

    def find(self, end):
        found = [name for name in self.files if name.endswith(end)]
        self.assertEqual(len(found), 1, f"{end}: {sorted(self.files)}")
        return self.root / found[0]

    def test_destdir(self):
        self.assertTrue(all(name.startswith("usr/") for name in self.files), self.files)
        program = self.find("/bin/alidade")
        self.assertTrue(os.access(program, os.X_OK))
        self.check(support.execute(["--version"], self.dir, binary=program), 0)
        if any(name.endswith(".1") for name in self.files):
            self.assertIn("alidade", self.find("man1/alidade.1").read_text(encoding="utf-8"))
            self.assertIn("token_env", self.find("man5/alidade-config.5").read_text(encoding="utf-8").replace("\\_", "_"))

    def test_bash_completes(self):
        script = self.find("bash-completion/completions/alidade")
        ask = "source \"$1\"; shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _alidade; printf '%s\\n' \"${COMPREPLY[@]}\""
        for line, expected in (
                ("alidade expl", ["explain"]), ("alidade -c x.yaml repo", ["report"]), ("alidade report leadership quar", ["quarterly"]),
                ("alidade list --corner comp", ["complex-short"]), ("alidade export inc", ["incidents"]),
                ("alidade story wh", ["why"]), ("alidade tag 1 x conf", ["confirm"]), ("alidade report --per", ["--period"]),
                ("alidade list --period", ["--period"]), ("alidade ingest --json", [""])):
            done = subprocess.run(["bash", "-c", ask, "bash", str(script), *line.split(" ")], capture_output=True, text=True, timeout=20)
            self.assertEqual((done.stderr, done.stdout.split("\n")[:-1]), ("", expected), line)

    def test_zsh_completes(self):
        if not shutil.which("zsh"):
            self.skipTest("zsh is not installed")
        script = self.find("site-functions/_alidade")
        ask = f"""zmodload zsh/zpty; zpty z zsh -f -i
zpty -w z "PS1=''; autoload -U compinit; compinit -u -D; source {script}; bindkey '^I' complete-word; alidade() {{ print -r -- \\"ran:\\$*:\\" }}; print -r -- re''ady"
zpty -r z out '*ready*'
zpty -w -n z $'alidade report leadership quar\\t--per\\tx\\n'; zpty -r z out '*ran:*:*'; print -r -- "$out"
zpty -w -n z $'alidade story wh\\t\\n'; zpty -r z out '*ran:*:*'; print -r -- "$out"
zpty -d z"""
        done = subprocess.run(["zsh", "-f", "-c", ask], capture_output=True, text=True, timeout=60, env={"PATH": "/usr/bin:/bin", "HOME": str(self.dir), "TERM": "dumb"})
        ran = re.findall(r"ran:(.*?):", done.stdout)
        self.assertEqual([" ".join(text.split()) for text in ran], ["report leadership quarterly --period x", "story why"], done.stdout + done.stderr)


class Units(support.Case):
    def test_units_are_good(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("systemd is not installed")
        for unit in (PACKAGING / "systemd").iterdir():
            text = unit.read_text(encoding="utf-8").replace("ExecStart=alidade ", f"ExecStart={support.BINARY} ")
            self.write(unit.name.replace("@", "@x"), re.sub(r"^Documentation=.*\n", "", text, flags=re.M))
        names = sorted(path.name for path in self.dir.glob("alidade-*"))
        self.assertEqual(len(names), 5)
        done = subprocess.run(["systemd-analyze", "verify", *(f"./{name}" for name in names)], cwd=self.dir, capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))
        for name in ("alidade-ingest.service", "alidade-report.service"):
            done = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--threshold=20", f"./{name}"], cwd=self.dir, capture_output=True,
                                  text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stdout[-2000:])  # 20: an exposure of 2.0 of 10

    def test_words_of_units_and_crontab_are_words_of_the_program(self):
        lines = []
        for unit in sorted((PACKAGING / "systemd").glob("*.service")):
            lines += re.findall(r"^ExecStart=alidade (.*)$", unit.read_text(encoding="utf-8"), flags=re.M)
        crontab = (PACKAGING / "cron" / "alidade").read_text(encoding="utf-8")
        for line in crontab.splitlines():
            if line.startswith("#") or re.match(r"[A-Z]+=", line) or not line:
                continue
            fields = line.split(None, 6)
            self.assertEqual(fields[5], "alidade", line)
            command = line.split("exec alidade ", 1)[1].replace("\\%", "%")
            self.assertNotIn("%", re.sub(r"\\%", "", line.split(None, 6)[6]), "cron ends a line at %")
            lines.append(command)
        self.assertEqual(len(lines), 5)
        text = (support.SAMPLE / "alidade.yaml").read_text(encoding="utf-8").replace("../../build/sample/sample.db", str(self.dir / "a.db"))
        text = text.replace("../../build/sample", str(self.dir / "reports")).replace("replay: pages", f"replay: {support.SAMPLE / 'pages'}")
        config = self.write("alidade.yaml", text.replace("path: pages/", f"path: {support.SAMPLE / 'pages'}/"))
        quarters = {self.quarter()}
        for line in sorted(lines, key=lambda line: not line.startswith("ingest")):
            asked = line.replace("/etc/alidade/alidade.yaml", str(config))
            done = subprocess.run(["/bin/sh", "-c", f"exec \"$0\" {asked}", str(support.BINARY)], cwd=self.dir, capture_output=True, text=True, timeout=120,
                                  env=support.environment(self.dir))
            # 3: the recorded sample ends before today, so the quarter has a gap.
            self.assertIn(done.returncode, (0, 3), f"{asked}\n{done.stdout}{done.stderr}")
        quarters.add(self.quarter())  # two where it ended meanwhile
        self.assertTrue(any((self.dir / "reports" / f"leadership-{quarter}.html").is_file() for quarter in quarters), quarters)

    @staticmethod
    def quarter():
        """This one, as `date` of the crontab says it to a program whose TZ is UTC."""
        today = datetime.datetime.now(datetime.timezone.utc)
        return f"{today.year}Q{(today.month + 2) // 3}"


def listed(path, pattern):
    return words(re.search(pattern, (support.ROOT / path).read_text(encoding="utf-8"), flags=re.M | re.S).group(1))


class WhatTheBuildNeeds(support.Case):
    """Debian's libxlsxwriter-dev links zlib and does not bring it: a machine that has it for another reason hides that."""

    def test_each_linked_library_is_in_every_list(self):
        names = re.findall(r"^(?:dep_\w+ = )?dependency\('([\w.-]+)'\)", (support.ROOT / "meson.build").read_text(encoding="utf-8"), flags=re.M)
        names = [name for name in names if name != "threads"]
        self.assertGreater(len(names), 5)
        asked = subprocess.run(["pkg-config", "--libs", *names], capture_output=True, text=True, check=True).stdout
        needed = set()
        for library in re.findall(r"-l(\S+)", asked):
            owner = subprocess.run(["dpkg", "-S", f"*/lib{library}.so"], capture_output=True, text=True).stdout
            needed |= {line.split(":")[0] for line in owner.splitlines()}
        self.assertIn("zlib1g-dev", needed)
        for path, pattern in (("quickstart", r"^packages=\((.*?)\)"), ("check", r"^build_packages=\((.*?)\)"), ("README.md", r"^apt-get install (gcc.*?)^meson"),
                              ("packaging/Containerfile", r"apt-get install -y --no-install-recommends (gcc.*?)^COPY"),
                              ("packaging/debian/control", r"^Build-Depends:(.*?)^Standards")):
            self.assertEqual(needed - listed(path, pattern), set(), path)


class Image(support.Case):
    def test_packages(self):
        text = (PACKAGING / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
        first, last = (words(part) for part in text.split("AS build", 1)[1].split("\nFROM ", 1))
        self.assertEqual(listed("quickstart", r"^packages=\((.*?)\)") - first, set(), "what quickstart installs, the image must")
        linked = set(re.findall(r"=> (/\S+)", subprocess.run(["ldd", str(support.BINARY)], capture_output=True, text=True, check=True).stdout))
        direct = set(re.findall(r"NEEDED\s+(\S+)", subprocess.run(["objdump", "-p", str(support.BINARY)], capture_output=True, text=True, check=True).stdout))
        packages = set()
        for path in linked:
            if pathlib.Path(path).name in direct and not re.search(r"/lib(c|m|asan|ubsan|gcc_s|pthread)\.so", path):
                owner = subprocess.run(["dpkg", "-S", pathlib.Path(path).name], capture_output=True, text=True)
                packages |= {line.split(":")[0] for line in owner.stdout.splitlines() if line.endswith(pathlib.Path(path).name)}
        self.assertGreater(len(packages), 4)
        self.assertEqual({name for name in packages if not name.endswith("-dev")} - last, set(), "the image lacks libraries")


if __name__ == "__main__":
    unittest.main()

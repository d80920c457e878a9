"""Programs that npm brings, in the version that is asked for: into $ALIDADE_NPM (default build-check/npm), once."""
import json
import os
import pathlib
import shutil
import subprocess
import sys

FOLDER = pathlib.Path(os.environ.get("ALIDADE_NPM") or pathlib.Path(__file__).resolve().parents[2] / "build-check" / "npm").resolve()


def installed(package, program):
    """The path of a program of PACKAGE@VERSION and None, or None and why there is none."""
    name, _, version = package.rpartition("@")
    path, manifest = FOLDER / "node_modules" / ".bin" / program, FOLDER / "node_modules" / name / "package.json"
    if path.is_file() and json.loads(manifest.read_text())["version"] == version:
        return path, None
    if not shutil.which("npm"):
        return None, "npm is not installed"
    FOLDER.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--prefix", str(FOLDER), package], capture_output=True, text=True,
                          timeout=600, check=False)
    if done.returncode or not path.is_file():
        sys.stderr.write(done.stderr)
        return None, f"npm could not install {package}"
    return path, None

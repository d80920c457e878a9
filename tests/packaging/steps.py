"""What the long tests of packaging share: commands that must succeed, and steps of which the first that fails ends the test. Prints for ./check."""
import subprocess
import sys


class Failed(Exception):
    pass


def run(*args, seconds=1800, **more):
    done = subprocess.run([str(arg) for arg in args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", timeout=seconds, **more)
    if done.returncode:
        raise Failed(f"{' '.join(map(str, args))}: exit code {done.returncode}\n{done.stdout[-4000:]}")
    return done.stdout


def skip(what, why):
    print(f"skipped: {what} ({why})\npassed 0\nfailed 0")
    return 0


def take(what, steps):
    """Takes the steps, one after the other; the exit code."""
    for passed, step in enumerate(steps):
        try:
            step()
        except (Failed, OSError, subprocess.TimeoutExpired, StopIteration) as why:
            print(f"FAILED {what}: {step.__name__}\n{why}", file=sys.stderr)
            print(f"passed {passed}\nfailed 1")
            return 1
    print(f"passed {len(steps)}\nfailed 0")
    return 0

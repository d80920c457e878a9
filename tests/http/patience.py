"""Limits of time that hold on a busy machine too. A program that waits its turn for a processor is not slow, and one that hangs is
not given more time for it: what counts is the time in which it could have run."""
import contextlib
import os
import pathlib
import time


def queued(pid):
    """Seconds that each thread of a process has stood in the queue of a processor; nothing where the kernel does not tell."""
    found = {}
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with contextlib.suppress(OSError, ValueError, IndexError):  # threads end while they are looked at
            found[pid, task.parent.name] = int(task.read_text().split()[1]) / 1e9
    return found


class Patience:
    """`seconds` for the process `pid`, and for the servers in this one that it waits for."""

    def __init__(self, seconds, pid):
        self.seconds, self.pids, self.began, self.waited = seconds, (pid, os.getpid()), time.monotonic(), 0
        self.queued = self.look()

    def look(self):
        own = os.getpid(), str(os.getpid())  # it looks on; its servers are other threads
        return {thread: seconds for pid in self.pids for thread, seconds in queued(pid).items() if thread != own}

    def spent(self):
        """So far. To be asked every second or so. A wait is told once it has ended, so it counts for what went before as well."""
        before, self.queued = self.queued, self.look()
        self.waited += sum(max(0, seconds - before.get(thread, 0)) for thread, seconds in self.queued.items())
        return time.monotonic() - self.began - self.waited

    def over(self):
        return self.spent() > self.seconds

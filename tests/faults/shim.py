"""The shim of shim.c, compiled and steered."""

import errno
import mmap
import signal
import struct
import subprocess

from world import ROOT

WRITE, SYNC = 1, 2
NAMES = {errno.ENOSPC: "ENOSPC", errno.EIO: "EIO", -signal.SIGKILL: "SIGKILL"}


class Shim:
    """A disk that can lose its power, fill up or break, below one SQLite file."""

    def __init__(self, archive):
        work = archive.program.work
        self.library, self.journal, self.path = work / "shim.so", work / "shim.journal", archive.path
        if not self.library.exists():
            subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", self.library, ROOT / "tests/faults/shim.c", "-ldl", "-lpthread"], check=True)
        control = work / "shim.control"
        control.write_bytes(bytes(24))
        self.file = control.open("r+b")
        self.memory = mmap.mmap(self.file.fileno(), 24)
        self.base = {"LD_PRELOAD": str(self.library), "FAULTS_FILE": str(self.path)}

    def with_faults(self):
        return self.base | {"FAULTS_CONTROL": self.file.name}

    def with_journal(self, forgetful):
        self.journal.write_bytes(b"")
        return self.base | {"FAULTS_JOURNAL": str(self.journal)} | ({"FAULTS_FORGET": "1"} if forgetful else {})

    def fail(self, what, after, times, how):
        """The calls after the next `after` fail, so many times (-1: until it is repaired)."""
        self.memory[:] = struct.pack("=6i", what, after, times, how, 0, 0)

    def repair(self):
        self.memory[0:4] = struct.pack("=i", 0)

    def calls(self):
        """Calls that could have failed."""
        return struct.unpack("=6i", self.memory[:])[4]

    def failures(self):
        return struct.unpack("=6i", self.memory[:])[5]

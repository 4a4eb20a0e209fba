"""Full disk and I/O errors below SQLite, at the n-th write or sync.

Meanwhile callers get an answer in time, a fault 1100 for what could not be stored, and readiness says no; nothing half is stored.
When the disk is repaired all is well again by itself.
"""

import errno
import itertools
import random
import time

from load import Crowd
from oracle import judge
from shim import NAMES, SYNC, WRITE, Shim
from world import Server

KINDS = [(WRITE, errno.ENOSPC), (SYNC, errno.EIO), (WRITE, errno.EIO), (WRITE | SYNC, errno.ENOSPC)]
CYCLES_OF_AN_ARCHIVE = 4


def run(archive, cycles, seed, progress):
    shim, dice, failures, back = Shim(archive), random.Random(f"disk {seed}"), 0, 0.0
    kinds = itertools.cycle(KINDS)
    for first in range(0, cycles, CYCLES_OF_AN_ARCHIVE):
        archive.fresh()
        server = Server(archive.program, archive.url, shim.with_faults())
        shim.repair()
        server.start()
        crowd = Crowd(server.port, f"{seed}/{first}")
        for cycle in range(first, min(first + CYCLES_OF_AN_ARCHIVE, cycles)):
            what, how = next(kinds)
            # Once for a moment, and once until it is repaired.
            lasting = cycle % 2 == 0
            shim.fail(what, dice.randrange(200), -1 if lasting else dice.randrange(1, 20), how)
            crowd.start()
            begun = time.monotonic()
            while not shim.failures() and time.monotonic() < begun + 20:
                time.sleep(0.02)
            time.sleep(1.5)
            if lasting and server.readiness() != 503:
                progress.wrong([f"{NAMES[how]}: readiness is {server.readiness()}"])
            failures += shim.failures()
            if not shim.failures():
                progress.wrong([f"{NAMES[how]}: no call has failed"])
            shim.repair()
            repaired = time.monotonic()
            while server.readiness() != 200 and time.monotonic() < repaired + 10:
                time.sleep(0.02)
            back = max(back, time.monotonic() - repaired)
            while not crowd.are_answered_since(repaired) and time.monotonic() < repaired + 10:
                time.sleep(0.02)
            if not crowd.are_answered_since(repaired):
                progress.wrong([f"{NAMES[how]}: not everybody is answered after the repair"])
            crowd.stop()
            crowd.settle()
            progress.wrong(judge(archive, crowd.journal, settled=True) + crowd.journal.problems)
            crowd.journal.problems.clear()
            progress.step(f"{failures} calls failed, {crowd.journal.answers[503]} answers 503")
        if server.stop() != 0 or server.panics():
            progress.wrong(["the server panicked or did not stop cleanly"])
    if back > 5:
        progress.wrong([f"ready again after {back:.1f} s"])
    return f"{cycles} failing disks, {failures} calls failed, ready again after {back:.1f} s at worst"

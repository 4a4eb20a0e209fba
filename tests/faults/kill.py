"""kill -9 under mixed load, restart, and again."""

import random
import time

from load import Crowd
from oracle import judge
from world import Server

READY = 2.0  # seconds from start to ready
CYCLES_OF_AN_ARCHIVE = 10


def run(archive, cycles, seed, progress):
    dice, worst, calls, crowd, server = random.Random(f"kill {seed}"), 0.0, 0, None, None
    for cycle in range(cycles):
        if cycle % CYCLES_OF_AN_ARCHIVE == 0:
            if server:
                finish(archive, server, crowd, progress)
            archive.fresh()
            server = Server(archive.program, archive.url)
            server.start()
            crowd = Crowd(server.port, f"{seed}/{cycle}")
        crowd.start()
        time.sleep(dice.uniform(0.1, 0.8))
        server.kill()
        crowd.stop()
        ready = server.start()
        worst = max(worst, ready)
        if ready > READY:
            progress.wrong([f"ready after {ready:.1f} s"])
        progress.wrong(judge(archive, crowd.journal, settled=False))
        crowd.settle()
        progress.wrong(judge(archive, crowd.journal, settled=True) + crowd.journal.problems)
        crowd.journal.problems.clear()
        progress.step(f"{len(crowd.journal.calls)} calls, ready after {ready:.2f} s")
        if cycle % CYCLES_OF_AN_ARCHIVE == CYCLES_OF_AN_ARCHIVE - 1 or cycle == cycles - 1:
            calls += len(crowd.journal.calls)
    finish(archive, server, crowd, progress)
    return f"{cycles} cycles, {calls} calls, ready after {worst:.2f} s at worst"


def finish(archive, server, crowd, progress):
    """A clean stop at the end; the log has no panic, and no delivery that found the database locked."""
    if server.stop() != 0:
        progress.wrong(["the server did not stop cleanly"])
    if server.panics():
        progress.wrong([f"{server.panics()} panics in the log"])
    if server.pauses():
        progress.wrong([f"the delivery paused {server.pauses()} times"])
    progress.wrong(judge(archive, crowd.journal, settled=True))

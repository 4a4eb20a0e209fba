"""PostgreSQL restarted (kill -9, fast, immediate) and partitioned (stalled, cut) under load, one way after the other.

No request hangs over five seconds, 503 for those that would, normal within five seconds after it is back, nothing lost.
The control run is kill -9 of a PostgreSQL that answers commits before they are written: it must show loss.
"""

import itertools
import os
import signal
import time

import stillness
from load import PATIENCE, Crowd
from oracle import judge
from relay import Relay
from world import Server

NORMAL = 5.0  # seconds until every client is answered again


def run(archive, cycles, seed, progress):
    cluster = archive.cluster
    relay = Relay(cluster.port)

    def restart(down):
        return down, lambda: time.sleep(2), cluster.start

    def partition(down):
        return down, lambda: time.sleep(7), relay.mend

    ways = [
        ("kill -9", restart(cluster.kill)),
        ("stalled", partition(relay.stall)),
        ("fast restart", restart(lambda: cluster.stop("fast"))),
        ("cut", partition(relay.cut)),
        ("immediate restart", restart(lambda: cluster.stop("immediate"))),
    ]
    worst = {}
    for cycle, (name, (down, wait, up)) in zip(range(cycles), itertools.cycle(ways)):
        archive.fresh()
        server = Server(archive.program, cluster.url("archive", relay.port))
        server.start()
        crowd = Crowd(server.port, f"{seed}/{cycle}")
        journal = crowd.journal
        crowd.start()
        time.sleep(1)
        down()
        wait()
        if server.readiness() != 503:
            progress.wrong([f"{name}: readiness is {server.readiness()}"])
        up()
        back = time.monotonic()
        while not crowd.are_answered_since(back) and time.monotonic() < back + 3 * NORMAL:
            time.sleep(0.02)
        normal = stillness.seconds(back)
        crowd.stop()
        # Whoever can be answered within the time a caller has is not sent away.
        if not journal.answers[503] and journal.slowest < 1:
            progress.wrong([f"{name}: nobody has noticed"])
        if normal > NORMAL:
            progress.wrong([f"{name}: it is back for {normal:.1f} s before everybody is answered"])
        if journal.slowest > PATIENCE:
            progress.wrong([f"{name}: a request took {journal.slowest:.1f} s"])
        said = f"{name}: answers within {journal.slowest:.1f} s, everybody answered {normal:.1f} s after it was back"
        worst[name] = [max(pair) for pair in zip(worst.get(name, (0, 0)), (journal.slowest, normal))]
        crowd.settle()
        progress.wrong([f"{name}: {problem}" for problem in judge(archive, journal, settled=True) + journal.problems])
        if server.readiness() != 200 or server.stop() != 0 or server.panics():
            progress.wrong([f"{name}: the server is not ready, panicked or did not stop cleanly"])
        progress.step(f"{said}, {journal.answers[503]} × 503")
    said = (f"{name}: answers within {slowest:.1f} s, normal after {normal:.1f} s" for name, (slowest, normal) in worst.items())
    lost = control(archive, seed)
    if not lost:
        progress.wrong(["the control run on weakened settings showed no loss: this harness proves nothing"])
    return f"{cycles} times, at worst: {'; '.join(said)}; on weakened settings {lost} acknowledged calls lost"


def control(archive, seed):
    """How many acknowledged calls the oracle misses where PostgreSQL answers commits before they are written.

    Its WAL writer is held still: awake it follows every commit so soon that a kill often finds nothing unwritten."""
    cluster = archive.cluster
    archive.fresh()
    cluster.sql("postgres", "ALTER SYSTEM SET synchronous_commit = off")
    cluster.sql("postgres", "SELECT pg_reload_conf()")
    [[writer]] = cluster.sql("postgres", "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'")
    os.kill(int(writer), signal.SIGSTOP)
    try:
        server = Server(archive.program, archive.url)
        server.start()
        crowd = Crowd(server.port, f"{seed}/control")
        crowd.start()
        time.sleep(1.5)
        cluster.kill()
        # Held still it does not notice that the postmaster is gone.
        os.kill(int(writer), signal.SIGKILL)
        crowd.stop()
        server.kill()
        cluster.start()
        return sum(problem.startswith("lost") for problem in judge(archive, crowd.journal, settled=False))
    finally:
        cluster.sql("postgres", "ALTER SYSTEM RESET ALL")
        cluster.sql("postgres", "SELECT pg_reload_conf()")

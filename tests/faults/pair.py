"""Two servers on one PostgreSQL under load: neither starves the other, and hardly anybody is asked to come back."""

import time

from load import Crowd
from oracle import judge
from world import Server

SECONDS = 6
ASKED = 0.01  # of the answers may be 503: the machine has other work, too


def run(archive, cycles, seed, progress):
    calls, worst, asked = 0, 0.0, 0
    for cycle in range(cycles):
        archive.fresh()
        servers = [Server(archive.program, archive.url) for _ in range(2)]
        for server in servers:
            server.start()
        crowd = Crowd(servers[0].port, f"{seed}/{cycle}", size=17)
        # One of them reads the queue; the others share the servers.
        for number, client in enumerate(crowd.clients):
            client.port = servers[number % 2].port
        crowd.start()
        time.sleep(SECONDS)
        crowd.stop()
        crowd.settle()
        journal = crowd.journal
        asked += journal.answers[503]
        if journal.answers[503] > ASKED * sum(journal.answers.values()):
            progress.wrong([f"{journal.answers[503]} of {sum(journal.answers.values())} answers were 503"])
        progress.wrong(judge(archive, journal, settled=True) + journal.problems)
        for server in servers:
            if server.stop() != 0 or server.panics() or server.pauses():
                progress.wrong([f"a server panicked, did not stop cleanly, or its delivery paused ({server.pauses()} times)"])
        calls, worst = calls + len(journal.calls), max(worst, journal.slowest)
        progress.step(f"{calls} calls, the slowest {worst:.1f} s")
    return f"{calls} calls through two servers in {cycles * SECONDS} s, the slowest {worst:.2f} s, {asked} asked to come back"

"""One server on a SQLite file: a second is refused while commands work beside the first, and after kill -9 the next starts at once.

Meanwhile nobody is asked to come back: a long file is imported, a backup is made and the audit is verified beside the load.
"""

import subprocess
import time

from kill import READY
from load import Crowd
from oracle import judge
from world import Server

LINES = 40_000


def run(archive, cycles, seed, progress):
    calls, slowest, file = 0, 0.0, archive.folder / "many.tsv"
    file.write_text("cpr\tcv_number\tname\tcontact_group\temail\tmobile\tdead_on\n" + "".join(
        f"{1 + number % 28:02}{1 + number // 28 % 12:02}{number // 336 % 100:02}{number // 336 // 100 + 5000:04}\tCX{number}\tNavn\t1\t\t\t\n"
        for number in range(LINES)))
    for cycle in range(cycles):
        archive.fresh()
        server = Server(archive.program, archive.url)
        server.start()
        crowd = Crowd(server.port, f"{seed}/{cycle}")
        crowd.start()
        time.sleep(0.5)
        progress.wrong(refused(archive))
        copy = archive.folder / "beside.sqlite"
        copy.unlink(missing_ok=True)
        for command in (("import", "citizens", file), ("backup", copy), ("audit", "verify"), ("purge", "--dry-run")):
            archive.program.run(archive.url, *command)
        crowd.stop()
        journal = crowd.journal
        if journal.answers[503]:
            progress.wrong([f"{journal.answers[503]} of {sum(journal.answers.values())} answers were 503"])
        slowest = max(slowest, journal.slowest)
        server.kill()
        ready = server.start()
        if ready > READY:
            progress.wrong([f"ready after {ready:.1f} s"])
        crowd.settle()
        if server.stop() != 0 or server.panics() or server.pauses():
            progress.wrong([f"the server panicked, did not stop cleanly, or its delivery paused ({server.pauses()} times)"])
        progress.wrong(judge(archive, journal, settled=True) + journal.problems)
        calls += len(journal.calls)
        progress.step(f"{calls} calls beside {LINES} lines, the slowest {slowest:.1f} s")
    return f"{cycles} times a second server refused; {calls} calls beside imports of {LINES} lines, none asked to come back, the slowest {slowest:.2f} s"


def refused(archive):
    """What is wrong with how a second server is refused."""
    second = Server(archive.program, archive.url)
    second.start(wait=False)
    try:
        code = second.process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        return ["a second server works on the file"]
    said = second.log.read_text()
    return [] if code == 2 and "another server works on the SQLite database" in said else [f"the second server: exit code {code}, {said[-300:]}"]

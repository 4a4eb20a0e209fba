"""Backup while the server works, restore, and move to the other engine; the oracle judges what came out.

The commands are those of the README.
"""

import subprocess
import time

from load import Crowd
from oracle import judge
from world import Server


def run_sqlite(archive, cycles, seed, progress):
    copy, audit = archive.folder / "backup.sqlite", archive.folder / "backup-audit.sqlite"
    apart = ["--audit-file", audit] if archive.program.audit_url else []

    def back_up():
        copy.unlink(missing_ok=True)
        archive.program.run(archive.url, "backup", copy, *apart)

    def restore():
        archive.empty()
        copy.rename(archive.path)
        if apart:
            audit.rename(archive.audit_path)

    return run(archive, back_up, restore, cycles, seed, progress)


def run_postgres(archive, cycles, seed, progress):
    cluster, work = archive.cluster, archive.program.work
    # The archive before its audit.
    dumps = [(work / f"{url.rsplit('/', 1)[1]}.dump", url) for url in (archive.url, archive.program.audit_url) if url]

    def tool(name, *arguments):
        subprocess.run([cluster.bin / name, *arguments], check=True)

    def back_up():
        for dump, url in dumps:
            tool("pg_dump", "-Fc", "-f", dump, url)

    def restore():
        archive.empty()
        for dump, url in dumps:
            tool("pg_restore", "-d", url, "--exit-on-error", dump)

    return run(archive, back_up, restore, cycles, seed, progress)


def run(archive, back_up, restore, cycles, seed, progress):
    """What was acknowledged when the backup began is in it, and no unit is in it by half; a server starts on it and works."""
    calls = 0
    for cycle in range(cycles):
        archive.fresh()
        server, crowd = working(archive, f"{seed}/{cycle}")
        with crowd.journal.lock:
            # Of the calls on their way nobody knows; a client has one at a time.
            count = next((number for number, call in enumerate(crowd.journal.calls) if call.state == "sent"), len(crowd.journal.calls))
        back_up()
        crowd.stop()
        server.kill()
        progress.wrong(crowd.journal.problems)
        restore()
        server.start()
        progress.wrong(judge(archive, Told(crowd.journal), settled=False, before=count))
        after = Crowd(server.port, f"{seed}/{cycle}/after")
        after.clients.pop(0)  # the queue's client of before is not there to go on
        after.start()
        time.sleep(0.5)
        after.stop()
        after.settle()
        progress.wrong(after.journal.problems)
        if not after.journal.answers[200] or server.stop() != 0:
            progress.wrong(["the server does not work on the restored archive"])
        calls += count
        progress.step(f"{count} calls in the backup")
    return f"{cycles} backups under load with {calls} acknowledged calls, each restored"


def run_move(archives, cycles, seed, progress):
    """From SQLite to PostgreSQL and back; the oracle is as strict on the other side, and the work goes on there."""
    sqlite, postgres = archives
    for cycle in range(cycles):
        sqlite.fresh()
        server, crowd = working(sqlite, f"{seed}/{cycle}")
        for here, there in ((sqlite, postgres), (postgres, sqlite)):
            crowd.stop()
            crowd.settle()
            if server.stop() != 0:
                progress.wrong(["the server did not stop cleanly"])
            there.empty()
            audit = ["--from-audit", here.program.audit_url, "--to-audit", there.program.audit_url] if here.program.audit_url else []
            here.program.run(here.url, "move", "--from", here.url, "--to", there.url, *audit)
            progress.wrong(judge(there, crowd.journal, settled=True) + crowd.journal.problems)
            server = Server(there.program, there.url)
            server.start()
            for client in crowd.clients:
                client.port = server.port
            crowd.start()
            time.sleep(1)
        crowd.stop()
        crowd.settle()
        progress.wrong(judge(sqlite, crowd.journal, settled=True) + crowd.journal.problems)
        server.stop()
        progress.step(f"{len(crowd.journal.calls)} calls, there and back")
    return f"{cycles} archives moved from SQLite to PostgreSQL and back, the work going on in between"


class Told:
    """A journal whose queue was read on after the backup: of events nothing can be said but that none is there twice."""

    def __init__(self, journal):
        self.calls, self.events = journal.calls, journal.events
        self.sequences = {sequence: "unsure" for sequence in journal.sequences}


def working(archive, seed):
    server = Server(archive.program, archive.url)
    server.start()
    crowd = Crowd(server.port, seed)
    crowd.start()
    time.sleep(1.5)
    return server, crowd

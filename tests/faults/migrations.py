"""Migrations killed at any step: the next start completes them, and the tables are those of an undisturbed start."""

import random
import signal
import time

from shim import SYNC, WRITE, Shim
from world import Server

NEVER = 1_000_000


def run_sqlite(archive, stride, seed, progress):
    """kill -9 at every (every `stride`-th) write and sync of the first start."""
    shim = Shim(archive)
    shim.fail(WRITE | SYNC, NEVER, 0, 0)
    wanted = tables_of_an_undisturbed_start(archive, shim.with_faults())
    calls = shim.calls()
    progress.total = len(range(0, calls, stride))
    killed = 0
    for number in range(0, calls, stride):
        archive.empty()
        shim.fail(WRITE | SYNC, number, 1, -signal.SIGKILL)
        server = Server(archive.program, archive.url, shim.with_faults())
        try:
            server.start()
            server.kill()
        except RuntimeError:
            server.process.wait()
        killed += shim.failures()
        shim.repair()
        server.start()
        server.kill()
        tables = archive.rows(TABLES[archive.name])
        if tables != wanted:
            progress.wrong([f"killed at call {number}: {len(tables)} tables of {len(wanted)}"])
        progress.step(f"{killed} first starts killed")
    if not killed:
        progress.wrong(["no start was killed"])
    return f"killed at {killed} of {calls} writes and syncs"


def run_postgres(archive, cycles, seed, progress):
    """kill -9 at moments spread over the time a first start takes."""
    dice = random.Random(f"migrations {seed}")
    begun = time.monotonic()
    wanted = tables_of_an_undisturbed_start(archive)
    takes = min(time.monotonic() - begun, 3)
    halves = 0
    for cycle in range(cycles):
        archive.empty()
        server = Server(archive.program, archive.url)
        server.start(wait=False)
        time.sleep(dice.uniform(0, takes * 0.8) if cycle % 4 else takes * cycle / cycles)
        server.kill()
        halves += archive.rows(TABLES[archive.name]) != wanted
        server.start()
        server.kill()
        tables = archive.rows(TABLES[archive.name])
        if tables != wanted:
            progress.wrong([f"{len(tables)} tables of {len(wanted)}"])
        progress.step(f"{halves} killed before the tables were made")
    return f"{cycles} first starts killed, {halves} of them before the tables were made"


TABLES = {
    "SQLite": "SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2",
    "PostgreSQL": "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2",
}


def tables_of_an_undisturbed_start(archive, more=()):
    archive.empty()
    server = Server(archive.program, archive.url, more)
    server.start()
    server.kill()
    return archive.rows(TABLES[archive.name])

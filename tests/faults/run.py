#!/usr/bin/env python3
"""Crash and fault harness: breaks the program in every way we know, and looks whether anything acknowledged is lost.

    tests/faults/run.py                     everything in full, one to two hours
    tests/faults/run.py --small             the version of .ci/run, about four minutes
    tests/faults/run.py kill power --seed 7 some parts only

Needs Python, a C compiler, and PostgreSQL under /usr/lib/postgresql; makes its own databases, in a folder that goes when all was well.
"""

import argparse
import pathlib
import shutil
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # nothing is left beside the sources

import alone
import backup
import disk
import doubt
import drain
import kill
import migrations
import pair
import power
import restart
from world import Cluster, PostgresApart, PostgresArchive, Program, Server, SqliteApart, SqliteArchive

# part: engine, what runs, how often in full and in small
PARTS = {
    "doubt": ("sqlite", doubt.run, 1, 1),
    "kill-sqlite": ("sqlite", kill.run, 500, 20),
    "kill-postgres": ("postgres", kill.run, 200, 10),
    "kill-sqlite-apart": ("sqlite-apart", kill.run, 50, 2),
    "kill-postgres-apart": ("postgres-apart", kill.run, 50, 2),
    "alone": ("sqlite", alone.run, 10, 1),
    "pair-postgres": ("postgres", pair.run, 10, 1),
    "power": ("sqlite", power.run, 200, 8),
    "disk": ("sqlite", disk.run, 40, 4),
    "restart": ("postgres", restart.run, 50, 3),
    "drain-sqlite": ("sqlite", drain.run, 10, 1),
    "drain-postgres": ("postgres", drain.run, 10, 1),
    "migrations-sqlite": ("sqlite", migrations.run_sqlite, 1, 6),
    "migrations-postgres": ("postgres", migrations.run_postgres, 40, 3),
    "backup-sqlite": ("sqlite", backup.run_sqlite, 5, 1),
    "backup-postgres": ("postgres", backup.run_postgres, 5, 1),
    "backup-sqlite-apart": ("sqlite-apart", backup.run_sqlite, 5, 1),
    "backup-postgres-apart": ("postgres-apart", backup.run_postgres, 5, 1),
    "move": ("both", backup.run_move, 3, 1),
    "move-apart": ("both-apart", backup.run_move, 3, 1),
}


KINDS = {"sqlite": SqliteArchive, "postgres": PostgresArchive, "sqlite-apart": SqliteApart, "postgres-apart": PostgresApart}


class Progress:
    """One line that tells how far a part is, and everything that is wrong."""

    def __init__(self, part, total):
        self.part, self.total, self.done, self.problems, self.begun = part, total, 0, [], time.monotonic()

    def step(self, text):
        self.done += 1
        line = f"{self.part} {self.done}/{self.total}: {text}, {len(self.problems)} wrong, {time.monotonic() - self.begun:.0f} s"
        if sys.stdout.isatty():
            print(f"\r\033[K{line}", end="", flush=True)
        elif self.done % max(1, self.total // 10) == 0:
            print(line, flush=True)

    def wrong(self, problems):
        for problem in problems:
            self.problems.append(problem)
            if len(self.problems) <= 20:
                print(f"\n  {self.part}, after {self.done}: {problem}", flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("parts", nargs="*", help=f"beginnings of: {', '.join(PARTS)}")
    arguments.add_argument("--binary", default="target/release/dialogmodul")
    arguments.add_argument("--small", action="store_true")
    arguments.add_argument("--cycles", type=int, help="how often, instead of what the part does by itself")
    arguments.add_argument("--seed", default="1")
    chosen = arguments.parse_args()
    work = pathlib.Path(tempfile.mkdtemp(prefix="dialogmodul-faults-"))
    program, cluster, failed, ran = Program(chosen.binary, work), None, 0, 0
    try:
        for part, (engine, run, full, small) in PARTS.items():
            if chosen.parts and not any(part.startswith(name) for name in chosen.parts):
                continue
            if not engine.startswith("sqlite") and cluster is None:
                cluster = Cluster(work)
            names = [engine.replace("both", name) for name in ("sqlite", "postgres")] if engine.startswith("both") else [engine]
            # One at a time under a name: the archives with the audit apart lie where the others do.
            subjects = [KINDS[name](program, *([cluster] if name.startswith("postgres") else [])) for name in names]
            cycles = chosen.cycles or (small if chosen.small else full)
            progress = Progress(part, cycles)
            try:
                said = run(subjects if len(subjects) > 1 else subjects[0], cycles, chosen.seed, progress)
            except Exception as error:  # a part that breaks has failed, and the others still run
                progress.wrong([f"the part broke: {error!r}"])
                said = "broken off"
            Server.end_all()
            ran, failed = ran + 1, failed + bool(progress.problems)
            verdict = "FAILED" if progress.problems else "passed"
            print(f"\n{part}: {verdict}, {len(progress.problems)} wrong; {said}; {time.monotonic() - progress.begun:.0f} s", flush=True)
    finally:
        Server.end_all()
        if cluster:
            cluster.stop("immediate")
    if failed or not ran:
        print(f"{failed} of {ran} parts failed; what is left is in {work}")
        return 1
    shutil.rmtree(work)
    print(f"{ran} parts passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())

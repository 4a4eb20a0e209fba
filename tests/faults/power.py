"""Power loss below SQLite: the server is killed, and then the disk forgets what was not synced.

Per sync point the disk keeps nothing of it, a part of the writes, or a part of the sectors. The control run is the same on a disk that
lies about syncs: it must show loss, or this harness could not see any.
"""

import random
import struct
import time

from load import Crowd
from oracle import judge
from shim import Shim
from world import Server

HEAD = struct.Struct("=cxxxIqqq")
SECTOR = 512
CYCLES_OF_AN_ARCHIVE = 10
MODES = ("all", "writes", "sectors")


def run(archive, cycles, seed, progress):
    shim, forgotten, calls = Shim(archive), 0, 0
    for first in range(0, cycles, CYCLES_OF_AN_ARCHIVE):
        archive.fresh()
        crowd = Crowd(None, f"{seed}/{first}")
        for cycle in range(first, min(first + CYCLES_OF_AN_ARCHIVE, cycles)):
            forgotten += lose_power(archive, shim, crowd, f"{seed}/{cycle}", MODES[cycle % len(MODES)], progress)
            progress.step(f"{len(crowd.journal.calls)} calls, {forgotten} writes forgotten")
        come_back(archive, shim, crowd, progress).stop()
        calls += len(crowd.journal.calls)
    lies = control(archive, shim, seed)
    if not lies:
        progress.wrong(["the control run on a disk that lies about syncs showed no loss: this harness proves nothing"])
    return f"{cycles} power losses, {calls} calls, {forgotten} writes forgotten; on a disk that lies: {lies}"


def lose_power(archive, shim, crowd, seed, mode, progress, forgetful=False):
    """The server starts on what the disk holds, works, is killed, and the disk forgets; how many writes."""
    dice = random.Random(f"power {seed}")
    server = come_back(archive, shim, crowd, progress, forgetful)
    crowd.start()
    time.sleep(dice.uniform(0.2, 0.9))
    server.kill()
    crowd.stop()
    return forget(archive.path, shim.journal.read_bytes(), mode, dice)


def come_back(archive, shim, crowd, progress, forgetful=False):
    """Starts a server on what there is, and judges it before and after the clients have sent again what had no answer."""
    server = Server(archive.program, archive.url, shim.with_journal(forgetful))
    server.start()
    for client in crowd.clients:
        client.port = server.port
    progress.wrong(judge(archive, crowd.journal, settled=False))
    crowd.settle()
    progress.wrong(judge(archive, crowd.journal, settled=True) + crowd.journal.problems)
    crowd.journal.problems.clear()
    return server


def control(archive, shim, seed):
    """The same on a disk that lies: what the oracle said."""
    archive.fresh()
    crowd, heard = Crowd(None, f"{seed}/control"), Heard()
    lose_power(archive, shim, crowd, f"{seed}/control", "all", heard, forgetful=True)
    if heard.problems:
        raise RuntimeError(f"the control run was wrong before its power was lost: {heard.problems[0]}")
    try:
        come_back(archive, shim, crowd, heard).kill()
    except Exception as error:  # the file may be past reading
        return f"the archive cannot be opened ({str(error)[:80]})"
    lost = sum(problem.startswith("lost") for problem in heard.problems)
    return f"{lost} acknowledged calls lost" if lost else None


class Heard:
    """What the oracle says in the control run is wanted."""

    def __init__(self):
        self.problems = []

    def wrong(self, problems):
        self.problems += problems


def forget(path, journal, mode, dice):
    """Makes of the files what the disk holds; how many writes are forgotten."""
    notes = list(read(journal))
    forgotten = 0
    for number, end in enumerate(("", "-wal", "-journal")):
        of_file = [note for note in notes if note[1] == number]
        last_sync = max((index for index, note in enumerate(of_file) if note[0] == b"s"), default=-1)
        unsynced = of_file[last_sync + 1:]
        forgotten += len(unsynced)
        file = path.with_name(path.name + end)
        if unsynced and file.exists():
            file.write_bytes(rewritten(bytearray(file.read_bytes()), unsynced, mode, dice))
    # The index of the log is memory: it goes with the power.
    path.with_name(path.name + "-shm").unlink(missing_ok=True)
    return forgotten


def rewritten(image, unsynced, mode, dice):
    """All of it undone, then as much done again as the disk happened to write."""
    for kind, _, offset, length, size, before, _ in reversed(unsynced):
        if kind == b"t":
            image[offset:] = before
        else:
            image[offset:offset + length] = before
        del image[size:]
    for kind, _, offset, length, _, _, after in unsynced:
        if mode == "all":
            continue
        if kind == b"t":
            if dice.random() < 0.5:
                del image[offset:]
            continue
        if mode == "writes":
            pieces = [(0, length)] if dice.random() < 0.5 else []
        else:
            pieces = [(at, min(at + SECTOR, length)) for at in range(0, length, SECTOR) if dice.random() < 0.5]
        for begin, end in pieces:
            image.extend(bytes(max(0, offset + end - len(image))))
            image[offset + begin:offset + end] = after[begin:end]
    return bytes(image)


def read(journal):
    """Kind, file, offset, length, size before, bytes before, bytes after."""
    at = 0
    while at + HEAD.size <= len(journal):
        kind, file, offset, length, size = HEAD.unpack_from(journal, at)
        at += HEAD.size
        yield kind, file, offset, length, size, journal[at:at + length], journal[at + length:at + 2 * length]
        at += 2 * length

"""SIGTERM with a hundred requests in work: each is answered or refused before work, and the process ends with 0 within 30 s."""

import contextlib
import http.client
import signal
import subprocess
import threading
import time
import uuid

import envelopes as xml
from oracle import bare
from world import Server

REQUESTS = 100


def run(archive, cycles, seed, progress):
    slowest, answered, refused = 0.0, 0, 0
    for cycle in range(cycles):
        archive.fresh()
        server = Server(archive.program, archive.url)
        server.start()
        calls = [Posted(server.port) for _ in range(REQUESTS)]
        with held_up(archive):
            threads = [threading.Thread(target=call.post) for call in calls]
            for thread in threads:
                thread.start()
            time.sleep(0.5)
            begun = time.monotonic()
            server.signal(signal.SIGTERM)
            time.sleep(0.3)
        for thread in threads:
            thread.join()
        code = server.process.wait(timeout=40)
        seconds = time.monotonic() - begun
        slowest = max(slowest, seconds)
        stored = {row[0] for row in archive.rows(f"SELECT {archive.hex('id')} FROM message")}
        texts = {row[0] for row in archive.rows("SELECT text FROM message_content")}
        if code != 0 or seconds > 30:
            progress.wrong([f"exit code {code} after {seconds:.1f} s"])
        for call in calls:
            if call.status == 200 and bare(call.message) not in stored:
                progress.wrong(["lost: an acknowledged message"])
            elif call.status is None and (call.sent and call.text in texts):
                progress.wrong([f"carried out and not answered: {call.broken}"])
            elif call.status not in (200, 503, None):
                progress.wrong([f"status {call.status}"])
            elif call.status == 503 and call.text in texts:
                progress.wrong(["refused and carried out"])
        answered += sum(call.status == 200 for call in calls)
        refused += sum(call.status != 200 for call in calls)
        progress.step(f"{answered} answered, {refused} refused before work")
    if not answered:
        progress.wrong(["no request was in work"])
    return f"{cycles} × {REQUESTS} requests, {answered} answered, {refused} refused before work, gone after {slowest:.1f} s at worst"


class Posted:
    """A request on a connection of its own, and its answer if there was one."""

    def __init__(self, port):
        self.text, self.sent, self.status, self.broken = f"Prøve {uuid.uuid4().hex}", False, None, None
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=40)
        self.connection.connect()

    def post(self):
        try:
            self.connection.request("POST", xml.MESSAGES, xml.create(xml.CITIZENS[0], self.text), {"Content-Type": "text/xml; charset=utf-8"})
            self.sent = True
            response = self.connection.getresponse()
            body = response.read()
            self.message, self.status = xml.find("MessageIdentifier", body), response.status
        except (OSError, http.client.HTTPException) as error:
            self.broken = error


@contextlib.contextmanager
def held_up(archive):
    """Nothing can be committed meanwhile, so that what comes in is in work."""
    if archive.name == "SQLite":
        import sqlite3
        with contextlib.closing(sqlite3.connect(archive.path, timeout=10, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")
        return
    holder = subprocess.Popen([archive.cluster.bin / "psql", "-X", "-q", "-d", archive.url], stdin=subprocess.PIPE, text=True)
    holder.stdin.write("BEGIN; LOCK TABLE thread;\n")
    holder.stdin.flush()
    time.sleep(0.3)
    yield
    holder.communicate("ROLLBACK;\n")

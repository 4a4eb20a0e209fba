"""Mixed load with a journal: what a client sent is written down before the call, what was acknowledged after it.

Creates and replies carry `x-requestId`. What was not acknowledged is sent again, the same bytes, until it is; so at the end of a
cycle the journal says exactly what the archive must hold. A client works on messages of its own, one of them reads the queue.
"""

import collections
import contextlib
import http.client
import itertools
import random
import threading
import time
import uuid

import envelopes as xml
import stillness

PATIENCE = 5.0  # nobody waits longer for an answer


class Call:
    """One request, and what became of it."""

    def __init__(self, kind, path, body, **about):
        self.kind, self.path, self.body, self.about = kind, path, body, about
        self.request_id = uuid.uuid4().hex if kind in ("create", "email", "reply") else None
        self.state, self.message, self.thread = "sent", None, None


class Journal:
    """Of all clients."""

    def __init__(self):
        self.lock = threading.Lock()
        self.calls, self.problems, self.answers = [], [], collections.Counter()
        self.slowest = 0.0
        # Events a client got, by sequence, and what became of the sequence: "open", "unsure" or "gone".
        self.events, self.sequences = {}, {}

    def problem(self, text):
        with self.lock:
            self.problems.append(text)

    def answered(self, status, seconds):
        with self.lock:
            self.answers[status] += 1
            self.slowest = max(self.slowest, seconds)


class Client:
    """One client on one connection; kept over restarts of the server."""

    def __init__(self, port, journal, seed, queue=False):
        self.port, self.journal, self.random, self.queue = port, journal, random.Random(seed), queue
        self.pending, self.connection, self.sequence, self.answered_at = [], None, None, 0.0
        self.threads, self.unread, self.unrectified = [], [], []

    def work(self, over):
        """Calls until told to stop, or until nobody answers."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            while not over.is_set():
                if self.retry():
                    self.next()
                else:
                    time.sleep(0.05)
        self.hang_up()

    def retry(self):
        """Sends again what has no answer yet; true if nothing is left."""
        while self.pending:
            call = self.pending[0]
            if not self.send(call):
                return False
            self.pending.pop(0)
        return True

    def settle(self, seconds=20):
        """Sends again until everything is answered."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.retry():
                    self.hang_up()
                    return
            self.hang_up()
            time.sleep(0.05)
        self.journal.problem(f"{len(self.pending)} requests got no answer in {seconds} s")

    def hang_up(self):
        if self.connection:
            self.connection.close()
            self.connection = None

    def next(self):
        if self.queue:
            return self.next_of_queue()
        dice, cpr = self.random.random(), self.random.choice(xml.CITIZENS)
        text = f"Prøve {uuid.uuid4().hex} " + "æ" * self.random.randrange(400)
        contents = [self.document() for _ in range(self.random.choice([0, 0, 1, 2]))]
        if dice < 0.35 or not self.threads:
            self.call(Call("create", xml.MESSAGES, xml.create(cpr, text, contents), cpr=cpr, text=text, documents=len(contents)))
        elif dice < 0.45:
            self.call(Call("email", xml.MESSAGES, xml.create_email(text), cpr=xml.CITIZENS[0], text=text, documents=0))
        elif dice < 0.65:
            cpr, thread = self.random.choice(self.threads[-20:])
            self.call(Call("reply", xml.MESSAGES, xml.reply(cpr, thread, text, contents), cpr=cpr, text=text, documents=len(contents)))
        elif dice < 0.75 and self.unread:
            cpr, message = self.unread.pop()
            self.call(Call("read", xml.MESSAGES, xml.mark_read(cpr, message), cpr=cpr, message=message))
        elif dice < 0.85 and self.unrectified:
            cpr, message = self.unrectified.pop(0)
            self.call(Call("rectify", xml.MESSAGES, xml.rectify(cpr, message), cpr=cpr, message=message))
        else:
            self.call(Call("look", xml.MESSAGES, xml.get_messages(cpr)))

    def document(self):
        return b"%PDF-1.4\n" + self.random.randbytes(self.random.choice([300, 3_000, 30_000])) + b"\n%%EOF\n"

    def next_of_queue(self):
        time.sleep(0.02)
        if self.sequence is None:
            self.call(Call("open", xml.SEQUENCES, xml.create_sequence()))
        elif self.sequence not in self.journal.events:
            self.call(Call("fetch", xml.EVENTS, xml.get_events(self.sequence), sequence=self.sequence))
        else:
            self.call(Call("end", xml.SEQUENCES, xml.terminate_sequence(self.sequence), sequence=self.sequence))

    def call(self, call):
        with self.journal.lock:
            self.journal.calls.append(call)
        self.pending.append(call)
        self.retry()

    def send(self, call):
        """One try; true if it is settled. Whatever breaks the connection is raised."""
        if call.kind == "end":
            self.journal.sequences[call.about["sequence"]] = "unsure"
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2 * PATIENCE)
        headers = {"Content-Type": "text/xml; charset=utf-8"} | ({"x-requestId": call.request_id} if call.request_id else {})
        begun = time.monotonic()
        try:
            self.connection.request("POST", call.path, call.body, headers)
            response = self.connection.getresponse()
            body = response.read()
        except TimeoutError:
            if stillness.seconds(begun) > PATIENCE:
                self.journal.problem(f"{call.kind}: no answer in {2 * PATIENCE} s")
            raise
        finally:
            seconds = stillness.seconds(begun)
            with self.journal.lock:
                self.journal.slowest = max(self.journal.slowest, seconds)
        self.journal.answered(response.status, seconds)
        if seconds > PATIENCE:
            self.journal.problem(f"{call.kind}: {seconds:.1f} s for the answer {response.status}")
        if response.status == 200:
            self.answered_at = time.monotonic()
        return self.take(call, response.status, body)

    def take(self, call, status, body):
        if status == 503:
            if xml.find("ErrorCode", body) != "1100":
                self.journal.problem(f"{call.kind}: 503 without a fault 1100")
            return False
        fault = xml.find("ErrorCode", body)
        if status == 500 and fault in FAULTS.get(call.kind, ()):
            call.state = "refused"
        elif status != 200:
            self.journal.problem(f"{call.kind}: unexpected {status}, fault {fault}")
            call.state = "refused"
            return True
        else:
            call.state = "acknowledged"
        self.learn(call, body)
        return True

    def learn(self, call, body):
        """What the next calls build on."""
        if call.kind in ("create", "email", "reply") and call.state == "acknowledged":
            call.message = xml.find("MessageIdentifier", body)
            call.thread = xml.find("CitizenMessageThreadIdentifier", body)
            if call.kind == "create":
                kept = self.random.random() < 0.5
                (self.threads if kept else self.unrectified).append((call.about["cpr"], call.thread if kept else call.message))
                if kept:
                    self.unread.append((call.about["cpr"], call.message))
        elif call.kind == "rectify":
            # Refused as unknown: an earlier try came through.
            call.state = "acknowledged"
        elif call.kind == "open":
            self.sequence = xml.find("Identifier", body) if call.state == "acknowledged" else xml.guid_in(xml.find("Message", body))
            self.journal.sequences[self.sequence] = "open"
        elif call.kind == "fetch" and call.state == "acknowledged":
            told = zip(xml.find_all("CitizenMessageIdentifier", body), xml.find_all("CitizenMessageEventKind", body), strict=True)
            self.journal.events[self.sequence] = [message for message, kind in told if kind == "Created"]
        elif call.kind == "end":
            # Refused as unknown: an earlier try came through.
            self.journal.sequences[self.sequence] = "gone"
            self.sequence = None
        elif call.kind == "fetch":
            self.sequence = None


# Faults that are right answers: unknown identifier after a try that came through, a sequence that is open already.
FAULTS = {"rectify": {"4589"}, "open": {"90020"}, "end": {"4589"}}


class Crowd:
    """Clients that work side by side."""

    def __init__(self, port, seed, size=8):
        self.journal, self.over = Journal(), threading.Event()
        seeds = (f"{seed}/{number}" for number in itertools.count())
        self.clients = [Client(port, self.journal, next(seeds), queue=number == 0) for number in range(size)]
        self.threads = []

    def start(self):
        self.over.clear()
        self.threads = [threading.Thread(target=self.keep_on, args=(client,), daemon=True) for client in self.clients]
        for thread in self.threads:
            thread.start()

    def keep_on(self, client):
        """A client whose connection broke waits a moment and comes again."""
        while not self.over.is_set():
            client.work(self.over)
            self.over.wait(0.02)

    def stop(self):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def are_answered_since(self, moment):
        return all(client.answered_at > moment for client in self.clients)

    def settle(self):
        threads = [threading.Thread(target=client.settle) for client in self.clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

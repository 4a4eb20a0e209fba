#!/usr/bin/env python3
"""Measures the server under bad input, slow callers and overload. README.md says what is asked of it."""

import argparse
import asyncio
import itertools
import os
import pathlib
import re
import resource
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
MESSAGES = "/PjakTassWCFtService/2/CitizenMessageService.svc"
CODE_LISTS = "/PjakTassWCFtService/5/CodeListService.svc"
CREATE = (ROOT / "fixtures/01-notification-on-jobnet/01-create.request.xml").read_bytes()
LOOK_UP = (ROOT / "fixtures/26-code-lists/05-organisation-type.request.xml").read_bytes()
LARGE = 1024 * 1024
# How much longer everything may take in the small version, which runs where other things run besides.
PATIENCE = 4


class Server:
    """A release build on an archive of its own."""

    def __init__(self, program, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = open(pathlib.Path(folder) / "log", "wb")
        command = [program, "demo", "--listen", f"127.0.0.1:{self.port}", "--data", str(pathlib.Path(folder) / "data")]
        environment = dict(os.environ, RUST_LOG="warn")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, env=environment)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("the server did not start")

    def memory(self):
        """Resident bytes."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) * 1024

    def spent(self):
        """Seconds of processors."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        panics = pathlib.Path(self.log.name).read_bytes().count(b"panic")
        return code, panics


def post(path, body, extra=""):
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\n{extra}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def grown(document):
    """The notation of fixtures/hostile (its README)."""

    def grow(match):
        if match[1] == b"listener":
            return b"127.0.0.1:9"
        count, piece = match[1].split("×".encode(), 1)
        return b"".join(piece.replace(b"#", b"%d" % number) for number in range(int(count)))

    return re.sub("⟦(.*?)⟧".encode(), grow, document, flags=re.S)


def corpus():
    for path in sorted((ROOT / "fixtures/hostile/xml").iterdir()):
        yield path.name, post(MESSAGES, grown(path.read_bytes()))
    for path in sorted((ROOT / "fixtures/hostile/http").iterdir()):
        yield path.name, grown(path.read_bytes())


def promised(name):
    """The status a file's name promises (its README): 500 where none stands."""
    return next((int(word) for word in name.split(".")[1].split("-") if re.fullmatch(r"[1-5]\d\d", word)), 500)


class Connection:
    """One connection that sends requests and reads answers."""

    def __init__(self, port):
        self.port, self.streams = port, None

    async def ask(self, request, timeout=30):
        """Status of the answer; 0 where none came."""
        try:
            return await asyncio.wait_for(self._ask(request), timeout)
        except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError, ValueError):
            self.close()
            return 0

    async def _ask(self, request):
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
        reader, writer = self.streams
        sending = asyncio.ensure_future(self._send(writer, request))
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head.lower())
            await reader.readexactly(int(length[1]) if length else 0)
        finally:
            sending.cancel()
        if b"connection: close" in head.lower():
            self.close()
        return int(head.split(b" ", 2)[1])

    async def _send(self, writer, request):
        try:
            writer.write(request)
            await writer.drain()
        except OSError:
            pass

    def close(self):
        if self.streams is not None:
            self.streams[1].transport.abort()
            self.streams = None


class Report:
    """What was measured beside what is asked; of what a busy machine makes worse, so many times as much is allowed."""

    def __init__(self, patience=1):
        self.patience, self.missed = patience, []

    def line(self, name, value, unit, most=None, least=None):
        if unit in ("s", "ms", "MiB kept") and most is not None:
            most *= self.patience
        if unit == "%":
            least /= self.patience
        met = (most is None or value <= most) and (least is None or value >= least)
        asked = f"at most {most}" if most is not None else f"at least {least}" if least is not None else "reported"
        print(f"{'ok  ' if met else 'MISS'} {name}: {value:.6g} {unit} ({asked})", flush=True)
        if not met:
            self.missed.append(name)


def progress(text):
    if sys.stderr.isatty():
        print(f"\r{text:<79}", end="", file=sys.stderr, flush=True)


def percentile(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * part))] if values else 0.0


async def probe(port, until, request, pause=0.05):
    """A legal caller: times and failures until the event."""
    connection, times, failures = Connection(port), [], 0
    while not until.is_set():
        started = time.monotonic()
        if await connection.ask(request) == 200:
            times.append(time.monotonic() - started)
        else:
            failures += 1
        await asyncio.sleep(pause)
    connection.close()
    return times, failures


async def single(server, report, small):
    files = list(corpus())
    for _, request in files[:: 4 if small else 1]:  # the house has been lived in before it is measured
        await Connection(server.port).ask(request)
    await asyncio.sleep(1 if small else 5)
    slowest, wrong, worst = {False: (0, ""), True: (0, "")}, [], 0
    for index, (name, request) in enumerate(files):
        progress(f"single: {index} of {len(files)}")
        before = server.memory()
        started = time.monotonic()
        connection = Connection(server.port)
        status = await connection.ask(request)
        elapsed = time.monotonic() - started
        connection.close()
        if status != promised(name):
            wrong.append(f"{name} ({status})")
        slowest[len(request) > LARGE] = max(slowest[len(request) > LARGE], (elapsed, name))
        for _ in range(50):
            if server.memory() - before <= 8 << 20:
                break
            await asyncio.sleep(0.1)
        worst = max(worst, server.memory() - before)
    progress("")
    report.line("hostile requests without the refusal their name promises", len(wrong), " ".join(wrong), most=0)
    report.line(f"slowest answer ({slowest[False][1]})", slowest[False][0], "s", most=1)
    report.line(f"slowest answer to a large one ({slowest[True][1]})", slowest[True][0], "s", most=2)
    report.line("memory after 5 s, by any one", worst / (1 << 20), "MiB kept", most=8)


async def beside(server, report, small):
    files = itertools.cycle([request for _, request in corpus()])
    over = asyncio.Event()
    sent = 0

    async def hostile():
        nonlocal sent
        while not over.is_set():
            connection = Connection(server.port)
            await connection.ask(next(files))
            connection.close()
            sent += 1
            progress(f"beside: {sent} hostile requests")

    crowd = [asyncio.ensure_future(hostile()) for _ in range(64)]
    probing = asyncio.ensure_future(probe(server.port, over, post(CODE_LISTS, LOOK_UP)))
    await asyncio.sleep(5 if small else 30)
    over.set()
    times, failures = await probing
    await asyncio.gather(*crowd)
    progress("")
    report.line("hostile requests beside it", sent, "requests", least=1)
    report.line("legal calls beside 64 hostile connections, p99", percentile(times, 0.99) * 1000, "ms", most=500)
    report.line("their failures", failures, "calls", most=0)


def is_over(connection):
    """The kernel's word: TCP_INFO begins with the state; 7 is closed, 8 that the other side has closed."""
    return struct.unpack("B", connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1))[0] in (7, 8)


async def slow(server, report, small):
    number = 100 if small else 1000
    head = f"POST {CODE_LISTS} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\n".encode()
    ask = f"GET {MESSAGES}?singleWsdl HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    kinds = {
        "slow heads": (head, b"X"),
        "slow bodies": (head + b"Content-Length: 60000\r\n\r\n<", b" "),
        "slow readers": (ask * 8, None),
    }
    over = asyncio.Event()
    probing = asyncio.ensure_future(probe(server.port, over, post(CODE_LISTS, LOOK_UP)))
    await asyncio.sleep(1)
    loop, cut = asyncio.get_running_loop(), {kind: [] for kind in kinds}

    async def one(kind, first, more):
        connection = socket.socket()
        connection.setblocking(False)
        if more is None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        for _ in range(50):
            try:
                await loop.sock_connect(connection, ("127.0.0.1", server.port))
                break
            except OSError:
                await asyncio.sleep(0.1)
        started = time.monotonic()
        try:
            await loop.sock_sendall(connection, first)
            while not is_over(connection) and time.monotonic() - started < 30 * report.patience + 10:
                await asyncio.sleep(1)
                if more is None:
                    connection.recv(1)
                else:
                    connection.send(more)
        except OSError:
            pass
        cut[kind].append(time.monotonic() - started)
        connection.close()
        progress("slow: cut " + ", ".join(f"{len(times)} {kind}" for kind, times in cut.items()))

    await asyncio.gather(*(one(kind, *what) for kind, what in kinds.items() for _ in range(number)))
    over.set()
    times, failures = await probing
    progress("")
    for kind, seconds in cut.items():
        report.line(f"{number} {kind}, the last one cut after", max(seconds), "s", most=30)
    report.line("legal calls beside them, p99", percentile(times, 0.99) * 1000, "ms", most=250)
    report.line("their failures", failures, "calls", most=0)


class Crowd:
    """Callers without an event loop's ceremony: a request each, as soon as one is due, on a connection that is free."""

    def __init__(self, port, request):
        self.address, self.request = ("127.0.0.1", port), request
        self.poll, self.idle, self.busy = select.epoll(), [], {}
        self.answers, self.refusals, self.neither, self.others = 0, [], 0, set()

    def call(self):
        caller = self.idle.pop() if self.idle else self.connect()
        try:
            caller.send(self.request)
        except OSError:
            self.neither += 1
            return self.leave(caller)
        self.busy[caller.fileno()] = (caller, time.monotonic(), [])

    def connect(self):
        caller = socket.create_connection(self.address, 10)
        caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        caller.setblocking(False)
        self.poll.register(caller, select.EPOLLIN)
        return caller

    def leave(self, caller):
        self.poll.unregister(caller)
        caller.close()

    def listen(self, seconds):
        """Takes what has come, and says how many answers that were."""
        before = len(self.busy)
        for number, _ in self.poll.poll(seconds):
            caller, asked, parts = self.busy[number] if number in self.busy else (None, 0, [])
            if caller is None:
                continue
            try:
                part = caller.recv(1 << 16)
            except OSError:
                part = b""
            parts.append(part)
            if not part:
                self.neither += 1
                del self.busy[number]
                self.leave(caller)
            elif is_whole(answer := b"".join(parts)):
                del self.busy[number]
                # Where a body was not read to its end, the server says that it closes.
                if b"connection: close" in answer.partition(b"\r\n\r\n")[0]:
                    self.leave(caller)
                else:
                    self.idle.append(caller)
                if answer[9:12] == b"200":
                    self.answers += 1
                elif answer[9:12] == b"503" and b"retry-after" in answer[:400]:
                    self.refusals.append(time.monotonic() - asked)
                else:
                    self.neither += 1
                    self.others.add(answer[9:12].decode())
        return before - len(self.busy)

    def close(self):
        for caller in self.idle + [caller for caller, _, _ in self.busy.values()]:
            caller.close()
        self.poll.close()


def is_whole(answer):
    end = answer.find(b"\r\n\r\n") + 4
    at = answer.find(b"content-length: ", 0, end) + 16
    return end > 3 and len(answer) >= end + int(answer[at : answer.index(b"\r", at)])


def halves(server):
    """Server and callers each get half of the processors, so that many callers do not take the server's."""
    processors = sorted(os.sched_getaffinity(0))
    half = len(processors) // 2
    if half:
        for thread in os.listdir(f"/proc/{server.process.pid}/task"):
            os.sched_setaffinity(int(thread), processors[:half])
        os.sched_setaffinity(0, processors[half:])
    return processors


async def overload(server, report, small):
    """Turns of the peak and of the crowd, one after the other, so that a slow moment of the machine meets both; the middle one counts."""
    seconds = 4 if small else 30
    turns = 1 if small else 3
    request = post(MESSAGES, CREATE)
    processors = halves(server)
    steady(server, request, 32, 2)
    peaks, goodputs, crowds = [], [], []
    for turn in range(1, turns + 1):
        progress(f"overload, turn {turn} of {turns}: the peak")
        peaks.append(max(steady(server, request, callers, seconds / 2 / turns) for callers in (32, 256)))
        crowds.append(Overload(server, request, peaks[-1] * 4, seconds / turns))
        goodputs.append(crowds[-1].goodput / peaks[-1] * 100)
    os.sched_setaffinity(0, processors)
    progress("")
    middle = sorted(range(turns), key=goodputs.__getitem__)[turns // 2]
    refusals = [waited for crowd in crowds for waited in crowd.refusals]
    others = sorted(set().union(*(crowd.others for crowd in crowds)))
    report.line("peak, with 32 or 256 callers", peaks[middle], "messages a second")
    report.line("offered", crowds[middle].offered / peaks[middle], "times the peak")
    report.line(f"goodput beside the peak (turns: {', '.join(f'{goodput:.0f}' for goodput in goodputs)})", goodputs[middle], "%", least=80)
    report.line("processors the server had", crowds[middle].spent, "")
    report.line("asked to come back", len(refusals), "calls")
    report.line("asked to come back, p99 after", percentile(refusals, 0.99) * 1000, "ms", most=100)
    report.line(f"answered neither way {others or str()}", sum(crowd.neither for crowd in crowds), "calls", most=0)
    report.line("back to normal after", max(crowd.back for crowd in crowds), "s", most=10)
    report.line("memory", max(crowd.memory for crowd in crowds) / (1 << 20), "MiB", most=512)


def steady(server, request, callers, seconds):
    """Messages a second that so many callers get answered who call again as soon as they are."""
    crowd = Crowd(server.port, request)
    for _ in range(callers):
        crowd.call()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for _ in range(crowd.listen(0.1)):
            crowd.call()
    crowd.close()
    return crowd.answers / seconds


class Overload:
    """So many calls a second from at most 4,000 callers, for so many seconds, and what became of them; `offered` and `goodput` are calls a second."""

    def __init__(self, server, request, wanted, seconds):
        crowd, offered, self.memory = Crowd(server.port, request), 0, 0
        started, looked, spent = time.monotonic(), 0, server.spent()
        while (now := time.monotonic() - started) < seconds:
            # A few at a time: callers that cannot keep up do not make the run longer.
            for _ in range(32):
                if offered < now * wanted and len(crowd.busy) < 4000:
                    crowd.call()
                    offered += 1
            crowd.listen(0 if offered < now * wanted else 0.001)
            if now > looked + 0.2:
                looked, self.memory = now, max(self.memory, server.memory())
                progress(f"overload: {crowd.answers} answered, {len(crowd.refusals)} asked to come back")
        self.offered, self.goodput, self.spent = offered / now, crowd.answers / now, (server.spent() - spent) / now
        while crowd.busy and time.monotonic() - started < seconds + 30:
            crowd.listen(0.1)
        self.refusals, self.others, self.neither = crowd.refusals, crowd.others, crowd.neither + len(crowd.busy)
        crowd.close()
        self.back = calm(server, request)


def calm(server, request):
    """Seconds until twenty calls in a row are answered within a tenth of a second."""
    began, in_a_row = time.monotonic(), 0
    crowd = Crowd(server.port, request)
    while in_a_row < 20 and time.monotonic() - began < 30:
        asked, before = time.monotonic(), crowd.answers
        crowd.call()
        while crowd.busy and time.monotonic() - asked < 30:
            crowd.listen(0.1)
        in_a_row = in_a_row + 1 if crowd.answers > before and time.monotonic() - asked < 0.1 else 0
    crowd.close()
    return time.monotonic() - began


PARTS = {"single": single, "beside": beside, "slow": slow, "overload": overload}


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("parts", nargs="*", choices=[*PARTS, []], help="which parts; all of them by default")
    arguments.add_argument("--server", default=str(ROOT / "target/release/dialogmodul"))
    arguments.add_argument("--small", action="store_true", help="a tenth of it, with patience")
    options = arguments.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    report = Report(PATIENCE if options.small else 1)
    for name in options.parts or PARTS:
        print(f"{name}:")
        with tempfile.TemporaryDirectory() as folder:
            server = Server(options.server, folder)
            try:
                asyncio.run(PARTS[name](server, report, options.small))
            finally:
                code, panics = server.stop()
            report.line("exit code of the server", code, "", most=0)
            report.line("panics in its log", panics, "", most=0)
    print(f"{len(report.missed)} missed")
    raise SystemExit(1 if report.missed else 0)


if __name__ == "__main__":
    main()

"""Sends messages over SOAP and watches what reaches a mail server (aiosmtpd) and an SMS gateway.

One story per citizen of the demo data: taken at once, refused for a time, refused for good, and taken by a server that
kills the program before it confirms. Exits with a sentence when something is not as the rules say.
"""

import asyncio
import collections
import email
import email.policy
import http.server
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.request

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

USER, PASSWORD = "dialogmodul", "æ secret"
SEND_SECONDS = 1
LEASE_SECONDS = 6 * SEND_SECONDS
KINDS = ["organisations", "citizens", "relations", "agreements", "code-lists"]
CREATED, DELIVERED, NOT_DELIVERED = 1, 2, 6
EMAIL, SMS = 1, 2

Person = collections.namedtuple("Person", "cpr cv_number email mobile")
ALMA = Person("1503850002", "CV1000", "borger1@example.dk", "+4520000000")
BERTIL = Person("2304780009", "CV1001", "borger2@example.dk", "+4520000001")
CAJA = Person("0706920016", "CV1002", "borger3@example.dk", "+4520000002")
FRODE = Person("1809990037", "CV1005", "borger6@example.dk", "+4520000005")


class MailBox:
    """Takes mails; what it does about a recipient can be told once per conversation."""

    def __init__(self):
        self.mails = []
        self.refusals = collections.defaultdict(list)
        self.before_confirming = {}

    async def handle_RCPT(self, server, session, envelope, address, options):
        if not session.authenticated or session.ssl is None:
            return "530 not in the clear, and not from strangers"
        if self.refusals[address]:
            return self.refusals[address].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        (address,) = envelope.rcpt_tos
        self.mails.append((address, email.message_from_bytes(envelope.content, policy=email.policy.default)))
        act = self.before_confirming.pop(address, None)
        if act:
            await asyncio.get_running_loop().run_in_executor(None, act)
        return "250 taken"

    def to(self, person, title):
        return [mail for address, mail in self.mails if address == person.email and mail["Subject"] == title]


class MailServer(Controller):
    def __init__(self, box, certificate, key):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key)
        self.context = context
        super().__init__(box, hostname="localhost", port=free_port())

    def factory(self):
        known = LoginPassword(USER.encode(), PASSWORD.encode())
        return SMTP(self.handler, hostname="localhost", tls_context=self.context, require_starttls=True, auth_required=True,
                    authenticator=lambda server, session, envelope, mechanism, login: AuthResult(success=login == known))


class Gateway(http.server.BaseHTTPRequestHandler):
    told = []
    refusals = collections.defaultdict(list)

    def do_POST(self):
        sms = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        Gateway.told.append(sms)
        self.send_response(Gateway.refusals[sms["to"]].pop(0) if Gateway.refusals[sms["to"]] else 202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Program:
    """The program, started with everything delivery needs."""

    running = []

    def __init__(self, program, database, work, mail_port, sms_port):
        self.command = [program, "serve", "--profile", "development"]
        self.port = free_port()
        self.environment = os.environ | {
            "DIALOGMODUL_DATABASE_URL": database,
            "DIALOGMODUL_AUDIT_KEY_FILE": str(work / "audit.key"),
            "DIALOGMODUL_LISTEN": f"127.0.0.1:{self.port}",
            "DIALOGMODUL_SMTP_URL": f"smtp://localhost:{mail_port}",
            "DIALOGMODUL_SMTP_USER": USER,
            "DIALOGMODUL_SMTP_PASSWORD": PASSWORD,
            "DIALOGMODUL_MAIL_FROM": "Dialogmodul <no-reply@dialog.example.dk>",
            "DIALOGMODUL_SMS_URL": f"http://127.0.0.1:{sms_port}/sms",
            "DIALOGMODUL_DELIVERY_ROOTS": str(work / "certificate.pem"),
            "DIALOGMODUL_DELIVERY_POLL_SECONDS": "0",
            "DIALOGMODUL_DELIVERY_SEND_SECONDS": str(SEND_SECONDS),
            "DIALOGMODUL_DELIVERY_RETRY_SECONDS": "1",
            "RUST_LOG": "info",
        }
        self.log = work / f"{self.port}.log"
        self.work = work

    def load(self, fixtures):
        for kind in KINDS:
            subprocess.run([self.command[0], "import", kind, fixtures / "demo" / f"{kind}.tsv"], check=True, env=self.environment,
                           cwd=self.work, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, env=self.environment, cwd=self.work, stdout=log, stderr=log)
        Program.running.append(self.process)
        eventually("the program is ready", self.is_ready)
        return self

    def is_ready(self):
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/ready", timeout=1).status == 200
        except OSError:
            return False

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.terminate()
        holds(self.process.wait(timeout=30) == 0, "the program stops cleanly")

    def call(self, request):
        call = urllib.request.Request(f"http://127.0.0.1:{self.port}/PjakTassWCFtService/2/CitizenMessageService.svc",
                                      request.encode(), {"Content-Type": "text/xml; charset=utf-8"})
        return urllib.request.urlopen(call, timeout=30).read().decode()


class Caseworker:
    """Writes to citizens with the requests of the fixtures."""

    def __init__(self, program, fixtures):
        self.program = program
        folder = fixtures / "03-email-and-sms"
        self.create = (folder / "01-create-email.request.xml").read_text()
        self.read = (folder / "03-get-messages.request.xml").read_text()

    def writes(self, person, channel, title):
        request = self.create.replace(ALMA.cpr, person.cpr).replace(ALMA.cv_number, person.cv_number)
        request = re.sub(r"(<ns2:CitizenMessageChannelTypeIdentifier>\s*<ns3:CodeListItemIdentifier>)\d", rf"\g<1>{channel}", request)
        request = re.sub(r"(<ns2:MessageTitle>)[^<]*", rf"\g<1>{title}", request)
        return re.search(r"MessageIdentifier>([0-9a-f-]{36})<", self.program.call(request)).group(1)

    def status(self, person, message):
        answer = self.program.call(self.read.replace(ALMA.cpr, person.cpr))
        after = answer[answer.index(message):]
        return int(re.search(r"CitizenMessageStatusTypeIdentifier>.*?CodeListItemIdentifier>(\d+)<", after, re.S).group(1))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def holds(truth, what):
    if not truth:
        raise AssertionError(f"not so: {what}")


def eventually(what, truth, seconds=30):
    deadline = time.monotonic() + seconds
    while not truth():
        holds(time.monotonic() < deadline, what)
        time.sleep(0.1)


def main(program, database, work, fixtures):
    work, fixtures = pathlib.Path(work), pathlib.Path(fixtures).resolve()
    (work / "audit.key").write_text(os.urandom(32).hex())
    (work / "audit.key").chmod(0o600)
    box = MailBox()
    mail = MailServer(box, work / "certificate.pem", work / "key.pem")
    mail.start()
    gateway = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=gateway.serve_forever, daemon=True).start()

    server = Program(program, database, work, mail.port, gateway.server_port)
    server.load(fixtures)
    server.start()
    writer = Caseworker(server, fixtures)
    run = f"prøve {os.getpid()}"

    # Taken at once, with the words of the message (D1, D3).
    message = writer.writes(ALMA, EMAIL, f"Mødetid {run}")
    eventually("an e-mail is delivered", lambda: writer.status(ALMA, message) == DELIVERED)
    (taken,) = box.to(ALMA, f"Mødetid {run}")
    holds("Dit møde er flyttet til onsdag klokken 10." in taken.get_content(), "the mail carries the text")
    sms = writer.writes(ALMA, SMS, f"Mødetid {run}")
    eventually("an SMS is delivered", lambda: writer.status(ALMA, sms) == DELIVERED)

    # Refused for a time, then taken; refused for good (D1).
    box.refusals[BERTIL.email] = ["450 busy", "451 still busy"]
    box.refusals[CAJA.email] = ["550 unknown"]
    Gateway.refusals[BERTIL.mobile] = [500, 429]
    Gateway.refusals[CAJA.mobile] = [422]
    for channel in (EMAIL, SMS):
        message = writer.writes(BERTIL, channel, f"Senere {run}")
        eventually("what was refused for a time is delivered", lambda: writer.status(BERTIL, message) == DELIVERED)
        message = writer.writes(CAJA, channel, f"Aldrig {run}")
        eventually("what was refused for good is not delivered", lambda: writer.status(CAJA, message) == NOT_DELIVERED)
    holds(len(box.to(BERTIL, f"Senere {run}")) == 1 and not box.to(CAJA, f"Aldrig {run}"), "each mail is taken as often as it was wanted")
    ids = [told["id"] for told in Gateway.told if told["to"] == BERTIL.mobile and run in told["text"]]
    holds(len(ids) == 3 and len(set(ids)) == 1, "an SMS keeps its id")

    # kill -9 between send and confirmation: one duplicate, recognisable, and no third.
    title = f"Afbrudt {run}"
    box.before_confirming[FRODE.email] = server.kill
    message = writer.writes(FRODE, EMAIL, title)
    eventually("the mail server has the mail and the program is dead", lambda: box.to(FRODE, title) and server.process.poll() is not None)
    server.start()
    eventually("the mail comes again when the lease ends", lambda: writer.status(FRODE, message) == DELIVERED)
    time.sleep(LEASE_SECONDS + 1)
    mails = box.to(FRODE, title)
    holds(len(mails) == 2 and mails[0]["Message-ID"] == mails[1]["Message-ID"], "there is one duplicate, with the same Message-ID")

    # Two processes share the outbox (D1).
    if database.startswith("postgres"):
        second = Program(program, database, work, mail.port, gateway.server_port).start()
        titles = [f"Nummer {number} {run}" for number in range(40)]
        for number, title in enumerate(titles):
            writer.writes((ALMA, BERTIL, CAJA, FRODE)[number % 4], EMAIL, title)
        count = lambda title: sum(len(box.to(person, title)) for person in (ALMA, BERTIL, CAJA, FRODE))
        eventually("two processes deliver everything", lambda: all(count(title) for title in titles))
        second.stop()
        holds(all(count(title) == 1 for title in titles), "two processes deliver nothing twice")

    server.stop()
    log = "".join(file.read_text() for file in work.glob("*.log"))
    holds("Delivery " in log, "the log tells of deliveries")
    for secret in [ALMA.cpr, "borger1@", "borger2@", "borger3@", "20000000", PASSWORD, "onsdag", run]:
        holds(secret not in log, f"the log does not hold {secret!r}")
    mail.stop()
    print(f"delivery: {len(box.mails)} mails and {len(Gateway.told)} SMS, all as they should be")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except AssertionError as problem:
        sys.exit(f"delivery: {problem}")
    finally:
        for process in Program.running:
            process.kill()
